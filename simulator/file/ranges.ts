import { modifiedHeaders } from "../blob/describeBlob";
import { changesAsXml, rangeElement } from "../blob/pages";
import { checkMd5, readMd5Header } from "../blob/putBlob";
import { readRange } from "../blob/readBlob";
import { readSourceRange, readUrlSource } from "../blob/urlSource";
import { timestampOf } from "../clock";
import { type Content, zeros } from "../content/content";
import { crc64Of } from "../content/crc64";
import type { PageMap } from "../content/pageMap";
import type { Answer } from "../http/answer";
import { receiveContent } from "../http/body";
import { invalidHeader, missingHeader, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import { parent } from "../http/xml";
import type { File } from "../state/file";
import { touch } from "./files";
import { fileAt, findPlace, findSnapshot, namesOf, TRAILING_DOT } from "./find";
import { readFileTarget, refuseReadOnly, targetShare, writeFileTarget } from "./target";

const MAX_RANGE = 4 * 1024 * 1024;
/** Space is freed in units of so many bytes. */
const UNIT = 512;
/** From this version on a request says whether it changes the last write time, and the answer tells it. */
const LAST_WRITE_VERSION = "2021-06-08";

/** A range of bytes, end not included. */
interface Range {
    readonly start: number;
    readonly end: number;
}

/** Put Range: writes or clears a range of an existing file. */
export async function putRange(request: StorageRequest): Promise<Answer> {
    const { headers } = request;
    const mode = headers.required("x-ms-write").toLowerCase();
    if (mode !== "update" && mode !== "clear") {
        throw invalidHeader("x-ms-write", mode);
    }
    const range = readWriteRange(request);
    if (mode === "clear") {
        if ((headers.integer("content-length") ?? 0) > 0) {
            throw invalidHeader("Content-Length", headers.get("content-length"));
        }
        return write(request, range, undefined, {});
    }
    checkSize(range);
    const body = await receiveContent(request.body, MAX_RANGE, request.service.files);
    if (body.content.length !== range.end - range.start) {
        throw invalidHeader("Content-Length", String(body.content.length));
    }
    checkMd5(readMd5Header(request, "content-md5"), body.md5);
    return write(request, range, body.content, { "Content-MD5": body.md5 });
}

/** Put Range From URL: writes a range with as many bytes of a source. Its only conditions are on their CRC64. */
export async function putRangeFromUrl(request: StorageRequest): Promise<Answer> {
    const { headers } = request;
    const mode = headers.required("x-ms-write");
    if (mode.toLowerCase() !== "update") {
        throw invalidHeader("x-ms-write", mode);
    }
    const range = readWriteRange(request);
    const wanted = readSourceRange(request);
    if (!wanted) {
        throw missingHeader("x-ms-source-range");
    }
    checkSize({ start: wanted.start, end: wanted.end + 1 });
    if (wanted.end - wanted.start + 1 !== range.end - range.start) {
        throw invalidHeader("x-ms-source-range", headers.get("x-ms-source-range"));
    }
    const { content } = await readUrlSource(request, { limit: MAX_RANGE, ranged: true });
    if (content.length !== range.end - range.start) {
        throw storageError("CannotVerifyCopySource", {
            status: 409,
            message: "The source request body for copy source does not match requested length to write on target.",
        });
    }
    const crc64 = await crc64Of(content);
    checkCrc64(request, crc64);
    return write(request, range, content, { "x-ms-content-crc64": crc64 });
}

function checkCrc64({ headers }: StorageRequest, crc64: string): void {
    const sent = headers.get("x-ms-source-content-crc64");
    if (sent && sent !== crc64) {
        throw storageError("Crc64Mismatch", {
            elements: { UserSpecifiedCrc: sent, ServerCalculatedCrc: crc64 },
        });
    }
    const [match, noneMatch] = ["match", "none-match"].map((each) => headers.get(`x-ms-source-if-${each}-crc64`));
    if ((match && match !== crc64) || (noneMatch && noneMatch === crc64)) {
        throw storageError("SourceConditionNotMet");
    }
}

/** Writes content over a range, or clears it where there is none. */
function write(
    request: StorageRequest,
    range: Range,
    content: Content | undefined,
    answered: Record<string, string>,
): Answer {
    const writes = readLastWritten(request);
    const file = writeFileTarget(request);
    refuseReadOnly(file);
    if (range.end > file.content.length) {
        throw storageError("InvalidRange");
    }
    file.content = content ? file.content.write(range.start, content) : cleared(file.content, range);
    touch(request, file);
    if (writes) {
        file.smb = { ...file.smb, lastWritten: file.modified, changed: file.modified };
    }
    const told = request.version >= LAST_WRITE_VERSION ? timestampOf(file.smb.lastWritten) : undefined;
    return {
        status: 201,
        headers: {
            ...modifiedHeaders(request, file.modified),
            ...answered,
            "x-ms-request-server-encrypted": "true",
            "x-ms-file-last-write-time": told,
        },
    };
}

/** Whether the last write time changes: older versions were seen to leave it as it is. */
function readLastWritten({ headers, version }: StorageRequest): boolean {
    const wanted = headers.get("x-ms-file-last-write-time") || "now";
    if (!["now", "preserve"].includes(wanted.toLowerCase())) {
        throw invalidHeader("x-ms-file-last-write-time", wanted);
    }
    return version >= LAST_WRITE_VERSION && wanted.toLowerCase() === "now";
}

/** The whole units of a range are freed; what sticks out of them on either side is zeros that were written. */
function cleared(content: PageMap, { start, end }: Range): PageMap {
    const from = Math.ceil(start / UNIT) * UNIT;
    const to = Math.floor(end / UNIT) * UNIT;
    if (from >= to) {
        return content.write(start, zeros(end - start));
    }
    let result = content.clear(from, to);
    if (start < from) {
        result = result.write(start, zeros(from - start));
    }
    return to < end ? result.write(to, zeros(end - to)) : result;
}

/** The range to be written: 400 unless both ends are given. */
function readWriteRange(request: StorageRequest): Range {
    const text = request.headers.get("x-ms-range") ?? request.headers.get("range");
    if (!text) {
        throw missingHeader("Range");
    }
    const range = readRange(request);
    if (!range || range.end === Number.MAX_SAFE_INTEGER) {
        throw invalidHeader("Range", text);
    }
    return { start: range.start, end: range.end + 1 };
}

function checkSize({ start, end }: Range): void {
    if (end - start > MAX_RANGE) {
        throw storageError("RequestBodyTooLarge", { elements: { MaxLimit: String(MAX_RANGE) } });
    }
}

/** List Ranges: what was written, or the changes since an earlier share snapshot. */
export function listRanges(request: StorageRequest): Answer {
    const file = readFileTarget(request);
    const { length } = file.content;
    const range = readRange(request);
    if (range && range.start >= length && length > 0) {
        throw storageError("InvalidRange", { headers: { "Content-Range": `bytes */${length}` } });
    }
    const [start, end] = [range?.start ?? 0, Math.min(length, (range?.end ?? length) + 1)];
    const previous = previousFile(request, file);
    const items = previous
        ? changesAsXml(file.content.changesSince(previous.content, start, end), "Range")
        : file.content.ranges(start, end).map((each) => rangeElement("Range", each));
    return {
        status: 200,
        headers: { ...modifiedHeaders(request, file.modified), Vary: "Origin", "x-ms-content-length": length },
        xml: parent("Ranges", items.join("")),
        chunked: true,
    };
}

/** The file in the share snapshot named by prevsharesnapshot; 404 if it isn't there, 409 if it was replaced since. */
function previousFile(request: StorageRequest, file: File): File | undefined {
    const { query, address, service } = request;
    const share = targetShare(request);
    const snapshot = findSnapshot(share, query, "prevsharesnapshot");
    if (!snapshot) {
        return undefined;
    }
    const current = query.get("sharesnapshot");
    if (current && snapshot.id > current) {
        throw storageError("PreviousSnapshotCannotBeNewer", {
            message:
                "The prevsharesnapshot query parameter value cannot be newer than sharesnapshot query parameter value.",
        });
    }
    const renamed = request.headers.boolean("x-ms-file-support-rename")
        ? [...snapshot.root.files()].find((each) => each.id === file.id)
        : undefined;
    const previous =
        renamed ?? fileAt(findPlace(share, snapshot.root, namesOf(request, address.path!, TRAILING_DOT)), service);
    if (previous.lineage !== file.lineage) {
        throw storageError("FileGenerationMismatch");
    }
    return previous;
}
