import type { Content } from "../content/content";
import { JoinedContent } from "../content/joined";
import type { Answer } from "../http/answer";
import { receiveContent } from "../http/body";
import { invalidHeader, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import { modifiedHeaders } from "./describeBlob";
import { checkWriteEncryption } from "./encryption";
import { changed } from "./properties";
import { checkMd5, partMd5, readMd5Header } from "./putBlob";
import { writeTarget } from "./target";
import { answeredMd5, readUrlSource } from "./urlSource";

const MIB = 1024 * 1024;

/** Append Block. */
export async function appendBlock(request: StorageRequest): Promise<Answer> {
    const sent = readMd5Header(request, "content-md5");
    const body = await receiveContent(request.body, appendLimit(request.version), request.service.files);
    if (body.content.length === 0) {
        throw invalidHeader("Content-Length", "0");
    }
    checkMd5(sent, body.md5);
    const headers = append(request, body.content);
    return { status: 201, headers: { ...headers, "Content-MD5": partMd5(request, sent, body.md5) } };
}

/** Append Block From URL. */
export async function appendBlockFromUrl(request: StorageRequest): Promise<Answer> {
    const { content } = await readUrlSource(request, { limit: appendLimit(request.version), ranged: true });
    if (content.length === 0) {
        throw invalidHeader("x-ms-source-range", request.headers.get("x-ms-source-range"));
    }
    const md5 = await answeredMd5(request, content);
    const headers = append(request, content);
    return { status: 201, headers: { ...headers, "Content-MD5": md5 } };
}

/** The most bytes in one block, by version. */
function appendLimit(version: string): number {
    return version >= "2022-11-02" ? 100 * MIB : 4 * MIB;
}

/** Puts content at the end of an append blob, if its conditions hold. */
export function append(request: StorageRequest, content: Content): Record<string, string | number | undefined> {
    const blob = writeTarget(request);
    if (blob.type !== "AppendBlob") {
        throw storageError("InvalidBlobType");
    }
    if (blob.rare?.sealed) {
        throw storageError("BlobIsSealed");
    }
    const encryption = checkWriteEncryption(request, blob);
    const offset = blob.content.length;
    const position = request.headers.integer("x-ms-blob-condition-appendpos");
    if (position !== undefined && position !== offset) {
        throw storageError("AppendPositionConditionNotMet");
    }
    const maximum = request.headers.integer("x-ms-blob-condition-maxsize");
    if (maximum !== undefined && offset + content.length > maximum) {
        throw storageError("MaxBlobSizeConditionNotMet");
    }
    const count = blob.rare?.appendedBlocks ?? 0;
    if (count >= 50_000) {
        throw storageError("BlockCountExceedsLimit");
    }
    const old = blob.content instanceof JoinedContent ? blob.content : JoinedContent.of([blob.content]);
    blob.content = old.append(content);
    blob.rarities.appendedBlocks = count + 1;
    changed(request, blob);
    return {
        ...modifiedHeaders(request, blob.modified),
        ...encryption,
        "x-ms-blob-append-offset": String(offset),
        "x-ms-blob-committed-block-count": count + 1,
        "x-ms-request-server-encrypted": "true",
    };
}

/** Append Blob Seal: nothing can be appended any more. Sealing a sealed blob changes nothing. */
export function sealBlob(request: StorageRequest): Answer {
    const blob = writeTarget(request);
    if (blob.type !== "AppendBlob") {
        throw storageError("InvalidBlobType");
    }
    const position = request.headers.integer("x-ms-blob-condition-appendpos");
    if (position !== undefined && position !== blob.content.length) {
        throw storageError("AppendPositionConditionNotMet");
    }
    if (!blob.rare?.sealed) {
        blob.rarities.sealed = true;
        changed(request, blob);
    }
    return { status: 200, headers: { ...modifiedHeaders(request, blob.modified), "x-ms-blob-sealed": "true" } };
}
