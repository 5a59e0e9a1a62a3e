import type { FileHttpHeaders, ShareFileClient } from "@azure/storage-file-share";
import { isFileNotFound } from "../storage/errors";
import { defaultConcurrency, type FromUrlRun, type FromUrlSource, sourceOptions, telling } from "./fromUrl";
import { isUnfinishedCopyOf, unfinishedMarker, unfinishedValue } from "./unfinished";
import { runWorkers } from "./workers";

/** The most bytes that one Put Range From URL takes: 4 MiB. */
const mostBytes = 4 * 1024 * 1024;

/** What {@link copyRanges} takes. */
export interface CopyRangesOptions {
    /** A name that is free, or has an unfinished copy of the same content. */
    readonly destination: ShareFileClient;
    /** The same file, whose requests are tried once. */
    readonly writer: ShareFileClient;
    readonly source: FromUrlSource;
    /** Tells which ranges of a source that is a file hold something, as the client. @default - all do */
    readonly sourceFile?: ShareFileClient;
    readonly fileHttpHeaders?: FileHttpHeaders;
    readonly metadata?: Readonly<Record<string, string>>;
    readonly run: FromUrlRun;
}

/** Bytes, the end not included. */
interface Range {
    readonly start: number;
    readonly end: number;
}

/**
 * Writes a file: Create File with the full size, then
 * [Put Range From URL](https://learn.microsoft.com/rest/api/storageservices/put-range-from-url) in parallel over the ranges that hold
 * something. The file carries {@link unfinishedMarker}, which stays for the caller to take off. What an interrupted copy of the same
 * content has written is found by [List Ranges](https://learn.microsoft.com/rest/api/storageservices/list-ranges), and not written again.
 */
export async function copyRanges(options: CopyRangesOptions): Promise<void> {
    const { destination, writer, source, sourceFile, run } = options;
    await telling(source, run, async () => {
        const written = (await isResumable(options)) ? await rangesOf(destination, run.signal) : await create(options);
        const total = source.contentLength;
        const wanted = sourceFile ? await rangesOf(sourceFile, run.signal) : [{ start: 0, end: total }];
        const missing = subtract(
            wanted.map(({ start, end }) => ({ start, end: Math.min(end, total) })),
            written,
        );
        let copied = missing.reduce((left, { start, end }) => left - (end - start), total);
        run.progress(copied, total);
        await runWorkers({
            items: pieces(missing),
            concurrency: run.concurrency ?? defaultConcurrency,
            clock: run.clock,
            signal: run.signal,
            async work({ start, end }, signal) {
                const authorized = await source.authorize();
                await writer.uploadRangeFromURL(authorized.url, start, start, end - start, {
                    ...sourceOptions(source, authorized),
                    abortSignal: signal,
                });
                copied += end - start;
                run.progress(copied, total);
            },
        });
        await source.confirm?.();
    });
}

async function isResumable({ destination, source, run }: CopyRangesOptions): Promise<boolean> {
    try {
        const there = await destination.getProperties({ abortSignal: run.signal });
        return there.contentLength === source.contentLength && (await isUnfinishedCopyOf(there.metadata, source));
    } catch (error) {
        if (isFileNotFound(error)) {
            return false;
        }
        throw error;
    }
}

async function create({ destination, source, fileHttpHeaders, metadata, run }: CopyRangesOptions): Promise<Range[]> {
    await destination.create(source.contentLength, {
        fileHttpHeaders,
        metadata: { ...metadata, [unfinishedMarker]: await unfinishedValue(source) },
        abortSignal: run.signal,
    });
    return [];
}

async function rangesOf(file: ShareFileClient, signal: AbortSignal): Promise<Range[]> {
    const { rangeList } = await file.getRangeList({ abortSignal: signal });
    return rangeList.map(({ start, end }) => ({ start, end: end + 1 }));
}

/** The parts of ranges that others do not cover; both in order. */
function subtract(ranges: readonly Range[], others: readonly Range[]): Range[] {
    const left: Range[] = [];
    for (const { start, end } of ranges) {
        let from = start;
        for (const other of others) {
            if (other.end > from && other.start < end) {
                if (other.start > from) {
                    left.push({ start: from, end: other.start });
                }
                from = other.end;
            }
        }
        if (from < end) {
            left.push({ start: from, end });
        }
    }
    return left;
}

/** Ranges in pieces that one request takes, made as they are asked for. */
function* pieces(ranges: readonly Range[]): Generator<Range> {
    for (const { start, end } of ranges) {
        for (let from = start; from < end; from += mostBytes) {
            yield { start: from, end: Math.min(from + mostBytes, end) };
        }
    }
}
