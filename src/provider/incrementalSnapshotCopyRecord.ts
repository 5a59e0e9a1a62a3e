// What is recorded of an IncrementalSnapshotCopy, from what was asked for and what the service said.

import type { BlobGetPropertiesResponse } from "@azure/storage-blob";
import { type CopiedSnapshot, snapshotOf, transferredBytes } from "../copy/incremental";
import { addressUrl } from "../storage/address";
import { explain } from "../storage/errors";
import { redactUrl } from "../storage/url";
import type { Destination } from "./ends";
import type { Context } from "./handler";
import type { IncrementalSnapshotCopyOutputs, IncrementalSnapshotCopyState } from "./incrementalSnapshotCopyTypes";

/** What the service says of the destination itself. */
export function outputs(
    { url, address }: Destination,
    properties: BlobGetPropertiesResponse,
): IncrementalSnapshotCopyOutputs {
    const { destinationSnapshot, copySource, copyStatus } = properties;
    const sourceSnapshot = copyStatus === "success" ? snapshotOf(copySource) : undefined;
    return {
        url,
        etag: properties.etag!,
        lastModified: properties.lastModified?.toISOString(),
        contentLength: properties.contentLength,
        sourceSnapshot,
        sourceUrl: copySource && redactUrl(copySource),
        destinationSnapshot,
        destinationSnapshotUrl: destinationSnapshot && addressUrl({ ...address, snapshot: destinationSnapshot }),
        copyId: properties.copyId,
        copyStatus,
        copyCompletedOn: properties.copyCompletedOn?.toISOString(),
    };
}

const outputNames = [
    "url",
    "etag",
    "lastModified",
    "contentLength",
    "sourceSnapshot",
    "sourceUrl",
    "destinationSnapshot",
    "destinationSnapshotUrl",
    "destinationSnapshots",
    "copyKind",
    "bytesTransferred",
    "copyId",
    "copyStatus",
    "copyStartedOn",
    "copyCompletedOn",
] as const satisfies readonly (keyof IncrementalSnapshotCopyOutputs)[];

export function outputsOf(state: IncrementalSnapshotCopyState): IncrementalSnapshotCopyOutputs {
    return Object.fromEntries(
        outputNames.filter((name) => state[name] !== undefined).map((name) => [name, state[name]]),
    ) as unknown as IncrementalSnapshotCopyOutputs;
}

/**
 * How much the last copy has moved, and whether that was everything. The destination's own snapshots tell; where the one before
 * is gone, nothing does.
 * @param snapshots the destination's snapshots, oldest first; nothing where they can't be listed
 */
export async function movement(
    destination: Destination,
    { destinationSnapshot, contentLength, createdOn }: BlobGetPropertiesResponse,
    snapshots: readonly CopiedSnapshot[] | undefined,
    previous: IncrementalSnapshotCopyState | undefined,
    context: Context,
): Promise<Pick<IncrementalSnapshotCopyOutputs, "copyKind" | "bytesTransferred">> {
    // What was recorded of a destination that was deleted since says nothing of the one that is there.
    const last = previous?.destinationSnapshot;
    const recorded = last && createdOn && last < createdOn.toISOString() ? undefined : last;
    const before = snapshots
        ? snapshots.filter(({ snapshot }) => snapshot < destinationSnapshot!).at(-1)?.snapshot
        : recorded;
    const copyKind = (before ?? recorded) === undefined ? "full" : "incremental";
    if (destinationSnapshot === undefined || (copyKind === "incremental" && before === undefined)) {
        return { copyKind };
    }
    const client = destination.client.withSnapshot(destinationSnapshot).getPageBlobClient();
    try {
        const bytesTransferred = await transferredBytes(client, contentLength ?? 0, before, context.signal);
        return { copyKind, bytesTransferred };
    } catch (error) {
        // The copy is done; an error here would cost its record.
        context.warn(explain(`read how much was copied onto ${destination.url}`, error).message);
        return { copyKind };
    }
}
