import { invalidHeader, missingHeader, type StorageError, storageError } from "../http/errors";
import type { Headers, StorageRequest } from "../http/request";
import { asList, parseXml } from "../http/xml";
import type { Account } from "../state/account";
import type { Blob, BlobType, TierState } from "../state/blob";
import type { BlobHeaders, Metadata, Tags } from "../state/properties";
import { DEFAULT_HEADERS } from "../state/properties";

/** The tiers of block blobs. */
export const BLOCK_TIERS = ["Hot", "Cool", "Cold", "Archive"];
/** The tiers of premium page blobs, with the sizes in GiB that they are for. */
export const PAGE_TIERS: Readonly<Record<string, number>> = {
    P4: 32,
    P6: 64,
    P10: 128,
    P15: 256,
    P20: 512,
    P30: 1024,
    P40: 2048,
    P50: 4096,
    P60: 8192,
    P70: 16384,
    P80: 32767,
};

/** More tags than this take Set Blob Tags. */
const MAX_TAGS_HEADER = 2048;

/** Where the headers to be stored stand: those of a blob in x-ms-blob-*, of a file in x-ms-*. */
export type HeaderPrefix = "x-ms-blob-" | "x-ms-";

/** The x-ms-blob-content-* headers; Put Blob and Create File take the standard headers too. */
export function readBlobHeaders(
    headers: Headers,
    standardToo: boolean,
    prefix: HeaderPrefix = "x-ms-blob-",
): BlobHeaders {
    const value = (name: string) =>
        headers.get(`${prefix}${name}`) || (standardToo ? headers.get(name) : undefined) || undefined;
    const read: BlobHeaders = {
        contentType: value("content-type"),
        contentEncoding: value("content-encoding"),
        contentLanguage: value("content-language"),
        contentDisposition: headers.get(`${prefix}content-disposition`) || undefined,
        cacheControl: value("cache-control"),
    };
    return read;
}

/** Headers of a new blob or file: its content type is never empty. */
export function newBlobHeaders(headers: Headers, standardToo: boolean, prefix?: HeaderPrefix): BlobHeaders {
    const read = readBlobHeaders(headers, standardToo, prefix);
    const { contentType, contentEncoding, contentLanguage, contentDisposition, cacheControl } = read;
    if (!contentEncoding && !contentLanguage && !contentDisposition && !cacheControl) {
        return contentType === undefined || contentType === DEFAULT_HEADERS.contentType
            ? DEFAULT_HEADERS
            : { contentType };
    }
    return { ...read, contentType: contentType ?? DEFAULT_HEADERS.contentType };
}

/** The metadata in x-ms-meta-* headers; 400 for names that aren't identifiers and for more than 8 KiB. */
export function readMetadata(headers: Headers): Metadata | undefined {
    const entries = Object.entries(headers.metadata);
    if (entries.length === 0) {
        return undefined;
    }
    let size = 0;
    for (const [name, value] of entries) {
        if (name === "") {
            throw storageError("EmptyMetadataKey");
        }
        if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) {
            throw storageError("InvalidMetadata");
        }
        size += name.length + value.length;
    }
    if (size > 8 * 1024) {
        throw storageError("MetadataTooLarge");
    }
    return headers.metadata;
}

/** The tags in the x-ms-tags header, which is encoded as a query string. */
export function readTagsHeader(headers: Headers): Tags | undefined {
    const text = headers.get("x-ms-tags");
    if (text === undefined || text === "") {
        return undefined;
    }
    if (text.length > MAX_TAGS_HEADER) {
        throw storageError("TagsTooLarge");
    }
    const pairs = text.split("&").map((pair) => {
        const equals = pair.indexOf("=");
        const parts = equals < 0 ? [pair, ""] : [pair.slice(0, equals), pair.slice(equals + 1)];
        try {
            return parts.map((part) => decodeURIComponent(part.replaceAll("+", " "))) as [string, string];
        } catch {
            throw invalidHeader("x-ms-tags", text);
        }
    });
    return checkTags(pairs);
}

/** The tags in the body of Set Blob Tags. */
export function readTagsBody(body: Buffer): Tags {
    const document = parseXml(body) as { Tags?: { TagSet?: { Tag?: unknown } } };
    if (!("Tags" in document)) {
        throw storageError("InvalidXmlDocument");
    }
    const tags = asList(document.Tags?.TagSet?.Tag) as { Key?: unknown; Value?: unknown }[];
    return checkTags(tags.map((tag) => [String(tag.Key ?? ""), String(tag.Value ?? "")]));
}

/** Up to 10 tags; keys of 1 to 128, values of up to 256 of the characters that are allowed. */
export function checkTags(pairs: readonly (readonly [string, string])[]): Tags {
    if (pairs.length > 10) {
        throw storageError("TagsTooLarge");
    }
    const tags: Record<string, string> = {};
    for (const [key, value] of pairs) {
        if (key.length < 1 || key.length > 128 || value.length > 256) {
            throw storageError("TagsTooLarge");
        }
        if (!/^[A-Za-z0-9 +\-./:=_]*$/.test(key + value)) {
            throw storageError("InvalidTag");
        }
        if (key in tags) {
            throw storageError("DuplicateTagNames");
        }
        tags[key] = value;
    }
    return tags;
}

/** The x-ms-access-tier header: one that fits the type and the account; 400 otherwise. */
export function readTier(request: StorageRequest, type: BlobType, required = false): string | undefined {
    const text = request.headers.get("x-ms-access-tier");
    if (text === undefined || text === "") {
        if (required) {
            throw missingHeader("x-ms-access-tier");
        }
        return undefined;
    }
    const allowed = allowedTiers(request.account, type, request.version);
    const tier = allowed.find((each) => each.toLowerCase() === text.toLowerCase());
    if (!tier) {
        throw refusedTier(request.account, type, text);
    }
    return tier;
}

function refusedTier(account: Account, type: BlobType, text: string): StorageError {
    const known = [...BLOCK_TIERS, ...Object.keys(PAGE_TIERS)].some(
        (each) => each.toLowerCase() === text.toLowerCase(),
    );
    if (known && type !== "BlockBlob" && !account.isPremium) {
        return storageError("AccessTierNotSupportedForBlobType");
    }
    if (known && !account.hasTiers && !account.isPremium) {
        return storageError("BlobAccessTierNotSupportedForAccountType");
    }
    return invalidHeader("x-ms-access-tier", text);
}

function allowedTiers(account: Account, type: BlobType, version: string): readonly string[] {
    if (type === "PageBlob" && account.isPremium) {
        return Object.keys(PAGE_TIERS);
    }
    if (type === "BlockBlob" && account.hasTiers) {
        return version >= "2021-12-02" ? BLOCK_TIERS : BLOCK_TIERS.filter((tier) => tier !== "Cold");
    }
    return [];
}

/** The tier of a blob put in the place of another: the one asked for, or the old one's if it was hot, cool or cold. */
export function inheritedTier(asked: string | undefined, old: Blob | undefined, now: number): TierState | undefined {
    if (asked !== undefined) {
        return { tier: asked, changed: now };
    }
    return old?.tier && !old.tier.rehydration && old.tier.tier !== "Archive" ? old.tier : undefined;
}
