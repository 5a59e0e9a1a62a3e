/** Time, as waiting needs it; tests bring their own. */
export interface Clock {
    now(): Date;
    /** Ends after the given time; rejects as soon as the signal is aborted. */
    sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}
