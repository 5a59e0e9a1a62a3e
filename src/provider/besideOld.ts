// Pages and appended blocks can't replace a blob at once. They are written beside it, under a name that tells their source, and
// copied over it within the account once all is there, so that an old blob stands until then.

import type { BlobGetPropertiesResponse } from "@azure/storage-blob";
import { CopyTimeoutError } from "../copy/errors";
import type { FromUrlSource, FromUrlTarget } from "../copy/fromUrl";
import { isUntouchedSinceCopy } from "../copy/status";
import { unfinishedIn } from "../copy/unfinished";
import { addressUrl } from "../storage/address";
import { explain, isNotFound, statusCode } from "../storage/errors";
import { redactUrl } from "../storage/url";
import type { SourceProperties } from "../storage/webSource";
import { besideName, besidePrefix, isBesideName } from "./besideName";
import type { ObtainedCopy, PlannedRequest } from "./copyRequest";
import { CopyLeftPending, isExplained, OldContentRestored } from "./endOfCopy";
import { type Destination, sourceWithin } from "./ends";
import type { Context } from "./handler";
import { isCopyOf, isOwn, observe } from "./observe";
import { obtainCopy } from "./obtainCopy";
import { runFromUrl } from "./runFromUrl";

const longestBlobName = 1_024;

/** Where a source's content is written beside a destination. Nothing of the destination's lease holds there. */
async function besideOf(destination: Destination, reading: FromUrlSource, context: Context): Promise<Destination> {
    const { url } = await reading.authorize();
    const blobName = besideName(destination.address.blobName, longestBlobName, url, reading);
    const address = { ...destination.address, blobName };
    const client = context.clients.blob(address, destination.credential);
    return { ...destination, address, url: addressUrl(address), client, readers: [client], lease: {} };
}

/**
 * Writes the source's content beside what is at the destination, then over it.
 * @throws OldContentRestored where this resource's own old content stands still
 */
export async function copyBesideOld(
    request: PlannedRequest,
    source: SourceProperties,
    reading: FromUrlSource,
    target: FromUrlTarget,
    there: BlobGetPropertiesResponse,
    context: Context,
): Promise<ObtainedCopy> {
    const beside = await besideOf(request.destination, reading, context);
    try {
        await writeBeside({ ...request, destination: beside }, source, reading, target, context);
    } catch (error) {
        if (error instanceof CopyTimeoutError && request.inputs.onTimeout === "abort") {
            await discardBeside(request.destination, context);
        }
        const cause = isExplained(error) ? error : explain(`copy ${request.source.url} to ${beside.url}`, error);
        throw request.previous && isOwn(there, request.previous) ? new OldContentRestored(there.etag!, cause) : cause;
    }
    // Protection comes last, after what else the copy does not bring.
    const { sourceEtag: _, sourceConditions: __, legalHold: ___, immutabilityPolicy: ____, ...inputs } = request.inputs;
    const obtained = await obtainCopy(
        {
            ...request,
            inputs: { ...inputs, sealBlob: inputs.sealBlob ?? (source.isSealed || undefined) },
            source: sourceWithin(beside.address, beside.url, beside.credential, context),
            isSourceFinal: true,
        },
        context,
    ).catch((error: unknown) => {
        // What is recorded is what was asked for, not what was written beside for it.
        throw error instanceof CopyLeftPending
            ? new CopyLeftPending({ ...error.running, sourceEtag: source.etag }, error.cause)
            : error;
    });
    await discardBeside(request.destination, context, beside);
    return obtained;
}

/** Brings what the new blob is to hold; the rest comes with the copy over the old one. */
async function writeBeside(
    request: PlannedRequest,
    source: SourceProperties,
    reading: FromUrlSource,
    { blobHTTPHeaders, metadata }: FromUrlTarget,
    context: Context,
): Promise<void> {
    const found = await observe(request.destination, context);
    if (found && found.contentLength === source.contentLength && unfinishedIn(found.metadata) === undefined) {
        return; // an earlier run had come so far
    }
    const { sealBlob: _, ...inputs } = request.inputs;
    const { isSealed: __, ...open } = source;
    const target = {
        blobHTTPHeaders,
        metadata,
        conditions: { ifNoneMatch: "*" },
    };
    await runFromUrl({ ...request, inputs }, open, reading, target, context);
}

/** Whether the destination was copied from what had been written beside it: a run that was killed had come so far. */
export async function isCopiedFromBeside(
    there: BlobGetPropertiesResponse,
    destination: Destination,
    reading: FromUrlSource,
    context: Context,
): Promise<boolean> {
    const isFinished = there.copyStatus === "success" && isUntouchedSinceCopy(there);
    return isFinished && isCopyOfBeside(there, destination, reading, context);
}

/** Whether the destination's last copy is of what is written beside it for this source. */
export async function isCopyOfBeside(
    there: BlobGetPropertiesResponse,
    destination: Destination,
    reading: FromUrlSource,
    context: Context,
): Promise<boolean> {
    const { address } = await besideOf(destination, reading, context);
    return isCopyOf(there, address);
}

/**
 * Deletes whatever is left beside a destination, also of earlier states of its source.
 * @param known what was written there, for a credential that may not list
 */
export async function discardBeside(destination: Destination, context: Context, known?: Destination): Promise<void> {
    const prefix = besidePrefix(destination.address.blobName, longestBlobName);
    try {
        for await (const { name } of destination.container.listBlobsFlat({ prefix })) {
            if (isBesideName(name, prefix)) {
                await discard({ client: destination.container.getBlockBlobClient(name) }, context);
            }
        }
    } catch (error) {
        // A SAS for the one blob may not list, nor has it written beside it.
        if (statusCode(error) === 403 && known) {
            await discard(known, context);
        } else if (statusCode(error) !== 403 && !isNotFound(error)) {
            context.warn(explain(`find what was left beside ${destination.url}`, error).message);
        }
    }
}

/** Deletes what was written beside a destination. Its name alone says whose it is, and a request that was given up may still change its ETag. */
async function discard({ client }: Pick<Destination, "client">, context: Context): Promise<void> {
    try {
        await client.deleteIfExists({ abortSignal: context.signal });
    } catch (error) {
        context.warn(explain(`delete ${redactUrl(client.url)}, which is needed no longer`, error).message);
    }
}
