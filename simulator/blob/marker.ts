import { invalidParameter } from "../http/errors";
import type { StorageRequest } from "../http/request";

/** An opaque marker that says where the next page of a list begins. */
export function writeMarker(next: string): string {
    const text = Buffer.from(next, "utf8").toString("base64url");
    return `2!${text.length}!${text}`;
}

/** Where the list shall begin; 400 if the marker isn't one of ours. */
export function readMarker(request: StorageRequest): string | undefined {
    const marker = request.query.get("marker");
    if (marker === undefined || marker === "") {
        return undefined;
    }
    const parts = /^2!(\d+)!([A-Za-z0-9_-]+)$/.exec(marker);
    if (!parts || Number(parts[1]) !== parts[2]!.length) {
        throw invalidParameter("marker", marker);
    }
    return Buffer.from(parts[2]!, "base64url").toString("utf8");
}

/** The maxresults parameter: 1 or more; no more than the limit are given. */
export function readMaxResults(request: StorageRequest, limit = 5000): number {
    const text = request.query.get("maxresults");
    if (text === undefined || text === "") {
        return limit;
    }
    const number = Number(text);
    if (!/^\d+$/.test(text)) {
        throw invalidParameter("maxresults", text);
    }
    if (number < 1) {
        throw invalidParameter("maxresults", text, "maxresults must be at least 1.");
    }
    return Math.min(number, limit);
}

/** The include parameter, in lower case; 400 for anything that is not known. */
export function readKnownIncludes(request: StorageRequest, known: readonly string[]): ReadonlySet<string> {
    const text = request.query.get("include") ?? "";
    const items = text
        .split(",")
        .map((item) => item.trim().toLowerCase())
        .filter((item) => item !== "");
    if (items.some((item) => !known.includes(item))) {
        throw invalidParameter("include", text, "Invalid query parameter value.");
    }
    return new Set(items);
}

/** Where a list begins: at the marker, or at the prefix if that comes later. */
export function firstName(prefix: string, marker: string): string {
    if (marker > prefix) {
        return marker;
    }
    return prefix;
}
