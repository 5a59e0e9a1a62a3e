import type { BlobGetPropertiesResponse } from "@azure/storage-blob";
import { isCommittedFrom } from "../copy/blocks";
import type { FromUrlSource, SourceContent } from "../copy/fromUrl";
import { type CopyProperties, contentMd5, isUntouchedSinceCopy } from "../copy/status";
import { unfinishedIn } from "../copy/unfinished";
import {
    addressUrl,
    namedByQuery,
    parseBlobUrl,
    parseFileUrl,
    resolveAddress,
    type SourceAddress,
    sameAddress,
    webAddress,
} from "../storage/address";
import { isOtherEncryption } from "../storage/encryption";
import { isNotFound } from "../storage/errors";
import { isSameObject } from "../storage/sameObject";
import { redactUrl, splitSecretQuery } from "../storage/url";
import type { SourceProperties } from "../storage/webSource";
import type { BlobCopyState } from "./blobCopyTypes";
import type { CopyRequest } from "./copyRequest";
import type { CopyState } from "./copyTypes";
import type { Destination } from "./ends";
import type { Context } from "./handler";

/** The destination's properties, or nothing where no blob is there. What is there may be encrypted otherwise than is asked for. */
export async function observe(
    destination: Destination,
    context: Context,
): Promise<BlobGetPropertiesResponse | undefined> {
    let refusal: unknown;
    for (const client of destination.readers) {
        try {
            return await client.getProperties({ abortSignal: context.signal });
        } catch (error) {
            if (isNotFound(error)) {
                return undefined;
            }
            if (!isOtherEncryption(error)) {
                throw error;
            }
            refusal ??= error;
        }
    }
    throw refusal;
}

/** A destination's name in block IDs: the same however its account is reached. */
export function destinationName({ address }: Pick<Destination, "address">): string {
    return `${address.containerName}/${address.blobName}`;
}

/**
 * A source as block IDs and markers name it, whether or not it can be read: by its URL, what its query names, its ETag and its length.
 * @param etag as it was recorded, or is now
 */
export function namedSource(
    address: SourceAddress,
    etag: string | undefined,
    contentLength: number,
): SourceContent & Pick<FromUrlSource, "authorize"> {
    const query = namedByQuery(address);
    return {
        authorize: async () => ({ url: addressUrl(address) }),
        identity: etag,
        query,
        contentLength,
    };
}

/** Whether the blob's copy properties tell of a copy from this source. */
export function isCopyOf(properties: Pick<CopyProperties, "copySource">, source: SourceAddress): boolean {
    if (!properties.copySource) {
        return false;
    }
    const { url: reported, secretQuery } = splitSecretQuery(properties.copySource);
    if (source.kind === "other") {
        // An object of another vendor is read by a URL whose query is made anew each time.
        const isNamedByQuery = source.query !== undefined;
        return sameAddress(
            isNamedByQuery ? webAddress(reported, secretQuery) : { kind: "other", url: reported },
            source,
        );
    }
    if (source.kind === "file") {
        // An emulator's URL does not tell of which service it is.
        return sameAddress(parseFileUrl(reported, true) ?? { kind: "other", url: reported }, source);
    }
    const address = parseBlobUrl(reported) ?? { kind: "other", url: reported };
    if (address.kind === source.kind) {
        return sameAddress(address, source);
    }
    // Behind a custom domain, the one side knows a blob where the other sees a URL.
    return sameAddress(parseBlobUrl(reported, true) ?? address, source);
}

/** Whether an incremental copy was of a snapshot of this very blob, under whichever of its names: the destination is that blob's for good. */
export function isCopyOfBlob(copySource: string, source: SourceAddress): boolean {
    const base = redactUrl(copySource).replace(/\?.*$/, "");
    const address = parseBlobUrl(base, true);
    return isCopyOf({ copySource: base }, source) || (address !== undefined && isSameObject(address, source));
}

/**
 * Whether a finished copy holds what the source holds now. A copy fails if its source changes meanwhile, so a source
 * that was last modified before the copy ended is the one that was copied. Both times are whole seconds of two
 * accounts' clocks: an equal one proves nothing.
 * @param mayChange whether the source could change during the copy: then it must be older than the blob, which the copy's start created
 * (or an earlier one, which proves nothing)
 */
