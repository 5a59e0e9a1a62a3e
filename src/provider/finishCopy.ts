// Waits for a copy that was started or joined, and leaves things in order whatever its end.

import type { BlobGetPropertiesResponse } from "@azure/storage-blob";
import { abortCopy } from "../copy/abort";
import { CopyAbortedError, CopyError, CopyFailedError, CopyTimeoutError, SourceChangedError } from "../copy/errors";
import type { Plan } from "../copy/plan";
import { discard, type Preserved, restore } from "../copy/preserve";
import { parseProgress } from "../copy/status";
import { waitForCopy } from "../copy/wait";
import { explain, StorageError } from "../storage/errors";
import type { BlobCopyInputs } from "./blobCopyTypes";
import { type CopyRequest, type ObtainedCopy, type PlannedRequest, what } from "./copyRequest";
import { type Destination, readSource, type Source } from "./ends";
import type { Context } from "./handler";
import { observe } from "./observe";
import { formatTime } from "./progressText";
import { changedMeanwhile, changedSinceStart } from "./unpinned";
import { verifyCopy } from "./verifyCopy";

/** A started or joined copy, and what must be put back if it fails. */
export interface Running {
    readonly copyId: string;
    readonly sourceEtag: string | undefined;
    readonly joined: boolean;
    readonly preserved: readonly Preserved[];
    /** Nothing was there before, so that a failed copy's empty blob can go. */
    readonly wasFree: boolean;
}

/** An unfinished copy that this run left behind, as at its timeout or interruption; its state is worth keeping. */
export class CopyLeftPending extends Error {
    constructor(
        /** The copy ID is that of a Copy Blob. */
        readonly running: { copyId?: string; sourceEtag: string | undefined; properties?: BlobGetPropertiesResponse },
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

/** Whether an error tells already what a person needs to know. */
export function isExplained(error: unknown): error is Error {
    return (
        error instanceof CopyError ||
        error instanceof StorageError ||
        error instanceof CopyLeftPending ||
        error instanceof OldContentRestored
    );
}

/** A copy as far as waiting for its end goes. */
export type AwaitedCopy = Pick<CopyRequest, "destination" | "timeoutMilliseconds"> & {
    readonly source: Pick<Source, "url">;
    readonly inputs: Pick<BlobCopyInputs, "onTimeout">;
    readonly plan?: Plan;
};

function wait(
    request: AwaitedCopy,
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
        progress: (progress) => context.progress({ ...progress, plan: request.plan }),
    });
}

/**
 * Waits for the end, whatever it is. At the timeout, `onTimeout` says what becomes of the copy.
 * @throws CopyLeftPending where the end was not seen
 */
export async function waitForEnd(
    request: AwaitedCopy,
    running: Pick<Running, "copyId" | "sourceEtag">,
    deadline: Date,
    context: Context,
): Promise<{ properties: BlobGetPropertiesResponse; timeout?: CopyTimeoutError }> {
    try {
        return { properties: await wait(request, running.copyId, deadline, context) };
    } catch (error) {
        if (!(error instanceof CopyTimeoutError) || request.inputs.onTimeout !== "abort") {
            throw await leftPending(request, running, error, context);
        }
        return { properties: await abort(request, running, context), timeout: error };
    }
}

/** Waits for the end, and puts things right after a bad one. */
export async function finish(
    request: PlannedRequest,
    running: Running,
    deadline: Date,
    context: Context,
): Promise<ObtainedCopy> {
    const { properties, timeout } = await waitForEnd(request, running, deadline, context);
    if (properties.copyStatus !== "success") {
        await putRight(request, running, properties, badEnd(request, properties, timeout), context);
    }
    await refuseChangedSource(request, running, properties, context);
    const contentLength = parseProgress(properties.copyProgress)?.total;
    const source = request.inputs.verify === "md5" ? await readSource(request.source, context) : {};
    verifyCopy(request, { ...source, ...(contentLength !== undefined && { contentLength }) }, properties);
    return {
        properties,
        sourceEtag: running.sourceEtag,
        adopted: running.joined,
        preserved: running.preserved,
        plan: request.plan,
    };
}

/** A copy of a source that changed meanwhile may hold parts of both, and is no better than one that failed. */
async function refuseChangedSource(
    request: PlannedRequest,
    running: Running,
    properties: BlobGetPropertiesResponse,
    context: Context,
): Promise<void> {
    const { previous } = request;
    const { copyId, joined, preserved, wasFree } = running;
    const etag = running.sourceEtag ?? (previous?.copyId === copyId ? previous?.sourceEtag : undefined);
    let change: SourceChangedError | undefined;
    try {
        change =
            joined && etag === undefined
                ? await changedSinceStart(request, properties, context)
                : await changedMeanwhile(request, etag, context);
    } catch (error) {
        throw await leftPending(request, running, error, context);
    }
    if (change && !wasFree && preserved.length === 0) {
        throw new CopyLeftPending({ copyId, sourceEtag: undefined, properties }, change);
    }
    if (change) {
        const { message } = change;
        const error = (afterwards: string) => new SourceChangedError(`${message}; ${afterwards}`, copyId, "success");
        await putRight(request, running, properties, error, context);
    }
}

