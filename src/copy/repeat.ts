import { isTransient, retryAfterMilliseconds } from "../storage/transient";
import type { FromUrlRun } from "./fromUrl";

const mostTries = 6;
const shortestPauseMilliseconds = 800;

/**
 * Makes a request again where it failed for a transient reason, as the SDK does, which tells nobody of it: the caller must know whether a
 * conflict may be with what its own first request has written.
 * @param request makes it once
 * @param repeated called before each further try
 */
export async function repeating<Result>(
    request: () => Promise<Result>,
    { clock, signal }: Pick<FromUrlRun, "clock" | "signal">,
    repeated: () => void,
): Promise<Result> {
    for (let tries = 1; ; tries++) {
        try {
            return await request();
        } catch (error) {
            if (tries >= mostTries || signal.aborted || !isTransient(error)) {
                throw error;
            }
            const pause = shortestPauseMilliseconds * 2 ** (tries - 1);
            await clock.sleep(Math.max(pause, retryAfterMilliseconds(error)), signal);
            repeated();
        }
    }
}
