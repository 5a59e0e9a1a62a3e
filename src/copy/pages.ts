import { PageBlobClient } from "@azure/storage-blob";
import { errorCode, isDestinationConflict, statusCode } from "../storage/errors";
import { singleTry } from "../storage/singleTry";
import { redactUrl } from "../storage/url";
import { SourceChangedError } from "./errors";
import {
    creationOptions,
    defaultConcurrency,
    encryptionOptions,
    type FromUrlRun,
    type FromUrlSource,
    type FromUrlTarget,
    leaseOf,
    sourceOptions,
    telling,
    type WrittenBlob,
} from "./fromUrl";
import { findUnfinished, finishUnfinished, unfinishedMarker, unfinishedValue } from "./unfinished";
import { runWorkers } from "./workers";

/** The most bytes that one Put Page From URL takes: 4 MiB. */
const mostBytes = 4 * 1024 * 1024;

/** What {@link copyPages} takes. */
export interface CopyPagesOptions {
    readonly destination: PageBlobClient;
    readonly source: FromUrlSource;
    /** Reads the source's page ranges, as the client; absent where the source has none, and is copied from end to end. */
    readonly sourceClient?: PageBlobClient;
    readonly target: FromUrlTarget;
    readonly run: FromUrlRun;
    /** The source's sequence number, which the new blob gets too. @default 0 */
    readonly sequenceNumber?: number;
    /** Goes on with an unfinished copy of the same content, if there is one: all its ranges are written again. @default false */
    readonly resume?: boolean;
}

/** Pages that were written, both ends in bytes. */
interface Range {
    readonly offset: number;
    readonly count: number;
}

/**
 * Copies into a page blob: Put Blob with the full size, then
 * [Put Page From URL](https://learn.microsoft.com/rest/api/storageservices/put-page-from-url) in parallel over the ranges that hold
 * something. What is overwritten is gone from the first request on; until the last one the blob carries {@link unfinishedMarker}.
 */
export async function copyPages(options: CopyPagesOptions): Promise<WrittenBlob> {
    const { destination, source, target, run } = options;
    return telling(source, run, async () => {
        const unfinished = options.resume && (await findUnfinished(destination, source, target, run.signal));
        if (!unfinished || unfinished.contentLength !== source.contentLength) {
            await createPageBlob(options);
        }
        await writePages(options);
        return finishUnfinished(destination, source, target, run);
    });
}

async function createPageBlob({ destination, source, target, run, sequenceNumber }: CopyPagesOptions): Promise<void> {
    const metadata = { ...target.metadata, [unfinishedMarker]: await unfinishedValue(source) };
    try {
        await destination.create(source.contentLength, {
            ...creationOptions({ ...target, metadata }),
            ...(sequenceNumber && { blobSequenceNumber: sequenceNumber }),
            abortSignal: run.signal,
        });
    } catch (error) {
        // Where the answer was lost, the SDK has asked again, and met the blob that its first request made.
        if (!isDestinationConflict(error) || !(await findUnfinished(destination, source, target, run.signal))) {
            throw error;
        }
    }
}

async function writePages({ destination, source, sourceClient, target, run }: CopyPagesOptions): Promise<void> {
    const client = singleTry(PageBlobClient, destination);
    const total = source.contentLength;
    let copied = 0;
    let listedTo = 0;
    async function* ranges(): AsyncGenerator<Range> {
        for await (const range of listRanges(source, sourceClient, run.signal)) {
            copied += range.offset - listedTo;
            listedTo = range.offset + range.count;
            yield range;
        }
        copied += total - listedTo;
    }
    await runWorkers({
        items: ranges(),
        concurrency: run.concurrency ?? defaultConcurrency,
        clock: run.clock,
        signal: run.signal,
        async work({ offset, count }, signal) {
            const authorized = await source.authorize();
            await client.uploadPagesFromURL(authorized.url, offset, offset, count, {
                ...encryptionOptions(target),
                ...sourceOptions(source, authorized),
                sourceConditions: { ifMatch: source.etag },
                conditions: leaseOf(target),
                abortSignal: signal,
            });
            copied += count;
            run.progress(copied, total);
        },
    });
    run.progress(total, total);
}

/** What the source holds, in pieces of at most 4 MiB: [Get Page Ranges](https://learn.microsoft.com/rest/api/storageservices/get-page-ranges), a page of its answer at a time. */
async function* listRanges(
    source: FromUrlSource,
    client: PageBlobClient | undefined,
    signal: AbortSignal,
): AsyncGenerator<Range> {
    if (source.contentLength === 0) {
        return;
    }
    if (!client) {
        yield* pieces(0, source.contentLength - 1);
        return;
    }
    const conditions = source.etag !== undefined ? { ifMatch: source.etag } : {};
    const items = client.listPageRanges(0, source.contentLength, { conditions, abortSignal: signal });
    try {
        for await (const { start, end, isClear } of items) {
            if (!isClear) {
                yield* pieces(start, end);
            }
        }
    } catch (error) {
        if (statusCode(error) === 412 && errorCode(error) === "ConditionNotMet") {
            throw new SourceChangedError(
                `the source ${redactUrl(client.url)} changed during the copy; run pulumi up again once it stays as it is`,
                undefined,
                undefined,
                { cause: error },
            );
        }
        throw error;
    }
}

function* pieces(start: number, end: number): Generator<Range> {
    for (let offset = start; offset <= end; offset += mostBytes) {
        yield { offset, count: Math.min(mostBytes, end + 1 - offset) };
    }
}
