// Runs a From-URL operation under a timeout and tells how far it is.

import { copyAppendBlocks } from "../copy/append";
import { copyBlocks } from "../copy/blocks";
import { CopyInterruptedError, CopyTimeoutError } from "../copy/errors";
import type { FromUrlRun, FromUrlSource, FromUrlTarget, WrittenBlob } from "../copy/fromUrl";
import { copyPages } from "../copy/pages";
import { putBlobFromUrl } from "../copy/putBlob";
import type { SourceProperties } from "../storage/webSource";
import { type PlannedRequest, what } from "./copyRequest";
import type { Context } from "./handler";

/** Runs the operation until it ends, or until the timeout. */
export async function runFromUrl(
    request: PlannedRequest,
    source: SourceProperties,
    reading: FromUrlSource,
    target: FromUrlTarget,
    context: Context,
): Promise<WrittenBlob> {
    const { plan } = request;
    const { clock } = context;
    const started = clock.now().getTime();
    const timeout = new AbortController();
    const soFar = { copied: 0, total: reading.contentLength };
    const run: FromUrlRun = {
        clock,
        signal: AbortSignal.any([context.signal, timeout.signal]),
        progress(copied, total) {
            soFar.copied = copied;
            const elapsedMilliseconds = clock.now().getTime() - started;
            context.progress({ elapsedMilliseconds, copied, total, plan });
            if (elapsedMilliseconds >= request.timeoutMilliseconds && copied < total) {
                timeout.abort();
            }
        },
    };
    context.progress({ elapsedMilliseconds: 0, ...soFar, plan });
    // Also where no request ends that could tell how late it is.
    const timer = setTimeout(() => timeout.abort(), request.timeoutMilliseconds);
    try {
        return await execute(request, source, { source: reading, target, run });
    } catch (error) {
        if (timeout.signal.aborted && error instanceof CopyInterruptedError) {
            throw new CopyTimeoutError(
                `the copy of ${what(request)} is not done at its timeout (${soFar.copied} of ${soFar.total} bytes); ${afterTimeout(request)}`,
            );
        }
        throw error;
    } finally {
        clearTimeout(timer);
    }
}

async function execute(
    { plan, destination, inputs, source: from }: PlannedRequest,
    source: SourceProperties,
    how: { readonly source: FromUrlSource; readonly target: FromUrlTarget; readonly run: FromUrlRun },
): Promise<WrittenBlob> {
    const { client } = destination;
    switch (plan.operation) {
        case "Put Page From URL":
            return copyPages({
                ...how,
                destination: destination.container.getPageBlobClient(destination.address.blobName),
                ...(source.blobType === "PageBlob" && { sourceClient: (await from.client!()).getPageBlobClient() }),
                ...(source.blobSequenceNumber && { sequenceNumber: source.blobSequenceNumber }),
                resume: true,
            });
        case "Append Block From URL":
            return copyAppendBlocks({
                ...how,
                destination: destination.container.getAppendBlobClient(destination.address.blobName),
                seal: inputs.sealBlob ?? source.isSealed ?? false,
                resume: true,
            });
        case "Put Block From URL":
            return copyBlocks({ ...how, destination: client, resume: true });
        default:
            return putBlobFromUrl({
                ...how,
                destination: client,
                verifyMd5: inputs.verify === "md5",
                sourceHasMetadata: Object.keys(source.metadata ?? {}).length > 0,
            });
    }
}

function afterTimeout({ plan, inputs }: PlannedRequest): string {
    const inBlocks = plan.operation === "Put Block From URL";
    return inputs.onTimeout === "abort" && !inBlocks
        ? 'what was copied was removed, since onTimeout is "abort"'
        : `what was copied is kept${inBlocks ? " for a week" : ""}, and the next pulumi up carries on from there, with a longer timeout if need be`;
}
