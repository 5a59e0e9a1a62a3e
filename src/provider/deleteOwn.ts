import { abortCopy } from "../copy/abort";
import { discard, findPreserved } from "../copy/preserve";
import { errorCode, isDestinationConflict, isNotFound } from "../storage/errors";
import { discardBeside } from "./besideOld";
import type { BlobCopyState } from "./blobCopyTypes";
import type { Destination } from "./ends";
import type { Context } from "./handler";
import { isOwn, observe } from "./observe";

/** Aborts what is pending and deletes the destination, if it is as this resource has left it. */
export async function deleteOwn(destination: Destination, state: BlobCopyState, context: Context): Promise<void> {
    let etag = state.lastWriteEtag;
    if (state.copyStatus !== "success" || etag === undefined) {
        const there = await observe(destination, context);
        if (!there) {
            return discardBeside(destination, context);
        }
        if (!isOwn(there, state)) {
            return leaveAlone(destination, context);
        }
        etag = there.etag;
        if (there.copyStatus === "pending") {
            await abortCopy(destination.client, there.copyId!, destination.lease);
            etag = (await observe(destination, context))?.etag;
        }
    }
    await deleteIfUnchanged(destination, etag, state, context);
    if (state.copyStatus !== "success") {
        await discardBeside(destination, context);
    }
}

async function deleteIfUnchanged(
    destination: Destination,
    etag: string | undefined,
    state: BlobCopyState,
    context: Context,
): Promise<void> {
    const remove = () =>
        destination.client.delete({
            conditions: { ifMatch: etag!, ...destination.lease },
            abortSignal: context.signal,
        });
    try {
        await remove();
    } catch (error) {
        if (isNotFound(error)) {
            return;
        }
        if (isDestinationConflict(error)) {
            return leaveAlone(destination, context);
        }
        if (errorCode(error) !== "SnapshotsPresent") {
            throw error;
        }
        const snapshots = await ownSnapshots(destination, state);
        if (snapshots.length === 0) {
            throw error;
        }
        if ((await observe(destination, context))?.etag !== etag) {
            return leaveAlone(destination, context);
        }
        for (const snapshot of snapshots) {
            await discard(destination.client, { snapshot });
        }
        await remove();
    }
}

/** What this resource has kept of older content. A credential that may not list knows what was recorded. */
async function ownSnapshots(destination: Destination, state: BlobCopyState): Promise<string[]> {
    const found = await findPreserved(destination.container, destination.address.blobName);
    return [...new Set([...found.map(({ snapshot }) => snapshot), state.overwrittenSnapshot ?? []].flat())];
}

function leaveAlone(destination: Destination, context: Context): void {
    context.warn(
        `${destination.url} was changed by somebody else since this resource wrote it, and was left alone; delete it by hand if it is not needed`,
    );
}
