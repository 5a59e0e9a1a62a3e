import type { BlobClient, BlobGetPropertiesResponse } from "@azure/storage-blob";
import { isNotFound } from "../storage/errors";
import { CopyError, CopyInterruptedError, CopyTimeoutError } from "./errors";
import { parseProgress } from "./status";

/** Time, as waiting needs it; tests bring their own. */
export interface Clock {
    now(): Date;
    /** Ends after the given time; rejects as soon as the signal is aborted. */
    sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** How far a pending copy is. */
export interface CopyProgress {
    /** Absent where it is no Copy Blob. */
    readonly copyId?: string;
    readonly elapsedMilliseconds: number;
    /** Bytes; 0 until the service tells more. */
    readonly copied: number;
    /** Bytes; absent until the service tells. */
    readonly total?: number;
    /** An intermittent error that does not end the copy. */
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

const shortestDelayMilliseconds = 250;
const longestDelayMilliseconds = 300_000;

/**
 * How long to wait before the next look: a tenth of the time gone by, so that the end is noticed within a tenth of a copy's
 * duration and five minutes.
 */
export function pollDelay(elapsedMilliseconds: number): number {
    return Math.min(Math.max(elapsedMilliseconds / 10, shortestDelayMilliseconds), longestDelayMilliseconds);
}

/**
 * Waits until a copy is no longer pending, by [Get Blob Properties](https://learn.microsoft.com/rest/api/storageservices/get-blob-properties).
 * @returns the destination's properties at the end, whatever the outcome
 * @throws CopyTimeoutError at the deadline, while the copy goes on; CopyInterruptedError once the signal is aborted;
 * CopyError where the destination has vanished, or another copy has taken its place
 */
export async function waitForCopy(destination: BlobClient, options: WaitOptions): Promise<BlobGetPropertiesResponse> {
    const { clock, copyId, signal, what } = options;
    const started = clock.now().getTime();
    for (;;) {
        let properties: BlobGetPropertiesResponse;
        try {
            properties = await destination.getProperties({ abortSignal: signal });
        } catch (error) {
            if (signal.aborted) {
                throw interrupted(what, copyId);
            }
            if (isNotFound(error)) {
                throw new CopyError(
                    `the destination was deleted during the copy of ${what}; copy ID ${copyId}`,
                    copyId,
                );
            }
            throw error;
        }
        if (properties.copyId !== copyId) {
            throw new CopyError(
                `the destination was overwritten by somebody else during the copy of ${what}; copy ID ${copyId}, now ${properties.copyId ?? "none"}`,
                copyId,
            );
        }
        if (properties.copyStatus !== "pending") {
            return properties;
        }
        const now = clock.now().getTime();
        const left = options.deadline.getTime() - now;
        if (left <= 0) {
            throw new CopyTimeoutError(
                `the copy of ${what} is still pending at its timeout (${properties.copyProgress ?? "no progress reported"}); it goes on, and the next pulumi up carries on from there, with a longer timeout if need be; copy ID ${copyId}`,
                copyId,
                "pending",
            );
        }
        const progress = parseProgress(properties.copyProgress);
        options.progress({
            copyId,
            elapsedMilliseconds: now - started,
            copied: progress?.copied ?? 0,
            ...(progress && { total: progress.total }),
            ...(properties.copyStatusDescription && { description: properties.copyStatusDescription }),
        });
        try {
            await clock.sleep(Math.min(pollDelay(now - started), left), signal);
        } catch {
            throw interrupted(what, copyId);
        }
    }
}

function interrupted(what: string, copyId: string): CopyError {
    return new CopyInterruptedError(
        `stopped while the copy of ${what} was pending; it goes on, and the next pulumi up joins it; copy ID ${copyId}`,
        copyId,
        "pending",
    );
}
