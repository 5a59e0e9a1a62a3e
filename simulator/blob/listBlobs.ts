import { etagOf, httpDate, millisecondsOf } from "../clock";
import type { Answer } from "../http/answer";
import { invalidParameter } from "../http/errors";
import type { StorageRequest } from "../http/request";
import { element, escapeText, optionalElement, parent } from "../http/xml";
import { Blob } from "../state/blob";
import type { Container, Slot } from "../state/container";
import { isLocked, leaseState } from "../state/lease";
import { shownTier } from "./describeBlob";
import { firstName, readMarker, readMaxResults, writeMarker } from "./marker";
import { targetContainer } from "./target";

const INCLUDES = [
    "snapshots",
    "metadata",
    "uncommittedblobs",
    "copy",
    "deleted",
    "tags",
    "versions",
    "deletedwithversions",
    "immutabilitypolicy",
    "legalhold",
    "permissions",
];

/** From this version on lists were seen with further, empty elements. */
const TAGS_VERSION = "2019-12-12";

/** One line of a list: a blob, a snapshot, a name with uncommitted blocks only, or a common prefix. */
type Entry =
    | { readonly name: string; readonly blob: Blob; readonly snapshot?: string }
    | { readonly name: string; readonly blob: undefined; readonly snapshot?: undefined }
    | { readonly prefix: string };

/** What the request asks for. */
interface Listing {
    readonly prefix: string;
    readonly delimiter: string;
    readonly max: number;
    readonly include: ReadonlySet<string>;
}

/** List Blobs, flat or by delimiter. */
export function listBlobs(request: StorageRequest): Answer {
    const { query } = request;
    const include = readInclude(request);
    const listing: Listing = {
        prefix: query.get("prefix") ?? "",
        delimiter: query.get("delimiter") ?? "",
        max: readMaxResults(request),
        include,
    };
    const container = targetContainer(request);
    const marker = readMarker(request);
    const { entries, next } = collect(request, container, listing, marker);
    const body = entries.map((entry) =>
        "prefix" in entry
            ? parent("BlobPrefix", nameElement(entry.prefix, request.version))
            : blobElement(request, entry, include),
    );
    const endpoint = request.address.pathStyle ? `${request.origin}/${request.account.name}/` : `${request.origin}/`;
    const attributes = `ServiceEndpoint="${escapeText(endpoint)}" ContainerName="${escapeText(container.name)}"`;
    const xml =
        `<EnumerationResults ${attributes}>` +
        optionalElement("Prefix", query.get("prefix")) +
        optionalElement("Marker", query.get("marker")) +
        optionalElement("MaxResults", query.get("maxresults")) +
        optionalElement("Delimiter", query.get("delimiter")) +
        parent("Blobs", body.join("")) +
        element("NextMarker", next === undefined ? "" : writeMarker(next)) +
        "</EnumerationResults>";
    return { status: 200, headers: { Vary: "Origin" }, xml, chunked: true };
}

function readInclude(request: StorageRequest): ReadonlySet<string> {
    const text = request.query.get("include") ?? "";
    const items = text
        .split(",")
        .map((item) => item.trim().toLowerCase())
        .filter((item) => item !== "");
    const wrong = items.find((item) => !INCLUDES.includes(item));
    if (wrong !== undefined) {
        throw invalidParameter("include", text, "Invalid query parameter value.");
    }
    if (items.includes("snapshots") && request.query.get("delimiter")) {
        throw invalidParameter("include", text, "snapshots can't be listed with a delimiter.");
    }
    return new Set(items);
}

/** The entries of one page, and the name (and snapshot) at which the next page begins. */
function collect(
    request: StorageRequest,
    container: Container,
    listing: Listing,
    marker: string | undefined,
): { entries: Entry[]; next: string | undefined } {
    const { prefix, delimiter, max } = listing;
    const [markerName, markerSnapshot] = (marker ?? "").split("\0") as [string, string | undefined];
    const entries: Entry[] = [];
    let names = container.entries(firstName(prefix, markerName));
    for (let step = names.next(); !step.done; step = names.next()) {
        const [name, held] = step.value;
        if (!name.startsWith(prefix)) {
            break;
        }
        const cut = delimiter === "" ? -1 : name.indexOf(delimiter, prefix.length);
        if (cut >= 0) {
            const common = name.slice(0, cut + delimiter.length);
            if (hasAnyListed(request, container, common, listing)) {
                if (entries.length === max) {
                    return { entries, next: common };
                }
                entries.push({ prefix: common });
            }
            names = container.entries(afterPrefix(common));
            continue;
        }
        for (const entry of entriesOf(request, name, held, listing)) {
            const snapshot = "prefix" in entry ? undefined : entry.snapshot;
            if (name === markerName && markerSnapshot !== undefined && (snapshot ?? "\uffff") < markerSnapshot) {
                continue;
            }
            if (entries.length === max) {
                return { entries, next: `${name}\0${snapshot ?? "\uffff"}` };
            }
            entries.push(entry);
        }
    }
    return { entries, next: undefined };
}

/** What is listed under one name: its snapshots, oldest first, and the blob. */
function entriesOf(request: StorageRequest, name: string, held: Blob | Slot, { include }: Listing): Entry[] {
    if (held instanceof Blob) {
        return [{ name, blob: request.service.settle(held) }];
    }
    const entries: Entry[] = [];
    if (include.has("snapshots")) {
        entries.push(...held.snapshots.map(({ id, blob }) => ({ name, blob, snapshot: id })));
    }
    if (held.current) {
        entries.push({ name, blob: request.service.settle(held.current) });
    } else if (include.has("uncommittedblobs") && held.hasStaged(request.service.clock.now())) {
        entries.push({ name, blob: undefined });
    }
    return entries;
}

