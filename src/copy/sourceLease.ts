// A finite lease on a source, renewed for as long as it is copied: nobody else can write or delete the blob meanwhile, and a
// process that is killed leaves a lease behind for a minute at most.

import type { BlobClient } from "@azure/storage-blob";
import { errorCode, explain, isNotFound } from "../storage/errors";
import { isTransient } from "../storage/transient";
import type { Clock } from "./clock";
import { CopyInterruptedError } from "./errors";

/** How long a lease lasts, and how often it is renewed. */
export interface LeaseTiming {
    /** 15 to 60. */
    readonly durationSeconds: number;
    readonly renewEveryMilliseconds: number;
}

/** Two renewals may fail before the lease ends. */
export const defaultTiming: LeaseTiming = { durationSeconds: 60, renewEveryMilliseconds: 20_000 };

/** The longest finite lease is 60 s, and so is the longest break period; a few more for the clocks. */
const longestForeignLeaseMilliseconds = 65_000;
const lookAgainMilliseconds = 5_000;
const longestReleaseMilliseconds = 10_000;

/** A lease that is held. */
export interface SourceLease {
    /** Ends the renewals and the lease. Never rejects: a lease that can't be released ends by itself. */
    release(): Promise<void>;
}

export interface SourceLeaseOptions {
    /** The source without its secrets, for messages. */
    readonly what: string;
    /** For waiting until somebody else's finite lease ends. Renewals go by the machine's own timers. */
    readonly clock: Clock;
    /** Ends the waiting, not the lease. */
    readonly signal: AbortSignal;
    /** Tells a person something that needs no stop: a wait, a lease that was lost or not released. */
    readonly warn: (message: string) => void;
    /** @default 60 s, renewed every 20 s */
    readonly timing?: LeaseTiming;
}

/**
 * Acquires a lease, by [Lease Blob](https://learn.microsoft.com/rest/api/storageservices/lease-blob), and renews it until it is
 * released. Somebody else's finite lease is waited for, up to a minute: it may be what a killed process has left.
 * @throws StorageError where somebody else holds on to a lease, or the credential or the blob permits none; CopyInterruptedError
 */
export async function leaseSource(source: BlobClient, options: SourceLeaseOptions): Promise<SourceLease> {
    const timing = options.timing ?? defaultTiming;
    // Its ID is proposed by us, so that an acquisition whose answer was lost is simply repeated.
    const lease = source.getBlobLeaseClient();
    await acquire(source, () => lease.acquireLease(timing.durationSeconds, { abortSignal: options.signal }), options);
    const renewals = renewUntilStopped(
        (abortSignal) => lease.renewLease({ abortSignal }),
        timing,
        (error) =>
            options.warn(
                `${explain(`renew the lease on the source ${options.what}`, error).message}; the copy goes on, and fails if somebody changes the source before its end`,
            ),
    );
    return {
        async release() {
            await renewals.stop();
            try {
                await lease.releaseLease({ abortSignal: AbortSignal.timeout(longestReleaseMilliseconds) });
            } catch (error) {
                if (!isNotFound(error) && errorCode(error) !== "LeaseIdMismatchWithLeaseOperation") {
                    options.warn(
                        `${explain(`release the lease on the source ${options.what}`, error).message}; it ends by itself within ${timing.durationSeconds} seconds`,
                    );
                }
            }
        },
    };
}

async function acquire(source: BlobClient, run: () => Promise<unknown>, options: SourceLeaseOptions): Promise<void> {
    const { clock, signal, what, warn } = options;
    const until = clock.now().getTime() + longestForeignLeaseMilliseconds;
    for (let told = false; ; told = true) {
        try {
            await run();
            return;
        } catch (error) {
            if (!isLeased(error)) {
                throw refused(what, error);
            }
            const { leaseState = "leased", leaseDuration } = await source
                .getProperties({ abortSignal: signal })
                .catch(() => ({ leaseDuration: undefined, leaseState: undefined }));
            const left = until - clock.now().getTime();
            if (leaseDuration === "infinite" || left <= 0) {
                throw leasedTooLong(what, leaseDuration, leaseState, error);
            }
            if (!told) {
                warn(`waiting for the end of somebody else's lease on the source ${what}, 65 seconds at most`);
            }
            await pause(Math.min(lookAgainMilliseconds, left), options);
        }
    }
}

function leasedTooLong(what: string, leaseDuration: string | undefined, leaseState: string, error: unknown): Error {
    const kind = leaseDuration === "infinite" ? "an infinite" : "a finite";
    return explain(
        `lease the source ${what}, on which somebody else has ${kind} lease (lease state ${leaseState})`,
        error,
    );
}

async function pause(milliseconds: number, { clock, signal, what }: SourceLeaseOptions): Promise<void> {
    try {
        await clock.sleep(milliseconds, signal);
    } catch {
        throw new CopyInterruptedError(`stopped while waiting for a lease on the source ${what}; nothing was copied`);
    }
}

/** Somebody else's lease, or what is left of it. */
function isLeased(error: unknown): boolean {
    const code = errorCode(error);
    return code === "LeaseAlreadyPresent" || code === "LeaseIsBreakingAndCannotBeAcquired";
}

/** What leasing needs that reading does not. */
function refused(what: string, error: unknown): Error {
    const needs =
        errorCode(error) === "BlobArchived"
            ? "an archived blob can't be leased; leave leaseSource out"
            : "leasing needs permission to write the source, Storage Blob Data Contributor or a SAS with w; leave leaseSource out where it is only read";
    return explain(`lease the source ${what} (${needs})`, error);
}

/**
 * Renews until it is told to stop, on timers that keep no process alive. What may pass is tried again soon: a lease can be renewed
 * even after its end, as long as nobody has leased or changed the blob.
 * @param lost called once the service has refused for good
 */
function renewUntilStopped(
    renew: (signal: AbortSignal) => Promise<unknown>,
    { renewEveryMilliseconds }: LeaseTiming,
    lost: (error: unknown) => void,
): { stop(): Promise<void> } {
    const stopped = new AbortController();
    let timer: NodeJS.Timeout;
    let underWay: Promise<void> = Promise.resolve();
    const schedule = (milliseconds: number) => {
        timer = setTimeout(() => {
            underWay = attempt();
        }, milliseconds).unref();
    };
    async function attempt(): Promise<void> {
        const patience = AbortSignal.timeout(renewEveryMilliseconds);
        try {
            await renew(AbortSignal.any([stopped.signal, patience]));
            schedule(renewEveryMilliseconds);
        } catch (error) {
            if (stopped.signal.aborted) {
                return;
            }
            if (patience.aborted || isTransient(error)) {
                schedule(renewEveryMilliseconds / 4);
            } else {
                lost(error);
            }
        }
    }
    schedule(renewEveryMilliseconds);
    return {
        async stop() {
            stopped.abort();
            await underWay;
            clearTimeout(timer);
        },
    };
}
