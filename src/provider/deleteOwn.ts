import type { BlobGetPropertiesResponse } from "@azure/storage-blob";
import { CopyError, DestinationConflictError } from "../copy/errors";
import { discard, findSnapshots } from "../copy/preserve";
import { errorCode, isDestinationConflict, isNotFound } from "../storage/errors";
import { abortPending } from "./abortOwn";
import { leaveChanged } from "./adoption";
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
            return leaveChanged(destination.url, context);
        }
        etag = there.etag;
        if (there.copyStatus === "pending") {
            // An aborted copy is gone, so nothing may stand in the way of the deletion that follows.
            await ownSnapshots(destination, state);
            let left: BlobGetPropertiesResponse | undefined;
            try {
                left = await abortPending(destination, there, context);
            } catch (error) {
                if (error instanceof DestinationConflictError) {
                    return leaveChanged(destination.url, context);
                }
                throw error;
            }
            if (!left) {
                return discardBeside(destination, context);
            }
            etag = left.etag;
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
            return leaveChanged(destination.url, context);
        }
        if (errorCode(error) !== "SnapshotsPresent") {
            throw error;
        }
        // What can fail comes first: a deleted snapshot does not come back.
        const snapshots = await ownSnapshots(destination, state);
        if (snapshots.length === 0) {
            throw error;
        }
        const there = await observe(destination, context);
        if (!there || there.etag !== etag) {
            return leaveChanged(destination.url, context);
        }
        refuseProtected(there);
        for (const snapshot of snapshots) {
            await discard(destination.client, { snapshot });
        }
        await remove();
    }
}

/**
 * What this resource has kept of older content. A credential that may not list knows what was recorded.
 * @throws CopyError where there are snapshots of others, with which the blob can't be deleted
 */
async function ownSnapshots(destination: Destination, state: BlobCopyState): Promise<string[]> {
    const { preserved, others } = await findSnapshots(destination.container, destination.address.blobName);
    const own = new Set([...preserved.map(({ snapshot }) => snapshot), state.overwrittenSnapshot ?? []].flat());
    const foreign = others.filter((snapshot) => !own.has(snapshot));
    if (foreign.length > 0) {
        const named = foreign.slice(0, mostNamed).join(", ") + (foreign.length > mostNamed ? ", …" : "");
        throw new CopyError(
            `409 SnapshotsPresent: the blob has snapshots that this resource did not make (${named}), and nothing was deleted; delete them, or set the resource option retainOnDelete`,
        );
    }
    return [...own];
}

/** How many snapshots of others a message names. */
const mostNamed = 5;

/** A blob that can't be deleted keeps its snapshots: the service would tell of them first. */
function refuseProtected({
    legalHold,
    immutabilityPolicyExpiresOn,
    date = new Date(),
}: BlobGetPropertiesResponse): void {
    const until = immutabilityPolicyExpiresOn;
    if (legalHold || (until !== undefined && until > date)) {
        const why = legalHold ? "a legal hold" : `an immutability policy until ${until!.toISOString()}`;
        throw new CopyError(
            `the blob is under ${why}, and nothing was deleted; lift it, or set the resource option retainOnDelete`,
        );
    }
}
