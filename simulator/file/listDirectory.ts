import { nameElement } from "../blob/listedBlob";
import { readKnownIncludes, readMarker, readMaxResults, writeMarker } from "../blob/marker";
import { etagOf, httpDate, millisecondsOf, timestampOf } from "../clock";
import type { Answer } from "../http/answer";
import type { StorageRequest } from "../http/request";
import { element, escapeText, optionalElement, parent } from "../http/xml";
import type { Directory } from "../state/directory";
import { File } from "../state/file";
import { namesOf, TRAILING_DOT } from "./find";
import { targetDirectory } from "./target";

const INCLUDES = ["timestamps", "etag", "attributes", "permissionkey"];
/** From this version on lists tell file IDs without being asked. */
const FILE_ID_VERSION = "2020-10-02";

/** List Directories and Files: one level, files and directories in one order. */
export function listDirectory(request: StorageRequest): Answer {
    const { query, address, version } = request;
    const include = readKnownIncludes(request, INCLUDES);
    const max = readMaxResults(request);
    const directory = targetDirectory(request);
    const { listed, next } = collect(directory, query.get("prefix") ?? "", readMarker(request) ?? "", max);
    const asked = request.headers.boolean("x-ms-file-extended-info") ?? include.size > 0;
    const withId = version >= FILE_ID_VERSION || asked;
    const items = listed.map((item) => itemElement(request, item, include, withId));
    const endpoint = address.pathStyle ? `${request.origin}/${request.account.name}/` : `${request.origin}/`;
    const path = address.path === undefined ? "" : namesOf(request, address.path, TRAILING_DOT).join("/");
    const snapshot = query.get("sharesnapshot");
    const attributes = [
        `ServiceEndpoint="${escapeText(endpoint)}"`,
        `ShareName="${address.share}"`,
        ...(snapshot ? [`ShareSnapshot="${snapshot}"`] : []),
        `DirectoryPath="${escapeText(path).replaceAll('"', "&quot;")}"`,
    ];
    const xml =
        `<EnumerationResults ${attributes.join(" ")}>` +
        optionalElement("Marker", query.get("marker")) +
        optionalElement("Prefix", query.get("prefix")) +
        optionalElement("MaxResults", query.get("maxresults")) +
        (version >= FILE_ID_VERSION ? element("DirectoryId", directory.id) : "") +
        parent("Entries", items.join("")) +
        element("NextMarker", next === undefined ? "" : writeMarker(next)) +
        "</EnumerationResults>";
    return { status: 200, headers: { Vary: "Origin" }, xml, chunked: true };
}

/** One page, and the name at which the next one begins. Names are compared without case, prefixes too. */
function collect(
    directory: Directory,
    prefix: string,
    marker: string,
    max: number,
): { listed: (File | Directory)[]; next: string | undefined } {
    const start = prefix.toUpperCase();
    const listed: (File | Directory)[] = [];
    for (const [name, item] of directory.entries(marker > start ? marker : start)) {
        if (!name.startsWith(start)) {
            break;
        }
        if (listed.length === max) {
            return { listed, next: name };
        }
        listed.push(item);
    }
    return { listed, next: undefined };
}

function itemElement(
    request: StorageRequest,
    item: File | Directory,
    include: ReadonlySet<string>,
    withId: boolean,
): string {
    const isFile = item instanceof File;
    if (isFile) {
        request.service.settleFile(item);
    }
    const { smb, modified } = item;
    const properties =
        (isFile ? element("Content-Length", item.content.length) : "") +
        (include.has("timestamps") ? timestamps(request.version, item) : "") +
        (include.has("etag") ? element("Etag", `"${etagOf(modified)}"`) : "");
    return parent(
        isFile ? "File" : "Directory",
        nameElement(item.name, request.version) +
            (withId ? element("FileId", item.id) : "") +
            parent("Properties", properties) +
            (include.has("attributes") ? element("Attributes", smb.attributes) : "") +
            (include.has("permissionkey") ? element("PermissionKey", smb.permissionKey) : ""),
    );
}

function timestamps(version: string, { smb, modified }: File | Directory): string {
    const later =
        element("ChangeTime", timestampOf(smb.changed)) + element("Last-Modified", httpDate(millisecondsOf(modified)));
    return (
        element("CreationTime", timestampOf(smb.created)) +
        element("LastAccessTime", timestampOf(smb.lastWritten)) +
        element("LastWriteTime", timestampOf(smb.lastWritten)) +
        (version >= "2020-06-12" ? later : "")
    );
}
