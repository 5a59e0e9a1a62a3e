import type { IncomingHttpHeaders } from "node:http";
import { type Content, slice } from "../content/content";
import { md5Of } from "../content/md5";
import { invalidHeader, type StorageError, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import { Blob } from "../state/blob";
import type { File } from "../state/file";
import type { BlobHeaders, Metadata } from "../state/properties";
import { checkRead, readConditions } from "./conditions";
import {
    authorizeBearer,
    authorizeSource,
    findSource,
    locateSource,
    refuseFileConditions,
    reportedSource,
} from "./copySource";
import { cannotVerify } from "./copySourceErrors";
import { checkSourceKey, refuseKeyedSource } from "./encryption";
import { openExternalSource, type SourceRange } from "./externalSource";
import { CRC64_VERSION, checkMd5, readMd5Header } from "./putBlob";
import { refuseArchived } from "./target";

/** The header that authorizes the source, and the version from which on it does. */
const SOURCE_AUTHORIZATION = "x-ms-copy-source-authorization";
const SOURCE_AUTHORIZATION_VERSION = "2020-10-02";

/** What a From-URL operation has read. */
export interface UrlSource {
    /** The bytes: the whole source, or the range asked for. */
    readonly content: Content;
    /** The blob, snapshot or version, if the source is one in a simulated account. */
    readonly blob?: Blob;
    /** The source's URL as the x-ms-copy-source header reports it. */
    readonly reported: string;
    readonly headers: BlobHeaders;
    /** The source's stored Content-MD5. */
    readonly md5?: string;
    readonly metadata?: Metadata;
}

/** How a From-URL operation reads. */
export interface UrlReading {
    /** The most bytes it takes. */
    readonly limit: number;
    /** What more of them is answered with. @default 413 RequestBodyTooLarge */
    readonly tooLarge?: StorageError;
    /** Whether x-ms-source-range says which bytes are wanted. @default false */
    readonly ranged?: boolean;
    /** Whether it takes x-ms-source-if-tags. @default false */
    readonly ifTags?: boolean;
    /** Whether the source's tags are wanted too. @default false */
    readonly tags?: boolean;
    /** Whether it takes the key that the source is encrypted with. @default true */
    readonly keyed?: boolean;
}

/**
 * Reads the source of a From-URL operation, at once and whole. Unlike Copy Blob it authorizes a source in the same account
 * too, and answers whatever the source refuses as CannotVerifyCopySource.
 */
export async function readUrlSource(request: StorageRequest, reading: UrlReading): Promise<UrlSource> {
    const { headers } = request;
    if ((headers.integer("content-length") ?? 0) > 0) {
        throw invalidHeader("Content-Length", headers.get("content-length"));
    }
    const wantedMd5 = readMd5Header(request, "x-ms-source-content-md5");
    const range = reading.ranged ? readSourceRange(request) : undefined;
    const source = await openSource(request, reading, range);
    if (wantedMd5 !== undefined) {
        checkMd5(wantedMd5, await md5Of(source.content));
    }
    return source;
}

/** The x-ms-source-range header; 400 for one that isn't `bytes=start-end`. */
export function readSourceRange(request: StorageRequest): SourceRange | undefined {
    const text = request.headers.get("x-ms-source-range");
    if (text === undefined || text === "") {
        return undefined;
    }
    const parts = /^bytes=(\d+)-(\d*)$/.exec(text.trim());
    const start = Number(parts?.[1]);
    const end = parts?.[2] === "" ? Number.POSITIVE_INFINITY : Number(parts?.[2]);
    if (!parts || end < start) {
        throw invalidHeader("x-ms-source-range", text);
    }
    return { start, end };
}

async function openSource(
    request: StorageRequest,
    reading: UrlReading,
    range: SourceRange | undefined,
): Promise<UrlSource> {
    const { text, url, address } = locateSource(request);
    const authorization = sourceAuthorization(request);
    if (!address && authorization !== undefined) {
        throw cannotVerify(request, storageError("InvalidAuthenticationInfo", { status: 401 }));
    }
    if (!address) {
        return receiveSource(request, url, text, reading, range);
    }
    let object: Blob | File;
    try {
        const readsTags = reading.tags || (reading.ifTags && request.headers.has("x-ms-source-if-tags")) || false;
        if (authorization === undefined) {
            authorizeSource(request, address, readsTags);
        } else {
            authorizeBearer(request, address, authorization, readsTags);
        }
        object = findSource(request, address);
        refuseFileConditions(request, address);
        if (object instanceof Blob) {
            checkBlob(request, object, reading);
        }
        if (range && range.start >= object.content.length) {
            throw storageError("InvalidRange");
        }
    } catch (error) {
        throw cannotVerify(request, error);
    }
    const { content, headers, md5, metadata } = object;
    const end = range ? Math.min(range.end + 1, content.length) : content.length;
    checkLimit(end - (range?.start ?? 0), reading);
    return {
        content: range ? slice(content, range.start, end) : content,
        blob: object instanceof Blob ? object : undefined,
        reported: reportedSource(request, text, address),
        headers,
        md5,
        metadata,
    };
}

/** Throws unless a blob can be read as a source: its conditions hold, it is online, and its key is named. */
function checkBlob(request: StorageRequest, blob: Blob, reading: UrlReading): void {
    if (blob.rare?.incrementalCopy) {
        throw storageError("OperationNotAllowedOnIncrementalCopyBlob");
    }
    const conditions = readConditions(request.headers, "x-ms-source-");
    checkRead(reading.ifTags ? conditions : { ...conditions, tags: undefined }, blob);
    refuseArchived(blob);
    if (reading.keyed ?? true) {
        checkSourceKey(request, blob);
    } else {
        refuseKeyedSource(blob);
    }
}

/** A source outside is received whole before anything is changed. */
async function receiveSource(
    request: StorageRequest,
    url: URL,
    reported: string,
    reading: UrlReading,
    range: SourceRange | undefined,
): Promise<UrlSource> {
    const external = await openExternalSource(request, url, range, checkExternal);
    try {
        checkLimit(external.length, reading);
    } catch (error) {
        external.cancel();
        throw error;
    }
    const transfer = external.start();
    await transfer.done;
    if (!transfer.content) {
        throw storageError("CannotVerifyCopySource");
    }
    const { headers, md5, metadata } = external;
    return { content: transfer.content, reported, headers, md5, metadata };
}

/** The source's conditions, as a source outside would answer them itself: 304 or 412. */
function checkExternal(request: StorageRequest, answered: IncomingHttpHeaders): void {
    const { match, noneMatch, modifiedSince, unmodifiedSince } = readConditions(request.headers, "x-ms-source-");
    const etag = answered.etag?.replaceAll('"', "");
    const modified = Date.parse(answered["last-modified"] ?? "");
    const same = (list: string) => list === "*" || list.replaceAll('"', "") === etag;
    const changed = (match !== undefined && !same(match)) || modified > (unmodifiedSince ?? Number.POSITIVE_INFINITY);
    const unchanged =
        noneMatch !== undefined ? same(noneMatch) : modifiedSince !== undefined && modified <= modifiedSince;
    if (changed || unchanged) {
        throw cannotVerify(request, storageError("ConditionNotMet", { status: changed ? 412 : 304 }));
    }
}

function checkLimit(length: number, { limit, tooLarge }: UrlReading): void {
    if (length > limit) {
        throw tooLarge ?? storageError("RequestBodyTooLarge", { elements: { MaxLimit: String(limit) } });
    }
}

/** What authorizes the source, in versions that know it. */
function sourceAuthorization(request: StorageRequest): string | undefined {
    return request.version < SOURCE_AUTHORIZATION_VERSION ? undefined : request.headers.get(SOURCE_AUTHORIZATION);
}

/** The answer's Content-MD5: older versions always tell it, newer ones only if the request gave one. */
export async function answeredMd5(request: StorageRequest, content: Content): Promise<string | undefined> {
    const sent = request.headers.get("x-ms-source-content-md5");
    return sent || (request.version < CRC64_VERSION ? md5Of(content) : undefined);
}
