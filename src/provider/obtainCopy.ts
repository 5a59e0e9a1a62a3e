// Brings the source's content to the destination, from wherever things stand there: nothing yet, a copy that an
// interrupted run has started or finished, an older copy of ours, somebody else's blob.

import type { BlobGetPropertiesResponse } from "@azure/storage-blob";
import { DestinationConflictError } from "../copy/errors";
import type { Preserved } from "../copy/preserve";
import { startCopy } from "../copy/start";
import { isUntouchedSinceCopy } from "../copy/status";
import { resolveAddress } from "../storage/address";
import { errorCode, explain, isDestinationConflict, isNotFound, statusCode } from "../storage/errors";
import { fitsHeader } from "../storage/tags";
import type { SourceProperties } from "../storage/webSource";
import { abortPending } from "./abortOwn";
import type { BlobCopyInputs } from "./blobCopyTypes";
import { changedSincePreview, pendingElsewhere, permitOverwrite, refuseUnmetSourceConditions } from "./conflicts";
import {
    type CopyRequest,
    isArchivedAfterwards,
    isCompletedAfterwards,
    type ObtainedCopy,
    type PlannedRequest,
    what,
} from "./copyRequest";
import { refuseOtherType, typeCopiedFrom } from "./destinationType";
import { isExplained, type Running } from "./endOfCopy";
import { openSource, readSource, type Source } from "./ends";
import { discardAll, finish } from "./finishCopy";
import type { Context } from "./handler";
import { refuseItself } from "./itself";
import { isCopyOf, isCopyOfCurrent, isEmptyRemnant, isOwn, lacksOnlyProperties, observe } from "./observe";
import { findTemporary, newestLast, preserveOrExplain } from "./overwritten";
import { isAsSent, propertiesIfReadable, standingOf, unprovenIn } from "./ownership";
import { asConditions, asImmutabilityPolicy } from "./sdkOptions";
import { mayChange } from "./unpinned";
import { verifyCopy } from "./verifyCopy";

/** How often a destination that keeps changing under us is looked at again before we give up. */
export const attempts = 4;

/** How long a SAS that was made for a copy outlasts its timeout, so that the copy lives until somebody runs `pulumi up` again. */
export const sasGraceMilliseconds = 24 * 3_600_000;

/**
 * Brings the source's content to the destination by Copy Blob, and waits until it stands there.
 * @param emptying whether content may be overwritten, which Copy Blob empties at once
 * @returns nothing where that stood in the way, and nothing was written
 * @throws CopyLeftPending, OldContentRestored where something must be kept in mind; CopyError and StorageError else
 */
export async function obtainCopy(request: PlannedRequest, context: Context): Promise<ObtainedCopy>;
export async function obtainCopy(
    request: PlannedRequest,
    context: Context,
    emptying: "refused",
): Promise<ObtainedCopy | undefined>;
export async function obtainCopy(
    request: PlannedRequest,
    context: Context,
    emptying?: "refused",
): Promise<ObtainedCopy | undefined> {
    const deadline = new Date(context.clock.now().getTime() + request.timeoutMilliseconds);
    const kept: Preserved[] = [];
    let conflict: unknown;
    // A first create finds its name free nearly always, so it asks for nothing before it writes.
    // (A lease names a blob that is there.)
    let look = request.previous !== undefined || request.destination.lease.leaseId !== undefined;
    for (let attempt = 0; attempt < attempts; attempt++) {
        try {
            const there = look ? await observe(request.destination, context) : undefined;
            const next = there
                ? await decide(request, there, kept, context, emptying)
                : await startOnto(request, undefined, kept, context);
            if (next === undefined) {
                return undefined;
            }
            return "adopt" in next ? next.adopt : await finish(request, next, deadline, context);
        } catch (error) {
            if (error instanceof DestinationConflictError || isRefusal(error)) {
                // No copy of ours is under way, so what we kept of the old content is not needed.
                await discardAll(request.destination, kept, context);
            }
            if (!isDestinationConflict(error)) {
                throw isExplained(error) ? error : explain(`copy ${what(request)}`, error);
            }
            conflict = error;
            look = true;
        }
    }
    await discardAll(request.destination, kept, context);
    const why = request.inputs.conditions?.tagConditions ? "does not meet conditions.tagConditions" : "keeps changing";
    throw explain(`copy ${what(request)}, whose destination ${why}`, conflict);
}

