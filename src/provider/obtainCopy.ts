// Brings the source's content to the destination, from wherever things stand there: nothing yet, a copy that an
// interrupted run has started or finished, an older copy of ours, somebody else's blob.

import type { BlobGetPropertiesResponse } from "@azure/storage-blob";
import { abortCopy } from "../copy/abort";
import {
    CopyAbortedError,
    CopyError,
    CopyFailedError,
    CopyTimeoutError,
    DestinationConflictError,
    SourceChangedError,
} from "../copy/errors";
import { discard, findPreserved, type Preserved, preserve, restore } from "../copy/preserve";
import { startCopy } from "../copy/start";
import { isUntouchedSinceCopy, parseProgress } from "../copy/status";
import { waitForCopy } from "../copy/wait";
import { resolveAddress, sameAddress } from "../storage/address";
import { errorCode, explain, isDestinationConflict, isNotFound, StorageError, statusCode } from "../storage/errors";
import { redactUrl } from "../storage/url";
import type { BlobCopyInputs, BlobCopyState } from "./blobCopyTypes";
import type { Destination, Source } from "./ends";
import { readSource } from "./ends";
import type { Context } from "./handler";
import { isCopyOf, isCopyOfCurrent, isOwn, observe } from "./observe";

/** What is to be brought where. */
export interface CopyRequest {
    readonly inputs: BlobCopyInputs;
    readonly source: Source;
    readonly destination: Destination;
    /** What was recorded last, in an update. */
    readonly previous?: BlobCopyState;
    /** In an update: the source is another one, or has another ETag, than what was copied. */
    readonly sourceChanged?: boolean;
    readonly timeoutMilliseconds: number;
}

/** How the content came to be there. */
export interface ObtainedCopy {
    readonly properties: BlobGetPropertiesResponse;
    /** The source's ETag that was copied, where it is known. */
    readonly sourceEtag: string | undefined;
    /** Found there, pending or finished, instead of started: it needs a new ETag, and its properties are not what this run has asked for. */
    readonly adopted: boolean;
}

/** How often a destination that keeps changing under us is looked at again before we give up. */
const attempts = 4;

/** How long a SAS that was made for a copy outlasts its timeout, so that the copy lives until somebody runs `pulumi up` again. */
const sasGraceMilliseconds = 24 * 3_600_000;

/** A started or joined copy, and what must be put back if it fails. */
interface Running {
    readonly copyId: string;
    readonly sourceEtag: string | undefined;
    readonly joined: boolean;
    readonly preserved: readonly Preserved[];
    /** Nothing was there before, so that a failed copy's empty blob can go. */
    readonly wasFree: boolean;
}

/** A pending copy that this run left behind at its timeout or interruption; its state is worth keeping. */
export class CopyLeftPending extends Error {
    constructor(
        readonly running: { copyId: string; sourceEtag: string | undefined; properties?: BlobGetPropertiesResponse },
        override readonly cause: Error,
    ) {
        super(cause.message, { cause });
    }
}

/** A copy that failed over older content, which stands again under a new ETag. */
export class OldContentRestored extends Error {
    constructor(
        readonly etag: string,
        override readonly cause: Error,
    ) {
        super(cause.message, { cause });
    }
}

export async function obtainCopy(request: CopyRequest, context: Context): Promise<ObtainedCopy> {
    const deadline = new Date(context.clock.now().getTime() + request.timeoutMilliseconds);
    const kept: Preserved[] = [];
    let conflict: unknown;
    // A first create finds its name free nearly always, so it asks for nothing before it writes.
    let look = request.previous !== undefined;
    for (let attempt = 0; attempt < attempts; attempt++) {
        try {
            const there = look ? await observe(request.destination, context) : undefined;
            const next = there
                ? await decide(request, there, kept, context)
                : await startOnto(request, undefined, kept, context);
            return "adopt" in next ? next.adopt : await finish(request, next, deadline, context);
        } catch (error) {
            if (error instanceof DestinationConflictError || isRefusal(error)) {
                // No copy of ours is under way, so what we kept of the old content is not needed.
                await discardAll(request.destination, kept, context);
            }
            if (!isDestinationConflict(error)) {
                throw error instanceof Error && isOurs(error) ? error : explain(`copy ${what(request)}`, error);
            }
            conflict = error;
            look = true;
        }
    }
    throw explain(`copy ${what(request)}, whose destination keeps changing`, conflict);
}

/** A definite answer that nothing was started; a lost connection or a 5xx may have started something. */
function isRefusal(error: unknown): boolean {
    const status = statusCode(error) ?? 0;
    return status >= 400 && status < 500 && !isDestinationConflict(error);
}

function isOurs(error: Error): boolean {
    return (
        error instanceof CopyError ||
        error instanceof StorageError ||
        error instanceof CopyLeftPending ||
        error instanceof OldContentRestored
    );
}

function what(request: CopyRequest): string {
    return `${request.source.url} onto ${request.destination.url}`;
}

