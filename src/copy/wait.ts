import { errorCode, isFileNotFound, statusCode } from "../storage/errors";
import { told } from "../storage/knownSecrets";
import { isTransient, retryAfterMilliseconds } from "../storage/transient";
import type { Clock } from "./clock";
import { CopyError, CopyInterruptedError, CopyTimeoutError } from "./errors";
import type { Plan } from "./plan";
import { blindDelay, type Look, pollDelay } from "./pollDelay";
import { type CopyProperties, parseProgress } from "./status";

/** How far a pending copy is. */
export interface CopyProgress {
    /** Absent where it is no Copy Blob. */
    readonly copyId?: string;
    /** What moves the bytes, and why. */
    readonly plan?: Plan;
    /** Since the copy was started, also where it was joined later. */
    readonly elapsedMilliseconds: number;
    /** Bytes; 0 until the service tells more. */
    readonly copied: number;
    /** Bytes; absent until the service tells. */
    readonly total?: number;
    /** What is wrong meanwhile without ending the copy: an intermittent error of the copy, or looks at it that fail. */
    readonly description?: string;
}

export interface WaitOptions {
    readonly copyId: string;
    readonly clock: Clock;
    readonly signal: AbortSignal;
    /** When to give up waiting. */
    readonly deadline: Date;
    /** What is being waited for, for messages: `A onto B`. */
    readonly what: string;
    readonly progress: (progress: CopyProgress) => void;
}

const firstBackOffMilliseconds = 2_000;
const shortestSleepMilliseconds = 100;
/** How long one look may take, its retries included; a connection may die without a sign. */
const longestLookMilliseconds = 60_000;

/** The client of a blob or file, of which nothing is needed but looks. */
export interface Looked<Properties extends CopyProperties> {
    getProperties(options: { readonly abortSignal: AbortSignal }): Promise<Properties>;
}

/** What is waited for, where more than the end of a copy is. */
export interface Awaited<Properties extends CopyProperties> {
    /** Whether the wait is over. */
    over(properties: Properties): boolean;
    /** What the service says of it meanwhile, in words. */
    describe(properties: Properties): string | undefined;
    /** How long to wait after a look, in milliseconds; what is learnt from each look is given in order. */
    delay(beganAt: number, looks: readonly Look[]): number;
    timedOut(properties: Properties | undefined, trouble: string | undefined): CopyTimeoutError;
    interrupted(): CopyInterruptedError;
}

/**
 * Waits until a copy is no longer pending, by [Get Blob Properties](https://learn.microsoft.com/rest/api/storageservices/get-blob-properties)
 * or [Get File Properties](https://learn.microsoft.com/rest/api/storageservices/get-file-properties), as often as {@link pollDelay} says.
 * @returns the destination's properties at the end, whatever the outcome
 * @throws CopyTimeoutError at the deadline, while the copy goes on; CopyInterruptedError once the signal is aborted;
 * CopyError where the destination has vanished, or another copy has taken its place
 */
export function waitForCopy<Properties extends CopyProperties>(
    destination: Looked<Properties>,
    options: WaitOptions,
): Promise<Properties> {
    const { copyId, what } = options;
    return waitUntil(destination, options, {
        over: ({ copyStatus }) => copyStatus !== "pending",
        describe: ({ copyStatusDescription: words }) => words && `the service reports: ${told(words)}`,
        delay: pollDelay,
        timedOut: (properties, trouble) => timedOut(what, copyId, properties?.copyProgress, trouble),
        interrupted: () =>
            new CopyInterruptedError(
                `stopped while the copy of ${what} was pending; it goes on, and the next pulumi up joins it; copy ID ${copyId}`,
                copyId,
                "pending",
            ),
    });
}

/**
 * Looks at a destination until what is awaited of it has come. A service that throttles, fails or cannot be reached is asked again
 * until the deadline, after a pause that doubles and at most as long as an end may go unnoticed: it tells nothing about the
 * copy, which goes on.
 */
