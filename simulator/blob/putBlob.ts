import { JoinedContent } from "../content/joined";
import { PageMap } from "../content/pageMap";
import type { Answer, AnswerHeaders } from "../http/answer";
import { receiveContent } from "../http/body";
import { invalidHeader, missingHeader, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import { Blob, type BlobType, type Encryption } from "../state/blob";
import { refuseBlobType } from "./accountSupport";
import { writtenHeaders } from "./describeBlob";
import { readEncryption } from "./encryption";
import { readImmutability } from "./immutability";
import { forgetEndedLease } from "./leaseChecks";
import { inheritedTier, newBlobHeaders, readMetadata, readTagsHeader, readTier } from "./requestProperties";
import { refuseOtherVersions, replaceTarget } from "./target";

const MIB = 1024 * 1024;
/** The largest page blob: 8 TiB. */
export const MAX_PAGE_BLOB = 8 * 1024 * 1024 * MIB;

/** Put Blob: creates or overwrites a blob of any type. */
export async function putBlob(request: StorageRequest): Promise<Answer> {
    const type = readType(request);
    const { headers } = request;
    const blobHeaders = newBlobHeaders(headers, type === "BlockBlob");
    const metadata = readMetadata(headers);
    const tags = readTagsHeader(headers);
    const tier = readTier(request, type);
    const answered: AnswerHeaders = {};
    const initial = await initialContent(request, type, answered);
    const { container, name, old } = replaceTarget(request);
    refuseOtherVersions(container, name, type);
    const blob = newBlob(request, type, old, readEncryption(request));
    blob.content = initial.content;
    blob.md5 = initial.md5;
    blob.headers = blobHeaders;
    blob.metadata = metadata;
    blob.tags = tags;
    blob.tier = inheritedTier(tier, old?.type === type ? old : undefined, request.service.clock.now());
    if (initial.sequenceNumber !== undefined) {
        blob.rarities.sequenceNumber = initial.sequenceNumber;
    }
    setProtection(request, blob);
    container.setStaged(name, undefined);
    request.service.replace(container, name, blob);
    return {
        status: 201,
        headers: { ...writtenHeaders(request, blob), ...answered, "x-ms-request-server-encrypted": "true" },
    };
}

/** A blob that takes the place of another: it keeps the creation time and an active lease. */
export function newBlob(
    request: StorageRequest,
    type: BlobType,
    old: Blob | undefined,
    encryption: Encryption | undefined,
): Blob {
    refuseBlobType(request.account, type);
    const modified = request.service.ticks.next();
    const created = old?.createdSeconds ?? Math.floor(request.service.clock.now() / 1000);
    const blob = new Blob(type, modified, created);
    if (encryption) {
        blob.rarities.encryption = encryption;
    }
    if (old?.lease) {
        blob.lease = old.lease;
        forgetEndedLease(request, blob);
    }
    return blob;
}

/** Keeps the immutability policy and legal hold that the headers name. */
export function setProtection(request: StorageRequest, blob: Blob): void {
    const immutability = readImmutability(request);
    const legalHold = request.headers.boolean("x-ms-legal-hold");
    if (immutability) {
        blob.rarities.immutability = immutability;
    }
    if (legalHold !== undefined) {
        blob.rarities.legalHold = legalHold;
    }
}

interface InitialContent {
    readonly content: Blob["content"];
    readonly md5?: string;
    readonly sequenceNumber?: number;
}

async function initialContent(
    request: StorageRequest,
    type: BlobType,
    answered: AnswerHeaders,
): Promise<InitialContent> {
    const { headers } = request;
    const storedMd5 = readMd5Header(request, "x-ms-blob-content-md5");
    if (type === "BlockBlob") {
        const transport = readMd5Header(request, "content-md5");
        const body = await receiveContent(request.body, putBlobLimit(request.version), request.service.files);
        checkMd5(storedMd5 ?? transport, body.md5);
        answered["Content-MD5"] = body.md5;
        return { content: body.content, md5: storedMd5 ?? body.md5 };
    }
    if ((headers.integer("content-length") ?? 0) > 0) {
        throw storageError("InvalidHeaderValue", {
            elements: { HeaderName: "Content-Length", HeaderValue: headers.get("content-length")! },
        });
    }
    if (type === "AppendBlob") {
        return { content: JoinedContent.of([]), md5: storedMd5 };
    }
    return {
        content: PageMap.empty(readPageBlobLength(request)),
        md5: storedMd5,
        sequenceNumber: readSequenceNumber(request) ?? 0,
    };
}

/** The x-ms-blob-content-length header: a multiple of 512, up to 8 TiB. */
export function readPageBlobLength(request: StorageRequest): number {
    const length = request.headers.integer("x-ms-blob-content-length");
    if (length === undefined) {
        throw missingHeader("x-ms-blob-content-length");
    }
    if (length < 0 || length % 512 !== 0 || length > MAX_PAGE_BLOB) {
        throw invalidHeader("x-ms-blob-content-length", String(length));
    }
    return length;
}

/** The x-ms-blob-sequence-number header: 0 to 2^63-1, here up to 2^53-1. */
export function readSequenceNumber(request: StorageRequest): number | undefined {
    const number = request.headers.integer("x-ms-blob-sequence-number");
    if (number !== undefined && number < 0) {
        throw invalidHeader("x-ms-blob-sequence-number", String(number));
    }
    return number;
}

/** An MD5 header: 16 bytes in Base64; 400 InvalidMd5 otherwise. */
export function readMd5Header(request: StorageRequest, name: string): string | undefined {
    const value = request.headers.get(name);
    if (value === undefined || value === "") {
        return undefined;
    }
    if (Buffer.from(value, "base64").length !== 16) {
        throw storageError("InvalidMd5");
    }
    return value;
}

/** From this version on, parts of a blob are answered with their CRC64 (not simulated) instead of their MD5. */
export const CRC64_VERSION = "2019-02-02";

/** The Content-MD5 that a part of a blob is answered with: in newer versions, the one that was sent with it. */
export function partMd5(request: StorageRequest, sent: string | undefined, calculated: string): string | undefined {
    return request.version < CRC64_VERSION ? calculated : sent;
}

/** 400 Md5Mismatch if an MD5 was sent and it isn't that of the bytes. */
export function checkMd5(sent: string | undefined, calculated: string): void {
    if (sent !== undefined && sent !== calculated) {
        throw storageError("Md5Mismatch", {
            elements: { UserSpecifiedMd5: sent, ServerCalculatedMd5: calculated },
        });
    }
}

function readType(request: StorageRequest): BlobType {
    const type = request.headers.required("x-ms-blob-type");
    if (type !== "BlockBlob" && type !== "PageBlob" && type !== "AppendBlob") {
        throw invalidHeader("x-ms-blob-type", type);
    }
    return type;
}

/** The largest block blob in one Put Blob, by version. */
function putBlobLimit(version: string): number {
    if (version >= "2019-12-12") {
        return 5000 * MIB;
    }
    return version >= "2016-05-31" ? 256 * MIB : 64 * MIB;
}
