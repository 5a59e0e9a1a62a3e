import { isDestinationConflict } from "../storage/errors";
import type { FromUrlRun } from "./fromUrl";
import { runWorkers } from "./workers";

/** What an answer tells of a blob that was written. */
export interface WriteAnswer {
    readonly etag?: string;
    readonly lastModified?: Date;
    readonly versionId?: string;
}

/**
 * Makes a request on condition of a blob's ETag, again where it fails for a transient reason. Where its answer was lost, the repeated request
 * meets what it has done itself; a conflict at the first try is with somebody else.
 * @param write makes the request once, by a client of `singleTry`
 * @param find what is there by now, if it is what `write` writes
 * @throws what the service answered
 */
export async function conditionalWrite(
    { clock, signal }: Pick<FromUrlRun, "clock" | "signal">,
    write: (signal: AbortSignal) => Promise<WriteAnswer>,
    find: () => Promise<WriteAnswer | undefined>,
): Promise<WriteAnswer> {
    let tries = 0;
    let answer: WriteAnswer | undefined;
    const work = async (_: unknown, abortSignal: AbortSignal) => {
        tries++;
        answer = await write(abortSignal);
    };
    try {
        await runWorkers({ items: ["once"], concurrency: 1, clock, signal, work });
    } catch (error) {
        const found = isDestinationConflict(error) && tries > 1 ? await find() : undefined;
        if (!found) {
            throw error;
        }
        return found;
    }
    return answer!;
}
