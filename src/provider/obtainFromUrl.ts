// Brings the source's content to the destination by the From-URL operations, which leave nothing pending. A block blob is replaced
// at once, in the last request, so that an old blob stands until then; pages and appended blocks are written beside an old blob.

import type { BlobGetPropertiesResponse } from "@azure/storage-blob";
import { CopyError, CopyTimeoutError } from "../copy/errors";
import { type FromUrlSource, type FromUrlTarget, type WrittenBlob, WrittenError } from "../copy/fromUrl";
import { type Plan, planCopy } from "../copy/plan";
import type { Preserved } from "../copy/preserve";
import { isUnfinishedCopyOf, unfinishedIn } from "../copy/unfinished";
import { isFixed, namedByQuery } from "../storage/address";
import { cpkInfo } from "../storage/encryption";
import {
    explain,
    isDestinationConflict,
    isNotFound,
    isNotImplemented,
    isRedirect,
    passingRefusal,
} from "../storage/errors";
import { isWithinAccount } from "../storage/sameAccount";
import { fitsHeader } from "../storage/tags";
import type { SourceProperties } from "../storage/webSource";
import { abortPending } from "./abortOwn";
import { copyBesideOld, discardBeside, isCopiedFromBeside, isCopyOfBeside } from "./besideOld";
import { changedSincePreview, pendingElsewhere, permitOverwrite, refuseUnmetSourceConditions } from "./conflicts";
import { type CopyRequest, type ObtainedCopy, type PlannedRequest, what } from "./copyRequest";
import { refuseOtherType, typeWrittenBy } from "./destinationType";
import { asWhole, fromUrlOnly, hasEncryption, refuseBeside } from "./encryption";
import { CopyLeftPending, isExplained } from "./endOfCopy";
import { authorizing, readSource } from "./ends";
import type { Context } from "./handler";
import { refuseItself } from "./itself";
import { destinationName, endedBadly, isCopyOf, isEmptyRemnant, isOwn, lacksOnlyProperties, observe } from "./observe";
import { attempts } from "./obtainCopy";
import { findKept, findTemporary, keepingOverwritten } from "./overwritten";
import { type Standing, standingOf, unprovenIn } from "./ownership";
import { runFromUrl } from "./runFromUrl";
import { asHttpHeaders, asImmutabilityPolicy } from "./sdkOptions";
import { changedMeanwhile } from "./unpinned";
import { verifyCopy } from "./verifyCopy";

/** How long a SAS outlasts the timeout, so that what ends a copy in its last minutes is the timeout and not the SAS. */
const sasGraceMilliseconds = 15 * 60_000;

/** That Copy Blob is to bring the content, and why. Nothing was written. */
export interface CopyBlobInstead {
    readonly copyBlob: string;
}

/**
 * Brings the source's content to the destination by a From-URL operation.
 * @returns {@link CopyBlobInstead} where that does not serve and `method` leaves the choice
 * @throws CopyLeftPending where something unfinished stands at the destination; CopyError and StorageError else. Nothing that was
 * at the destination is lost by any
 */
export async function obtainFromUrl(request: CopyRequest, context: Context): Promise<ObtainedCopy | CopyBlobInstead> {
    const { inputs } = request;
    const auto = inputs.method !== "fromUrl" && fromUrlOnly(request) === undefined;
    const source = await readOrLeave(request, auto, context);
    if (!source) {
        return { copyBlob: "the service may read what this machine may not" };
    }
    refuseUnmetSourceConditions(request, source);
    if (inputs.onSourceChange === "fail" && inputs.sourceEtag !== undefined && source.etag !== inputs.sourceEtag) {
        throw changedSincePreview(request);
    }
    const reading = readingOf(request, source, context);
    let plan = planFor(request, source, undefined);
    let whole: Plan | undefined;
    let conflict: unknown;
    const startedOn = context.clock.now();
    let lostOn: Date | undefined;
    const repeated = () => {
        lostOn = startedOn;
    };
    // A first create finds its name free nearly always, so what is one request asks for nothing before it.
    let look = request.previous !== undefined || request.destination.lease.leaseId !== undefined;
    for (let attempt = 0; attempt < attempts; attempt++) {
        try {
            let there: BlobGetPropertiesResponse | undefined;
            if (look || plan.operation !== "Put Blob From URL") {
                there = await observe(request.destination, context);
                if (there) {
                    await refuseItself(request, there, context, source);
                }
                plan = whole ?? planFor(request, source, there);
            }
            if (auto && there?.copyStatus === "pending" && isCopyOf(there, request.source.address)) {
                return { copyBlob: "a Copy Blob of this source is pending already" };
            }
            if (plan.operation === "Copy Blob") {
                return { copyBlob: plan.reason };
            }
            const bringing = { request: { ...request, plan }, source, reading, there, sentOn: lostOn };
            return await bring({ ...bringing, repeated }, context);
        } catch (error) {
            if (auto && isNotImplemented(error)) {
                return { copyBlob: `the service does not have ${plan.operation}` };
            }
            whole ??= asWhole(plan, error, source.contentLength);
            if (whole && plan !== whole) {
                continue;
            }
            if (!isDestinationConflict(error)) {
                throw isExplained(error) ? error : explain(`copy ${what(request)} by ${plan.operation}`, error);
            }
            conflict = error;
            look = true;
        }
    }
    throw explain(`copy ${what(request)}, whose destination keeps changing`, conflict);
}

