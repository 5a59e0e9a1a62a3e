// Inputs as the SDK takes them: dates as dates, MD5 as bytes.

import type { BlobHTTPHeaders, BlobImmutabilityPolicy, ModifiedAccessConditions } from "@azure/storage-blob";
import { parseDate } from "../storage/date";
import { defined } from "../storage/defined";
import type { SourceProperties } from "../storage/webSource";
import type { HttpHeaders, ImmutabilityPolicy } from "./blobCopyTypes";
import type { SourceConditions } from "./copyTypes";

export function asConditions(conditions: SourceConditions): ModifiedAccessConditions {
    const { ifModifiedSince, ifUnmodifiedSince, ifMatch, ifNoneMatch, tagConditions } = conditions;
    return {
        ifMatch,
        ifNoneMatch,
        tagConditions,
        ifModifiedSince: ifModifiedSince === undefined ? undefined : parseDate(ifModifiedSince),
        ifUnmodifiedSince: ifUnmodifiedSince === undefined ? undefined : parseDate(ifUnmodifiedSince),
    };
}

export function asImmutabilityPolicy({ expiriesOn, policyMode }: ImmutabilityPolicy): BlobImmutabilityPolicy {
    return { expiriesOn: parseDate(expiriesOn)!, policyMode: policyMode ?? "Unlocked" };
}

/** The whole set of content headers, as Set Blob Properties takes it: those given, and else those of the source. */
export function asHttpHeaders(given: HttpHeaders | undefined, source: SourceProperties): BlobHTTPHeaders {
    const md5 = given?.blobContentMD5 === undefined ? source.contentMD5 : Buffer.from(given.blobContentMD5, "base64");
    const headers = {
        blobCacheControl: given?.blobCacheControl ?? source.cacheControl,
        blobContentType: given?.blobContentType ?? source.contentType,
        blobContentEncoding: given?.blobContentEncoding ?? source.contentEncoding,
        blobContentLanguage: given?.blobContentLanguage ?? source.contentLanguage,
        blobContentDisposition: given?.blobContentDisposition ?? source.contentDisposition,
        blobContentMD5: md5,
    };
    return defined(headers);
}
