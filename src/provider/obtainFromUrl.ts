// Brings the source's content to the destination by the From-URL operations: each replaces the destination at once, in its last
// request, so that an old blob stands until then and nothing is pending afterwards.

import type { BlobGetPropertiesResponse } from "@azure/storage-blob";
import { abortCopy } from "../copy/abort";
import { copyBlocks, isCommittedFrom } from "../copy/blocks";
import { CopyError, CopyInterruptedError, CopyTimeoutError } from "../copy/errors";
import type { FromUrlRun, FromUrlSource, FromUrlTarget, WrittenBlob } from "../copy/fromUrl";
import { type Plan, planCopy } from "../copy/plan";
import { putBlobFromUrl } from "../copy/putBlob";
import { contentMd5 } from "../copy/status";
import { isFixed } from "../storage/address";
import { explain, isDestinationConflict, StorageError } from "../storage/errors";
import type { SourceProperties } from "../storage/webSource";
import { changedSincePreview, pendingElsewhere, permitOverwrite, refuseUnmetSourceConditions } from "./conflicts";
import { type CopyRequest, type ObtainedCopy, what } from "./copyRequest";
import { readSource } from "./ends";
import { CopyLeftPending } from "./finishCopy";
import type { Context } from "./handler";
import { endedBadly, isEmptyRemnant, isOwn, observe } from "./observe";
import { attempts, obtainCopy } from "./obtainCopy";
import { asHttpHeaders, asImmutabilityPolicy } from "./sdkOptions";
import { changedMeanwhile } from "./unpinned";
import { verifyCopy } from "./verifyCopy";

/**
 * Brings the source's content to the destination by a From-URL operation, or by Copy Blob where only that serves.
 * @throws CopyError and StorageError; nothing that was at the destination is lost by either
 */
export async function obtainFromUrl(request: CopyRequest, context: Context): Promise<ObtainedCopy> {
    const { inputs } = request;
    const source = await readSource(request.source, context);
    refuseUnmetSourceConditions(request, source);
    if (inputs.onSourceChange === "fail" && inputs.sourceEtag !== undefined && source.etag !== inputs.sourceEtag) {
        throw changedSincePreview(request);
    }
    const plan = planFor(request, source);
    if (plan.operation === "Copy Blob") {
        return obtainCopy(request, context);
    }
    const reading = readingOf(request, source, context);
    let conflict: unknown;
    for (let attempt = 0; attempt < attempts; attempt++) {
        try {
            const there = await observe(request.destination, context);
            if (there && (await holds(request, there, source, reading))) {
                return { properties: there, sourceEtag: source.etag, adopted: true, source, operation: plan.operation };
            }
            const target = await targetFor(request, source, there, context);
            const written = await write(request, plan, source, reading, target, context);
            const properties = await observe(request.destination, context);
            if (properties?.etag !== written.etag) {
                throw new CopyError(
                    `the destination was overwritten by somebody else right after the copy of ${what(request)}`,
                );
            }
            verifyCopy(request, source, properties);
            const change =
                plan.operation === "Put Blob From URL" && (await changedMeanwhile(request, source.etag, context));
            if (change) {
                throw new CopyLeftPending({ copyId: undefined, sourceEtag: undefined, properties }, change);
            }
            return { properties, sourceEtag: source.etag, adopted: false, source, operation: plan.operation };
        } catch (error) {
            if (!isDestinationConflict(error)) {
                throw error instanceof CopyError || error instanceof StorageError || error instanceof CopyLeftPending
                    ? error
                    : explain(`copy ${what(request)} by ${plan.operation}`, error);
            }
            conflict = error;
        }
    }
    throw explain(`copy ${what(request)}, whose destination keeps changing`, conflict);
}

function planFor(request: CopyRequest, source: SourceProperties): Plan {
    try {
        return planCopy({
            method: request.inputs.method ?? "copyBlob",
            verifyMd5: request.inputs.verify === "md5",
            source,
        });
    } catch (error) {
        throw error instanceof CopyError ? new CopyError(`could not copy ${what(request)}: ${error.message}`) : error;
    }
}

/** The source as the executors read it: authorized on its own in any account, pinned where it can change. */
function readingOf(request: CopyRequest, properties: SourceProperties, context: Context): FromUrlSource {
    const { source, timeoutMilliseconds } = request;
    const fixed = isFixed(source.address);
    let url: Promise<string> | undefined;
    return {
        authorize: async () => {
            url ??= source.authorizedUrl(timeoutMilliseconds);
            return { url: await url };
        },
        ...(properties.etag !== undefined && !fixed && source.address.kind === "blob" && { etag: properties.etag }),
        ...(properties.etag !== undefined && { identity: properties.etag }),
        confirm: async () => {
            const change = await changedMeanwhile(request, properties.etag, context);
            if (change) {
                throw change;
            }
        },
        contentLength: properties.contentLength!,
        ...(properties.contentMD5 && { contentMd5: properties.contentMD5 }),
    };
}

