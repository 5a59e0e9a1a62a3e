// What lists of containers and of shares have in common.

import { invalidParameter } from "../http/errors";
import type { StorageRequest } from "../http/request";
import { element, escapeText, optionalElement, parent } from "../http/xml";
import { readMaxResults } from "./marker";

/** What a list is asked for. */
export interface ServiceListing {
    readonly prefix: string;
    readonly max: number;
    readonly include: readonly string[];
}

/** Reads prefix, maxresults and include; 400 for anything else to include than what is known. */
export function readServiceListing(request: StorageRequest, known: readonly string[]): ServiceListing {
    const { query } = request;
    const max = readMaxResults(request);
    const include = (query.get("include") ?? "").toLowerCase().split(",").filter(Boolean);
    if (include.some((item) => !known.includes(item))) {
        throw invalidParameter("include", query.get("include"));
    }
    return { prefix: query.get("prefix") ?? "", max, include };
}

/** One page of a list. */
export function serviceListXml(
    request: StorageRequest,
    name: "Containers" | "Shares",
    listed: readonly string[],
    next: string,
): string {
    const { query } = request;
    const endpoint = request.address.pathStyle ? `${request.origin}/${request.account.name}/` : `${request.origin}/`;
    return (
        `<EnumerationResults ServiceEndpoint="${escapeText(endpoint)}">` +
        optionalElement("Prefix", query.get("prefix")) +
        optionalElement("Marker", query.get("marker")) +
        optionalElement("MaxResults", query.get("maxresults")) +
        parent(name, listed.join("")) +
        element("NextMarker", next) +
        "</EnumerationResults>"
    );
}
