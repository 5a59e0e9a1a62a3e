// Ownership: whether this resource has made the blob that stands at its destination. Proof is the state, a copy ID that was recorded, block
// IDs of this package, or a Copy Blob record of this source on a blob that still has what Copy Blob was told. Equal bytes are no proof.

import { isDeepStrictEqual } from "node:util";
import type { BlobGetPropertiesResponse, Block } from "@azure/storage-blob";
import { isCommittedFrom } from "../copy/blocks";
import { type FromUrlSource, type SourceContent, sameMetadata } from "../copy/fromUrl";
import { contentMd5, isUntouchedSinceCopy } from "../copy/status";
import { unfinishedIn } from "../copy/unfinished";
import { fitsHeader } from "../storage/tags";
import type { SourceProperties } from "../storage/webSource";
import type { BlobCopyInputs } from "./blobCopyTypes";
import { type CopyRequest, isArchivedAfterwards, type Unproven } from "./copyRequest";
import { hasEncryption } from "./encryption";
import type { Destination, Source } from "./ends";
import type { Context } from "./handler";
import { destinationName, endedBadly, isCopyOf, isCopyOfCurrent, namedSource } from "./observe";
import { asHttpHeaders } from "./sdkOptions";
import { mayChange } from "./unpinned";

/** What a finished blob at the destination is to the resource. */
export type Standing =
    /** Something proves that this resource, or an older owner of the same copy, has made it. */
    | { readonly is: "ours" }
    /** In every respect what the resource would write, but nothing proves that it did. */
    | { readonly is: "equal" }
    /** Somebody else's. */
    | {
          readonly is: "foreign";
          /** Whether it holds the source's bytes. */
          readonly hasContent: boolean;
          /** Why `adopt` does not take it, in words. */
          readonly why: string;
      };

/** What is asked for, as far as a blob can be compared with it. */
export type Wanted = Pick<CopyRequest, "inputs" | "tags" | "previous" | "source">;

/** The source as block IDs name it, where the copy is written to a destination. */
type Recognizable = SourceContent & Pick<FromUrlSource, "authorize">;

/**
 * Compares a finished blob at the destination with what the resource would write: one Get Block List where its blocks may tell, one Get Blob
 * Tags where tags are asked for.
 * @param source what the source tells now
 * @param reading the source as the From-URL operations read it
 */
export async function standingOf(
    request: CopyRequest,
    there: BlobGetPropertiesResponse,
    source: SourceProperties,
    context: Context,
    reading: Recognizable = {
        ...namedSource(request.source.address, source.etag, source.contentLength ?? 0),
        destinationName: destinationName(request.destination),
    },
): Promise<Standing> {
    const type = request.inputs.blobType ?? source.blobType ?? "BlockBlob";
    const foreign = (why: string, hasContent = false): Standing => ({ is: "foreign", hasContent, why });
    if (there.copyStatus === "pending" || endedBadly(there) || unfinishedIn(there.metadata) !== undefined) {
        return foreign("its copy has not ended well");
    }
    if (there.blobType !== type) {
        return foreign(`it is a ${there.blobType}, the copy is a ${type}`);
    }
    if (there.contentLength !== source.contentLength) {
        return foreign(`it has ${there.contentLength} bytes, the source has ${source.contentLength}`);
    }
    if (!hasEncryption(request.inputs, there)) {
        return foreign("it is encrypted otherwise than is asked for");
    }
    const isRecorded = isCopyOf(there, request.source.address) && isStillCopy(there);
    const isCurrent = isRecorded && (request.isSourceFinal || isCopyOfCurrent(there, source, mayChange(request)));
    if (isCurrent && (await isAsSent(request, there, source, context))) {
        return { is: "ours" };
    }
    const committed = await committedBlocks(request.destination, there, context);
    // Copy Blob keeps block IDs: what carries its record may have come from any of our blobs.
    if (there.copyId === undefined && (await isCommittedFrom(committed, reading))) {
        return { is: "ours" };
    }
    const hasBytes = isCurrent || hasBytesOf(there, source) || (await isMadeOf(committed, reading));
    if (hasBytes && (await isAsWritten(request, there, source, context))) {
        return { is: "equal" };
    }
    return hasBytes ? foreign("", true) : foreign(differenceOf(there, source));
}

/** What stands for proof where a blob is adopted without: equality in every respect, or `adopt` and the source's content. */
export function unprovenIn({ inputs, previous }: CopyRequest, standing: Standing): Unproven | undefined {
    if (standing.is === "equal") {
        return "equal";
    }
    const isAdopted = inputs.adopt === true && previous === undefined;
    return isAdopted && standing.is === "foreign" && standing.hasContent ? "adopt" : undefined;
}

/** Whether the blob still holds what its copy has brought. Pages and appended blocks change under the record. */
function isStillCopy(there: BlobGetPropertiesResponse): boolean {
    return there.copyStatus === "success" && (there.blobType === "BlockBlob" || isUntouchedSinceCopy(there));
}

async function committedBlocks(
    destination: Destination,
    { blobType, contentLength }: BlobGetPropertiesResponse,
    context: Context,
): Promise<readonly Block[]> {
    if (blobType !== "BlockBlob" || contentLength === 0) {
        return [];
    }
    const { committedBlocks: committed = [] } = await destination.client.getBlockList("committed", {
        conditions: destination.lease,
        abortSignal: context.signal,
    });
    return committed;
}

