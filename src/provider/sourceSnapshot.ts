// The source's snapshots that the resource takes itself. A marker in their metadata says for which destination and triggers, so
// that a run that was interrupted finds what it has taken, and nobody else's snapshot is ever deleted.

import { BlobClient } from "@azure/storage-blob";
import { listTaken, markedMetadata, type SnapshotTime, type TakenFor } from "../copy/incremental";
import type { BlobAddress } from "../storage/address";
import { explain, statusCode } from "../storage/errors";
import { singleTry } from "../storage/singleTry";
import { isTransient, retryAfterMilliseconds } from "../storage/transient";
import type { Source } from "./ends";
import type { Context } from "./handler";

const tries = 6;
const firstDelayMilliseconds = 800;

/**
 * The source's snapshot for the triggers: one that an interrupted run has taken already, or a new one, by
 * [Snapshot Blob](https://learn.microsoft.com/rest/api/storageservices/snapshot-blob).
 * @param since the snapshot that was copied last, which will do: its copy was not recorded, then. An older one will not, since triggers may
 * come back to what they were. Without a copy, when an interrupted run may have begun
 */
export async function obtainSourceSnapshot(
    source: Source,
    takenFor: TakenFor,
    since: SnapshotTime | undefined,
    context: Context,
): Promise<SnapshotTime> {
    for (let attempt = 1; ; attempt++) {
        const taken = (await findTaken(source, takenFor, context)) ?? [];
        const found = taken
            .filter(({ snapshot, forTriggers }) => forTriggers && (since === undefined || snapshot >= since))
            .at(-1);
        if (found) {
            return found.snapshot;
        }
        try {
            return await take(source, takenFor, context);
        } catch (error) {
            // Where the answer was lost, the snapshot may have been taken: look before trying again.
            if (!isTransient(error) || attempt >= tries || context.signal.aborted) {
                throw explain(`take a snapshot of the source ${source.url}`, error);
            }
            const delay = Math.max(firstDelayMilliseconds * 2 ** (attempt - 1), retryAfterMilliseconds(error));
            await context.clock.sleep(delay, context.signal);
        }
    }
}

/** The source's snapshots that were taken for a destination, oldest first; none for a credential that may not list. */
export async function snapshotsTakenFor(
    source: Source,
    destinationUrl: string,
    context: Context,
): Promise<readonly SnapshotTime[]> {
    const taken = (await findTaken(source, { destinationUrl, triggers: [] }, context)) ?? [];
    return taken.map(({ snapshot }) => snapshot);
}

/** Nothing for a credential that may not list, such as a SAS for the one blob: what an interrupted run has taken then stays. */
async function findTaken(source: Source, takenFor: TakenFor, context: Context) {
    try {
        return await listTaken(await source.container!(), blobNameOf(source), takenFor, context.signal);
    } catch (error) {
        if (statusCode(error) === 403) {
            return undefined;
        }
        throw explain(`list the snapshots of the source ${source.url}`, error);
    }
}

async function take(source: Source, takenFor: TakenFor, context: Context): Promise<SnapshotTime> {
    const client = singleTry(BlobClient, source.leasing!());
    const { blobType, metadata } = await client.getProperties({ abortSignal: context.signal });
    if (blobType !== "PageBlob") {
        throw new Error(`${source.url} is no page blob, and of those alone there are incremental copies; use BlobCopy`);
    }
    const { snapshot } = await client.createSnapshot({
        metadata: markedMetadata(metadata, takenFor),
        abortSignal: context.signal,
    });
    return snapshot!;
}

/**
 * Deletes the snapshots that were taken for a destination, where no incremental copy needs them any more.
 * @param recorded those that the state says were taken by the resource: a marker alone may have been copied along with a blob
 * @param before the snapshot that was copied last, on which the next copy is based; without one, all are deleted
 * @returns the recorded ones that may be there still
 */
export async function deleteTaken(
    source: Source,
    destinationUrl: string,
    recorded: readonly SnapshotTime[],
    before: SnapshotTime | undefined,
    context: Context,
): Promise<readonly SnapshotTime[]> {
    const superseded = recorded.filter((snapshot) => before === undefined || snapshot < before);
    if (superseded.length === 0) {
        return recorded;
    }
    const gone = new Set<SnapshotTime>();
    try {
        const taken = await findTaken(source, { destinationUrl, triggers: [] }, context);
        if (!taken) {
            context.warn(
                `the snapshots of the source ${source.url} can't be listed with this credential, so that takeSnapshot.deleteSuperseded deletes none; a SAS needs l, and srt=c or sr=c`,
            );
            return recorded;
        }
        const client = source.leasing!();
        for (const snapshot of superseded) {
            if (taken.some((each) => each.snapshot === snapshot)) {
                await client.withSnapshot(snapshot).deleteIfExists({ abortSignal: context.signal });
                gone.add(snapshot);
            }
        }
    } catch (error) {
        // What was asked for is done; an error here would cost its record.
        context.warn(explain(`delete the snapshots that were taken of ${source.url}`, error).message);
    }
    return recorded.filter((snapshot) => !gone.has(snapshot));
}

function blobNameOf(source: Source): string {
    return (source.address as BlobAddress).blobName;
}

/** The URL of the source's snapshot that the service reads, with a SAS of the blob itself, which covers its snapshots in this operation. */
export async function readableSnapshotUrl(
    source: Source,
    snapshot: SnapshotTime,
    lastsMilliseconds: number,
): Promise<string> {
    const base = await source.signedUrl(lastsMilliseconds);
    return `${base}${base.includes("?") ? "&" : "?"}snapshot=${encodeURIComponent(snapshot)}`;
}
