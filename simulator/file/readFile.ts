import { type ByteRange, rangedAnswer, readRange } from "../blob/readBlob";
import type { Answer } from "../http/answer";
import type { StorageRequest } from "../http/request";
import { fileHeaders } from "./describeFile";
import { readFileTarget } from "./target";

/** Get File. */
export async function getFile(request: StorageRequest): Promise<Answer> {
    const file = readFileTarget(request);
    const range: ByteRange | undefined = readRange(request);
    const headers = { "Accept-Ranges": "bytes", ...fileHeaders(request, file) };
    return rangedAnswer(request, file, headers, range, "x-ms-content-md5");
}

/** Get File Properties. */
export function getFileProperties(request: StorageRequest): Answer {
    const file = readFileTarget(request);
    const headers = { ...fileHeaders(request, file), "Content-MD5": file.md5 };
    return { status: 200, headers, length: file.content.length };
}
