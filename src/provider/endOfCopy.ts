// Waits for a copy that goes on at the service, whatever it writes, and has things put in order whatever its end.

import { CopyAbortedError, CopyError, CopyFailedError, CopyTimeoutError, SourceChangedError } from "../copy/errors";
import type { Plan } from "../copy/plan";
import type { Preserved } from "../copy/preserve";
import { type CopyProperties, parseProgress } from "../copy/status";
import { type Looked, waitForCopy } from "../copy/wait";
import { explain, StorageError } from "../storage/errors";
import { told } from "../storage/knownSecrets";
import type { SourceProperties } from "../storage/webSource";
import { what } from "./copyRequest";
import type { AnyPlannedRequest, CopyInputs } from "./copyTypes";
import { readSource } from "./ends";
import type { Context } from "./handler";
import { formatTime } from "./progressText";
import { changedMeanwhile, changedSinceStart } from "./unpinned";
import { verifyCopy } from "./verifyCopy";

/** A started or joined copy, and what must be put back if it fails. */
export interface Running {
    readonly copyId: string;
    readonly sourceEtag: string | undefined;
    readonly joined: boolean;
    readonly preserved: readonly Preserved[];
    /** Nothing was there before, so that what a failed copy leaves can go. */
    readonly wasFree: boolean;
    /** What was there before was not this resource's. */
    readonly ofOthers?: boolean;
    /** Joined, though the source can't be read from here, so that nothing proves whose copy it is. */
    readonly unproven?: "equal";
}

/** An unfinished copy that this run left behind, as at its timeout or interruption; its state is worth keeping. */
export class CopyLeftPending<Properties extends CopyProperties = CopyProperties> extends Error {
    constructor(
        /** The copy ID is that of a Copy Blob or Copy File. */
        readonly running: {
            copyId?: string;
            sourceEtag: string | undefined;
            properties?: Properties;
            /** Of a file that has been renamed to the destination already. */
            lastWriteEtag?: string;
        },
        override readonly cause: Error,
    ) {
        super(cause.message, { cause });
    }
}

