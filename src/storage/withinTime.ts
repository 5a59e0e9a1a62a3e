// An end to waiting. A signal alone is none: `fetch` forgets the one it was given once it has the headers and memory is tidied, and other
// libraries take none.

/**
 * Runs something until it ends, a time has passed, or a signal fires; whatever it still does then, nobody waits for it.
 * @param run gets a signal that fires for either reason
 * @throws what `run` throws; an error that tells the time; the signal's reason
 */
export async function withinTime<Result>(
    milliseconds: number,
    signal: AbortSignal | undefined,
    run: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
    const stopped = new AbortController();
    const stop = () => stopped.abort(signal?.reason);
    const late = () => stopped.abort(new Error(`it took longer than ${milliseconds / 1_000} seconds`));
    signal?.throwIfAborted();
    signal?.addEventListener("abort", stop);
    // No AbortSignal.timeout, which may be tidied away with all that waits for it.
    const timer = setTimeout(late, milliseconds);
    try {
        return await untilAborted(stopped.signal, () => run(stopped.signal));
    } finally {
        clearTimeout(timer);
        signal?.removeEventListener("abort", stop);
    }
}

/**
 * Runs something until it ends or a signal fires.
 * @throws what `run` throws; the signal's reason
 */
export async function untilAborted<Result>(signal: AbortSignal, run: () => Promise<Result>): Promise<Result> {
    signal.throwIfAborted();
    let stop = () => {};
    const aborted = new Promise<never>((_, reject) => {
        stop = () => reject(signal.reason);
        signal.addEventListener("abort", stop);
    });
    try {
        return await Promise.race([aborted, run()]);
    } finally {
        signal.removeEventListener("abort", stop);
    }
}
