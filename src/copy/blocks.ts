// A block blob in parts: Put Block From URL for each of them, many at a time, then one Put Block List. What stands at the destination
// stays until that last request, and what was staged before an interruption is found again by its block IDs.

import { type Block, BlockBlobClient } from "@azure/storage-blob";
import { errorCode, isDestinationConflict, isNotFound, statusCode } from "../storage/errors";
import { singleTry } from "../storage/singleTry";
import { redactUrl } from "../storage/url";
import { CopyError, SourceMismatchError } from "./errors";
import {
    contentKey,
    creationOptions,
    defaultConcurrency,
    encryptionOptions,
    type FromUrlRun,
    type FromUrlSource,
    type FromUrlTarget,
    isRecognizable,
    leaseOf,
    type SourceContent,
    sameMetadata,
    sourceOptions,
    telling,
    type WrittenBlob,
} from "./fromUrl";
import { runWorkers } from "./workers";

const MIB = 1024 * 1024;
const mostBlocks = 50_000;
/** The most bytes of a block: 4,000 MiB. */
export const largestBlock = 4_000 * MIB;

/** Bytes of a block ID, before Base64, where nothing else is there. */
const usualIdBytes = 32;
/** Shorter IDs of somebody else's can't be matched: ours would no longer be distinct. */
const fewestIdBytes = 8;

/** What {@link copyBlocks} takes. */
export interface CopyBlocksOptions {
    readonly destination: BlockBlobClient;
    readonly source: FromUrlSource;
    readonly target: FromUrlTarget;
    readonly run: FromUrlRun;
    /** Looks first for blocks that an interrupted copy of the same content has staged; one Get Block List. @default false */
    readonly resume?: boolean;
    /** In bytes: at least the source's length where it is read whole. @default {@link blockSizeFor} the source's length */
    readonly blockSize?: number;
    /** Lets the service compare the bytes with the source's MD5 while it reads them whole. @default false */
    readonly verifyMd5?: boolean;
    /** Compares the length of what one block brings whole with the source's, where no ETag is pinned. @default true */
    readonly verifyLength?: boolean;
}

/** A part of the source, as one block. */
interface Part {
    readonly id: string;
    readonly offset: number;
    /** In bytes. */
    readonly count: number;
}

/**
 * How many bytes a block gets: 8 MiB, doubled while more than 1,000 blocks would be needed, up to 256 MiB, so that few requests
 * suffice and little is lost with one that fails; and further, up to 4,000 MiB, while 50,000 blocks would not do.
 * @throws RangeError for more than 50,000 × 4,000 MiB, which no block blob holds
 */
export function blockSizeFor(contentLength: number): number {
    let size = 8 * MIB;
    while (size < 256 * MIB && contentLength > size * 1_000) {
        size *= 2;
    }
    while (size < largestBlock && contentLength > size * mostBlocks) {
        size = Math.min(size * 2, largestBlock);
    }
    if (contentLength > size * mostBlocks) {
        throw new RangeError(
            `a block blob holds at most ${largestBlock * mostBlocks} bytes, the source has ${contentLength}`,
        );
    }
    return size;
}

/**
 * Copies into a block blob by [Put Block From URL](https://learn.microsoft.com/rest/api/storageservices/put-block-from-url) in parallel
 * and [Put Block List](https://learn.microsoft.com/rest/api/storageservices/put-block-list).
 * @throws CopyInterruptedError once the signal is aborted, with the staged blocks kept for a week; SourceChangedError; SourceMismatchError;
 * CopyError where staged blocks of somebody else are in the way; else what the service answered
 */
