// A blob is a block, page or append blob for as long as it is there: no copy takes the place of one of another type. Put Blob From URL
// alone would, without a word, and no snapshot of the old blob would be left.

import type { BlobGetPropertiesResponse } from "@azure/storage-blob";
import { CopyError, DestinationConflictError } from "../copy/errors";
import type { BlobType, CopyOperation } from "../copy/plan";
import type { SourceAddress } from "../storage/address";
import type { SourceProperties } from "../storage/webSource";
import type { BlobCopyInputs, BlobCopyState } from "./blobCopyTypes";
import { destinationChanged } from "./changes";
import { what } from "./copyRequest";
import type { AnyCopyRequest } from "./copyTypes";
import { hasUnknown } from "./unknown";

/** The type of the blob that an operation writes; Copy Blob keeps that of its source. */
export function typeWrittenBy(operation: CopyOperation | undefined): BlobType | undefined {
    switch (operation) {
        case "Put Blob From URL":
        case "Put Block From URL":
            return "BlockBlob";
        case "Put Page From URL":
            return "PageBlob";
        case "Append Block From URL":
            return "AppendBlob";
        default:
            return undefined;
    }
}

/**
 * The type of a blob that Copy Blob makes of a source.
 * @returns nothing where a URL does not tell whether a blob in Azure Storage is behind it: the service decides then
 */
export function typeCopiedFrom(
    source: SourceAddress,
    { blobType }: Pick<SourceProperties, "blobType">,
): BlobType | undefined {
    return blobType ?? (source.kind === "other" ? undefined : "BlockBlob");
}

/**
 * Refuses to write onto a blob of another type, or onto one that takes incremental copies alone.
 * @param blobType the copy's type
 * @throws DestinationConflictError whatever `overwrite` says
 */
export function refuseOtherType(
    request: Pick<AnyCopyRequest, "source" | "destination">,
    there: Pick<BlobGetPropertiesResponse, "blobType" | "isIncrementalCopy">,
    blobType: BlobType | undefined,
): void {
    const old = there.isIncrementalCopy ? "destination of incremental copies" : there.blobType;
    if (blobType !== undefined && old !== blobType) {
        throw new DestinationConflictError(
            `could not copy ${what(request)}: ${withArticle(blobType)} can't take the place of the ${old} there; delete the destination or give it another name`,
        );
    }
}

function withArticle(blobType: BlobType): string {
    return `${blobType === "AppendBlob" ? "an" : "a"} ${blobType}`;
}

/** The destination's type as it was written last. A state of 0.1 tells it only by its inputs and by the operation. */
export function recordedType(state: BlobCopyState): BlobType | undefined {
    return state.destinationBlobType ?? state.blobType ?? typeWrittenBy(state.copyOperation);
}

/**
 * Refuses in a preview what {@link refuseOtherType} would refuse in the update. What has drifted is left to the update, which sees it.
 * @throws CopyError where another type is asked for, by `blobType` or by a source that is of another type now
 */
export function refuseChangedType(state: BlobCopyState, news: BlobCopyInputs): void {
    const old = recordedType(state);
    const wanted = news.blobType ?? news.sourceBlobType;
    const isUnknown = wanted === undefined || hasUnknown(wanted) || hasUnknown(news.destination);
    if (old === undefined || isUnknown || state.drifted || wanted === old || destinationChanged(state, news)) {
        return;
    }
    const why = news.blobType === undefined ? "as its source is" : "as blobType says";
    throw new CopyError(
        `the copy would be ${withArticle(wanted)}, ${why}, and can't take the place of the ${old} at the destination ${state.url}; delete the destination and run pulumi refresh, or give it another name`,
    );
}
