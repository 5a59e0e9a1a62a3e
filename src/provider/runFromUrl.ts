// Runs the From-URL operation that was planned.

import { copyAppendBlocks } from "../copy/append";
import { blockSizeFor, copyBlocks } from "../copy/blocks";
import type { FromUrlRun, FromUrlSource, FromUrlTarget, WrittenBlob } from "../copy/fromUrl";
import { copyPages } from "../copy/pages";
import { isReadWhole } from "../copy/plan";
import { putBlobFromUrl } from "../copy/putBlob";
import type { SourceProperties } from "../storage/webSource";
import type { PlannedRequest } from "./copyRequest";
import type { Context } from "./handler";
import { underTimeout } from "./underTimeout";

/**
 * Runs the operation until it ends, or until the timeout.
 * @param repeated called where a Put Blob From URL is made again since its answer was lost
 */
export async function runFromUrl(
    request: PlannedRequest,
    source: SourceProperties,
    reading: FromUrlSource,
    target: FromUrlTarget,
    context: Context,
    repeated: () => void = () => {},
): Promise<WrittenBlob> {
    return underTimeout(request, reading.contentLength, afterTimeout(request), context, (run) =>
        execute(request, source, { source: reading, target, run }, repeated),
    );
}

async function execute(
    { plan, destination, inputs, source: from }: PlannedRequest,
    source: SourceProperties,
    how: { readonly source: FromUrlSource; readonly target: FromUrlTarget; readonly run: FromUrlRun },
    repeated: () => void,
): Promise<WrittenBlob> {
    const { client } = destination;
    const verifyMd5 = inputs.verify === "md5";
    switch (plan.operation) {
        case "Put Page From URL":
            return copyPages({
                ...how,
                destination: destination.container.getPageBlobClient(destination.address.blobName),
                sourceClient: source.blobType === "PageBlob" ? (await from.client!()).getPageBlobClient() : undefined,
                sequenceNumber: source.blobSequenceNumber,
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
            return copyBlocks({
                ...how,
                destination: client,
                resume: true,
                verifyMd5,
                verifyLength: inputs.verify !== "none",
                blockSize: isReadWhole({ verifyMd5, source })
                    ? Math.max(blockSizeFor(source.contentLength!), source.contentLength!)
                    : undefined,
            });
        default:
            return putBlobFromUrl({
                ...how,
                destination: client,
                repeated,
                verifyMd5,
                sourceHasMetadata: Object.keys(source.metadata ?? {}).length > 0,
            });
    }
}

function afterTimeout({ plan, inputs }: PlannedRequest): string {
    if (plan.operation === "Put Blob From URL") {
        return "the destination is as it was, and the next pulumi up begins anew, with a longer timeout if need be";
    }
    const inBlocks = plan.operation === "Put Block From URL";
    return inputs.onTimeout === "abort" && !inBlocks
        ? 'what was copied was removed, since onTimeout is "abort"'
        : `what was copied is kept${inBlocks ? " for a week" : ""}, and the next pulumi up carries on from there, with a longer timeout if need be`;
}
