import { forgetEndedLease } from "../blob/leaseChecks";
import { checkMd5, readMd5Header } from "../blob/putBlob";
import { newBlobHeaders, readMetadata } from "../blob/requestProperties";
import type { Content } from "../content/content";
import { PageMap } from "../content/pageMap";
import type { Answer } from "../http/answer";
import { receiveContent } from "../http/body";
import { invalidHeader, missingHeader } from "../http/errors";
import type { StorageRequest } from "../http/request";
import { File } from "../state/file";
import type { SmbProperties } from "../state/smb";
import { writtenHeaders } from "./describeFile";
import type { Place } from "./find";
import { OPTIONAL_VERSION, readSmbProperties, SMB_VERSION, withAttribute } from "./smbProperties";
import { replaceFileTarget } from "./target";

const MIB = 1024 * 1024;
/** The largest file: 4 TiB. */
const MAX_FILE = 4 * 1024 * 1024 * MIB;
/** From this version on, Create File takes up to 4 MiB of content. */
const CONTENT_VERSION = "2026-04-06";

/** Create File: a file of a length, in which nothing was written; or, in newer versions, with what was sent. */
export async function createFile(request: StorageRequest): Promise<Answer> {
    const { headers } = request;
    const length = readFileLength(request);
    if (length === undefined) {
        throw missingHeader("x-ms-content-length");
    }
    const type = headers.required("x-ms-type");
    if (type.toLowerCase() !== "file") {
        throw invalidHeader("x-ms-type", type);
    }
    const storedHeaders = newBlobHeaders(headers, true, "x-ms-");
    const metadata = readMetadata(headers);
    const md5 = readMd5Header(request, "x-ms-content-md5");
    const sent = await readContent(request, length);
    const place = replaceFileTarget(request);
    const modified = request.service.ticks.next();
    const smb = readSmbProperties(request, place.share, newSmbDefaults(place, modified, "None"));
    const file = placedFile(request, place, newAttributes(request, smb), modified);
    file.content = sent ? PageMap.empty(length).write(0, sent.content) : PageMap.empty(length);
    file.headers = storedHeaders;
    file.md5 = md5;
    file.metadata = metadata;
    if (/^\d/.test(headers.get("x-ms-file-last-write-time") ?? "") && takesNoChangeTime(request)) {
        // The change time, and with it ETag and Last-Modified, were seen to follow a last write time that was given.
        file.smb = { ...file.smb, changed: smb.lastWritten };
        file.modified = smb.lastWritten;
    }
    return { status: 201, headers: { ...writtenHeaders(request, file), "Content-MD5": sent?.md5 } };
}

function takesNoChangeTime({ version }: StorageRequest): boolean {
    return version >= SMB_VERSION && version < OPTIONAL_VERSION;
}

/** A new file at a place, in which it takes the name, file ID and lease of the one there. */
export function placedFile(
    request: StorageRequest,
    { share, parent, name, old }: Place & { readonly old: File | undefined },
    smb: SmbProperties,
    modified: number,
): File {
    const file = new File(old?.name ?? name, old?.id ?? share.nextId(), parent.id, smb, modified);
    if (old) {
        request.service.overwritten(old);
        file.lease = old.lease;
        forgetEndedLease(request, file);
    }
    parent.set(file);
    return file;
}

/** What a new file or directory has where nothing else is asked for: times of now, and its directory's permission. */
export function newSmbDefaults({ parent }: Pick<Place, "parent">, now: number, attributes: string) {
    const times = { created: now, lastWritten: now, changed: now };
    const smb: SmbProperties = { attributes, ...times, permissionKey: parent.smb.permissionKey };
    return { words: { now: smb, inherit: smb }, absent: smb, required: true };
}

/** A new file has the attribute Archive, unless it is to be restored as it was. */
function newAttributes({ headers }: StorageRequest, smb: SmbProperties): SmbProperties {
    const semantics = headers.get("x-ms-file-property-semantics") || "New";
    if (!["new", "restore"].includes(semantics.toLowerCase())) {
        throw invalidHeader("x-ms-file-property-semantics", semantics);
    }
    const isNew = semantics.toLowerCase() === "new";
    return isNew ? { ...smb, attributes: withAttribute(smb.attributes, "Archive") } : smb;
}

/** The x-ms-content-length header: up to 4 TiB. */
export function readFileLength(request: StorageRequest): number | undefined {
    const length = request.headers.integer("x-ms-content-length");
    if (length !== undefined && (length < 0 || length > MAX_FILE)) {
        throw invalidHeader("x-ms-content-length", String(length));
    }
    return length;
}

/** The content that came with Create File, if any did. */
async function readContent(
    request: StorageRequest,
    length: number,
): Promise<{ content: Content; md5: string } | undefined> {
    const sent = request.headers.integer("content-length") ?? 0;
    if (sent === 0) {
        return undefined;
    }
    if (request.version < CONTENT_VERSION || sent > length) {
        throw invalidHeader("Content-Length", String(sent));
    }
    const body = await receiveContent(request.body, 4 * MIB, request.service.files);
    checkMd5(readMd5Header(request, "content-md5"), body.md5);
    return body;
}
