// What a blob's properties are set to without copying it again.

import { isDeepStrictEqual } from "node:util";
import type { BlobGetPropertiesResponse, BlobHTTPHeaders } from "@azure/storage-blob";
import { contentMd5 } from "../copy/status";
import type { SourceProperties } from "../storage/webSource";
import { written } from "./blobCopyRecord";
import type { BlobCopyInputs, BlobCopyState, ImmutabilityPolicy } from "./blobCopyTypes";
import type { CopyRequest } from "./copyRequest";
import type { Destination } from "./ends";
import type { Context } from "./handler";
import { asHttpHeaders, asImmutabilityPolicy } from "./sdkOptions";

/** What is to be set; what is absent stays as it is. */
export interface PropertyChanges {
    readonly metadata?: Readonly<Record<string, string>>;
    /** The whole set. */
    readonly blobHTTPHeaders?: { readonly given: BlobCopyInputs["blobHTTPHeaders"]; readonly source: SourceProperties };
    readonly tags?: Readonly<Record<string, string>>;
    readonly accessTier?: string;
    readonly rehydratePriority?: "High" | "Standard";
    readonly sealBlob?: true;
    readonly legalHold?: boolean;
    /** `"none"` removes the policy. */
    readonly immutabilityPolicy?: ImmutabilityPolicy | "none";
}

/**
 * Sets properties, one request each: Set Blob Legal Hold, Set / Delete Blob Immutability Policy, Set Blob Metadata, Set Blob Properties,
 * Set Blob Tags, Set Blob Tier, Append Blob Seal. Protection is lifted first and put on last, since it forbids the others.
 * @param etag the blob's ETag: nothing is set on a blob that somebody else has changed
 * @returns what the answers said
 */
export async function setProperties(
    destination: Destination,
    changes: PropertyChanges,
    etag: string,
    context: Context,
): Promise<Partial<BlobCopyState>> {
    const { client, lease } = destination;
    const abort = { abortSignal: context.signal };
    const now = { etag };
    let result: Partial<BlobCopyState> = {};
    const wrote = (answer: { etag?: string; lastModified?: Date; versionId?: string }) => {
        now.etag = answer.etag!;
        result = { ...result, ...written(answer) };
    };
    const onlyOurs = () => ({ conditions: { ifMatch: now.etag, ...lease }, ...abort });
    if (changes.legalHold === false) {
        await client.setLegalHold(false, abort);
    }
    if (changes.immutabilityPolicy === "none") {
        await client.deleteImmutabilityPolicy(abort);
    }
    if (changes.metadata) {
        wrote(await client.setMetadata({ ...changes.metadata }, onlyOurs()));
    }
    if (changes.blobHTTPHeaders) {
        const { given, source } = changes.blobHTTPHeaders;
        const headers = asHttpHeaders(given, source);
        wrote(await client.setHTTPHeaders(headers, onlyOurs()));
        result = {
            ...result,
            contentType: headers.blobContentType,
            contentMd5: contentMd5({ ...(headers.blobContentMD5 && { contentMD5: headers.blobContentMD5 }) }),
        } as Partial<BlobCopyState>;
    }
    if (changes.tags) {
        await client.setTags({ ...changes.tags }, { conditions: lease, ...abort });
    }
    if (changes.accessTier !== undefined) {
        await client.setAccessTier(changes.accessTier, {
            ...(changes.rehydratePriority && { rehydratePriority: changes.rehydratePriority }),
            conditions: lease,
            ...abort,
        });
        result = { ...result, accessTier: changes.accessTier };
    }
    if (changes.sealBlob) {
        wrote(await destination.container.getAppendBlobClient(destination.address.blobName).seal(onlyOurs()));
    }
    if (changes.legalHold === true) {
        await client.setLegalHold(true, abort);
    }
    if (changes.immutabilityPolicy !== undefined && changes.immutabilityPolicy !== "none") {
        const { expiriesOn, policyMode } = asImmutabilityPolicy(changes.immutabilityPolicy);
        await client.setImmutabilityPolicy({ expiriesOn: expiriesOn!, policyMode: policyMode! }, abort);
    }
    return result;
}

/**
 * What a copy that was found there still lacks of what is asked for. Its metadata is set in any case, for a new ETag.
 * @param source what its headers and metadata are to be; without it, Copy Blob has brought them
 */
export function changesForAdoption(
    { inputs, tags }: CopyRequest,
    found: BlobGetPropertiesResponse,
    source: SourceProperties | undefined,
): PropertyChanges {
    const { accessTier, blobHTTPHeaders, legalHold, immutabilityPolicy } = inputs;
    const metadata = inputs.metadata ?? (source ?? found).metadata ?? {};
    // Protected by the run that has made it, it takes neither a new ETag nor another owner's delete.
    const isFinal = isProtected(found);
    const hasMetadata = isFinal && isDeepStrictEqual(lowerCase(metadata), lowerCase(found.metadata ?? {}));
    const hasHeaders = isFinal && sameHeaders(asHttpHeaders(blobHTTPHeaders, source ?? found), found);
    return {
        ...(!hasMetadata && { metadata }),
        ...((blobHTTPHeaders || source) &&
            !hasHeaders && {
                blobHTTPHeaders: { given: blobHTTPHeaders, source: source ?? found },
            }),
        ...(tags && { tags }),
        ...(accessTier !== undefined &&
            accessTier !== found.accessTier &&
            found.archiveStatus === undefined && { accessTier }),
        ...(inputs.sealBlob === true && !found.isSealed && { sealBlob: true as const }),
        ...(legalHold !== undefined && legalHold !== (found.legalHold ?? false) && { legalHold }),
        ...(immutabilityPolicy && { immutabilityPolicy }),
    };
}

function isProtected({
    legalHold,
    immutabilityPolicyExpiresOn,
    date = new Date(),
}: BlobGetPropertiesResponse): boolean {
    return legalHold === true || (immutabilityPolicyExpiresOn !== undefined && immutabilityPolicyExpiresOn > date);
}

/** HTTP drops the difference between upper and lower case. */
function lowerCase(metadata: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value]));
}

function sameHeaders(wanted: BlobHTTPHeaders, found: BlobGetPropertiesResponse): boolean {
    const plain = (headers: BlobHTTPHeaders) => ({
        ...headers,
        blobContentMD5: headers.blobContentMD5 && Buffer.from(headers.blobContentMD5).toString("base64"),
    });
    return isDeepStrictEqual(plain(wanted), plain(asHttpHeaders(undefined, found)));
}
