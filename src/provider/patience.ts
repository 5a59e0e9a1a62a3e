// Refusals that pass by themselves: a role that was assigned in the same program takes minutes until every server of Azure
// knows of it, and a container's name is taken until its deletion is over.

import { containerUrl, type StorageAddress } from "../storage/address";
import { passingRefusal, StorageError } from "../storage/errors";
import type { Context } from "./handler";

const shortestDelayMilliseconds = 2_000;
const longestDelayMilliseconds = 30_000;

/** When each refusal was first met in this process, so that many resources wait together and not one after the other. */
const firstMet = new WeakMap<object, Map<string, number>>();

/**
 * Runs what begins with a request that may be refused for a while, and runs it again until it is not.
 * @param destination what the request is about, beside its source
 * @param run is told how much of the timeout is left; it may be run again after any {@link StorageError}
 */
export async function patiently<Result>(
    destination: StorageAddress,
    timeoutMilliseconds: number,
    context: Context,
    run: (leftMilliseconds: number) => Promise<Result>,
): Promise<Result> {
    const { clients, clock, signal } = context;
    const met = firstMet.get(clients) ?? new Map<string, number>();
    firstMet.set(clients, met);
    const begun = clock.now().getTime();
    let refusal: string | undefined;
    for (let delay = shortestDelayMilliseconds; ; delay = Math.min(delay * 2, longestDelayMilliseconds)) {
        try {
            const result = await run(timeoutMilliseconds - (clock.now().getTime() - begun));
            if (refusal !== undefined) {
                met.delete(refusal);
            }
            return result;
        } catch (error) {
            const passing = error instanceof StorageError ? passingRefusal(error.cause) : undefined;
            if (!passing || signal.aborted) {
                throw error;
            }
            const now = clock.now().getTime();
            const told = refusal !== undefined;
            refusal = `${passing.what} ${passing.account ?? containerUrl(destination)}`;
            const since = met.get(refusal) ?? now;
            met.set(refusal, since);
            const left = Math.min(since + passing.milliseconds, begun + timeoutMilliseconds) - now;
            if (left <= 0) {
                throw error;
            }
            if (!told) {
                const seconds = Math.ceil(left / 1_000);
                context.warn(`waiting for ${passing.what}, ${seconds} seconds at most: ${(error as Error).message}`);
            }
            try {
                await clock.sleep(Math.min(delay, left), signal);
            } catch {
                throw error;
            }
        }
    }
}
