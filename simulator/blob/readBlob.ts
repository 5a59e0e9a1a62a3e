import { createHash } from "node:crypto";
import { httpDate } from "../clock";
import type { Answer, AnswerHeaders } from "../http/answer";
import { invalidHeader, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import type { StoredObject } from "../state/copy";
import { blobHeaders, modifiedHeaders, shownTier } from "./describeBlob";
import { checkReadKey } from "./encryption";
import { readTarget, refuseArchived } from "./target";

/** A range of bytes, end included. */
export interface ByteRange {
    readonly start: number;
    readonly end: number;
}

/** Get Blob. */
export async function getBlob(request: StorageRequest): Promise<Answer> {
    const blob = readTarget(request);
    checkReadKey(request, blob);
    refuseArchived(blob);
    return rangedAnswer(request, blob, blobHeaders(request, blob), readRange(request), "x-ms-blob-content-md5");
}

/** The bytes of a blob or file, or a range of them; the whole's MD5 stands in another header if it is a range. */
export async function rangedAnswer(
    request: StorageRequest,
    { content, md5 }: Pick<StoredObject, "content" | "md5">,
    headers: AnswerHeaders,
    range: ByteRange | undefined,
    wholeMd5: string,
): Promise<Answer> {
    const { length } = content;
    const wantsMd5 = request.headers.boolean("x-ms-range-get-content-md5") ?? false;
    if (wantsMd5 && !range) {
        throw invalidHeader("x-ms-range-get-content-md5", "true");
    }
    if (!range) {
        return { status: 200, headers: { ...headers, "Content-MD5": md5 }, part: { content, start: 0, end: length } };
    }
    if (range.start >= length) {
        throw storageError("InvalidRange", { headers: { "Content-Range": `bytes */${length}` } });
    }
    const end = Math.min(range.end, length - 1);
    const told: AnswerHeaders = { "Content-Range": `bytes ${range.start}-${end}/${length}`, [wholeMd5]: md5 };
    if (wantsMd5) {
        if (range.end - range.start + 1 > 4 * 1024 * 1024) {
            throw storageError("OutOfRangeInput");
        }
        const bytes = await content.read(range.start, end + 1);
        told["Content-MD5"] = createHash("md5").update(bytes).digest("base64");
    }
    return { status: 206, headers: { ...headers, ...told }, part: { content, start: range.start, end: end + 1 } };
}

/** Get Blob Properties. */
export function getBlobProperties(request: StorageRequest): Answer {
    const blob = readTarget(request);
    checkReadKey(request, blob);
    const tier = shownTier(request, blob);
    const headers = {
        ...blobHeaders(request, blob),
        "Content-MD5": blob.md5,
        "x-ms-access-tier": tier?.tier,
        "x-ms-access-tier-inferred": tier?.inferred ? "true" : undefined,
        "x-ms-access-tier-change-time": tier?.changed === undefined ? undefined : httpDate(tier.changed),
        "x-ms-archive-status": tier?.archiveStatus,
        "x-ms-rehydrate-priority": request.version >= "2019-12-12" ? tier?.rehydratePriority : undefined,
    };
    return { status: 200, headers, length: blob.content.length };
}

/** Get Blob Metadata. */
export function getBlobMetadata(request: StorageRequest): Answer {
    const blob = readTarget(request);
    checkReadKey(request, blob);
    const metadata = Object.entries(blob.metadata ?? {}).map(([name, value]) => [`x-ms-meta-${name}`, value]);
    return {
        status: 200,
        headers: { ...modifiedHeaders(request, blob.modified), Vary: "Origin", ...Object.fromEntries(metadata) },
    };
}

/** x-ms-range, or else Range. A form that the service doesn't know is as if it weren't there. */
export function readRange(request: StorageRequest): ByteRange | undefined {
    const text = request.headers.get("x-ms-range") ?? request.headers.get("range");
    const parts = /^bytes=(\d+)-(\d*)$/.exec(text?.trim() ?? "");
    if (!parts) {
        return undefined;
    }
    const start = Number(parts[1]);
    const end = parts[2] === "" ? Number.MAX_SAFE_INTEGER : Number(parts[2]);
    return end < start ? undefined : { start, end };
}
