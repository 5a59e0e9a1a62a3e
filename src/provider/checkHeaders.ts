import { isDeepStrictEqual } from "node:util";
import { parseDate } from "../storage/date";
import type { ImmutabilityPolicy } from "./blobCopyTypes";
import type { DestinationConditions } from "./copyTypes";
import type { Failures } from "./failures";
import { unknownValue } from "./unknown";

const headerNames = [
    "blobCacheControl",
    "blobContentType",
    "blobContentEncoding",
    "blobContentLanguage",
    "blobContentDisposition",
    "blobContentMD5",
];

/** The known parts of an object of texts, after those that can't be there or aren't texts were told. */
function textsOf(
    failures: Failures,
    property: string,
    value: object | undefined,
    allowed: readonly string[],
): Map<string, string> {
    const known = new Map<string, string>();
    if (value === undefined || (value as unknown) === unknownValue) {
        return known;
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
        failures.add(property, value, `must be an object with ${allowed.join(", ")}`);
        return known;
    }
    for (const [name, text] of Object.entries(value)) {
        if (!allowed.includes(name)) {
            failures.add(`${property}.${name}`, undefined, `is not known; allowed are ${allowed.join(", ")}`);
        } else if (text !== undefined && text !== unknownValue) {
            if (typeof text !== "string" || text === "") {
                failures.add(`${property}.${name}`, text, "must be a text that is not empty");
            } else {
                known.set(name, text);
            }
        }
    }
    return known;
}

/** Content headers, by [Set Blob Properties](https://learn.microsoft.com/rest/api/storageservices/set-blob-properties). */
export function checkHttpHeaders(
    failures: Failures,
    headers: object | undefined,
    property = "blobHTTPHeaders",
    names: readonly string[] = headerNames,
): void {
    for (const [name, text] of textsOf(failures, property, headers, names)) {
        if (!/^[\x20-\x7e]*$/.test(text)) {
            failures.add(`${property}.${name}`, text, "must be printable ASCII, since it travels as an HTTP header");
        }
        if (name.endsWith("ContentMD5") && Buffer.from(text, "base64").length !== 16) {
            failures.add(`${property}.${name}`, text, "must be an MD5 of 16 bytes in base64");
        }
    }
}

/** A time-based retention policy of one blob, by [Set Blob Immutability Policy](https://learn.microsoft.com/rest/api/storageservices/set-blob-immutability-policy). */
export function checkImmutabilityPolicy(
    failures: Failures,
    old: ImmutabilityPolicy | undefined,
    policy: ImmutabilityPolicy | undefined,
    now: Date,
): void {
    const property = "immutabilityPolicy";
    const parts = textsOf(failures, property, policy, ["expiriesOn", "policyMode"]);
    if (policy !== undefined && (policy as unknown) !== unknownValue && policy?.expiriesOn === undefined) {
        failures.add(`${property}.expiriesOn`, undefined, "is missing: the date until which the blob is kept");
    }
    const mode = parts.get("policyMode");
    if (mode !== undefined && mode !== "Unlocked" && mode !== "Locked") {
        failures.add(`${property}.policyMode`, mode, 'must be "Unlocked" or "Locked"');
    }
    const date = checkDate(failures, `${property}.expiriesOn`, parts.get("expiriesOn"));
    // A policy that has run out since it was set is no mistake of today.
    if (date && date <= now && !isDeepStrictEqual(old, policy)) {
        failures.add(`${property}.expiriesOn`, parts.get("expiriesOn"), "must be in the future");
    }
}

/** [Conditional headers](https://learn.microsoft.com/rest/api/storageservices/specifying-conditional-headers-for-blob-service-operations) of the source or the destination. */
export function checkConditions(
    failures: Failures,
    property: "sourceConditions" | "conditions",
    conditions: DestinationConditions | undefined,
): void {
    const allowed = ["ifMatch", "ifNoneMatch", "ifModifiedSince", "ifUnmodifiedSince", "tagConditions"];
    const parts = textsOf(
        failures,
        property,
        conditions,
        property === "conditions" ? [...allowed, "leaseId"] : allowed,
    );
    for (const name of ["ifMatch", "ifNoneMatch"]) {
        const etag = parts.get(name);
        if (etag !== undefined && etag !== "*" && !/^(?:W\/)?"[^"]*"$|^0x[0-9A-F]+$/i.test(etag)) {
            failures.add(`${property}.${name}`, etag, 'must be an ETag, such as "0x8DC0123456789AB"');
        }
    }
    for (const name of ["ifModifiedSince", "ifUnmodifiedSince"]) {
        checkDate(failures, `${property}.${name}`, parts.get(name));
    }
    checkLeaseId(failures, `${property}.leaseId`, parts.get("leaseId"));
}

/** The ID of a lease. */
export function checkLeaseId(failures: Failures, property: string, lease: string | undefined): void {
    const isGuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(String(lease));
    if (lease !== undefined && lease !== unknownValue && !isGuid) {
        failures.add(property, lease, "must be a lease ID, which is a GUID");
    }
}

function checkDate(failures: Failures, property: string, text: string | undefined): Date | undefined {
    const date = text === undefined ? undefined : parseDate(text);
    if (text !== undefined && !date) {
        failures.add(
            property,
            text,
            "must be a date in ISO 8601 (2026-01-31T12:00:00Z) or RFC 1123 (Sat, 31 Jan 2026 12:00:00 GMT)",
        );
    }
    return date;
}
