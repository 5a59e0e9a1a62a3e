// Runs what moves bytes while this process lives, under a timeout, and tells how far it is.

import { CopyInterruptedError, CopyTimeoutError } from "../copy/errors";
import type { FromUrlRun } from "../copy/fromUrl";
import { what } from "./copyRequest";
import type { AnyPlannedRequest } from "./copyTypes";
import type { Context } from "./handler";

/**
 * Runs an operation until it ends, or until the timeout.
 * @param total bytes
 * @param afterwards what becomes of what was copied by then, for the message
 * @throws CopyTimeoutError
 */
export async function underTimeout<Result>(
    request: AnyPlannedRequest,
    total: number,
    afterwards: string,
    context: Context,
    operation: (run: FromUrlRun) => Promise<Result>,
): Promise<Result> {
    const { plan } = request;
    const { clock } = context;
    const started = clock.now().getTime();
    const timeout = new AbortController();
    const soFar = { copied: 0, total };
    const run: FromUrlRun = {
        clock,
        signal: AbortSignal.any([context.signal, timeout.signal]),
        progress(copied, all) {
            soFar.copied = copied;
            const elapsedMilliseconds = clock.now().getTime() - started;
            context.progress({ elapsedMilliseconds, copied, total: all, plan });
            if (elapsedMilliseconds >= request.timeoutMilliseconds && copied < all) {
                timeout.abort();
            }
        },
    };
    context.progress({ elapsedMilliseconds: 0, ...soFar, plan });
    // Also where no request ends that could tell how late it is.
    const timer = setTimeout(() => timeout.abort(), request.timeoutMilliseconds);
    try {
        return await operation(run);
    } catch (error) {
        if (timeout.signal.aborted && error instanceof CopyInterruptedError) {
            throw new CopyTimeoutError(
                `the copy of ${what(request)} is not done at its timeout (${soFar.copied} of ${soFar.total} bytes); ${afterwards}`,
            );
        }
        throw error;
    } finally {
        clearTimeout(timer);
    }
}