/** Whatever kept us from seeing the end, the copy is there: without its record, the next run could not know it. */
async function leftPending(
    request: AwaitedCopy,
    { copyId, sourceEtag }: Pick<Running, "copyId" | "sourceEtag">,
    error: unknown,
    context: Context,
): Promise<CopyLeftPending> {
    if (error instanceof CopyTimeoutError) {
        const last = await observe(request.destination, context).catch(() => undefined);
        return new CopyLeftPending({ copyId, sourceEtag, ...(last && { properties: last }) }, error);
    }
    const cause =
        error instanceof CopyError
            ? error
            : explain(
                  `wait for the copy of ${what(request)} (it goes on, and the next pulumi up carries on from there)`,
                  error,
              );
    return new CopyLeftPending({ copyId, sourceEtag }, cause);
}

/** Aborts a copy at its timeout. It may have ended in that very moment, so what it has come to is read, not supposed. */
async function abort(
    request: AwaitedCopy,
    running: Pick<Running, "copyId" | "sourceEtag">,
    context: Context,
): Promise<BlobGetPropertiesResponse> {
    const { copyId } = running;
    try {
        await abortCopy(request.destination.client, copyId, request.destination.lease);
        return await wait(request, copyId, deadlineOf(request, context), context);
    } catch (error) {
        const cause =
            error instanceof CopyError
                ? error
                : explain(
                      `abort the copy of ${what(request)} at its timeout (as far as is known it goes on, and the next pulumi up carries on from there; copy ID ${copyId})`,
                      error,
                  );
        throw await leftPending(request, running, cause, context);
    }
}

/** What follows a copy that ended badly has as long as the copy had. */
function deadlineOf(request: AwaitedCopy, context: Context): Date {
    return new Date(context.clock.now().getTime() + request.timeoutMilliseconds);
}

/** How a copy ended that did not succeed, to be told with what has become of the destination. */
export function badEnd(
    request: AwaitedCopy,
    { copyId, copyStatus, copyStatusDescription, copyProgress }: BlobGetPropertiesResponse,
    timeout: CopyTimeoutError | undefined,
): (afterwards: string) => CopyError {
    const aborted = copyStatus === "aborted";
    const atTimeout = aborted && timeout !== undefined;
    const Kind = atTimeout ? CopyTimeoutError : aborted ? CopyAbortedError : CopyFailedError;
    const ended = atTimeout
        ? `was still pending at its timeout of ${formatTime(request.timeoutMilliseconds)} (${copyProgress ?? "no progress reported"}), and was aborted since onTimeout is "abort"`
        : `ended as ${copyStatus}${copyStatusDescription ? `: ${copyStatusDescription}` : ""}`;
    return (afterwards) =>
        new Kind(`the copy of ${what(request)} ${ended}; ${afterwards}; copy ID ${copyId}`, copyId, copyStatus);
}

/** After a copy that ended badly: the old content comes back, or the blob goes, which mostly is empty. Always throws. */
async function putRight(
    request: PlannedRequest,
    running: Running,
    properties: BlobGetPropertiesResponse,
    error: (afterwards: string) => CopyError,
    context: Context,
): Promise<never> {
    const { destination } = request;
    const old = running.preserved.at(-1);
    const blob = properties.contentLength === 0 ? "its empty blob" : "its blob";
    if (!old && !running.wasFree) {
        throw error(running.joined ? `${blob} was left` : "the destination is empty, as it was before");
    }
    let etag: string | undefined;
    try {
        etag = old
            ? await restore(destination.client, old, properties.etag!, destination.lease, (copyId) =>
                  wait(request, copyId, deadlineOf(request, context), context),
              )
            : void (await destination.client.delete({
                  conditions: { ifMatch: properties.etag!, ...destination.lease },
              }));
    } catch (failure) {
        const left = old ? `its old content is safe in the snapshot ${old.snapshot}` : `${blob} was left`;
        context.warn(explain(`put ${destination.url} right after a failed copy`, failure).message);
        throw error(left);
    }
    if (etag === undefined) {
        throw error(`${blob} was removed`);
    }
    await discardAll(destination, running.preserved, context);
    throw new OldContentRestored(etag, error("the destination's old content was put back"));
}

/** Deletes preserving snapshots that are not needed any more. */
export async function discardAll(
    destination: Destination,
    preserved: readonly Pick<Preserved, "snapshot">[],
    context: Context,
): Promise<void> {
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
