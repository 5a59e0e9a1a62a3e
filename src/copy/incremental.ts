// Incremental Copy Blob: each copy of a source's snapshot makes a snapshot of the destination, and moves only what differs from
// the snapshot that was copied before.

import { createHash } from "node:crypto";
import type { BlobItem, BlobRequestConditions, ContainerClient, PageBlobClient } from "@azure/storage-blob";
import { redactUrl } from "../storage/url";

/** A snapshot's DateTime, as the service gives it. */
export type SnapshotTime = string;

/** A snapshot of the destination, and what it is a copy of. */
export interface CopiedSnapshot {
    /** Its DateTime. */
    readonly snapshot: SnapshotTime;
    /** The DateTime of the source's snapshot that it is a copy of; absent where the service does not tell. */
    readonly sourceSnapshot?: SnapshotTime;
    /** When the copy ended, in ISO 8601. */
    readonly copyCompletedOn?: string;
}

/**
 * Starts an incremental copy: [Incremental Copy Blob](https://learn.microsoft.com/rest/api/storageservices/incremental-copy-blob), one request.
 * @param sourceUrl the snapshot's URL, with a SAS unless it is public
 * @returns the copy's ID, under which it is pending
 */
export async function startIncrementalCopy(
    destination: PageBlobClient,
    sourceUrl: string,
    conditions: BlobRequestConditions,
    signal: AbortSignal,
): Promise<{ readonly copyId: string; readonly startedOn?: Date }> {
    const { copyId, lastModified } = await destination.startCopyIncremental(sourceUrl, {
        conditions,
        abortSignal: signal,
    });
    return { copyId: copyId!, startedOn: lastModified };
}

/** The snapshot that a URL names. */
export function snapshotOf(url: string | undefined): SnapshotTime | undefined {
    const { searchParams } = new URL(redactUrl(url ?? "https://none.invalid/"));
    return [...searchParams].find(([name]) => name.toLowerCase() === "snapshot")?.[1];
}

/** Every snapshot of a blob, oldest first, and then the blob: [List Blobs](https://learn.microsoft.com/rest/api/storageservices/list-blobs). */
async function* listWithSnapshots(
    container: ContainerClient,
    blobName: string,
    signal: AbortSignal,
): AsyncGenerator<BlobItem> {
    const items = container.listBlobsFlat({
        prefix: blobName,
        includeSnapshots: true,
        includeMetadata: true,
        includeCopy: true,
        abortSignal: signal,
    });
    for await (const item of items) {
        if (item.name !== blobName) {
            return; // names come in order, and the name itself is the first with this prefix
        }
        yield item;
    }
}

/** The destination's snapshots, oldest first; none of a blob that somebody has put in its place. */
export async function listCopied(
    container: ContainerClient,
    blobName: string,
    signal: AbortSignal,
): Promise<CopiedSnapshot[]> {
    const found: CopiedSnapshot[] = [];
    for await (const { snapshot, properties } of listWithSnapshots(container, blobName, signal)) {
        if (!snapshot) {
            return properties.incrementalCopy ? found : [];
        }
        found.push({
            snapshot,
            sourceSnapshot: snapshotOf(properties.copySource),
            copyCompletedOn: properties.copyCompletedOn?.toISOString(),
        });
    }
    return found;
}

/**
 * How many bytes of pages a copied snapshot took, by [Get Page Ranges](https://learn.microsoft.com/rest/api/storageservices/get-page-ranges).
 * @param snapshot the client of the destination's snapshot
 * @param previous the destination's snapshot before it; without one, the copy was a full one
 */
export async function transferredBytes(
    snapshot: PageBlobClient,
    contentLength: number,
    previous: SnapshotTime | undefined,
    signal: AbortSignal,
): Promise<number> {
    if (contentLength === 0) {
        return 0;
    }
    const ranges =
        previous === undefined
            ? snapshot.listPageRanges(0, contentLength, { abortSignal: signal })
            : snapshot.listPageRangesDiff(0, contentLength, previous, { abortSignal: signal });
    let bytes = 0;
    for await (const { start, end, isClear } of ranges) {
        bytes += isClear ? 0 : end + 1 - start;
    }
    return bytes;
}

/** On a snapshot of the source: which destination it was taken for, and by which triggers. */
const marker = "pulumi_azure_copy_taken_for";

/** Whose a snapshot of the source is. */
export interface TakenFor {
    readonly destinationUrl: string;
    readonly triggers: readonly unknown[];
}

/** What the marker says: 32 hexadecimal digits that follow from the destination, then 32 that follow from the triggers. */
function markerValue({ destinationUrl, triggers }: TakenFor): string {
    return `${ownerOf(destinationUrl)}-${digest(`${destinationUrl}\n${canonical(triggers)}`)}`;
}

function ownerOf(destinationUrl: string): string {
    return digest(destinationUrl);
}

function digest(text: string): string {
    return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

/** JSON with the names of objects in order, in which they do not always arrive. */
function canonical(value: unknown): string {
    return JSON.stringify(value, (_, part: unknown) =>
        typeof part === "object" && part !== null && !Array.isArray(part)
            ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
            : part,
    );
}

/** A snapshot of the source that carries our marker. */
export interface TakenSnapshot {
    readonly snapshot: SnapshotTime;
    /** Whether it was taken for these very triggers. */
    readonly forTriggers: boolean;
}

/** The source's snapshots that were taken for a destination, oldest first. */
export async function listTaken(
    container: ContainerClient,
    blobName: string,
    takenFor: TakenFor,
    signal: AbortSignal,
): Promise<TakenSnapshot[]> {
    const found: (TakenSnapshot & { readonly value: string })[] = [];
    let inherited: string | undefined;
    for await (const { snapshot, metadata } of listWithSnapshots(container, blobName, signal)) {
        const value = Object.entries(metadata ?? {}).find(([name]) => name.toLowerCase() === marker)?.[1];
        if (!snapshot) {
            inherited = value;
        } else if (value?.startsWith(`${ownerOf(takenFor.destinationUrl)}-`)) {
            found.push({ snapshot, forTriggers: value === markerValue(takenFor), value });
        }
    }
    // A blob that was restored from a backup has the marker in its own metadata, and so has whatever snapshot anybody takes of it.
    return found.filter(({ value }) => value !== inherited);
}

/** A blob's metadata with the marker, as the snapshot gets it: metadata in Snapshot Blob takes the place of the blob's own. */
export function markedMetadata(
    metadata: Readonly<Record<string, string>> | undefined,
    takenFor: TakenFor,
): Record<string, string> {
    return { ...metadata, [marker]: markerValue(takenFor) };
}