/** Whether the destination holds what the source holds now: a run that was interrupted had finished the copy, or nothing has to be copied. */
async function holds(
    request: CopyRequest,
    there: BlobGetPropertiesResponse,
    source: SourceProperties,
    reading: FromUrlSource,
): Promise<boolean> {
    const { previous, destination } = request;
    if (
        there.blobType !== "BlockBlob" ||
        there.contentLength !== source.contentLength ||
        there.copyStatus === "pending"
    ) {
        return false;
    }
    if (endedBadly(there) || (previous && isOwn(there, previous))) {
        return false;
    }
    const md5 = contentMd5(source);
    if (source.contentLength === 0 || (md5 !== undefined && md5 === contentMd5(there))) {
        return true;
    }
    const { committedBlocks = [] } = await destination.client.getBlockList("committed", {
        conditions: destination.lease,
    });
    return isCommittedFrom(committedBlocks, reading);
}

/** What the new blob gets, onto a free name or over what may be overwritten. */
async function targetFor(
    request: CopyRequest,
    source: SourceProperties,
    found: BlobGetPropertiesResponse | undefined,
    context: Context,
): Promise<FromUrlTarget> {
    const { inputs, destination, previous, tags } = request;
    let there = found;
    let tagConditions: string | undefined;
    if (there) {
        const own = previous !== undefined && isOwn(there, previous);
        if (there.copyStatus === "pending") {
            if (!own) {
                throw pendingElsewhere(request, there);
            }
            await abortCopy(destination.client, there.copyId!, destination.lease);
            there = await observe(destination, context);
        } else if (!isEmptyRemnant(request, there)) {
            tagConditions = permitOverwrite(request, there, own);
        }
    }
    const metadata = inputs.metadata ?? source.metadata;
    return {
        blobHTTPHeaders: asHttpHeaders(inputs.blobHTTPHeaders, source),
        ...(metadata && { metadata }),
        ...(tags && { tags }),
        ...(inputs.accessTier !== undefined && { accessTier: inputs.accessTier }),
        ...(inputs.immutabilityPolicy && { immutabilityPolicy: asImmutabilityPolicy(inputs.immutabilityPolicy) }),
        ...(inputs.legalHold !== undefined && { legalHold: inputs.legalHold }),
        conditions: there
            ? { ifMatch: there.etag!, ...destination.lease, ...(tagConditions !== undefined && { tagConditions }) }
            : { ifNoneMatch: "*" },
    };
}

/** Runs the operation until it ends, or until the timeout. */
async function write(
    request: CopyRequest,
    plan: Plan,
    source: SourceProperties,
    reading: FromUrlSource,
    target: FromUrlTarget,
    context: Context,
): Promise<WrittenBlob> {
    const { clock } = context;
    const started = clock.now().getTime();
    const timeout = new AbortController();
    const soFar = { copied: 0, total: reading.contentLength };
    const run: FromUrlRun = {
        clock,
        signal: AbortSignal.any([context.signal, timeout.signal]),
        progress(copied, total) {
            soFar.copied = copied;
            const elapsedMilliseconds = clock.now().getTime() - started;
            context.progress({ elapsedMilliseconds, copied, total });
            if (elapsedMilliseconds >= request.timeoutMilliseconds && copied < total) {
                timeout.abort();
            }
        },
    };
    context.progress({ elapsedMilliseconds: 0, ...soFar });
    const { client } = request.destination;
    try {
        return plan.operation === "Put Blob From URL"
            ? await putBlobFromUrl({
                  destination: client,
                  source: reading,
                  target,
                  run,
                  verifyMd5: request.inputs.verify === "md5",
                  sourceHasMetadata: Object.keys(source.metadata ?? {}).length > 0,
              })
            : await copyBlocks({ destination: client, source: reading, target, run, resume: true });
    } catch (error) {
        if (timeout.signal.aborted && error instanceof CopyInterruptedError) {
            throw new CopyTimeoutError(
                `the copy of ${what(request)} is not done at its timeout (${soFar.copied} of ${soFar.total} bytes); what was copied is kept for a week, and the next pulumi up carries on from there, with a longer timeout if need be`,
            );
        }
        throw error;
    }
}