export async function waitUntil<Properties extends CopyProperties>(
    destination: Looked<Properties>,
    options: WaitOptions,
    awaited: Awaited<Properties>,
): Promise<Properties> {
    const { clock, copyId, signal } = options;
    const looks: Look[] = [];
    let began = clock.now().getTime();
    let known: { copied: number; total?: number } = { copied: 0 };
    let failures = 0;
    for (;;) {
        const at = clock.now().getTime();
        const { properties, trouble, retryAfter = 0 } = await look(destination, options, awaited);
        if (properties && awaited.over(properties)) {
            return properties;
        }
        const now = clock.now().getTime();
        const left = options.deadline.getTime() - now;
        if (left <= 0) {
            throw awaited.timedOut(properties, trouble);
        }
        began = Math.min(began, at - pendingMilliseconds(properties));
        let delay: number;
        if (trouble === undefined) {
            const progress = parseProgress(properties?.copyProgress);
            known = progress ?? known;
            looks.push({ at, ...progress });
            failures = 0;
            delay = awaited.delay(began, looks) - (now - at);
        } else {
            delay = Math.max(retryAfter, Math.min(firstBackOffMilliseconds * 2 ** failures, blindDelay(at - began)));
            failures++;
        }
        const description = trouble ?? (properties && awaited.describe(properties));
        options.progress({
            copyId,
            elapsedMilliseconds: now - began,
            ...known,
            description,
        });
        try {
            await clock.sleep(Math.min(Math.max(delay, shortestSleepMilliseconds), left), signal);
        } catch {
            throw awaited.interrupted();
        }
    }
}

/** What one look has told: properties, nothing but that the copy is pending, or that it could not be looked at. */
interface Answer<Properties> {
    readonly properties?: Properties;
    /** Why there is no answer, in words. */
    readonly trouble?: string;
    /** Milliseconds. */
    readonly retryAfter?: number;
}

async function look<Properties extends CopyProperties>(
    destination: Looked<Properties>,
    options: WaitOptions,
    awaited: Awaited<Properties>,
): Promise<Answer<Properties>> {
    const { copyId, signal, what } = options;
    const patience = AbortSignal.timeout(longestLookMilliseconds);
    let properties: Properties;
    try {
        properties = await destination.getProperties({ abortSignal: AbortSignal.any([signal, patience]) });
    } catch (error) {
        if (signal.aborted) {
            throw awaited.interrupted();
        }
        if (isFileNotFound(error)) {
            throw new CopyError(`the destination was deleted during the copy of ${what}; copy ID ${copyId}`, copyId);
        }
        if (errorCode(error) === "PendingCopyOperation") {
            return {};
        }
        if (patience.aborted) {
            return { trouble: "the service does not answer" };
        }
        if (isTransient(error)) {
            return { trouble: inWords(error), retryAfter: retryAfterMilliseconds(error) };
        }
        throw error;
    }
    if (properties.copyId !== copyId) {
        throw new CopyError(
            `the destination was overwritten by somebody else during the copy of ${what}; copy ID ${copyId}, now ${properties.copyId ?? "none"}`,
            copyId,
        );
    }
    return { properties };
}

/** The codes alone: messages of the network may hold URLs. */
function inWords(error: unknown): string {
    const status = statusCode(error);
    const code = errorCode(error);
    return status === undefined
        ? `the service can't be reached${code ? `: ${code}` : ""}`
        : `the service answers ${[status, code].filter((part) => part).join(" ")}`;
}

/**
 * How long a copy is pending already, at least: nothing but its start and its progress modifies its destination. Both times
 * are the service's, in whole seconds.
 */
function pendingMilliseconds(properties: CopyProperties | undefined): number {
    const { date, lastModified } = properties ?? {};
    return date && lastModified ? Math.max(date.getTime() - lastModified.getTime() - 1_000, 0) : 0;
}

function timedOut(
    what: string,
    copyId: string,
    progress: string | undefined,
    trouble: string | undefined,
): CopyTimeoutError {
    const is = trouble
        ? `was last seen pending, and is at its timeout (${trouble})`
        : `is still pending at its timeout (${progress ?? "no progress reported"})`;
    return new CopyTimeoutError(
        `the copy of ${what} ${is}; it goes on, and the next pulumi up carries on from there, with a longer timeout if need be; copy ID ${copyId}`,
        copyId,
        "pending",
    );
}
