import { httpDate } from "../clock";
import type { Address, Query } from "../http/address";
import { storageError } from "../http/errors";
import type { Account } from "../state/account";
import { authenticationFailed } from "./sharedKey";

/** What a SAS is presented for. */
export interface SasContext {
    readonly account: Account;
    readonly address: Address;
    readonly query: Query;
    readonly secure: boolean;
    readonly clientIp: string;
    readonly now: number;
}

/** Response headers that a SAS for a blob or a container may set. */
export const RESPONSE_HEADERS = ["rscc", "rscd", "rsce", "rscl", "rsct"] as const;

/** Which blob, snapshot, version or container, or which file or share, a SAS is for. */
export interface SignedResource {
    /** `b`, `bs`, `bv` or `c`; `f` or `s` in Azure Files. */
    readonly resource: string;
    /** Its path in the account. */
    readonly path: string;
    /** The snapshot's time or the version's ID. */
    readonly timestamp: string;
}

/** What the SAS says it is for; throws 403 if the request is for something else. */
export function signedResource({ query, address }: SasContext): SignedResource {
    const { service, container, blob, share, path } = address;
    const resource = query.get("sr") ?? "";
    const [whole, parts] = service === "file" ? ["s", ["f"]] : ["c", ["b", "bs", "bv"]];
    const [outer, inner] = service === "file" ? [share, path] : [container, blob];
    const isPart = parts.includes(resource);
    if (!isPart && resource !== whole) {
        throw authenticationFailed(`Signed resource (sr) '${resource}' is not supported.`);
    }
    if (outer === undefined || (isPart && inner === undefined)) {
        throw authenticationFailed(`Signature did not match. The SAS is for a ${service}, the request is not.`);
    }
    const timestamp = resource === "bs" ? query.get("snapshot") : resource === "bv" ? query.get("versionid") : "";
    return { resource, path: isPart ? `/${outer}/${inner}` : `/${outer}`, timestamp: timestamp ?? "" };
}

/** The response headers that the SAS sets. */
export function overridesOf(query: Query): Record<string, string> {
    return Object.fromEntries(
        RESPONSE_HEADERS.filter((name) => query.has(name)).map((name) => [name, query.get(name)!]),
    );
}

/** Throws 403 outside the time frame; gives its end in milliseconds. */
export function checkTime(context: SasContext, start: string, expiry: string): number {
    const from = start === "" ? Number.NEGATIVE_INFINITY : Date.parse(start);
    const to = expiry === "" ? Number.NaN : Date.parse(expiry);
    if (Number.isNaN(to) || Number.isNaN(from)) {
        throw authenticationFailed("Signed expiry must be specified in signature or SAS identifier.");
    }
    if (context.now < from || context.now >= to) {
        throw authenticationFailed(
            `Signature not valid in the specified time frame: Start [${start === "" ? "" : httpDate(from)}] - Expiry [${httpDate(to)}] - Current [${httpDate(context.now)}]`,
        );
    }
    return to;
}

/** Throws 403 for http if the SAS is good for https only. */
export function checkProtocol(context: SasContext): void {
    const protocol = context.query.get("spr");
    if (protocol === "https" && !context.secure) {
        throw storageError("AuthorizationProtocolMismatch");
    }
}

/** Throws 403 unless the client's address is in the SAS's range. */
export function checkAddress(context: SasContext): void {
    const range = context.query.get("sip");
    if (range === undefined || range === "") {
        return;
    }
    const [low, high] = range.split("-").map(ipNumber);
    const address = ipNumber(context.clientIp);
    if (low === undefined || address === undefined || address < low || address > (high ?? low)) {
        throw storageError("AuthorizationSourceIPMismatch", {
            message: `This request is not authorized to perform this operation using this source IP ${context.clientIp}.`,
            elements: { SourceIP: context.clientIp },
        });
    }
}

function ipNumber(text: string): number | undefined {
    const parts = text
        .replace(/^::ffff:/, "")
        .split(".")
        .map(Number);
    if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255))) {
        return undefined;
    }
    return parts.reduce((number, part) => number * 256 + part, 0);
}