/** What the source tells of itself; nothing where it may not be read from here, which Copy Blob does not need. */
async function readOrLeave(
    request: CopyRequest,
    auto: boolean,
    context: Context,
): Promise<SourceProperties | undefined> {
    try {
        return await readSource(request.source, context);
    } catch (error) {
        const { cause } = error as Error;
        // Where a role is missing here, the service lacks it too; and it follows no redirects.
        if (!auto || isNotFound(cause) || passingRefusal(cause) || isRedirect(cause)) {
            throw error;
        }
        return undefined;
    }
}

function planFor(request: CopyRequest, source: SourceProperties, there: BlobGetPropertiesResponse | undefined): Plan {
    const { inputs, destination } = request;
    const { address } = request.source;
    const onlyFromUrl = fromUrlOnly(request);
    // An MD5 that the program gives tells no later run of what source the blob is.
    const given = inputs.blobHTTPHeaders?.blobContentMD5;
    const { contentMD5: _, ...md5less } = source;
    try {
        return planCopy({
            method: inputs.method ?? "auto",
            verifyMd5: inputs.verify === "md5",
            source: given === undefined ? source : md5less,
            blobType: inputs.blobType,
            sameAccount: isWithinAccount(address, destination.address),
            fixedSource: isFixed(address),
            occupied: there !== undefined && mustStand(request, there),
            unpinned: address.kind !== "blob",
            copyBlobOnly:
                inputs.sourceConditions?.tagConditions === undefined ? undefined : "sourceConditions.tagConditions",
            fromUrlOnly: onlyFromUrl,
        });
    } catch (error) {
        throw error instanceof CopyError ? new CopyError(`could not copy ${what(request)}: ${error.message}`) : error;
    }
}

/** Whether a blob holds something that is worth keeping until the copy stands. */
function mustStand(request: CopyRequest, there: BlobGetPropertiesResponse): boolean {
    return (
        there.copyStatus !== "pending" && unfinishedIn(there.metadata) === undefined && !isEmptyRemnant(request, there)
    );
}

/** A request, what its source tells, and what is at its destination. */
interface Bringing {
    readonly request: PlannedRequest;
    readonly source: SourceProperties;
    readonly reading: FromUrlSource;
    readonly there: BlobGetPropertiesResponse | undefined;
    /** When this run began to write, if the answer to a Put Blob From URL of it was lost. */
    readonly sentOn: Date | undefined;
    /** Is told that such an answer was lost. */
    repeated(): void;
}

