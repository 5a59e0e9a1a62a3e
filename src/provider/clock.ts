import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../copy/clock";

/** The machine's own time. */
export const systemClock: Clock = {
    now: () => new Date(),
    sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
};