/** What to do about a blob that is there. */
async function decide(
    request: CopyRequest,
    there: BlobGetPropertiesResponse,
    kept: Preserved[],
    context: Context,
): Promise<Running | { adopt: ObtainedCopy }> {
    const { source, destination, previous } = request;
    const fromHere = isCopyOf(there, source.address);
    const ownBefore = previous !== undefined && (isOwn(there, previous) || isLeftByUpdate(there, previous));
    if (there.copyStatus === "pending") {
        if (fromHere && !(request.sourceChanged && there.copyId === previous?.copyId)) {
            const preserved = await findPreserved(destination.container, destination.address.blobName);
            return { copyId: there.copyId!, sourceEtag: undefined, joined: true, preserved, wasFree: false };
        }
        if (!ownBefore) {
            throw pendingElsewhere(request, there);
        }
        await abortCopy(destination.client, there.copyId!);
        return startOnto(request, await observe(destination, context), kept, context);
    }
    const ended = there.copyStatus === "failed" || there.copyStatus === "aborted";
    if (ended && there.contentLength === 0 && (fromHere || previous)) {
        // An empty blob, left by a copy that failed or by one that was to put old content back: nothing to lose.
        return startOnto(request, there, kept, context);
    }
    if (there.copyStatus === "success" && fromHere && (there.blobType === "BlockBlob" || isUntouchedSinceCopy(there))) {
        const current = await readSource(source, context);
        const sameCopy = previous !== undefined && there.copyId === previous.copyId;
        if (sameCopy ? !request.sourceChanged : isCopyOfCurrent(there, current)) {
            // It may have been finished by a run that was killed before it could tidy up.
            await discardAll(
                destination,
                await findPreserved(destination.container, destination.address.blobName),
                context,
            );
            return { adopt: { properties: there, sourceEtag: current.etag, adopted: true } };
        }
    }
    const { overwrite } = request.inputs;
    if (overwrite === "always" || (ownBefore && overwrite !== "never")) {
        return startOnto(request, there, kept, context);
    }
    throw inTheWay(request, there, ownBefore);
}

/** A copy from the recorded source that nobody touched since: an update was interrupted before it could record it. */
function isLeftByUpdate(there: BlobGetPropertiesResponse, previous: BlobCopyState): boolean {
    const address = resolveAddress(previous.source);
    return address !== undefined && isCopyOf(there, address) && isUntouchedSinceCopy(there);
}