async function bring(bringing: Bringing, context: Context): Promise<ObtainedCopy> {
    const { request, source, reading, there } = bringing;
    const { plan, destination } = request;
    const obtained = (
        properties: BlobGetPropertiesResponse,
        adopted: boolean,
        preserved: readonly Preserved[],
    ): ObtainedCopy => ({ properties, sourceEtag: source.etag, adopted, preserved, source, plan });
    if (there) {
        refuseOtherType(request, there, typeWrittenBy(plan.operation)!);
    }
    const standing = await standingThere(bringing, context);
    const unproven = standing && unprovenIn(request, standing);
    if (there && unproven) {
        // Somebody else's headers and metadata stay, but for those that are asked for.
        const { source: _, ...found } = obtained(there, true, await findKept(request));
        return { ...found, unproven };
    }
    if (there && standing?.is === "ours") {
        if (there.blobType !== "BlockBlob") {
            await discardBeside(destination, context);
            // Copy Blob has put it over an old one.
            return obtained(there, true, await findTemporary(request));
        }
        return obtained(there, true, await findKept(request));
    }
    const isUnderWay = there?.copyStatus === "pending" && (await isCopyOfBeside(there, destination, reading, context));
    const notAdopted = standing?.is === "foreign" ? standing.why : undefined;
    const target = isUnderWay ? contentFor(bringing, {}) : await targetFor(bringing, notAdopted, context);
    if (there && (plan.beside || isUnderWay)) {
        refuseBeside(request);
        const copied = await copyBesideOld(request, source, reading, target, there, context);
        return {
            ...obtained(copied.properties, copied.adopted, copied.preserved),
            plan: { ...plan, beside: true },
        };
    }
    const { written, preserved } = await keepingOverwritten(request, there, context, () =>
        writeOrLeave(bringing, target, context),
    );
    const properties = await observeWritten(bringing, written, context);
    if (properties?.etag !== written.etag) {
        const error = new CopyError(
            `the destination was overwritten by somebody else right after the copy of ${what(request)}`,
        );
        throw new CopyLeftPending({ sourceEtag: source.etag, properties: asWritten(written, source) }, error);
    }
    if (properties.blobType !== "BlockBlob" && request.previous && request.previous.copyStatus !== "success") {
        // An old blob that was to be replaced from there has gone meanwhile.
        await discardBeside(destination, context);
    }
    try {
        verifyCopy(request, source, properties, request.inputs.blobHTTPHeaders?.blobContentMD5);
        // An operation in blocks asks before its last request.
        const change =
            plan.operation === "Put Blob From URL" && (await changedMeanwhile(request, source.etag, context));
        if (change) {
            throw change;
        }
    } catch (error) {
        // It is this resource's, and no copy of the source: the next run replaces it.
        throw new CopyLeftPending({ sourceEtag: undefined, properties }, error as Error);
    }
    return obtained(properties, false, preserved);
}

/** What was written, where it can't be looked at. */
function asWritten(
    { etag, lastModified }: WrittenBlob,
    { contentLength }: SourceProperties,
): BlobGetPropertiesResponse {
    return { etag, lastModified, contentLength } as BlobGetPropertiesResponse;
}

/** Writes the new blob. Of pages and appended blocks something may be left at the destination, which is worth keeping in mind. */
async function writeOrLeave(
    { request, source, reading, repeated }: Bringing,
    target: FromUrlTarget,
    context: Context,
): Promise<WrittenBlob> {
    try {
        return await runFromUrl(request, source, reading, target, context, repeated);
    } catch (error) {
        const { operation } = request.plan;
        if (error instanceof WrittenError) {
            const properties = asWritten(error.written, source);
            const cause = explain(`finish ${request.destination.url}, which was copied by ${operation}`, error.cause);
            throw new CopyLeftPending({ sourceEtag: source.etag, properties }, cause);
        }
        if (!isInParts(request) || isDestinationConflict(error)) {
            throw error;
        }
        const left = await observe(request.destination, context).catch(() => undefined);
        if (!left || !(await isUnfinishedCopyOf(left.metadata, reading))) {
            throw error;
        }
        const unwanted = error instanceof CopyTimeoutError && request.inputs.onTimeout === "abort";
        if (unwanted || isNotImplemented(error)) {
            await removeUnfinished(request, reading, left, context);
            throw error;
        }
        const cause = isExplained(error) ? error : explain(`copy ${what(request)} by ${operation}`, error);
        throw new CopyLeftPending({ sourceEtag: source.etag, properties: left }, cause);
    }
}

/** Whether pages or appended blocks are written, which tell no later run of their source. */
function isInParts({ plan: { operation } }: PlannedRequest): boolean {
    return operation === "Put Page From URL" || operation === "Append Block From URL";
}

/** What the new blob is like. Where that is not to be learned, it is kept in mind all the same: no later run would know it for its own. */
async function observeWritten(
    { request, source }: Bringing,
    written: WrittenBlob,
    context: Context,
): Promise<BlobGetPropertiesResponse | undefined> {
    try {
        return await observe(request.destination, context);
    } catch (error) {
        const properties = asWritten(written, source);
        const cause = explain(`read ${request.destination.url}, which was copied`, error);
        throw new CopyLeftPending({ sourceEtag: source.etag, properties }, cause);
    }
}

/** Deletes what an operation has left unfinished, whose ETag a request that was given up may still change. */
async function removeUnfinished(
    request: CopyRequest,
    reading: FromUrlSource,
    found: BlobGetPropertiesResponse,
    context: Context,
): Promise<void> {
    const { client, lease } = request.destination;
    let left: BlobGetPropertiesResponse | undefined = found;
    for (let attempt = 0; left && (await isUnfinishedCopyOf(left.metadata, reading)); attempt++) {
        try {
            await client.delete({ conditions: { ifMatch: left.etag!, ...lease }, abortSignal: context.signal });
            return;
        } catch (error) {
            if (!isDestinationConflict(error) || attempt >= attempts) {
                throw error;
            }
            left = await observe(request.destination, context);
        }
    }
}

