import { BlockBlobClient } from "@azure/storage-blob";
import { singleTry } from "../storage/singleTry";
import { conditionalWrite, type WriteAnswer } from "./conditionalWrite";
import {
    afterWriting,
    creationOptions,
    encryptionOptions,
    type FromUrlRun,
    type FromUrlSource,
    type FromUrlTarget,
    leaseOf,
    protect,
    sameMetadata,
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
 * @throws WrittenError where a request after that fails
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
                sourceConditions: { ifMatch: source.etag },
                sourceContentMD5: options.verifyMd5 ? source.contentMd5 : undefined,
                abortSignal: run.signal,
            });
        };
        const written = await repeating(write, run, () => options.repeated?.());
        const contentMd5 = target.blobHTTPHeaders?.blobContentMD5;
        const told = (blob: WriteAnswer): WrittenBlob => ({
            etag: blob.etag!,
            lastModified: blob.lastModified!,
            versionId: blob.versionId,
            contentMd5,
        });
        let last = told(written);
        const hasMetadata = Object.keys(target.metadata ?? {}).length > 0;
        if (!hasMetadata && (options.sourceHasMetadata ?? true)) {
            // No request can say "none".
            last = told(await afterWriting(last, () => clearMetadata(options, written.etag!)));
        }
        await afterWriting(last, () => protect(destination, target, run.signal));
        run.progress(source.contentLength, source.contentLength);
        return last;
    });
}

function clearMetadata({ destination, target, run }: PutBlobOptions, etag: string): Promise<WriteAnswer> {
    const client = singleTry(BlockBlobClient, destination);
    return conditionalWrite(
        run,
        (abortSignal) =>
            client.setMetadata(
                {},
                { ...encryptionOptions(target), conditions: { ...leaseOf(target), ifMatch: etag }, abortSignal },
            ),
        async () => {
            const { customerProvidedKey } = target;
            const found = await destination.getProperties({
                customerProvidedKey,
                abortSignal: run.signal,
            });
            return sameMetadata(found.metadata, {}) ? found : undefined;
        },
    );
}
