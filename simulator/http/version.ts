import type { Query } from "./address";
import { invalidHeader } from "./errors";
import type { Headers } from "./request";

/** The latest version that is simulated. */
export const LATEST_VERSION = "2026-10-06";
/** The version of requests that name none: anonymous ones, mostly. */
const OLDEST_VERSION = "2009-09-19";

/** The version that a request is answered in: x-ms-version, or else a SAS's api-version or sv. */
export function readVersion(headers: Headers, query: Query): string {
    const header = headers.get("x-ms-version");
    const version = header ?? query.get("api-version") ?? query.get("sv") ?? OLDEST_VERSION;
    if (!/^\d{4}-\d\d-\d\d$/.test(version) || version > LATEST_VERSION || Number.isNaN(Date.parse(version))) {
        throw invalidHeader("x-ms-version", version);
    }
    return version;
}
