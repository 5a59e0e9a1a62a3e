// What is recorded of a BlobCopy, from what was asked for and what the service said.

import type { BlobGetPropertiesResponse } from "@azure/storage-blob";
import { contentMd5 } from "../copy/status";
import { redactUrl } from "../storage/url";
import type { BlobCopyInputs, BlobCopyOutputs, BlobCopyState } from "./blobCopyTypes";
import type { Destination } from "./ends";

/** What the service says of the destination. */
export function outputs(destination: Destination, properties: BlobGetPropertiesResponse): BlobCopyOutputs {
    return {
        url: destination.url,
        etag: properties.etag!,
        lastModified: properties.lastModified?.toISOString(),
        contentLength: properties.contentLength,
        contentType: properties.contentType,
        contentMd5: contentMd5(properties),
        accessTier: properties.accessTier,
        archiveStatus: properties.archiveStatus,
        versionId: properties.versionId,
        destinationBlobType: properties.blobType,
        copyId: properties.copyId,
        copyStatus: properties.copyStatus,
        copyCompletedOn: properties.copyCompletedOn?.toISOString(),
        sourceUrl: properties.copySource && redactUrl(properties.copySource),
    };
}

export function record(
    inputs: BlobCopyInputs,
    destination: Destination,
    properties: BlobGetPropertiesResponse,
    sourceEtag: string | undefined,
): BlobCopyState {
    const { sourceEtag: _, ...rest } = recordInputs(inputs);
    return {
        ...rest,
        ...outputs(destination, properties),
        sourceEtag,
        lastWriteEtag: properties.etag!,
    };
}

/** The inputs as they are recorded: the tier that was asked for beside the actual one. */
export function recordInputs(inputs: BlobCopyInputs) {
    const { accessTier, sourceBlobType: _, ...rest } = inputs;
    return { ...rest, requestedAccessTier: accessTier };
}

const outputNames = [
    "url",
    "etag",
    "lastModified",
    "contentLength",
    "contentType",
    "contentMd5",
    "accessTier",
    "archiveStatus",
    "versionId",
    "destinationBlobType",
    "copyOperation",
    "copyOperationReason",
    "copyId",
    "copyStatus",
    "copyCompletedOn",
    "sourceUrl",
    "overwrittenSnapshot",
] as const;

export function outputsOf(state: BlobCopyState): BlobCopyOutputs {
    return Object.fromEntries(outputNames.map((name) => [name, state[name]])) as unknown as BlobCopyOutputs;
}

export function ownership(state: BlobCopyState): Partial<BlobCopyState> {
    return {
        lastWriteEtag: state.lastWriteEtag,
        adopted: state.adopted || undefined,
        ...(state.sourceEtag && { sourceEtag: state.sourceEtag }),
        ...(state.sourceContentLength !== undefined && { sourceContentLength: state.sourceContentLength }),
    };
}

/** What a write's answer says of the blob after it. */
export function written(answer: { etag?: string; lastModified?: Date; versionId?: string }): Partial<BlobCopyState> {
    return {
        etag: answer.etag!,
        lastWriteEtag: answer.etag!,
        ...(answer.lastModified && { lastModified: answer.lastModified.toISOString() }),
        ...(answer.versionId && { versionId: answer.versionId }),
    };
}