/** Starts the copy, onto a free name or over what is there. */
async function startOnto(
    request: CopyRequest,
    there: BlobGetPropertiesResponse | undefined,
    keptHere: Preserved[],
    context: Context,
): Promise<Running> {
    const { inputs, source, destination } = request;
    let sourceEtag = inputs.sourceEtag ?? (await currentEtag(source, context));
    // The service reads with this SAS until the copy ends, also after a timeout here.
    const sourceUrl = await source.readableUrl(request.timeoutMilliseconds + sasGraceMilliseconds);
    const preserved: Preserved[] = [];
    if (there) {
        preserved.push(...(await findPreserved(destination.container, destination.address.blobName)));
        const kept = await preserveOrExplain(request, there, context);
        if (kept) {
            keptHere.push(kept);
            preserved.push(kept);
        }
    }
    for (let attempt = 0; ; attempt++) {
        try {
            const started = await startCopy(destination.client, sourceUrl, {
                ...(inputs.metadata && { metadata: inputs.metadata }),
                ...(inputs.tags && { tags: inputs.tags }),
                ...(inputs.accessTier && { accessTier: inputs.accessTier }),
                ...(sourceEtag && source.address.kind === "blob" && { sourceEtag }),
                ...(there?.etag && { destinationEtag: there.etag }),
                signal: context.signal,
            });
            return { copyId: started.copyId, sourceEtag, joined: false, preserved, wasFree: there === undefined };
        } catch (error) {
            if (errorCode(error) !== "SourceConditionNotMet" || attempt >= attempts) {
                throw error;
            }
            if (inputs.onSourceChange === "fail") {
                await discardAll(destination, keptHere, context);
                throw new SourceChangedError(
                    `the source ${source.url} has changed since the preview, and onSourceChange is "fail"; run pulumi up again to copy what it holds now`,
                );
            }
            // It changed between preview and copy: what is wanted is what it holds now.
            sourceEtag = (await readSource(source, context)).etag;
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

async function preserveOrExplain(
    request: CopyRequest,
    there: BlobGetPropertiesResponse,
    context: Context,
): Promise<Preserved | undefined> {
    try {
        return await preserve(request.destination.client, there, context.signal);
    } catch (error) {
        if (isDestinationConflict(error)) {
            throw error;
        }
        throw explain(
            `keep the content of ${request.destination.url} in a snapshot while it is overwritten (delete the blob first, or copy to another name)`,
            error,
        );
    }
}

function wait(
    request: CopyRequest,
    copyId: string,
    deadline: Date,
    context: Context,
): Promise<BlobGetPropertiesResponse> {
    return waitForCopy(request.destination.client, {
        copyId,
        clock: context.clock,
        signal: context.signal,
        deadline,
        what: what(request),
        progress: (progress) => context.progress(progress),
    });
}

/** Waits for the end, and puts things right after a bad one. */
async function finish(request: CopyRequest, running: Running, deadline: Date, context: Context): Promise<ObtainedCopy> {
    const { destination } = request;
    let properties: BlobGetPropertiesResponse;
    try {
        properties = await wait(request, running.copyId, deadline, context);
    } catch (error) {
        if (error instanceof CopyTimeoutError) {
            const last = await observe(destination, context).catch(() => undefined);
            throw new CopyLeftPending(
                { copyId: running.copyId, sourceEtag: running.sourceEtag, ...(last && { properties: last }) },
                error,
            );
        }
        const cause =
            error instanceof CopyError
                ? error
                : explain(
                      `wait for the copy of ${what(request)} (it goes on, and the next pulumi up carries on from there)`,
                      error,
                  );
        // Whatever kept us from looking, the copy is there: without its record, the next run could not know it.
        throw new CopyLeftPending({ copyId: running.copyId, sourceEtag: running.sourceEtag }, cause);
    }
    if (properties.copyStatus !== "success") {
        await putRight(request, running, properties, deadline, context);
    }
    const progress = parseProgress(properties.copyProgress);
    if (progress && properties.contentLength !== progress.total) {
        throw new CopyError(
            `the copy of ${what(request)} is not whole: the source has ${progress.total} bytes, the destination ${properties.contentLength}; copy ID ${running.copyId}`,
            running.copyId,
            properties.copyStatus,
        );
    }
    await discardAll(destination, running.preserved, context);
    return { properties, sourceEtag: running.sourceEtag, adopted: running.joined };
}

/** After a copy that ended badly: the old content comes back, or the empty blob goes. Always throws. */
async function putRight(
    request: CopyRequest,
    running: Running,
    properties: BlobGetPropertiesResponse,
    deadline: Date,
    context: Context,
): Promise<never> {
    const { destination } = request;
    const description = properties.copyStatusDescription ? `: ${properties.copyStatusDescription}` : "";
    const Kind = properties.copyStatus === "aborted" ? CopyAbortedError : CopyFailedError;
    const old = running.preserved.at(-1);
    const error = (afterwards: string) =>
        new Kind(
            `the copy of ${what(request)} ended as ${properties.copyStatus}${description}; ${afterwards}; copy ID ${running.copyId}`,
            running.copyId,
            properties.copyStatus,
        );
    if (!old && !running.wasFree) {
        throw error("the destination is empty, as it was before");
    }
    let etag: string | undefined;
    try {
        etag = old
            ? await restore(destination.client, old, properties.etag!, (copyId) =>
                  wait(request, copyId, deadline, context),
              )
            : void (await destination.client.delete({ conditions: { ifMatch: properties.etag! } }));
    } catch (failure) {
        const left = old ? `its old content is safe in the snapshot ${old.snapshot}` : "its empty blob was left";
        context.warn(explain(`put ${destination.url} right after a failed copy`, failure).message);
        throw error(left);
    }
    if (etag === undefined) {
        throw error("its empty blob was removed");
    }
    await discardAll(destination, running.preserved, context);
    throw new OldContentRestored(etag, error("the destination's old content was put back"));
}

async function discardAll(destination: Destination, preserved: readonly Preserved[], context: Context): Promise<void> {
    for (const one of preserved) {
        try {
            await discard(destination.client, one);
        } catch (error) {
            // The copy itself is done; a left-over snapshot costs a little, an error here would cost the record of the copy.
            context.warn(
                explain(`delete the snapshot ${one.snapshot} that preserved ${destination.url}`, error).message,
            );
        }
    }
}

function pendingElsewhere(request: CopyRequest, there: BlobGetPropertiesResponse): DestinationConflictError {
    const from = there.copySource ? ` from ${redactUrl(there.copySource)}` : "";
    const since = there.lastModified ? ` since ${there.lastModified.toISOString()}` : "";
    return new DestinationConflictError(
        `another copy${from} onto ${request.destination.url} is pending${since} (${there.copyProgress ?? "no progress reported"}); wait for its end, or abort it; copy ID ${there.copyId}`,
        there.copyId,
        "pending",
    );
}

function inTheWay(request: CopyRequest, there: BlobGetPropertiesResponse, own: boolean): DestinationConflictError {
    const { inputs, destination, previous } = request;
    const found = `${there.contentLength} bytes, last modified ${there.lastModified?.toISOString()}, ETag ${there.etag}`;
    const why = own
        ? `the destination ${destination.url} would be overwritten, and overwrite is "never"`
        : previous && sameAddress(resolveAddress(previous.destination)!, destination.address)
          ? `the destination ${destination.url} was changed by somebody else since this resource wrote it`
          : `a blob that this resource did not make is at the destination ${destination.url}`;
    const remedy =
        inputs.overwrite === "never"
            ? 'set overwrite to "ifUnchanged" or "always", or copy to another name'
            : 'set overwrite to "always" to copy over it, delete it, or copy to another name';
    return new DestinationConflictError(`${why} (${found}); ${remedy}`);
}
