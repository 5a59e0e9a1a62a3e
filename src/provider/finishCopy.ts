// Copy Blob's end: what is put back, and what is taken away.

import type { BlobGetPropertiesResponse } from "@azure/storage-blob";
import { abortCopy } from "../copy/abort";
import type { CopyError, CopyTimeoutError } from "../copy/errors";
import { discard, type Preserved, restore } from "../copy/preserve";
import { explain, isDestinationConflict, isNotFound } from "../storage/errors";
import type { ObtainedCopy, PlannedRequest } from "./copyRequest";
import {
    type AwaitedCopy,
    awaitEnd,
    CopyLeftPending,
    deadlineOf,
    OldContentRestored,
    type Running,
    type Watched,
    wait,
    waitForAnyEnd,
} from "./endOfCopy";
import type { Destination } from "./ends";
import type { Context } from "./handler";
import { observe } from "./observe";

/** Waits for the end, and puts things right after a bad one. */
export async function finish(
    request: PlannedRequest,
    running: Running,
    deadline: Date,
    context: Context,
): Promise<ObtainedCopy> {
    const properties = await awaitEnd<BlobGetPropertiesResponse>(
        request,
        running,
        {
            ...aboutBlob(request.destination, context),
            putRight: (ended, error) => putRight(request, running, ended, error, context),
        },
        deadline,
        context,
    );
    return {
        properties,
        sourceEtag: running.sourceEtag,
        adopted: running.joined,
        unproven: running.unproven,
        preserved: running.preserved,
        plan: request.plan,
    };
}

/**
 * Waits for the end, whatever it is. At the timeout, `onTimeout` says what becomes of the copy.
 * @throws CopyLeftPending where the end was not seen
 */
export function waitForEnd(
    request: AwaitedCopy & { readonly destination: Destination },
    running: Pick<Running, "copyId" | "sourceEtag">,
    deadline: Date,
    context: Context,
): Promise<{ properties: BlobGetPropertiesResponse; timeout?: CopyTimeoutError }> {
    return waitForAnyEnd(request, running, aboutBlob(request.destination, context), deadline, context);
}

function aboutBlob(destination: Destination, context: Context): Watched<BlobGetPropertiesResponse> {
    const { client, lease } = destination;
    return {
        client,
        abort: (copyId) => abortCopy(client, copyId, lease),
        observe: () => observe(destination, context),
    };
}

/** After a copy that ended badly: the old content comes back, or the blob goes, which mostly is empty. Always throws. */
async function putRight(
    request: PlannedRequest,
    running: Running,
    properties: BlobGetPropertiesResponse,
    error: (afterwards: string) => CopyError,
    context: Context,
): Promise<never> {
    const { destination } = request;
    const old = running.preserved.at(-1);
    const blob = properties.contentLength === 0 ? "its empty blob" : "its blob";
    if (!old && !running.wasFree) {
        throw running.joined
            ? error(`${blob} was left`)
            : new OldContentRestored(properties.etag!, error("the destination is empty, as it was before"));
    }
    let etag: string | undefined;
    try {
        etag = old
            ? await restore(destination.client, old, properties, destination.lease, (copyId) =>
                  wait(request, destination.client, copyId, deadlineOf(request, context), context),
              )
            : void (await destination.client.delete({
                  conditions: { ifMatch: properties.etag!, ...destination.lease },
              }));
    } catch (failure) {
        const left = old ? `its old content is safe in the snapshot ${old.snapshot}` : `${blob} was left`;
        context.warn(explain(`put ${destination.url} right after a failed copy`, failure).message);
        if (old) {
            throw new OldContentRestored(properties.etag!, error(left));
        }
        if (isDestinationConflict(failure) || isNotFound(failure)) {
            throw error(left); // nothing of this resource's stands there any more
        }
        throw new CopyLeftPending({ copyId: properties.copyId, sourceEtag: undefined, properties }, error(left));
    }
    if (etag === undefined) {
        throw error(`${blob} was removed`);
    }
    await discardAll(destination, running.preserved, context);
    throw new OldContentRestored(etag, error("the destination's old content was put back"), running.ofOthers);
}

/** Deletes preserving snapshots that are not needed any more. */
export async function discardAll(
    destination: Destination,
    preserved: readonly Pick<Preserved, "snapshot">[],
    context: Context,
): Promise<void> {
    for (const one of preserved) {
        try {
            await discard(destination.client, one);
        } catch (error) {
            // The copy itself is done; a left-over snapshot costs a little, an error here would cost the record of the copy.
            context.warn(
                explain(`delete the snapshot ${one.snapshot} that preserved ${destination.url}`, error).message,
            );
        }
    }
}
