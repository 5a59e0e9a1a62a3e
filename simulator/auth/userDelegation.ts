import { createHmac } from "node:crypto";
import type { StorageService } from "../http/address";
import { storageError } from "../http/errors";
import type { Account } from "../state/account";
import type { SasGrant } from "./identity";
import {
    checkTime,
    overridesOf,
    RESPONSE_HEADERS,
    type SasContext,
    type SignedResource,
    signedResource,
} from "./sasChecks";
import { authenticationFailed, sameSignature, sign } from "./sharedKey";

/** What a user delegation key is made from, all as it stands in the SAS. */
export interface DelegationKeyFields {
    readonly objectId: string;
    readonly tenantId: string;
    readonly start: string;
    readonly expiry: string;
    readonly service: string;
    readonly version: string;
}

/** The key, in Base64. It is made anew from its fields whenever a SAS is verified, and never kept. */
export function delegationKey(account: Account, fields: DelegationKeyFields): string {
    const { objectId, tenantId, start, expiry, service, version } = fields;
    return createHmac("sha256", account.delegationSecret)
        .update([objectId, tenantId, start, expiry, service, version].join("\n"))
        .digest("base64");
}

/** From which version on there are such keys and SAS. */
export const FIRST_VERSIONS: Readonly<Record<StorageService, string>> = { blob: "2018-11-09", file: "2025-07-05" };

/** What a key says that it is for. */
export const SIGNED_SERVICES: Readonly<Record<StorageService, string>> = { blob: "b", file: "f" };

/** Verifies a SAS that is signed with a user delegation key. What it grants is still limited by the principal's roles. */
export function userDelegationSas(context: SasContext, version: string): SasGrant {
    const { query, account } = context;
    const { service } = context.address;
    const value = (name: string) => query.get(name) ?? "";
    if (version < FIRST_VERSIONS[service]) {
        throw authenticationFailed("Signed version (sv) doesn't support user delegation SAS.");
    }
    refuseBound(value);
    const signed = signedResource(context);
    const key: DelegationKeyFields = {
        objectId: value("skoid"),
        tenantId: value("sktid"),
        start: value("skt"),
        expiry: value("ske"),
        service: value("sks"),
        version: value("skv"),
    };
    const text = (service === "file" ? fileText : blobText)({ context, value, version, key, signed });
    if (!sameSignature(sign(delegationKey(account, key), text), value("sig"))) {
        throw authenticationFailed(`Signature did not match. String to sign used was ${text}`);
    }
    if (key.tenantId !== account.tenantId || key.service !== SIGNED_SERVICES[service]) {
        throw authenticationFailed("The user delegation key is for another tenant or service.");
    }
    const keyEnd = checkTime(context, key.start, key.expiry);
    const end = checkTime(context, value("st"), value("se"));
    return {
        kind: "service",
        permissions: value("sp"),
        resourceTypes: "",
        resource: signed.resource,
        expires: Math.min(end, keyEnd),
        overrides: overridesOf(query),
        delegator: key.objectId,
    };
}

/** What is signed. */
interface Signing {
    readonly context: SasContext;
    /** A parameter of the SAS, empty if it has none. */
    readonly value: (name: string) => string;
    readonly version: string;
    readonly key: DelegationKeyFields;
    readonly signed: SignedResource;
}

function blobText({ context, value, version, key, signed }: Signing): string {
    return [
        value("sp"),
        value("st"),
        value("se"),
        `/blob/${context.account.name}${signed.path}`,
        ...Object.values(key),
        ...(version >= "2020-02-10" ? [value("saoid"), value("suoid"), value("scid")] : []),
        ...(version >= "2025-07-05" ? [value("skdutid"), value("sduoid")] : []),
        value("sip"),
        value("spr"),
        version,
        signed.resource,
        signed.timestamp,
        ...(version >= "2020-12-06" ? [value("ses")] : []),
        // The headers and parameters that a request must have.
        ...(version >= "2026-04-06" ? ["", ""] : []),
        ...RESPONSE_HEADERS.map(value),
    ].join("\n");
}

/** As the Azure SDKs sign it. */
function fileText({ context, value, version, key, signed }: Signing): string {
    return [
        value("sp"),
        value("st"),
        value("se"),
        `/file/${context.account.name}${signed.path}`,
        ...Object.values(key),
        value("skdutid"),
        value("sduoid"),
        value("sip"),
        value("spr"),
        version,
        ...RESPONSE_HEADERS.map(value),
    ].join("\n");
}

/** A SAS that is bound to one user, or to headers and parameters. */
function refuseBound(value: (name: string) => string): void {
    const field = ["skdutid", "sduoid", "srh", "srq"].find((name) => value(name) !== "");
    if (field !== undefined) {
        throw storageError("NotImplemented", { message: `User delegation SAS with ${field} are not simulated.` });
    }
}