export async function copyBlocks(options: CopyBlocksOptions): Promise<WrittenBlob> {
    const { destination, source, target, run } = options;
    return telling(source, run, async () => {
        const { url } = await source.authorize();
        const blockSize = options.blockSize ?? blockSizeFor(source.contentLength);
        const resumes = (options.resume ?? false) && isRecognizable(url, source);
        const found = resumes ? await findStaged(destination, target, run.signal) : nothingStaged;
        const [known = usualIdBytes] = found.idBytes;
        let idBytes = known < fewestIdBytes ? usualIdBytes : known;
        try {
            await stage(options, () => parts(url, source, blockSize, idBytes), found.sizes);
        } catch (error) {
            if (errorCode(error) !== "InvalidBlobOrBlock") {
                throw error;
            }
            // Blocks of one blob have IDs of one length, and somebody else's are of another. They need not go: ours can be as long.
            const others = await findStaged(destination, target, run.signal);
            const theirs = checkIdBytes(others);
            if (theirs === idBytes) {
                throw error;
            }
            idBytes = theirs;
            await stage(options, () => parts(url, source, blockSize, idBytes), nothingStaged.sizes);
        }
        await source.confirm?.();
        const staged = [...parts(url, source, blockSize, idBytes)];
        await compareStaged(options, url, staged);
        const ids = staged.map((part) => part.id);
        return commit(options, ids);
    });
}

/**
 * Whether a blob is made of a source's content: its committed blocks have the IDs that {@link copyBlocks} gives them. A copy that
 * had finished before anybody noted it is recognized so.
 * @param committed Get Block List's `committedBlocks`
 * @param blockSize in bytes, if it was not the usual one
 */
export async function isCommittedFrom(
    committed: readonly Block[],
    source: SourceContent & Pick<FromUrlSource, "authorize">,
    blockSize = blockSizeFor(source.contentLength),
): Promise<boolean> {
    const { url } = await source.authorize();
    // A source that is read whole is one block of any size.
    const size = committed.length === 1 ? Math.max(blockSize, source.contentLength) : blockSize;
    const count = Math.ceil(source.contentLength / size);
    if (count === 0 || committed.length !== count || !isRecognizable(url, source)) {
        return false;
    }
    const idBytes = byteLength(committed[0]!.name);
    if (idBytes < fewestIdBytes) {
        return false;
    }
    let index = 0;
    for (const part of parts(url, source, size, idBytes)) {
        const block = committed[index++];
        if (block?.name !== part.id || Number(block.size) !== part.count) {
            return false;
        }
    }
    return true;
}

/** The blocks in order, made as they are asked for. */
function* parts(url: string, source: SourceContent, blockSize: number, idBytes: number): Generator<Part> {
    const { destinationName } = source;
    const named = destinationName === undefined ? [] : [destinationName];
    for (let offset = 0; offset < source.contentLength; offset += blockSize) {
        const count = Math.min(blockSize, source.contentLength - offset);
        const key = contentKey(url, source, [...named, offset, count, blockSize]);
        yield { id: key.subarray(0, idBytes).toString("base64"), offset, count };
    }
}

/** Stages what is not staged yet. */
async function stage(
    { destination, source, target, run, verifyMd5 }: CopyBlocksOptions,
    all: () => Iterable<Part>,
    staged: ReadonlyMap<string, number>,
): Promise<void> {
    const client = singleTry(BlockBlobClient, destination, source.etag);
    const total = source.contentLength;
    let copied = 0;
    const advance = (count: number) => {
        copied += count;
        run.progress(copied, total);
    };
    function* missing(): Generator<Part> {
        for (const part of all()) {
            if (staged.get(part.id) === part.count) {
                advance(part.count);
            } else {
                yield part;
            }
        }
    }
    await runWorkers({
        items: missing(),
        concurrency: run.concurrency ?? defaultConcurrency,
        clock: run.clock,
        signal: run.signal,
        async work({ id, offset, count }, signal) {
            const authorized = await source.authorize();
            // What is read whole is asked for without a range, which not every web server answers.
            await client.stageBlockFromURL(id, authorized.url, offset, count === total ? undefined : count, {
                ...encryptionOptions(target),
                ...sourceOptions(source, authorized),
                sourceContentMD5: verifyMd5 && count === total ? source.contentMd5 : undefined,
                conditions: leaseOf(target),
                abortSignal: signal,
            });
            advance(count);
        },
    });
}

/**
 * What is staged is what was asked for, where the source is Azure Storage's own and pinned. Another server may tell HEAD a length that it does
 * not send, or not answer ranges: what stands at the destination must not be replaced by that.
 */