/** Whether block IDs name the source, whatever blob they were made for. */
async function isMadeOf(committed: readonly Block[], reading: Recognizable): Promise<boolean> {
    const { destinationName: _, ...anywhere } = reading;
    return (await isCommittedFrom(committed, reading)) || (await isCommittedFrom(committed, anywhere));
}

/** Whether lengths and MD5s tell that a blob holds the source's bytes. The MD5 of pages and appended blocks tells of no later write. */
function hasBytesOf(there: BlobGetPropertiesResponse, source: SourceProperties): boolean {
    const md5 = contentMd5(source);
    return (
        source.contentLength === 0 || (there.blobType === "BlockBlob" && md5 !== undefined && md5 === contentMd5(there))
    );
}

function differenceOf(there: BlobGetPropertiesResponse, source: SourceProperties): string {
    return there.blobType === "BlockBlob" && there.contentMD5 && source.contentMD5
        ? "its Content-MD5 is not the source's"
        : "nothing tells whether it holds the source's bytes, since no Content-MD5 does at both ends";
}

/**
 * Whether a blob has the metadata, content headers, tags and tier that this resource's Copy Blob gives it: then its record of this source tells
 * of that very copy, also while it is pending.
 */
export async function isAsSent(
    wanted: Wanted & Pick<CopyRequest, "destination">,
    there: BlobGetPropertiesResponse,
    source: SourceProperties,
    context: Context,
): Promise<boolean> {
    const { blobHTTPHeaders } = wanted.inputs;
    return (
        hasMetadata(wanted, there, source) &&
        (hasHeadersOf(there, undefined, source) || hasHeadersOf(there, blobHTTPHeaders, source)) &&
        hasTier(wanted, there, source) &&
        (await hasTags(wanted, there, context))
    );
}

/** Whether a blob is in every respect what this resource writes, the protection left out that comes last. */
async function isAsWritten(
    wanted: CopyRequest,
    there: BlobGetPropertiesResponse,
    source: SourceProperties,
    context: Context,
): Promise<boolean> {
    const { blobHTTPHeaders, sealBlob } = wanted.inputs;
    const seal = sealBlob ?? source.isSealed ?? false;
    return (
        hasMetadata(wanted, there, source) &&
        hasHeadersOf(there, blobHTTPHeaders, source) &&
        hasTier(wanted, there, source) &&
        seal === (there.isSealed ?? false) &&
        (await hasTags(wanted, there, context))
    );
}

function hasMetadata(
    { inputs, source: { address } }: Wanted,
    there: BlobGetPropertiesResponse,
    source: SourceProperties,
) {
    const { metadata } = inputs;
    if (metadata && Object.keys(metadata).length > 0) {
        return sameMetadata(metadata, there.metadata);
    }
    // No request can say "none": a first one carries the source's over. Of a web server's, Copy Blob carries over none.
    const mayBeNone = metadata !== undefined || address.kind === "other";
    return sameMetadata(source.metadata, there.metadata) || (mayBeNone && sameMetadata({}, there.metadata));
}

function hasHeadersOf(
    there: BlobGetPropertiesResponse,
    given: BlobCopyInputs["blobHTTPHeaders"],
    source: SourceProperties,
): boolean {
    const usual = { blobContentType: "application/octet-stream" };
    const { blobContentMD5: md5, ...wanted } = { ...usual, ...asHttpHeaders(given, source) };
    const { blobContentMD5: foundMd5, ...found } = { ...usual, ...asHttpHeaders(undefined, there) };
    // An MD5 that nobody has asked for may be the service's own.
    const mustHaveMd5 = given?.blobContentMD5 !== undefined || (md5 !== undefined && foundMd5 !== undefined);
    const sameMd5 = !mustHaveMd5 || contentMd5({ contentMD5: md5 }) === contentMd5(there);
    return sameMd5 && isDeepStrictEqual(wanted, found);
}

function hasTier({ inputs, previous }: Wanted, there: BlobGetPropertiesResponse, source: SourceProperties): boolean {
    const { accessTier: tier, accessTierInferred: inferred, archiveStatus } = there;
    const asked = inputs.accessTier;
    if (asked === undefined) {
        // What is overwritten hands its tier on.
        return inferred === true || tier === undefined || tier === source.accessTier || tier === previous?.accessTier;
    }
    const isComing = archiveStatus === `rehydrate-pending-to-${asked.toLowerCase()}`;
    const isSetLater = isArchivedAfterwards({ inputs } as CopyRequest) && inferred === true;
    return tier === asked || isComing || isSetLater;
}

async function hasTags(
    { tags = {}, destination: { client, lease } }: Pick<CopyRequest, "tags" | "destination">,
    { tagCount = 0 }: BlobGetPropertiesResponse,
    context: Context,
): Promise<boolean> {
    if (Object.keys(tags).length === 0) {
        return tagCount === 0;
    }
    const found = await client.getTags({ conditions: lease, abortSignal: context.signal });
    // More than a header takes are set by a request of their own.
    const isSetLater = !fitsHeader(tags) && Object.keys(found.tags).length === 0;
    return isSetLater || isDeepStrictEqual({ ...found.tags }, { ...tags });
}

/** What a source tells now, or nothing where it can't be read from here. */
export async function propertiesIfReadable(source: Source, context: Context): Promise<SourceProperties | undefined> {
    try {
        return await source.properties(context.signal);
    } catch {
        context.signal.throwIfAborted();
        return undefined;
    }
}
