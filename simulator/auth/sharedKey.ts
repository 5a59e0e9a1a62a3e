import { createHmac, timingSafeEqual } from "node:crypto";
import { httpDate, systemClock } from "../clock";
import { storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";

/** How far a request's date may be off. */
const SKEW = 15 * 60 * 1000;

/** The headers whose values are signed by position, in that order. */
const SIGNED_HEADERS = [
    "content-encoding",
    "content-language",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "if-modified-since",
    "if-match",
    "if-none-match",
    "if-unmodified-since",
    "range",
];

/** How the service sorts header names: hyphens don't count, then this order. */
const CHARACTER_ORDER = "!#$%&*.^_`|~+0123456789abcdefghijklmnopqrstuvwxyz";

/** The HMAC-SHA256 of a text under an account key, in Base64. */
export function sign(key: string, text: string): string {
    return createHmac("sha256", Buffer.from(key, "base64")).update(text, "utf8").digest("base64");
}

/** Whether two signatures are equal. */
export function sameSignature(a: string, b: string): boolean {
    const left = Buffer.from(a);
    const right = Buffer.from(b);
    return left.length === right.length && timingSafeEqual(left, right);
}

/** Throws unless the Authorization header (`SharedKey account:signature`, or SharedKeyLite) signs this request. */
export function verifySharedKey(request: StorageRequest, authorization: string): void {
    const parts = /^(SharedKey|SharedKeyLite) ([^:\s]+):(\S+)$/.exec(authorization);
    if (!parts) {
        throw storageError("InvalidAuthenticationInfo");
    }
    const [, scheme, account, signature] = parts as unknown as [string, string, string, string];
    if (account !== request.account.name) {
        throw authenticationFailed(`The account ${account} doesn't match the request's account.`);
    }
    checkDate(request);
    const candidates = HEADER_SORTS.map((sort) => stringToSign(request, scheme === "SharedKeyLite", sort));
    const matches = candidates.some((text) =>
        request.account.keys.some((key) => sameSignature(sign(key, text), signature)),
    );
    if (!matches) {
        throw authenticationFailed(
            `The MAC signature found in the HTTP request '${signature}' is not the same as any computed signature. Server used following string to sign: '${candidates[0]}'.`,
        );
    }
    if (!request.account.allowSharedKeyAccess) {
        throw storageError("KeyBasedAuthenticationNotPermitted");
    }
}

/** 403 AuthenticationFailed with the reason. */
export function authenticationFailed(detail: string): ReturnType<typeof storageError> {
    return storageError("AuthenticationFailed", { elements: { AuthenticationErrorDetail: detail } });
}

/**
 * A request's date must be near the time. The time is the simulator's clock; the machine's own will do too, since a
 * client's clock isn't turned when a test turns the simulator's.
 */
function checkDate(request: StorageRequest): void {
    const text = request.headers.get("x-ms-date") ?? request.headers.get("date");
    const date = text === undefined ? Number.NaN : Date.parse(text);
    if (Number.isNaN(date)) {
        throw authenticationFailed("The Date header in the request is incorrect.");
    }
    const near = [request.service.clock, systemClock].some((clock) => Math.abs(clock.now() - date) <= SKEW);
    if (!near) {
        throw authenticationFailed(
            `Request date header too old: '${text}'. The service's time is '${httpDate(request.service.clock.now())}'.`,
        );
    }
}

function stringToSign(request: StorageRequest, lite: boolean, sort: (a: string, b: string) => number): string {
    const { headers } = request;
    const resource = `/${request.account.name}${request.path}`;
    if (lite) {
        const date = headers.has("x-ms-date") ? "" : (headers.get("date") ?? "");
        const comp = request.query.get("comp");
        const fields = [request.method, headers.get("content-md5") ?? "", headers.get("content-type") ?? "", date];
        return `${fields.join("\n")}\n${canonicalizedHeaders(request, sort)}${resource}${comp === undefined ? "" : `?comp=${comp}`}`;
    }
    const fields = SIGNED_HEADERS.map((name) => {
        const value = headers.get(name) ?? "";
        if (name === "content-length") {
            return value === "0" && request.version >= "2015-02-21" ? "" : value;
        }
        return name === "date" && headers.has("x-ms-date") ? "" : value;
    });
    const query = [...request.query]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => `\n${name}:${value}`)
        .join("");
    return `${request.method}\n${fields.join("\n")}\n${canonicalizedHeaders(request, sort)}${resource}${query}`;
}

function canonicalizedHeaders(request: StorageRequest, sort: (a: string, b: string) => number): string {
    return [...request.headers.entries()]
        .filter(([name]) => name.startsWith("x-ms-"))
        .sort(([a], [b]) => sort(a, b))
        .map(([name, value]) => `${name}:${value.trimStart()}\n`)
        .join("");
}

/** By the documentation the names are sorted by character; the service itself, and SDKs with it, sorts as .NET does. */
const HEADER_SORTS = [ordinal, cultural];

function ordinal(a: string, b: string): number {
    return a < b ? -1 : a > b ? 1 : 0;
}

function cultural(a: string, b: string): number {
    const left = a.replaceAll("-", "");
    const right = b.replaceAll("-", "");
    for (let i = 0; i < Math.min(left.length, right.length); i++) {
        const difference = CHARACTER_ORDER.indexOf(left[i]!) - CHARACTER_ORDER.indexOf(right[i]!);
        if (difference !== 0) {
            return difference;
        }
    }
    return left.length - right.length || ordinal(a, b);
}
