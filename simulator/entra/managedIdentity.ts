import type { IncomingHttpHeaders } from "node:http";
import type { Answer } from "../http/answer";
import { checkResource } from "./authority";
import { type EntraError, jsonAnswer } from "./entraError";
import type { EntraId } from "./entraId";
import type { ManagedIdentity } from "./principals";

/** The Instance Metadata Service of a virtual machine: a token for one of its managed identities. */
export function instanceMetadataToken(entra: EntraId, query: URLSearchParams, headers: IncomingHttpHeaders): Answer {
    if (headers.metadata !== "true") {
        return refusal(400, "invalid_request", "Required metadata header not specified");
    }
    return token(entra, query, "msi_res_id", (issued, identity) => ({
        access_token: issued.token,
        client_id: identity.clientId,
        expires_in: String(issued.expiresIn),
        expires_on: String(issued.expiresOn),
        ext_expires_in: String(issued.expiresIn),
        not_before: String(issued.notBefore),
        resource: issued.resource,
        token_type: "Bearer",
    }));
}

/** App Service's endpoint (and Functions', and Container Apps'), of version 2019-08-01. */
export function appServiceToken(entra: EntraId, query: URLSearchParams, headers: IncomingHttpHeaders): Answer {
    if (headers["x-identity-header"] !== entra.identityHeader) {
        return refusal(401, "unauthorized", "The X-IDENTITY-HEADER header must have the value of IDENTITY_HEADER.");
    }
    return token(entra, query, "mi_res_id", (issued, identity) => ({
        access_token: issued.token,
        expires_on: String(issued.expiresOn),
        resource: issued.resource,
        token_type: "Bearer",
        client_id: identity.clientId,
    }));
}

type Wording = (issued: ReturnType<EntraId["tokens"]["issue"]>, identity: ManagedIdentity) => Record<string, string>;

function token(entra: EntraId, query: URLSearchParams, resourceIdParameter: string, wording: Wording): Answer {
    const resource = query.get("resource");
    if (!query.get("api-version") || !resource) {
        const name = resource ? "api-version" : "resource";
        return refusal(400, "invalid_request", `Required query parameter '${name}' is missing`);
    }
    const wanted = {
        clientId: query.get("client_id"),
        objectId: query.get("object_id") ?? query.get("principal_id"),
        resourceId: query.get(resourceIdParameter),
    };
    const fitting = choose(entra.managedIdentities, wanted);
    if (fitting.length > 1) {
        const message =
            "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request";
        return refusal(400, "invalid_request", message);
    }
    const [identity] = fitting;
    if (!identity) {
        return refusal(400, "invalid_request", "Identity not found");
    }
    try {
        checkResource(entra, resource);
    } catch (error) {
        const { code, message } = error as EntraError;
        return refusal(400, "invalid_resource", `AADSTS${code}: ${message}`);
    }
    return jsonAnswer(200, wording(entra.tokens.issue(identity, resource, "managed identity"), identity));
}

/** The identity that is asked for by an ID; else the system-assigned one, or the user-assigned one if it is alone. */
function choose(
    identities: readonly ManagedIdentity[],
    wanted: Readonly<Record<"clientId" | "objectId" | "resourceId", string | null>>,
): readonly ManagedIdentity[] {
    const ids = Object.entries(wanted).filter(([, value]) => value !== null) as ["clientId", string][];
    if (ids.length > 0) {
        return identities.filter((identity) =>
            ids.every(([name, value]) => identity[name]?.toLowerCase() === value.toLowerCase()),
        );
    }
    const system = identities.filter(({ resourceId }) => resourceId === undefined);
    return system.length > 0 ? system : identities;
}

function refusal(status: number, error: string, description: string): Answer {
    return jsonAnswer(status, { error, error_description: description });
}
