import { httpDate, millisecondsOf } from "../clock";
import type { Content } from "../content/content";
import type { PageMap, PageRange } from "../content/pageMap";
import { parseQuery } from "../http/address";
import type { Answer } from "../http/answer";
import { receiveContent } from "../http/body";
import { invalidHeader, missingHeader, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import { element, parent } from "../http/xml";
import type { Blob } from "../state/blob";
import { modifiedHeaders, quotedEtag } from "./describeBlob";
import { checkWriteEncryption } from "./encryption";
import { checkTimestamp, targetContainer, targetName } from "./find";
import { readMarker, readMaxResults, writeMarker } from "./marker";
import { refusePendingCopy } from "./pendingCopy";
import { changed } from "./properties";
import { checkMd5, partMd5, readMd5Header } from "./putBlob";
import { readRange } from "./readBlob";
import { readTarget, writeTarget } from "./target";
import { answeredMd5, readSourceRange, readUrlSource } from "./urlSource";

const PAGE = 512;
const MAX_WRITE = 4 * 1024 * 1024;

/** Put Page: writes or clears a range of pages. */
export async function putPage(request: StorageRequest): Promise<Answer> {
    const mode = request.headers.required("x-ms-page-write").toLowerCase();
    if (mode !== "update" && mode !== "clear") {
        throw invalidHeader("x-ms-page-write", mode);
    }
    const { start, end } = readPageRange(request);
    const sent = readMd5Header(request, "content-md5");
    const length = request.headers.integer("content-length") ?? 0;
    if (mode === "clear" && length > 0) {
        throw invalidHeader("Content-Length", String(length));
    }
    const body = mode === "update" ? await receiveContent(request.body, MAX_WRITE, request.service.files) : undefined;
    if (body) {
        if (end - start > MAX_WRITE) {
            throw storageError("InvalidPageRange");
        }
        if (body.content.length !== end - start) {
            throw invalidHeader("Content-Length", String(body.content.length));
        }
        checkMd5(sent, body.md5);
    }
    return writePages(request, start, body?.content, end, body && partMd5(request, sent, body.md5));
}

/** Writes content over pages, or clears them where there is none. */
function writePages(
    request: StorageRequest,
    start: number,
    content: Content | undefined,
    end: number,
    md5: string | undefined,
): Answer {
    const blob = pageTarget(request);
    const encryption = checkWriteEncryption(request, blob);
    if (end > blob.content.length) {
        throw storageError("InvalidPageRange");
    }
    const pages = blob.content as PageMap;
    blob.content = content ? pages.write(start, content) : pages.clear(start, end);
    changed(request, blob);
    return {
        status: 201,
        headers: {
            ...modifiedHeaders(request, blob.modified),
            ...encryption,
            "Content-MD5": md5,
            "x-ms-blob-sequence-number": blob.rare?.sequenceNumber ?? 0,
            "x-ms-request-server-encrypted": content && "true",
        },
    };
}

/** Put Page From URL: writes a range of pages with as many bytes of a source. */
export async function putPageFromUrl(request: StorageRequest): Promise<Answer> {
    const { headers } = request;
    const mode = headers.get("x-ms-page-write") ?? "update";
    if (mode.toLowerCase() !== "update") {
        throw invalidHeader("x-ms-page-write", mode);
    }
    const { start, end } = readPageRange(request);
    const wanted = readSourceRange(request);
    if (!wanted) {
        throw missingHeader("x-ms-source-range");
    }
    if (end - start > MAX_WRITE) {
        throw storageError("InvalidPageRange");
    }
    if (wanted.end - wanted.start + 1 !== end - start) {
        throw invalidHeader("x-ms-source-range", headers.get("x-ms-source-range"));
    }
    const { content } = await readUrlSource(request, { limit: MAX_WRITE, ranged: true });
    if (content.length !== end - start) {
        throw storageError("InvalidRange");
    }
    return writePages(request, start, content, end, await answeredMd5(request, content));
}

/** The page blob to be written, with its conditions on the sequence number. */
export function pageTarget(request: StorageRequest): Blob {
    const blob = writeTarget(request);
    if (blob.type !== "PageBlob") {
        throw storageError("InvalidBlobType");
    }
    const number = blob.rare?.sequenceNumber ?? 0;
    const [le, lt, eq] = ["le", "lt", "eq"].map((each) => request.headers.integer(`x-ms-if-sequence-number-${each}`));
    if ([le, lt, eq].some((each) => each !== undefined && each < 0)) {
        throw storageError("InvalidInput");
    }
    if (
        (le !== undefined && number > le) ||
        (lt !== undefined && number >= lt) ||
        (eq !== undefined && number !== eq)
    ) {
        throw storageError("SequenceNumberConditionNotMet");
    }
    return blob;
}

/** The range to be written: whole pages; 400 InvalidHeaderValue otherwise. */
export function readPageRange(request: StorageRequest): { start: number; end: number } {
    if (!request.headers.has("x-ms-range") && !request.headers.has("range")) {
        throw missingHeader("Range");
    }
    const range = readRange(request);
    if (!range || range.end === Number.MAX_SAFE_INTEGER) {
        throw invalidHeader("Range", request.headers.get("x-ms-range") ?? request.headers.get("range"));
    }
    if (range.start % PAGE !== 0 || (range.end + 1) % PAGE !== 0) {
        throw invalidHeader("Range", request.headers.get("x-ms-range") ?? request.headers.get("range"));
    }
    return { start: range.start, end: range.end + 1 };
}

/** Get Page Ranges: what was written, or the changes since an earlier snapshot. */
export function getPageRanges(request: StorageRequest): Answer {
    const blob = readTarget(request);
    if (blob.type !== "PageBlob") {
        throw storageError("InvalidBlobType");
    }
    refusePendingCopy(blob);
    const { length } = blob.content;
    const range = readRange(request);
    if (range && range.start >= length && length > 0) {
        throw storageError("InvalidRange", { headers: { "Content-Range": `bytes */${length}` } });
    }
    const end = range ? Math.min(length, roundUp(range.end + 1)) : length;
    const start = range ? range.start - (range.start % PAGE) : 0;
    const pages = blob.content as PageMap;
    const previous = previousSnapshot(request, blob);
    const items = previous
        ? changesAsXml(pages.changesSince(previous, start, end), "PageRange")
        : pages.ranges(start, end).map((each) => rangeElement("PageRange", each));
    const page = onePage(request, items);
    return {
        status: 200,
        headers: {
            "Last-Modified": httpDate(millisecondsOf(blob.modified)),
            ETag: quotedEtag(request.version, blob.modified),
            "x-ms-blob-content-length": length,
            Vary: "Origin",
        },
        xml: parent("PageList", page),
        chunked: true,
    };
}

/** The ranges of one answer; from 2020-10-02 on there may be a marker of what comes next. */
function onePage(request: StorageRequest, items: readonly string[]): string {
    if (request.version < "2020-10-02") {
        return items.join("");
    }
    const first = Number(readMarker(request) ?? 0);
    const max = request.query.has("maxresults") ? readMaxResults(request, 10_000) : 10_000;
    const next = first + max < items.length ? element("NextMarker", writeMarker(String(first + max))) : "";
    return items.slice(first, first + max).join("") + next;
}

/** The content of the snapshot named by prevsnapshot or x-ms-previous-snapshot-url; it must be older than what is read. */
function previousSnapshot(request: StorageRequest, blob: Blob): PageMap | undefined {
    const url = request.headers.get("x-ms-previous-snapshot-url");
    const id = request.query.get("prevsnapshot") || (url && parseQuery(new URL(url).search.slice(1)).get("snapshot"));
    if (!id) {
        return undefined;
    }
    checkTimestamp("prevsnapshot", id);
    const current = request.query.get("snapshot");
    if (current && id > current) {
        throw storageError("PreviousSnapshotCannotBeNewer");
    }
    const kept = targetContainer(request)
        .snapshots(targetName(request))
        .find((each) => each.id === id);
    if (!kept) {
        throw storageError("PreviousSnapshotNotFound");
    }
    if (kept.blob.rare?.lineage !== blob.rare?.lineage) {
        throw storageError("BlobOverwritten");
    }
    return kept.blob.content as PageMap;
}

/** Both lists in one order, by where the ranges begin. */
export function changesAsXml(
    { written, cleared }: ReturnType<PageMap["changesSince"]>,
    writtenName: "PageRange" | "Range",
): string[] {
    const all = [
        ...written.map((each) => ({ each, name: writtenName })),
        ...cleared.map((each) => ({ each, name: "ClearRange" })),
    ];
    return all.sort((a, b) => a.each.start - b.each.start).map(({ each, name }) => rangeElement(name, each));
}

/** One range of a list, both ends included. */
export function rangeElement(name: string, { start, end }: PageRange): string {
    return parent(name, element("Start", start) + element("End", end));
}

function roundUp(offset: number): number {
    return offset >= Number.MAX_SAFE_INTEGER ? offset : Math.ceil(offset / PAGE) * PAGE;
}
