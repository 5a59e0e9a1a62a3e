import type { Query } from "../http/address";
import { storageError } from "../http/errors";
import type { AccessPolicy } from "../state/accessPolicy";
import type { SasGrant } from "./identity";
import {
    checkAddress,
    checkProtocol,
    checkTime,
    overridesOf,
    RESPONSE_HEADERS,
    type SasContext,
    signedResource,
} from "./sasChecks";
import { authenticationFailed, sameSignature, sign } from "./sharedKey";
import { userDelegationSas } from "./userDelegation";

/** Verifies the SAS in a query; throws 403 unless it is good for this account, resource, time, address and protocol. */
export function verifySas(context: SasContext): SasGrant {
    const { query } = context;
    const version = query.get("sv") ?? "";
    if (!/^\d{4}-\d\d-\d\d$/.test(version)) {
        throw authenticationFailed("Signed version (sv) is missing or not well formed.");
    }
    const verify = query.has("skoid")
        ? userDelegationSas
        : query.has("ss") || query.has("srt")
          ? accountSas
          : serviceSas;
    const grant = verify(context, version);
    checkProtocol(context);
    checkAddress(context);
    if (grant.delegator === undefined && !context.account.allowSharedKeyAccess) {
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
    const { query } = context;
    const value = (name: string) => query.get(name) ?? "";
    const { service } = context.address;
    const { resource, path, timestamp } = signedResource(context);
    const fields = [
        value("sp"),
        value("st"),
        value("se"),
        `${version >= "2015-02-21" ? `/${service}` : ""}/${context.account.name}${path}`,
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
        overrides: overridesOf(query),
    };
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
