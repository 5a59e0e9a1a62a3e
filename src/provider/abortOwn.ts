import type { BlobGetPropertiesResponse } from "@azure/storage-blob";
import { abortCopy } from "../copy/abort";
import { DestinationConflictError } from "../copy/errors";
import type { Destination } from "./ends";
import type { Context } from "./handler";
import { observe } from "./observe";

/**
 * Aborts the copy that is pending onto a destination.
 * @param pending the destination's properties while it is pending
 * @returns what the copy has left; nothing where the blob is gone
 * @throws DestinationConflictError where somebody else has written the blob since: its ETag is not this resource's
 */
export async function abortPending(
    destination: Destination,
    pending: BlobGetPropertiesResponse,
    context: Context,
): Promise<BlobGetPropertiesResponse | undefined> {
    await abortCopy(destination.client, pending.copyId!, destination.lease);
    const left = await observe(destination, context);
    if (left && left.copyId !== pending.copyId) {
        throw new DestinationConflictError(
            `the destination ${destination.url} was changed by somebody else while this resource's copy onto it was aborted; run pulumi up again`,
            pending.copyId,
        );
    }
    return left;
}
