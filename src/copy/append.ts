import { AppendBlobClient } from "@azure/storage-blob";
import { errorCode, isDestinationConflict } from "../storage/errors";
import { singleTry } from "../storage/singleTry";
import { conditionalWrite, type WriteAnswer } from "./conditionalWrite";
import { CopyError } from "./errors";
import {
    afterWriting,
    creationOptions,
    encryptionOptions,
    type FromUrlRun,
    type FromUrlSource,
    type FromUrlTarget,
    leaseOf,
    protect,
    sourceOptions,
    telling,
    type WrittenBlob,
} from "./fromUrl";
import { findUnfinished, finishUnfinished, unfinishedMarker, unfinishedValue } from "./unfinished";
import { runWorkers } from "./workers";

/** The most bytes that one Append Block From URL takes from version 2022-11-02 on, which the SDK is past: 100 MiB. */
const mostBytes = 100 * 1024 * 1024;

/** What {@link copyAppendBlocks} takes. */
export interface CopyAppendBlocksOptions {
    readonly destination: AppendBlobClient;
    readonly source: FromUrlSource;
    readonly target: FromUrlTarget;
    readonly run: FromUrlRun;
    /** Goes on where an unfinished copy of the same content has ended, if there is one. @default false */
    readonly resume?: boolean;
    /** Whether the new blob is sealed in the end, by [Append Blob Seal](https://learn.microsoft.com/rest/api/storageservices/append-blob-seal). @default false */
    readonly seal?: boolean;
    /** In bytes, at most 100 MiB; for tests. @default 100 MiB */
    readonly blockSize?: number;
}

/**
 * Copies into an append blob: Put Blob, then
 * [Append Block From URL](https://learn.microsoft.com/rest/api/storageservices/append-block-from-url) one after the other, each on
 * condition of where it begins. What is overwritten is gone from the first request on; until the last one the blob carries
 * {@link unfinishedMarker}.
 */
export async function copyAppendBlocks(options: CopyAppendBlocksOptions): Promise<WrittenBlob> {
    const { destination, source, target, run } = options;
    return telling(source, run, async () => {
        const unfinished = options.resume && (await findUnfinished(destination, source, target, run.signal));
        if (!unfinished) {
            await createAppendBlob(options);
        }
        await appendFrom(options, unfinished ? unfinished.contentLength : 0);
        const { legalHold, immutabilityPolicy, ...writable } = target;
        const written = await finishUnfinished(destination, source, options.seal ? writable : target, run);
        if (!options.seal) {
            return written;
        }
        const { etag, lastModified } = await afterWriting(written, () => sealBlob(options, written.etag));
        const sealed = { ...written, etag: etag!, lastModified: lastModified! };
        await afterWriting(sealed, () => protect(destination, target, run.signal));
        return sealed;
    });
}

function sealBlob({ destination, target, run }: CopyAppendBlocksOptions, etag: string): Promise<WriteAnswer> {
    const client = singleTry(AppendBlobClient, destination);
    return conditionalWrite(
        run,
        (abortSignal) => client.seal({ conditions: { ...leaseOf(target), ifMatch: etag }, abortSignal }),
        async () => {
            const { customerProvidedKey } = target;
            const found = await destination.getProperties({
                customerProvidedKey,
                abortSignal: run.signal,
            });
            return found.isSealed ? found : undefined;
        },
    );
}

async function createAppendBlob({ destination, source, target, run }: CopyAppendBlocksOptions): Promise<void> {
    const { accessTier: _, ...tierless } = target;
    const metadata = { ...target.metadata, [unfinishedMarker]: await unfinishedValue(source) };
    try {
        await destination.create({ ...creationOptions({ ...tierless, metadata }), abortSignal: run.signal });
    } catch (error) {
        // Where the answer was lost, the SDK has asked again, and met the blob that its first request made.
        if (!isDestinationConflict(error) || !(await findUnfinished(destination, source, target, run.signal))) {
            throw error;
        }
    }
}

async function appendFrom(options: CopyAppendBlocksOptions, start: number): Promise<void> {
    const { destination, source, target, run } = options;
    const client = singleTry(AppendBlobClient, destination);
    const total = source.contentLength;
    const blockSize = options.blockSize ?? mostBytes;
    if (start > total) {
        throw new CopyError(
            "the destination was changed by somebody else during the copy: it is longer than the source",
        );
    }
    function* offsets(): Generator<number> {
        for (let offset = start; offset < total; offset += blockSize) {
            yield offset;
        }
    }
    run.progress(start, total);
    await runWorkers({
        items: offsets(),
        concurrency: 1,
        clock: run.clock,
        signal: run.signal,
        async work(offset, signal) {
            const count = Math.min(blockSize, total - offset);
            const authorized = await source.authorize();
            try {
                await client.appendBlockFromURL(authorized.url, offset, count, {
                    ...encryptionOptions(target),
                    ...sourceOptions(source, authorized),
                    sourceConditions: { ifMatch: source.etag },
                    conditions: { ...leaseOf(target), appendPosition: offset },
                    abortSignal: signal,
                });
            } catch (error) {
                // An earlier try's answer may have been lost, after its bytes had been appended.
                const now =
                    errorCode(error) === "AppendPositionConditionNotMet"
                        ? await findUnfinished(destination, source, target, signal)
                        : undefined;
                if (now?.contentLength !== offset + count) {
                    throw error;
                }
            }
            run.progress(offset + count, total);
        },
    });
}
