import type { Answer } from "../http/answer";
import { invalidParameter } from "../http/errors";
import type { StorageRequest } from "../http/request";
import { element, escapeText, optionalElement, parent } from "../http/xml";
import type { Container } from "../state/container";
import { targetContainer } from "./find";
import { blobElement, nameElement } from "./listedBlob";
import { type ListedBlob, listedUnder } from "./listedUnder";
import { firstName, readKnownIncludes, readMarker, readMaxResults, writeMarker } from "./marker";

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

/** One line of a list: something under a name, or a common prefix. */
type Entry = ListedBlob | { readonly prefix: string };

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
    settleIncrementalCopies(request, container);
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

/** Incremental copies that have ended by now bring snapshots: those must be there before a list begins. */
function settleIncrementalCopies({ service }: StorageRequest, container: Container): void {
    for (const name of container.incrementalCopies) {
        if (!service.blob(container, name)?.copy?.pending) {
            container.incrementalCopies.delete(name);
        }
    }
}

function readInclude(request: StorageRequest): ReadonlySet<string> {
    const items = readKnownIncludes(request, INCLUDES);
    if (items.has("snapshots") && request.query.get("delimiter")) {
        throw invalidParameter("include", request.query.get("include"), "snapshots can't be listed with a delimiter.");
    }
    return items;
}

/** The entries of one page, and the name (and what under it) at which the next page begins. */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one pass over the names, which skips ahead, and each way out names where the next page begins.
function collect(
    request: StorageRequest,
    container: Container,
    listing: Listing,
    marker: string | undefined,
): { entries: Entry[]; next: string | undefined } {
    const { prefix, delimiter, max, include } = listing;
    const [markerName, markerOrder] = (marker ?? "").split("\0") as [string, string | undefined];
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
        for (const entry of listedUnder(request.service, name, held, include)) {
            if (name === markerName && markerOrder !== undefined && entry.order < markerOrder) {
                continue;
            }
            if (entries.length === max) {
                return { entries, next: `${name}\0${entry.order}` };
            }
            entries.push(entry);
        }
    }
    return { entries, next: undefined };
}

/** Whether anything that is listed begins with the common prefix; names may hold only uncommitted blocks. */
function hasAnyListed(request: StorageRequest, container: Container, common: string, listing: Listing): boolean {
    for (const [name, held] of container.entries(common)) {
        if (!name.startsWith(common)) {
            return false;
        }
        if (listedUnder(request.service, name, held, listing.include).length > 0) {
            return true;
        }
    }
    return false;
}

/** The least text that comes after everything beginning with the prefix. */
function afterPrefix(prefix: string): string {
    return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}
