import { BlockBlobClient } from "@azure/storage-blob";
import { singleTry } from "../storage/singleTry";
import {
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
import { repeating } from "./repeat";

/** The most bytes that {@link putBlobFromUrl} takes: 5,000 MiB. */
export const mostPutBlobBytes = 5_000 * 1024 * 1024;

/** What {@link putBlobFromUrl} takes. */
export interface PutBlobOptions {
    readonly destination: BlockBlobClient;
    /** At most {@link mostPutBlobBytes}. */
    readonly source: FromUrlSource;
    readonly target: FromUrlTarget;
    readonly run: FromUrlRun;
    /** Lets the service compare the bytes with the source's MD5 while it reads (`x-ms-source-content-md5`); the MD5 must be right then. @default false */
    readonly verifyMd5?: boolean;
    /** Whether the source has metadata: a target without any then takes one more request, since the operation carries it over. @default true */
    readonly sourceHasMetadata?: boolean;
    /** Called where a request is made again since its answer was lost: it may then meet the blob that it has written itself. */
    repeated?(): void;
}

/**
 * Writes a block blob by one [Put Blob From URL](https://learn.microsoft.com/rest/api/storageservices/put-blob-from-url). What is
 * overwritten stands until all bytes have arrived.
 *
 * Where the answer was lost on the way, the repeated request meets its own blob: the conflict (`BlobAlreadyExists`,
 * `ConditionNotMet`) is thrown as it is, since nothing in a blob tells which request wrote it; {@link PutBlobOptions.repeated} tells of it.
 */
export async function putBlobFromUrl(options: PutBlobOptions): Promise<WrittenBlob> {
    const { destination, source, target, run } = options;
    return telling(source, run, async () => {
        const client = singleTry(BlockBlobClient, destination);
        const write = async () => {
            const authorized = await source.authorize();
            return client.syncUploadFromURL(authorized.url, {
                ...creationOptions(target),
                ...sourceOptions(source, authorized),
                copySourceBlobProperties: false,
                ...(source.etag !== undefined && { sourceConditions: { ifMatch: source.etag } }),
                ...(options.verifyMd5 && source.contentMd5 && { sourceContentMD5: source.contentMd5 }),
                abortSignal: run.signal,
            });
        };
        const repeated = () => options.repeated?.();
        const written = await repeating(write, run, repeated);
        let last: { etag?: string; lastModified?: Date; versionId?: string } = written;
        const hasMetadata = Object.keys(target.metadata ?? {}).length > 0;
        if (!hasMetadata && (options.sourceHasMetadata ?? true)) {
            // No request can say "none".
            const clear = () =>
                client.setMetadata(
                    {},
                    {
                        ...encryptionOptions(target),
                        conditions: { ...leaseOf(target), ifMatch: written.etag! },
                        abortSignal: run.signal,
                    },
                );
            last = await repeating(clear, run, repeated);
        }
        await protect(destination, target, run.signal);
        run.progress(source.contentLength, source.contentLength);
        const contentMd5 = target.blobHTTPHeaders?.blobContentMD5;
        return {
            etag: last.etag!,
            lastModified: last.lastModified!,
            ...(last.versionId && { versionId: last.versionId }),
            ...(contentMd5 && { contentMd5 }),
        };
    });
}
