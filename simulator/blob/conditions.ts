import { etagOf, millisecondsOf, type Ticks } from "../clock";
import { type ErrorCode, invalidHeader, storageError } from "../http/errors";
import type { Headers } from "../http/request";
import type { Tags } from "../state/properties";
import { parseTagExpression } from "./tagExpression";

/** What conditions are compared with; undefined stands for a resource that isn't there. */
export interface ConditionTarget {
    readonly modified: Ticks;
    readonly tags?: Tags;
}

/** Conditional headers, as they were sent. */
export interface Conditions {
    readonly match?: string;
    readonly noneMatch?: string;
    /** In milliseconds. */
    readonly modifiedSince?: number;
    /** In milliseconds. */
    readonly unmodifiedSince?: number;
    readonly tags?: string;
    /** What the x-ms-if-tags header is called here. */
    readonly tagsHeader: string;
}

/**
 * The conditions on the resource itself, or with the prefix `x-ms-source-` on a copy's source; the operations on tags
 * take those on the blob with the prefix `x-ms-blob-`.
 */
export function readConditions(headers: Headers, prefix: "" | "x-ms-source-" | "x-ms-blob-" = ""): Conditions {
    const tagsHeader = prefix === "x-ms-source-" ? "x-ms-source-if-tags" : "x-ms-if-tags";
    return {
        match: headers.get(`${prefix}if-match`) || undefined,
        noneMatch: headers.get(`${prefix}if-none-match`) || undefined,
        modifiedSince: headers.date(`${prefix}if-modified-since`),
        unmodifiedSince: headers.date(`${prefix}if-unmodified-since`),
        tags: headers.get(tagsHeader) || undefined,
        tagsHeader,
    };
}

/** The one condition that Set Blob Tier and Get Block List take: that on tags. */
export function readTagsCondition(headers: Headers): Conditions {
    return { tags: headers.get("x-ms-if-tags") || undefined, tagsHeader: "x-ms-if-tags" };
}

/**
 * Checks a read: If-Match && If-Unmodified-Since && (If-None-Match || If-Modified-Since). Throws 412 for the first two,
 * 304 for the last two.
 */
export function checkRead(conditions: Conditions, target: ConditionTarget): void {
    if (conditions.noneMatch?.trim() === "*") {
        throw storageError("UnsatisfiableCondition");
    }
    if (!tagsHold(conditions, target) || !matchHolds(conditions, target) || !unmodifiedHolds(conditions, target)) {
        throw storageError("ConditionNotMet");
    }
    const checks = [
        ...(conditions.noneMatch === undefined ? [] : [noneMatchHolds(conditions, target)]),
        ...(conditions.modifiedSince === undefined ? [] : [modifiedHolds(conditions, target)]),
    ];
    if (checks.length > 0 && !checks.includes(true)) {
        throw storageError("ConditionNotMet", { status: 304 });
    }
}

/** How the unmet conditions of a write are answered. */
export interface WriteRefusal {
    /** @default "ConditionNotMet" */
    readonly code?: ErrorCode;
    /** Whether If-None-Match: * on what exists is 409 BlobAlreadyExists: operations that create blobs. @default false */
    readonly creates?: boolean;
}

/** Checks a write; only If-None-Match with If-Modified-Since, and If-Match with If-Unmodified-Since, may come together. */
export function checkWrite(
    conditions: Conditions,
    target: ConditionTarget | undefined,
    refusal: WriteRefusal = {},
): void {
    const { match, noneMatch, modifiedSince, unmodifiedSince } = conditions;
    const positive = match !== undefined || unmodifiedSince !== undefined;
    const negative = noneMatch !== undefined || modifiedSince !== undefined;
    if (positive && negative) {
        throw storageError("MultipleConditionHeadersNotSupported");
    }
    if (!tagsHold(conditions, target)) {
        throw storageError("ConditionNotMet");
    }
    if (writeHolds(conditions, target)) {
        return;
    }
    const exists = refusal.creates && noneMatch?.trim() === "*";
    throw storageError(exists ? "BlobAlreadyExists" : (refusal.code ?? "ConditionNotMet"));
}

/** If-Match and If-None-Match go before the dates. */
function writeHolds(conditions: Conditions, target: ConditionTarget | undefined): boolean {
    if (!target) {
        return conditions.match === undefined;
    }
    if (conditions.match !== undefined) {
        return matchHolds(conditions, target);
    }
    if (conditions.unmodifiedSince !== undefined) {
        return unmodifiedHolds(conditions, target);
    }
    return conditions.noneMatch === undefined ? modifiedHolds(conditions, target) : noneMatchHolds(conditions, target);
}

function tagsHold(conditions: Conditions, target: ConditionTarget | undefined): boolean {
    if (conditions.tags === undefined) {
        return true;
    }
    const expression = parseTagExpression(conditions.tags);
    if (!expression) {
        throw invalidHeader(conditions.tagsHeader, conditions.tags);
    }
    return expression(target?.tags ?? {});
}

function matchHolds({ match }: Conditions, target: ConditionTarget): boolean {
    return match === undefined || listed(match, target.modified);
}

function noneMatchHolds({ noneMatch }: Conditions, target: ConditionTarget): boolean {
    return noneMatch === undefined || !listed(noneMatch, target.modified);
}

function listed(list: string, modified: Ticks): boolean {
    const etag = etagOf(modified);
    return list.split(",").some((item) => {
        const text = item.trim();
        return text === "*" || text.replace(/^"(.*)"$/, "$1") === etag;
    });
}

function modifiedHolds({ modifiedSince }: Conditions, target: ConditionTarget): boolean {
    return modifiedSince === undefined || wholeSeconds(target.modified) > modifiedSince;
}

function unmodifiedHolds({ unmodifiedSince }: Conditions, target: ConditionTarget): boolean {
    return unmodifiedSince === undefined || wholeSeconds(target.modified) <= unmodifiedSince;
}

/** Last-Modified has no fractions of a second. */
function wholeSeconds(ticks: Ticks): number {
    return Math.floor(millisecondsOf(ticks) / 1000) * 1000;
}