/** Whether anything that is listed begins with the common prefix; names may hold only uncommitted blocks. */
function hasAnyListed(request: StorageRequest, container: Container, common: string, listing: Listing): boolean {
    for (const [name, held] of container.entries(common)) {
        if (!name.startsWith(common)) {
            return false;
        }
        if (entriesOf(request, name, held, listing).length > 0) {
            return true;
        }
    }
    return false;
}

/** The least text that comes after everything beginning with the prefix. */
function afterPrefix(prefix: string): string {
    return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}

/** A name; characters that XML 1.0 doesn't have are percent-encoded from 2021-02-12 on. */
function nameElement(name: string, version: string): string {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML can't hold
    if (version >= "2021-02-12" && /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(name)) {
        return `<Name Encoded="true">${escapeText(encodeURIComponent(name))}</Name>`;
    }
    return element("Name", name);
}

function blobElement(
    request: StorageRequest,
    entry: Exclude<Entry, { prefix: string }>,
    include: ReadonlySet<string>,
): string {
    const { blob } = entry;
    const name = nameElement(entry.name, request.version);
    if (!blob) {
        return parent("Blob", name + parent("Properties", UNCOMMITTED));
    }
    const metadata = Object.entries(blob.metadata ?? {}).map(([key, value]) => element(key, value));
    const tags = Object.entries(blob.tags ?? {}).map(([key, value]) =>
        parent("Tag", element("Key", key) + element("Value", value)),
    );
    return parent(
        "Blob",
        name +
            optionalElement("Snapshot", entry.snapshot) +
            parent("Properties", properties(request, blob, entry.snapshot !== undefined, include)) +
            (include.has("metadata") ? parent("Metadata", metadata.join("")) : "") +
            (include.has("tags") && tags.length > 0 ? parent("Tags", parent("TagSet", tags.join(""))) : "") +
            (request.version >= TAGS_VERSION ? "<OrMetadata />" : ""),
    );
}

/** A blob of which there are uncommitted blocks only. */
const UNCOMMITTED =
    element("Content-Length", 0) +
    element("BlobType", "BlockBlob") +
    element("LeaseStatus", "unlocked") +
    element("LeaseState", "available") +
    element("ServerEncrypted", "true");

function properties(request: StorageRequest, blob: Blob, isSnapshot: boolean, include: ReadonlySet<string>): string {
    const { rare, headers } = blob;
    const tier = shownTier(request.account, blob);
    return (
        element("Creation-Time", httpDate(blob.createdSeconds * 1000)) +
        element("Last-Modified", httpDate(millisecondsOf(blob.modified))) +
        element("Etag", etagOf(blob.modified)) +
        element("Content-Length", blob.content.length) +
        element("Content-Type", headers.contentType) +
        element("Content-Encoding", headers.contentEncoding) +
        element("Content-Language", headers.contentLanguage) +
        (request.version >= TAGS_VERSION ? element("Content-CRC64", undefined) : "") +
        element("Content-MD5", blob.md5) +
        element("Cache-Control", headers.cacheControl) +
        element("Content-Disposition", headers.contentDisposition) +
        (blob.type === "PageBlob" ? element("x-ms-blob-sequence-number", rare?.sequenceNumber ?? 0) : "") +
        element("BlobType", blob.type) +
        optionalElement("AccessTier", tier?.tier) +
        (tier?.inferred ? element("AccessTierInferred", "true") : "") +
        optionalElement("ArchiveStatus", tier?.archiveStatus) +
        (tier?.changed === undefined ? "" : element("AccessTierChangeTime", httpDate(tier.changed))) +
        optionalElement("RehydratePriority", tier?.rehydratePriority) +
        (isSnapshot ? "" : leaseElements(request, blob)) +
        (include.has("copy") ? copyElements(blob) : "") +
        element("ServerEncrypted", "true") +
        (rare?.sealed ? element("Sealed", "true") : "") +
        (blob.tags ? element("TagCount", Object.keys(blob.tags).length) : "") +
        (include.has("immutabilitypolicy") && rare?.immutability
            ? element("ImmutabilityPolicyUntilDate", rare.immutability.until) +
              element("ImmutabilityPolicyMode", rare.immutability.mode)
            : "") +
        (include.has("legalhold") && rare?.legalHold !== undefined ? element("LegalHold", String(rare.legalHold)) : "")
    );
}

function leaseElements(request: StorageRequest, blob: Blob): string {
    const state = leaseState(blob.lease, request.service.clock.now());
    return (
        element("LeaseStatus", isLocked(state) ? "locked" : "unlocked") +
        element("LeaseState", state) +
        (state === "leased" ? element("LeaseDuration", blob.lease!.duration === -1 ? "infinite" : "fixed") : "")
    );
}

function copyElements(blob: Blob): string {
    const { copy } = blob;
    if (!copy) {
        return "";
    }
    return (
        element("CopyId", copy.id) +
        element("CopySource", copy.source) +
        element("CopyStatus", copy.status) +
        element("CopyProgress", `${copy.copied}/${copy.total}`) +
        (copy.completed === undefined ? "" : element("CopyCompletionTime", httpDate(copy.completed))) +
        optionalElement("CopyStatusDescription", copy.description ?? copy.pending?.intermittent)
    );
}
