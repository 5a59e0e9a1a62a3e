// Copy Blob empties an existing destination at once. So that a failed copy costs nobody the old content, a snapshot keeps
// it until the new content stands, or, where a program asks for it, until that is overwritten in its turn. The snapshot is marked
// by metadata, so that a later run finds it after a crash.

import type { BlobGetPropertiesResponse, BlockBlobClient, ContainerClient } from "@azure/storage-blob";
import { statusCode } from "../storage/errors";
import { told } from "../storage/knownSecrets";
import { fitsHeader } from "../storage/tags";
import { CopyError } from "./errors";
import type { Lease } from "./lease";
import { startCopy } from "./start";

/** On a snapshot: it preserves the content of a blob that is being overwritten. Its value holds the blob's index tags. */
const marker = "pulumi_azure_copy_preserves";

/**
 * On the same snapshot: when it was taken, by the service's clock. Whoever promotes a snapshot gives the blob its metadata, and so
 * gives it to every later snapshot of the blob, which is not ours.
 */
const timeMarker = "pulumi_azure_copy_preserved_on";

/** How much later than that time the snapshot's own may be: its request may be repeated. */
const longestTakingMilliseconds = 10 * 60_000;

/** The old content of a destination. */
export interface Preserved {
    readonly snapshot: string;
    readonly metadata: Record<string, string>;
    readonly tags: Record<string, string>;
    readonly accessTier?: string;
}

/**
 * Keeps the destination's content, by [Snapshot Blob](https://learn.microsoft.com/rest/api/storageservices/snapshot-blob).
 * An empty blob needs no keeping.
 */
export async function preserve(
    destination: BlockBlobClient,
    properties: BlobGetPropertiesResponse,
    lease: Lease,
    signal: AbortSignal,
): Promise<Preserved | undefined> {
    if (!properties.contentLength) {
        return undefined;
    }
    // Whether a snapshot carries tags is not documented, and Copy Blob brings none back.
    const tags = properties.tagCount ? (await destination.getTags({ abortSignal: signal })).tags : {};
    const { [marker]: _, [timeMarker]: __, ...metadata } = properties.metadata ?? {};
    const taken = await destination.createSnapshot({
        metadata: {
            ...metadata,
            [marker]: new URLSearchParams(tags).toString() || "none",
            ...(properties.date && { [timeMarker]: properties.date.toISOString() }),
        },
        conditions: { ifMatch: properties.etag!, ...lease },
        abortSignal: signal,
    });
    return { snapshot: taken.snapshot!, metadata, tags, accessTier: properties.accessTier };
}

/**
 * What an interrupted run preserved of a blob, newest last; nothing for a credential that may not list, such as a SAS for the
 * one blob: what was preserved then stays.
 */
export async function findPreserved(container: ContainerClient, blobName: string): Promise<Preserved[]> {
    return (await findSnapshots(container, blobName)).preserved;
}

/** A blob's snapshots, oldest first: what {@link findPreserved} finds, and the DateTimes of all others. */
export async function findSnapshots(
    container: ContainerClient,
    blobName: string,
): Promise<{ readonly preserved: Preserved[]; readonly others: string[] }> {
    const preserved: Preserved[] = [];
    const others: string[] = [];
    try {
        for await (const blob of container.listBlobsFlat({
            prefix: blobName,
            includeSnapshots: true,
            includeMetadata: true,
        })) {
            if (blob.name !== blobName) {
                break; // names come in order, and the name itself is the first with this prefix
            }
            const value = blob.metadata?.[marker];
            if (blob.snapshot && value !== undefined && isTakenAt(blob.snapshot, blob.metadata![timeMarker])) {
                const { [marker]: _, [timeMarker]: __, ...metadata } = blob.metadata!;
                const tags = value === "none" ? {} : Object.fromEntries(new URLSearchParams(value));
                preserved.push({ snapshot: blob.snapshot, metadata, tags, accessTier: blob.properties.accessTier });
            } else if (blob.snapshot) {
                others.push(blob.snapshot);
            }
        }
    } catch (error) {
        if (statusCode(error) !== 403) {
            throw error;
        }
    }
    return { preserved, others };
}

/** Whether a snapshot was taken at about that time; one without a time is an older version's. */
function isTakenAt(snapshot: string, time: string | undefined): boolean {
    return time === undefined || Math.abs(Date.parse(snapshot) - Date.parse(time)) <= longestTakingMilliseconds;
}

/**
 * Puts the old content back, with its metadata, tags and tier: Copy Blob from the snapshot, which within an account mostly ends at once.
 * @param left what the failed copy left; anything else there is left alone
 * @param wait waits for the end of a copy
 * @returns the destination's new ETag
 * @throws CopyError where the copy does not succeed
 */
export async function restore(
    destination: BlockBlobClient,
    preserved: Preserved,
    left: Pick<BlobGetPropertiesResponse, "etag" | "accessTier">,
    lease: Lease,
    wait: (copyId: string) => Promise<BlobGetPropertiesResponse>,
): Promise<string> {
    const hasMetadata = Object.keys(preserved.metadata).length > 0;
    const tagsFit = fitsHeader(preserved.tags);
    const { copyId } = await startCopy(destination, destination.withSnapshot(preserved.snapshot).url, {
        destinationEtag: left.etag!,
        conditions: lease,
        // Without a tier of its own it would get that of what was to replace it.
        accessTier: preserved.accessTier === left.accessTier ? undefined : preserved.accessTier,
        metadata: preserved.metadata,
        tags: tagsFit && Object.keys(preserved.tags).length > 0 ? preserved.tags : undefined,
    });
    const restored = await wait(copyId);
    if (restored.copyStatus !== "success") {
        throw new CopyError(
            `the old content could not be put back: ${told(restored.copyStatusDescription ?? `${restored.copyStatus}`)}`,
            copyId,
            restored.copyStatus,
        );
    }
    if (!tagsFit) {
        await destination.setTags(preserved.tags, { conditions: lease });
    }
    if (hasMetadata) {
        return restored.etag!;
    }
    // Without metadata in the request, Copy Blob has carried over the snapshot's own, marker included.
    const cleared = await destination.setMetadata({}, { conditions: { ifMatch: restored.etag!, ...lease } });
    return cleared.etag!;
}

/** Deletes a preserving snapshot, and nothing else. */
export async function discard(destination: BlockBlobClient, preserved: Pick<Preserved, "snapshot">): Promise<void> {
    await destination.withSnapshot(preserved.snapshot).deleteIfExists();
}