/** A definite answer that nothing was started; a lost connection or a 5xx may have started something. */
function isRefusal(error: unknown): boolean {
    const status = statusCode(error) ?? 0;
    return status >= 400 && status < 500 && !isDestinationConflict(error);
}

/** What to do about a blob that is there. */
async function decide(
    request: PlannedRequest,
    there: BlobGetPropertiesResponse,
    kept: Preserved[],
    context: Context,
    emptying?: "refused",
): Promise<Running | { adopt: ObtainedCopy } | undefined> {
    await refuseItself(request, there, context);
    const { source, destination, previous } = request;
    const fromHere = isCopyOf(there, source.address);
    const isRecorded = previous !== undefined && isOwn(there, previous);
    const ownBefore = isRecorded || (previous !== undefined && (await isLeftByUpdate(request, there, context)));
    if (there.copyStatus === "pending") {
        if (fromHere && !(request.contentChanged && there.copyId === previous?.copyId)) {
            const whose = isRecorded ? "ours" : await whosePending(request, there, context);
            if (whose !== "foreign") {
                const preserved = await findTemporary(request);
                return {
                    copyId: there.copyId!,
                    sourceEtag: undefined,
                    joined: true,
                    preserved,
                    wasFree: false,
                    unproven: whose === "unknown" ? "equal" : undefined,
                };
            }
        }
        if (!ownBefore) {
            throw pendingElsewhere(request, there);
        }
        await refuseOtherSource(request, there, context);
        return startOnto(request, await abortPending(destination, there, context), kept, context);
    }
    if (isEmptyRemnant(request, there)) {
        await refuseOtherSource(request, there, context);
        return startOnto(request, there, kept, context);
    }
    if (there.copyStatus === "success" && fromHere && (there.blobType === "BlockBlob" || isUntouchedSinceCopy(there))) {
        const sourceEtag = await etagIfCurrent(request, there, context);
        const isRecordedCopy = isRecorded || (previous !== undefined && there.copyId === previous.copyId);
        if (sourceEtag !== false && (isRecordedCopy || (await isAsSentNow(request, there, context)))) {
            // It may have been finished by a run that was killed before it could tidy up.
            const preserved = await findTemporary(request);
            return { adopt: { properties: there, sourceEtag, adopted: true, preserved, plan: request.plan } };
        }
    }
    if (!request.contentChanged && lacksOnlyProperties(there, previous)) {
        const preserved = await findTemporary(request);
        return {
            adopt: {
                properties: there,
                sourceEtag: previous?.sourceEtag,
                adopted: true,
                preserved,
                plan: request.plan,
            },
        };
    }
    const other = ownBefore ? undefined : await standingNow(request, there, context);
    if (other && "properties" in other) {
        return { adopt: other };
    }
    const tagConditions = permitOverwrite(request, there, ownBefore, other?.why);
    if (emptying === "refused") {
        return undefined;
    }
    await refuseOtherSource(request, there, context);
    return { ...(await startOnto(request, there, kept, context, tagConditions)), ofOthers: !ownBefore };
}

/**
 * Refuses a source of another type than the blob that is there, before anything is done to that. Where the source can't be read from here,
 * the service refuses it.
 */
async function refuseOtherSource(
    request: CopyRequest,
    there: BlobGetPropertiesResponse,
    context: Context,
): Promise<void> {
    const source = await request.source.properties(context.signal).catch(() => undefined);
    if (source) {
        refuseOtherType(request, there, typeCopiedFrom(request.source.address, source));
    }
}