async function compareStaged(
    { destination, source, target, run, verifyLength = true }: CopyBlocksOptions,
    url: string,
    all: readonly Part[],
): Promise<void> {
    // Parts that are not what they should be make no whole, whatever is to be compared.
    if (source.etag !== undefined || all.length === 0 || (all.length === 1 && !verifyLength)) {
        return;
    }
    const { sizes } = await findStaged(destination, target, run.signal);
    const wrong = all.find(({ id, count }) => sizes.has(id) && sizes.get(id) !== count);
    if (wrong) {
        const { offset, count } = wrong;
        const asked = all.length === 1 ? `${count} bytes` : `bytes ${offset} to ${offset + count - 1}`;
        throw new SourceMismatchError(
            `the source ${redactUrl(url)} is not what its server told of it: asked for ${asked}, it sent ${sizes.get(wrong.id)} bytes; nothing was written, and what was at the destination stands; mend the server's Content-Length and its answers to ranges, or set method to "copyBlob", by which Azure copies what the server sends`,
        );
    }
}

async function commit({ destination, source, target, run, blockSize }: CopyBlocksOptions, ids: string[]) {
    const contentMd5 = target.blobHTTPHeaders?.blobContentMD5;
    const told = (blob: { etag?: string; lastModified?: Date; versionId?: string }): WrittenBlob => ({
        etag: blob.etag!,
        lastModified: blob.lastModified!,
        versionId: blob.versionId,
        contentMd5,
    });
    try {
        const committed = await destination.commitBlockList(ids, {
            ...creationOptions(target),
            immutabilityPolicy: target.immutabilityPolicy,
            legalHold: target.legalHold,
            abortSignal: run.signal,
        });
        if (ids.length === 0) {
            run.progress(0, 0);
        }
        return told(committed);
    } catch (error) {
        // Where the answer was lost, the SDK has asked again, and met the blob that its first request made.
        if (!isDestinationConflict(error)) {
            throw error;
        }
        const { committedBlocks } = await destination
            .getBlockList("committed", { conditions: leaseOf(target), abortSignal: run.signal })
            .catch(() => ({ committedBlocks: undefined }));
        if (!committedBlocks || !(await isCommittedFrom(committedBlocks, source, blockSize))) {
            throw error;
        }
        const properties = await destination.getProperties({
            customerProvidedKey: target.customerProvidedKey,
            abortSignal: run.signal,
        });
        if (!sameMetadata(properties.metadata, target.metadata)) {
            throw error; // the same content, but not from this request
        }
        return told(properties);
    }
}

interface Staged {
    /** Uncommitted blocks by ID, in bytes. */
    readonly sizes: ReadonlyMap<string, number>;
    /** Lengths of the IDs of all blocks, before Base64. */
    readonly idBytes: ReadonlySet<number>;
}

const nothingStaged: Staged = { sizes: new Map(), idBytes: new Set() };

/** The blocks at the destination; none for a credential that may not read there. */
async function findStaged(destination: BlockBlobClient, target: FromUrlTarget, signal: AbortSignal): Promise<Staged> {
    try {
        const { uncommittedBlocks = [], committedBlocks = [] } = await destination.getBlockList("all", {
            conditions: leaseOf(target),
            abortSignal: signal,
        });
        const inTheWay = uncommittedBlocks.length > 0 ? uncommittedBlocks : committedBlocks.slice(0, 1);
        return {
            sizes: new Map(uncommittedBlocks.map(({ name, size }) => [name, Number(size)])),
            idBytes: new Set(inTheWay.map(({ name }) => byteLength(name))),
        };
    } catch (error) {
        if (isNotFound(error) || statusCode(error) === 403) {
            return nothingStaged;
        }
        throw error;
    }
}

/** How long our IDs must be. Nothing is cleared for them: whoever staged those blocks may be about to commit them. */
function checkIdBytes({ idBytes }: Staged): number {
    const [length = usualIdBytes] = idBytes;
    if (length < fewestIdBytes) {
        throw new CopyError(
            `the destination has blocks of another program, with IDs of ${length} bytes: too short for ours beside them; commit them, wait a week until they are gone, or overwrite the blob by other means`,
        );
    }
    return length;
}

function byteLength(id: string): number {
    return Buffer.from(id, "base64").length;
}