export function isCopyOfCurrent(
    properties: CopyProperties & { readonly createdOn?: Date },
    source: SourceProperties,
    mayChange = false,
): boolean {
    const copied = mayChange ? properties.createdOn : properties.copyCompletedOn;
    const modified = source.lastModified;
    if (!copied || source.contentLength !== properties.contentLength) {
        return false;
    }
    const md5 = contentMd5(source);
    if (md5 !== undefined && md5 === contentMd5(properties)) {
        return true;
    }
    return modified !== undefined && modified.getTime() < copied.getTime();
}

/** Whether the copy that made the blob has ended without success. */
export function endedBadly({ copyStatus }: CopyProperties): boolean {
    return copyStatus === "failed" || copyStatus === "aborted";
}

/** An empty blob, left by a copy that failed or by one that was to put old content back: nothing to lose. Others' copies are from elsewhere. */
export function isEmptyRemnant(request: CopyRequest, there: BlobGetPropertiesResponse): boolean {
    const { previous, source, destination } = request;
    if (!endedBadly(there) || there.contentLength !== 0) {
        return false;
    }
    const before = previous && resolveAddress(previous.source);
    const snapshot = redactUrl(there.copySource ?? "").replace(/\?.*$/, "");
    return (
        isCopyOf(there, source.address) ||
        (before !== undefined && isCopyOf(there, before)) ||
        (previous !== undefined && (isOwn(there, previous) || isCopyOf({ copySource: snapshot }, destination.address)))
    );
}

/** Whether the destination is as this resource left it. */
export function isOwn(properties: CopyProperties, state: Partial<CopyState>): boolean {
    if (state.lastWriteEtag !== undefined && properties.etag === state.lastWriteEtag) {
        return true;
    }
    if (state.copyStatus === "pending" && unfinishedIn(properties.metadata) !== undefined) {
        return true; // each of its pages and blocks has changed its ETag
    }
    // A copy that ended after it was last looked at has an ETag that was never recorded.
    return (
        properties.copyId !== undefined &&
        properties.copyId === state.copyId &&
        state.copyStatus !== "success" &&
        (properties.copyStatus === "pending" || isUntouchedSinceCopy(properties))
    );
}

/**
 * Whether the destination holds all that was copied last, and a run that could not set its properties has recorded it as unfinished.
 * Setting some takes the record of the copy away from the blob; what was adopted may have the record of another one.
 */
export function lacksOnlyProperties(properties: CopyProperties, state: Partial<CopyState> | undefined): boolean {
    return (
        state?.copyStatus === "pending" &&
        state.sourceEtag !== undefined &&
        properties.etag === state.lastWriteEtag &&
        (properties.copyStatus === undefined || state.adopted === true) &&
        unfinishedIn(properties.metadata) === undefined
    );
}

/** Whether the destination still holds the bytes that were recorded, whatever else has changed about it. */
export function hasRecordedContent(properties: BlobGetPropertiesResponse, state: Partial<BlobCopyState>): boolean {
    if (properties.contentLength !== state.contentLength) {
        return false;
    }
    const md5 = contentMd5(properties);
    if (md5 !== undefined && md5 === state.contentMd5) {
        return true;
    }
    // Writing a block blob anew takes the copy ID away; pages and appended blocks change under it.
    return (
        properties.etag === state.etag ||
        (properties.copyId !== undefined && properties.copyId === state.copyId && properties.blobType === "BlockBlob")
    );
}

/**
 * Whether a blob without an MD5 consists of the recorded source's blocks, as its properties can't tell once somebody has set others:
 * one Get Block List.
 */
export async function hasRecordedBlocks(
    destination: Destination,
    properties: BlobGetPropertiesResponse,
    { copyOperation, contentLength, source, sourceEtag }: Partial<BlobCopyState>,
    context: Context,
): Promise<boolean> {
    const address = source && resolveAddress(source);
    const mayBe = properties.blobType === "BlockBlob" && properties.contentLength === contentLength;
    if (copyOperation !== "Put Block From URL" || !address || !mayBe) {
        return false;
    }
    const { committedBlocks = [] } = await destination.client.getBlockList("committed", {
        conditions: destination.lease,
        abortSignal: context.signal,
    });
    const named = namedSource(address, sourceEtag, contentLength!);
    const ours = { ...named, destinationName: destinationName(destination) };
    // The block IDs of version 0.1 name neither the destination nor the query.
    const { query: _, ...of01 } = named;
    return (await isCommittedFrom(committedBlocks, ours)) || (await isCommittedFrom(committedBlocks, of01));
}