/** The source as the executors read it: authorized on its own in any account, pinned where it can change. */
function readingOf(request: CopyRequest, properties: SourceProperties, context: Context): FromUrlSource {
    const { source, timeoutMilliseconds } = request;
    const query = namedByQuery(source.address);
    const { sourceCustomerProvidedKey } = request.inputs;
    return {
        authorize: authorizing(source, timeoutMilliseconds + sasGraceMilliseconds),
        etag: source.address.kind === "blob" && !isFixed(source.address) ? properties.etag : undefined,
        identity: properties.etag,
        destinationName: destinationName(request.destination),
        query,
        confirm: async () => {
            const change = await changedMeanwhile(request, properties.etag, context);
            if (change) {
                throw change;
            }
        },
        contentLength: properties.contentLength!,
        contentMd5: properties.contentMD5,
        customerProvidedKey: cpkInfo(sourceCustomerProvidedKey),
    };
}

/**
 * What the destination is to the resource, as far as it may hold what the source holds now: a run that was interrupted had finished the copy,
 * or nothing has to be copied. Nothing where it is to be written.
 */
async function standingThere(bringing: Bringing, context: Context): Promise<Standing | undefined> {
    const { request, source, reading, there, sentOn } = bringing;
    const { previous, destination } = request;
    if (!there || there.copyStatus === "pending" || endedBadly(there)) {
        return undefined;
    }
    // What was copied last; a run that could not set its tags afterwards has recorded it as unfinished.
    const isToBeCompleted =
        !request.contentChanged && previous?.copyStatus === "pending" && previous.sourceEtag === source.etag;
    const own = previous !== undefined && isOwn(there, previous);
    if (own && !isToBeCompleted) {
        return undefined;
    }
    const hasLength = there.contentLength === source.contentLength && hasEncryption(request.inputs, there);
    if (hasLength && isToBeCompleted && lacksOnlyProperties(there, previous)) {
        return { is: "ours" };
    }
    if (
        hasLength &&
        there.blobType !== "BlockBlob" &&
        (await isCopiedFromBeside(there, destination, reading, context))
    ) {
        return { is: "ours" };
    }
    const standing = await standingOf(request, there, source, context, reading);
    const isRecorded = own && standing.is === "foreign" && standing.hasContent;
    const isWritten = own || (sentOn !== undefined && isWrittenAfter(sentOn, there, context));
    return isRecorded || (standing.is === "equal" && isWritten) ? { is: "ours" } : standing;
}

/** Whether a blob was written after a request was sent whose answer was lost, by the service's clock, in whole seconds. */
function isWrittenAfter(sentOn: Date, { date, lastModified }: BlobGetPropertiesResponse, context: Context): boolean {
    const elapsed = context.clock.now().getTime() - sentOn.getTime() + 1_000;
    return date !== undefined && lastModified !== undefined && date.getTime() - lastModified.getTime() <= elapsed;
}

/** What the new blob gets, onto a free name or over what may be overwritten. */
async function targetFor(bringing: Bringing, notAdopted: string | undefined, context: Context): Promise<FromUrlTarget> {
    const { request, reading } = bringing;
    const { destination, previous } = request;
    let { there } = bringing;
    let tagConditions: string | undefined;
    if (there) {
        const own = previous !== undefined && isOwn(there, previous);
        if (there.copyStatus === "pending") {
            if (!own) {
                throw pendingElsewhere(request, there);
            }
            there = await abortPending(destination, there, context);
        } else if (!isEmptyRemnant(request, there) && !(await isUnfinishedCopyOf(there.metadata, reading))) {
            tagConditions = permitOverwrite(request, there, own, notAdopted);
        }
    }
    return contentFor(
        bringing,
        there
            ? { ifMatch: there.etag!, ...destination.lease, tagConditions }
            : { ifNoneMatch: "*", ...destination.lease },
    );
}

function contentFor({ request, source }: Bringing, conditions: FromUrlTarget["conditions"]): FromUrlTarget {
    const { inputs, tags } = request;
    const metadata = inputs.metadata ?? source.metadata;
    return {
        blobHTTPHeaders: asHttpHeaders(inputs.blobHTTPHeaders, source),
        metadata,
        tags: tags && fitsHeader(tags) ? tags : undefined,
        accessTier: inputs.accessTier,
        encryptionScope: inputs.encryptionScope,
        customerProvidedKey: cpkInfo(inputs.customerProvidedKey),
        immutabilityPolicy: inputs.immutabilityPolicy && asImmutabilityPolicy(inputs.immutabilityPolicy),
        legalHold: inputs.legalHold,
        conditions,
    };
}
