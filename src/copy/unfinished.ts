// A page or append blob is there before its bytes are. One metadata entry says so, and of what it is going to be a copy.

import { BlobClient } from "@azure/storage-blob";
import { isOtherEncryption } from "../storage/encryption";
import { isNotFound } from "../storage/errors";
import { singleTry } from "../storage/singleTry";
import { conditionalWrite } from "./conditionalWrite";
import { CopyError } from "./errors";
import {
    afterWriting,
    contentKey,
    encryptionOptions,
    type FromUrlRun,
    type FromUrlSource,
    type FromUrlTarget,
    isRecognizable,
    leaseOf,
    protect,
    type SourceContent,
    sameMetadata,
    type WrittenBlob,
} from "./fromUrl";

/** The name of the metadata entry of a blob whose copy has not ended. */
export const unfinishedMarker = "pulumi_azure_copy_unfinished";

type Recognizable = SourceContent & Pick<FromUrlSource, "authorize">;

/** The entry's value: 64 hexadecimal digits that follow from the source's URL without its secrets, what its query names, its ETag and its length. */
export async function unfinishedValue(source: Recognizable): Promise<string> {
    const { url } = await source.authorize();
    return contentKey(url, source).subarray(0, 32).toString("hex");
}

/** Whether a blob with this metadata is an unfinished copy of the source, to be resumed. */
export async function isUnfinishedCopyOf(
    metadata: Readonly<Record<string, string>> | undefined,
    source: Recognizable,
): Promise<boolean> {
    const value = unfinishedIn(metadata);
    if (value === undefined || !isRecognizable((await source.authorize()).url, source)) {
        return false;
    }
    return value === (await unfinishedValue(source));
}

/** The marker's value in a blob's metadata, if it is there. */
export function unfinishedIn(metadata: Readonly<Record<string, string>> | undefined): string | undefined {
    return Object.entries(metadata ?? {}).find(([name]) => name.toLowerCase() === unfinishedMarker)?.[1];
}

/** Reads how far an unfinished copy of the source has come; undefined where there is none. */
export async function findUnfinished(
    client: BlobClient,
    source: Recognizable,
    target: FromUrlTarget,
    signal: AbortSignal,
): Promise<{ readonly contentLength: number } | undefined> {
    try {
        const properties = await readProperties(client, target, signal);
        const isOurs = await isUnfinishedCopyOf(properties.metadata, source);
        return isOurs ? { contentLength: properties.contentLength! } : undefined;
    } catch (error) {
        if (isNotFound(error) || isOtherEncryption(error)) {
            return undefined;
        }
        throw error;
    }
}

/**
 * Takes the marker off, by one Set Blob Metadata on condition that nobody else has taken the blob's place; then protects it.
 * @throws CopyError where the blob is no longer ours, or not as long as the source; WrittenError where it can't be protected
 */
export async function finishUnfinished(
    client: BlobClient,
    source: Recognizable,
    target: FromUrlTarget,
    run: FromUrlRun,
): Promise<WrittenBlob> {
    // The writes went on side by side: only a look tells which of their ETags is the last.
    const properties = await readProperties(client, target, run.signal);
    const isOurs = unfinishedIn(properties.metadata) === (await unfinishedValue(source));
    if (!isOurs || properties.contentLength !== source.contentLength) {
        throw new CopyError("the destination was changed by somebody else during the copy");
    }
    const trying = singleTry(BlobClient, client);
    const last = await conditionalWrite(
        run,
        (abortSignal) =>
            trying.setMetadata(
                { ...target.metadata },
                {
                    ...encryptionOptions(target),
                    conditions: { ...leaseOf(target), ifMatch: properties.etag! },
                    abortSignal,
                },
            ),
        async () => {
            const now = await readProperties(client, target, run.signal);
            const isDone = sameMetadata(now.metadata, target.metadata) && now.contentLength === source.contentLength;
            return isDone ? now : undefined;
        },
    );
    const written = {
        etag: last.etag!,
        lastModified: last.lastModified!,
        versionId: last.versionId,
        contentMd5: properties.contentMD5,
    };
    await afterWriting(written, () => protect(client, target, run.signal));
    return written;
}

function readProperties(client: BlobClient, target: FromUrlTarget, signal: AbortSignal) {
    return client.getProperties({
        customerProvidedKey: target.customerProvidedKey,
        conditions: leaseOf(target),
        abortSignal: signal,
    });
}