/** Whose a pending copy of the source is: not known where the source can't be read from here. */
async function whosePending(
    request: CopyRequest,
    there: BlobGetPropertiesResponse,
    context: Context,
): Promise<"ours" | "foreign" | "unknown"> {
    const source = await propertiesIfReadable(request.source, context);
    if (!source) {
        return "unknown";
    }
    return (await isAsSent(request, there, source, context)) ? "ours" : "foreign";
}

async function isAsSentNow(request: CopyRequest, there: BlobGetPropertiesResponse, context: Context): Promise<boolean> {
    return isAsSent(request, there, await readSource(request.source, context), context);
}

/** What a blob is to the resource that it has no record of: adopted, or why it is not. */
async function standingNow(
    request: PlannedRequest,
    there: BlobGetPropertiesResponse,
    context: Context,
): Promise<ObtainedCopy | { readonly why: string }> {
    const source = await propertiesIfReadable(request.source, context);
    if (!source) {
        return { why: "the source can't be read from here" };
    }
    const standing = await standingOf(request, there, source, context);
    const unproven = unprovenIn(request, standing);
    if (standing.is === "foreign" && !unproven) {
        return standing;
    }
    return {
        properties: there,
        sourceEtag: source.etag,
        adopted: true,
        unproven,
        preserved: await findTemporary(request),
        plan: request.plan,
    };
}

/** The source's ETag, if a finished copy of it holds what the source holds now; `false` if it does not. */
async function etagIfCurrent(
    request: CopyRequest,
    there: BlobGetPropertiesResponse,
    context: Context,
): Promise<string | undefined | false> {
    const { previous, inputs } = request;
    if (
        previous &&
        !previous.drifted &&
        there.copyId === previous.copyId &&
        (previous.sourceEtag || request.contentChanged)
    ) {
        return request.contentChanged ? false : (inputs.sourceEtag ?? previous.sourceEtag);
    }
    const current = await readSource(request.source, context);
    refuseOtherType(request, there, typeCopiedFrom(request.source.address, current));
    const isCurrent = request.isSourceFinal || isCopyOfCurrent(there, current, mayChange(request));
    return isCurrent && isVerified(request, there, current) ? current.etag : false;
}

/** Whether a finished copy would pass now: one that did not was left where it could not be taken away. */
function isVerified(request: CopyRequest, there: BlobGetPropertiesResponse, source: SourceProperties): boolean {
    try {
        verifyCopy(request, source, there, request.inputs.blobHTTPHeaders?.blobContentMD5);
        return true;
    } catch {
        return false;
    }
}

/**
 * A copy from the recorded source that nobody touched since, with what was asked for then or is now: an update was interrupted before it
 * could record it.
 */
async function isLeftByUpdate(
    request: CopyRequest,
    there: BlobGetPropertiesResponse,
    context: Context,
): Promise<boolean> {
    const { destination } = request;
    const previous = request.previous!;
    const address = resolveAddress(previous.source);
    if (!address || !isCopyOf(there, address) || !isUntouchedSinceCopy(there)) {
        return false;
    }
    const source = openSource(previous.source, previous.destination, context, previous.sourceCustomerProvidedKey);
    const told = await propertiesIfReadable(source, context);
    const { accessTier: _, requestedAccessTier, ...recorded } = previous;
    const before = { ...recorded, accessTier: requestedAccessTier };
    const tagsBefore = typeof previous.tags === "object" ? previous.tags : undefined;
    const wanted = [
        { ...request, source },
        { inputs: before, source, destination, previous, tags: tagsBefore },
    ];
    for (const one of told ? wanted : []) {
        if (await isAsSent(one, there, told!, context)) {
            return true;
        }
    }
    return false;
}

