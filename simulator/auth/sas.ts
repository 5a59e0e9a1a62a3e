import { httpDate } from "../clock";
import type { Address, Query } from "../http/address";
import { storageError } from "../http/errors";
import type { Account } from "../state/account";
import type { AccessPolicy } from "../state/container";
import type { SasGrant } from "./identity";
import { authenticationFailed, sameSignature, sign } from "./sharedKey";

/** What a SAS is presented for. */
export interface SasContext {
    readonly account: Account;
    readonly address: Address;
    readonly query: Query;
    readonly secure: boolean;
    readonly clientIp: string;
    readonly now: number;
}

/** The versions at which the string-to-sign of a service SAS got further fields. */
const RESPONSE_HEADERS = ["rscc", "rscd", "rsce", "rscl", "rsct"] as const;

/** Verifies the SAS in a query; throws 403 unless it is good for this account, resource, time, address and protocol. */
export function verifySas(context: SasContext): SasGrant {
    const { query } = context;
    const version = query.get("sv") ?? "";
    if (!/^\d{4}-\d\d-\d\d$/.test(version)) {
        throw authenticationFailed("Signed version (sv) is missing or not well formed.");
    }
    if (query.has("skoid")) {
        throw authenticationFailed("User delegation SAS are not simulated yet.");
    }
    const grant = query.has("ss") || query.has("srt") ? accountSas(context, version) : serviceSas(context, version);
    checkProtocol(context);
    checkAddress(context);
    if (!context.account.allowSharedKeyAccess) {
        throw storageError("KeyBasedAuthenticationNotPermitted");
    }
    return grant;
}

function accountSas(context: SasContext, version: string): SasGrant {
    const { query } = context;
    const value = (name: string) => query.get(name) ?? "";
    const fields = [
        context.account.name,
        value("sp"),
        value("ss"),
        value("srt"),
        value("st"),
        value("se"),
        value("sip"),
        value("spr"),
        version,
        ...(version >= "2020-12-06" ? [value("ses")] : []),
        "",
    ];
    checkSignature(context, fields.join("\n"));
    const expires = checkTime(context, value("st"), value("se"));
    if (!value("ss").includes(context.address.service === "file" ? "f" : "b")) {
        throw storageError("AuthorizationServiceMismatch");
    }
    return {
        kind: "account",
        permissions: value("sp"),
        resourceTypes: value("srt"),
        resource: "",
        expires,
        overrides: {},
    };
}

function serviceSas(context: SasContext, version: string): SasGrant {
    const { query, address } = context;
    const { service } = address;
    const value = (name: string) => query.get(name) ?? "";
    const resource = value("sr");
    const timestamp = resource === "bs" ? value("snapshot") : resource === "bv" ? value("versionid") : "";
    const fields = [
        value("sp"),
        value("st"),
        value("se"),
        `${version >= "2015-02-21" ? `/${service}` : ""}/${context.account.name}${signedPath(address, resource)}`,
        value("si"),
        ...(version >= "2015-04-05" ? [value("sip"), value("spr")] : []),
        version,
        ...(service === "blob" && version >= "2018-11-09" ? [resource, timestamp] : []),
        ...(service === "blob" && version >= "2020-12-06" ? [value("ses")] : []),
        ...(version >= "2013-08-15" ? RESPONSE_HEADERS.map(value) : []),
    ];
    checkSignature(context, fields.join("\n"));
    const policy = storedPolicy(context);
    const expires = checkTime(context, either(query, policy, "st", "start"), either(query, policy, "se", "expiry"));
    return {
        kind: "service",
        permissions: either(query, policy, "sp", "permissions"),
        resourceTypes: "",
        resource,
        expires,
        overrides: Object.fromEntries(
            RESPONSE_HEADERS.filter((name) => query.has(name)).map((name) => [name, value(name)]),
        ),
    };
}

/** What a service SAS is for, as it is signed: a container or share, or something in it. */
function signedPath({ service, container, blob, share, path }: Address, resource: string): string {
    const [whole, parts] = service === "file" ? ["s", ["f"]] : ["c", ["b", "bs", "bv"]];
    const [outer, inner] = service === "file" ? [share, path] : [container, blob];
    const isPart = parts.includes(resource);
    if (!isPart && resource !== whole) {
        throw authenticationFailed(`Signed resource (sr) '${resource}' is not supported.`);
    }
    if (outer === undefined || (isPart && inner === undefined)) {
        throw authenticationFailed(`Signature did not match. The SAS is for a ${service}, the request is not.`);
    }
    return isPart ? `/${outer}/${inner}` : `/${outer}`;
}

/** A field stands in the SAS or in its stored access policy; 403 if it stands in both. */
function either(
    query: Query,
    policy: AccessPolicy | undefined,
    parameter: string,
    field: "start" | "expiry" | "permissions",
): string {
    const inSas = query.get(parameter) ?? "";
    const inPolicy = policy?.[field] ?? "";
    if (inSas !== "" && inPolicy !== "") {
        throw authenticationFailed(
            `Access policy fields can be associated with signature or SAS identifier but not both.`,
        );
    }
    return inSas || inPolicy;
}

function storedPolicy(context: SasContext): AccessPolicy | undefined {
    const id = context.query.get("si");
    if (id === undefined || id === "") {
        return undefined;
    }
    const { account, address } = context;
    const holder =
        address.service === "file" ? account.shares.get(address.share!) : account.containers.get(address.container!);
    const policy = holder?.policies.find((each) => each.id === id);
    if (!policy) {
        throw authenticationFailed(`SAS identifier cannot be found for specified signed identifier.`);
    }
    return policy;
}

function checkSignature(context: SasContext, text: string): void {
    const signature = context.query.get("sig") ?? "";
    if (!context.account.keys.some((key) => sameSignature(sign(key, text), signature))) {
        throw authenticationFailed(`Signature did not match. String to sign used was ${text}`);
    }
}

function checkTime(context: SasContext, start: string, expiry: string): number {
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

function checkProtocol(context: SasContext): void {
    const protocol = context.query.get("spr");
    if (protocol === "https" && !context.secure) {
        throw storageError("AuthorizationProtocolMismatch");
    }
}

function checkAddress(context: SasContext): void {
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