/** A copy that failed over older content, which stands again under a new ETag; or, where it could not be put back, what the copy has left. */
export class OldContentRestored extends Error {
    constructor(
        readonly etag: string,
        override readonly cause: Error,
        /** Whether the content is not this resource's. */
        readonly ofOthers = false,
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
export interface AwaitedCopy {
    readonly source: { readonly url: string };
    readonly destination: { readonly url: string };
    readonly inputs: Pick<CopyInputs, "onTimeout">;
    readonly timeoutMilliseconds: number;
    readonly plan?: Plan;
}

/** The destination of a copy that goes on. */
export interface Watched<Properties extends CopyProperties> {
    readonly client: Looked<Properties>;
    /** Aborts the copy; it may have ended meanwhile. */
    abort(copyId: string): Promise<unknown>;
    /** What is there, for the record of a copy that goes on. */
    observe(): Promise<Properties | undefined>;
}

/** The same, with what is done at its end. */
export interface Ending<Properties extends CopyProperties> extends Watched<Properties> {
    /**
     * Leaves the destination in order after a copy that ended badly. Always throws.
     * @param error what to throw, told what became of the destination
     */
    putRight(properties: Properties, error: (afterwards: string) => CopyError): Promise<never>;
}

/** Waits until a copy is no longer pending. */
export function wait<Properties extends CopyProperties>(
    request: AwaitedCopy,
    client: Looked<Properties>,
    copyId: string,
    deadline: Date,
    context: Context,
): Promise<Properties> {
    return waitForCopy(client, {
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
export async function waitForAnyEnd<Properties extends CopyProperties>(
    request: AwaitedCopy,
    running: Pick<Running, "copyId" | "sourceEtag">,
    watched: Watched<Properties>,
    deadline: Date,
    context: Context,
): Promise<{ properties: Properties; timeout?: CopyTimeoutError }> {
    try {
        return { properties: await wait(request, watched.client, running.copyId, deadline, context) };
    } catch (error) {
        if (!(error instanceof CopyTimeoutError) || request.inputs.onTimeout !== "abort") {
            throw await leftPending(request, running, watched, error);
        }
        return { properties: await abort(request, running, watched, context), timeout: error };
    }
}

/**
 * Waits for the end, has things put right after a bad one, and compares the copy with its source.
 * @returns the destination's properties after a good end
 * @throws CopyLeftPending while the copy goes on; whatever {@link Ending.putRight} throws
 */
export async function awaitEnd<Properties extends CopyProperties>(
    request: AnyPlannedRequest,
    running: Running,
    ending: Ending<Properties>,
    deadline: Date,
    context: Context,
): Promise<Properties> {
    const { properties, timeout } = await waitForAnyEnd(request, running, ending, deadline, context);
    if (properties.copyStatus !== "success") {
        await ending.putRight(properties, badEnd(request, properties, timeout));
    }
    await refuseChangedSource(request, running, ending, properties, context);
    const contentLength = parseProgress(properties.copyProgress)?.total;
    let source: Pick<SourceProperties, "contentMD5"> = {};
    if (request.inputs.verify === "md5") {
        try {
            source = await readSource(request.source, context);
        } catch (error) {
            throw await leftPending(request, running, ending, error);
        }
    }
    try {
        verifyCopy(request, { ...source, ...(contentLength !== undefined && { contentLength }) }, properties);
    } catch (error) {
        const { message, copyId } = error as CopyError;
        const mismatch = (afterwards: string) => new CopyError(`${message}; ${afterwards}`, copyId, "success");
        await ending.putRight(properties, mismatch);
    }
    return properties;
}

/** A copy of a source that changed meanwhile may hold parts of both, and is no better than one that failed. */
async function refuseChangedSource<Properties extends CopyProperties>(
    request: AnyPlannedRequest,
    running: Running,
    ending: Ending<Properties>,
    properties: Properties,
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
        throw await leftPending(request, running, ending, error);
    }
    if (change && !wasFree && preserved.length === 0) {
        throw new CopyLeftPending({ copyId, sourceEtag: undefined, properties }, change);
    }
    if (change) {
        const { message } = change;
        const error = (afterwards: string) => new SourceChangedError(`${message}; ${afterwards}`, copyId, "success");
        await ending.putRight(properties, error);
    }
}

/** Whatever kept us from seeing the end, the copy is there: without its record, the next run could not know it. */
async function leftPending<Properties extends CopyProperties>(
    request: AwaitedCopy,
    { copyId, sourceEtag }: Pick<Running, "copyId" | "sourceEtag">,
    watched: Watched<Properties>,
    error: unknown,
): Promise<CopyLeftPending> {
    if (error instanceof CopyTimeoutError) {
        const last = await watched.observe().catch(() => undefined);
        return new CopyLeftPending({ copyId, sourceEtag, properties: last }, error);
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
async function abort<Properties extends CopyProperties>(
    request: AwaitedCopy,
    running: Pick<Running, "copyId" | "sourceEtag">,
    watched: Watched<Properties>,
    context: Context,
): Promise<Properties> {
    const { copyId } = running;
    try {
        await watched.abort(copyId);
        return await wait(request, watched.client, copyId, deadlineOf(request, context), context);
    } catch (error) {
        const cause =
            error instanceof CopyError
                ? error
                : explain(
                      `abort the copy of ${what(request)} at its timeout (as far as is known it goes on, and the next pulumi up carries on from there; copy ID ${copyId})`,
                      error,
                  );
        throw await leftPending(request, running, watched, cause);
    }
}

/** What follows a copy that ended badly has as long as the copy had. */
export function deadlineOf(request: Pick<AwaitedCopy, "timeoutMilliseconds">, context: Context): Date {
    return new Date(context.clock.now().getTime() + request.timeoutMilliseconds);
}

/** How a copy ended that did not succeed, to be told with what has become of the destination. */
export function badEnd(
    request: AwaitedCopy,
    { copyId, copyStatus, copyStatusDescription, copyProgress }: CopyProperties,
    timeout: CopyTimeoutError | undefined,
): (afterwards: string) => CopyError {
    const aborted = copyStatus === "aborted";
    const atTimeout = aborted && timeout !== undefined;
    const Kind = atTimeout ? CopyTimeoutError : aborted ? CopyAbortedError : CopyFailedError;
    const ended = atTimeout
        ? `was still pending at its timeout of ${formatTime(request.timeoutMilliseconds)} (${copyProgress ?? "no progress reported"}), and was aborted since onTimeout is "abort"`
        : `ended as ${copyStatus}${copyStatusDescription ? `: ${told(copyStatusDescription)}` : ""}`;
    return (afterwards) =>
        new Kind(`the copy of ${what(request)} ${ended}; ${afterwards}; copy ID ${copyId}`, copyId, copyStatus);
}