/** Starts the copy, onto a free name or over what is there. */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: most of it is one request, whose inputs are each left out where they are absent.
async function startOnto(
    request: CopyRequest,
    there: BlobGetPropertiesResponse | undefined,
    keptHere: Preserved[],
    context: Context,
    tagConditions?: string,
): Promise<Running> {
    const { inputs, source, destination } = request;
    const { sourceConditions } = inputs;
    const pins = source.address.kind === "blob";
    // Protected, the blob could not be completed; it is protected last then.
    const protection: Partial<BlobCopyInputs> = isCompletedAfterwards(request) ? {} : inputs;
    const seen = mayChange(request) ? undefined : inputs.sourceEtag;
    let sourceEtag = seen ?? (await currentEtag(source, context));
    if (inputs.onSourceChange === "fail" && inputs.sourceEtag !== undefined && sourceEtag !== undefined) {
        if (sourceEtag !== inputs.sourceEtag) {
            throw changedSincePreview(request);
        }
    }
    if (sourceConditions && pins && sourceEtag) {
        // Beside the ETag that pins the source the service would leave dates out of account.
        const current = await readSource(source, context);
        refuseUnmetSourceConditions(request, current);
        sourceEtag = current.etag;
    }
    // The service reads with this SAS until the copy ends, also after a timeout here.
    const sourceUrl = await source.readableUrl(
        request.timeoutMilliseconds + sasGraceMilliseconds,
        sourceConditions?.tagConditions ? "rt" : "r",
    );
    const preserved: Preserved[] = [];
    if (there) {
        const kept = await preserveOrExplain(request, there, context);
        if (kept) {
            keptHere.push(kept);
        }
        preserved.push(...newestLast(await findTemporary(request), kept));
    }
    for (let attempt = 0; ; attempt++) {
        try {
            const started = await startCopy(destination.client, sourceUrl, {
                metadata: inputs.metadata,
                tags: request.tags && fitsHeader(request.tags) ? request.tags : undefined,
                accessTier: isArchivedAfterwards(request) ? undefined : inputs.accessTier,
                rehydratePriority: inputs.rehydratePriority,
                sealBlob: inputs.sealBlob,
                immutabilityPolicy:
                    protection.immutabilityPolicy && asImmutabilityPolicy(protection.immutabilityPolicy),
                legalHold: protection.legalHold,
                sourceConditions: {
                    ...(sourceEtag && pins
                        ? { ifMatch: sourceEtag }
                        : sourceConditions && asConditions(sourceConditions)),
                    tagConditions: sourceConditions?.tagConditions,
                },
                destinationEtag: there?.etag,
                // Also where no blob is there any more: a lease that can't be is told by the service, never left out.
                conditions: { ...destination.lease, tagConditions },
                signal: context.signal,
            });
            return { copyId: started.copyId, sourceEtag, joined: false, preserved, wasFree: there === undefined };
        } catch (error) {
            const unmetTags = errorCode(error) === "ConditionNotMet" && sourceConditions?.tagConditions !== undefined;
            const unmet = errorCode(error) === "SourceConditionNotMet" && sourceEtag === undefined;
            if (unmetTags || unmet) {
                // The destination's tags have another code, and where no ETag pins the source, no other condition is ours.
                throw explain(`copy ${what(request)}, whose source does not meet sourceConditions`, error);
            }
            if (errorCode(error) !== "SourceConditionNotMet" || attempt >= attempts) {
                throw error;
            }
            if (inputs.onSourceChange === "fail") {
                await discardAll(destination, keptHere, context);
                throw changedSincePreview(request);
            }
            // It changed between preview and copy: what is wanted is what it holds now.
            const current = await readSource(source, context);
            refuseUnmetSourceConditions(request, current);
            sourceEtag = current.etag;
        }
    }
}

/** The source's ETag, where check could not read it. What only the service can read is copied unpinned. */
async function currentEtag(source: Source, context: Context): Promise<string | undefined> {
    try {
        return (await source.properties(context.signal)).etag;
    } catch (error) {
        if (isNotFound(error)) {
            throw explain(`read the source ${source.url}`, error);
        }
        return undefined;
    }
}
