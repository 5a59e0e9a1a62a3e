import type { Answer } from "../http/answer";
import { authenticateClient, missing } from "./clientAuthentication";
import { EntraError, jsonAnswer } from "./entraError";
import type { EntraId } from "./entraId";
import type { IssuedToken } from "./tokens";

/** What tokens may be asked for, beside the simulated accounts' endpoints. */
const RESOURCES = [
    "https://storage.azure.com",
    "https://management.azure.com",
    "https://management.core.windows.net",
    "https://graph.microsoft.com",
    "https://vault.azure.net",
    "e406a681-f3d4-42a8-90b6-c2b029497af1",
];

/** The host that Microsoft's libraries trust without asking. */
const METADATA = ["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"];

/** Instance discovery: which authorities there are, and where the one asked for tells more. */
export function discoverInstance(entra: EntraId, query: URLSearchParams): Answer {
    const asked = query.get("authorization_endpoint") ?? "";
    const tenant = URL.canParse(asked) ? new URL(asked).pathname.split("/")[1] : undefined;
    const host = new URL(entra.authorityHost).host;
    const metadata = [host, ...METADATA].map((each) => ({
        preferred_network: each,
        preferred_cache: each,
        aliases: [each],
    }));
    return jsonAnswer(200, {
        tenant_discovery_endpoint: `${entra.authorityHost}/${tenant || "common"}/v2.0/.well-known/openid-configuration`,
        "api-version": "1.1",
        metadata,
    });
}

/** The OpenID configuration of a tenant. */
export function openIdConfiguration(entra: EntraId, tenant: string): Answer {
    const base = `${entra.authorityHost}/${tenant}`;
    return jsonAnswer(200, {
        token_endpoint: `${base}/oauth2/v2.0/token`,
        token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt"],
        jwks_uri: `${base}/discovery/v2.0/keys`,
        response_modes_supported: ["query", "fragment", "form_post"],
        subject_types_supported: ["pairwise"],
        id_token_signing_alg_values_supported: ["RS256"],
        response_types_supported: ["code", "id_token", "code id_token", "id_token token"],
        scopes_supported: ["openid", "profile", "email", "offline_access"],
        issuer: `${base}/v2.0`,
        authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
        device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
        end_session_endpoint: `${base}/oauth2/v2.0/logout`,
        tenant_region_scope: "WW",
        cloud_instance_name: "microsoftonline.com",
    });
}

/** The keys that tokens are verified by. */
export function signingKeys(entra: EntraId): Answer {
    return jsonAnswer(200, { keys: [entra.tokens.jsonWebKey()] });
}

/** A token for an application that proves itself: the client credentials grant, version 1 (resource) or 2 (scope). */
export function issueToken(entra: EntraId, tenant: string, form: URLSearchParams, version: 1 | 2): Answer {
    if (!entra.hasTenant(tenant)) {
        const message = `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`;
        throw new EntraError(400, "invalid_request", 90002, message);
    }
    const grant = form.get("grant_type") ?? missingParameter("grant_type");
    if (grant !== "client_credentials") {
        const message = `The app requested an unsupported grant type '${grant}'. The simulator issues tokens for client_credentials only.`;
        throw new EntraError(400, "unsupported_grant_type", 70003, message);
    }
    const clientId = form.get("client_id") ?? missingParameter("client_id");
    const application = entra.application(tenant, clientId);
    if (!application) {
        const message = `Application with identifier '${clientId}' was not found in the directory '${tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.`;
        throw new EntraError(400, "unauthorized_client", 700016, message);
    }
    const base = `${entra.authorityHost}/${tenant}`;
    const audiences = [`${base}/oauth2/v2.0/token`, `${base}/oauth2/token`, `${base}/v2.0`];
    const proof = authenticateClient(application, form, entra.tokens, audiences);
    const resource = version === 2 ? resourceOfScope(form) : (form.get("resource") ?? missingParameter("resource"));
    checkResource(entra, resource);
    return tokenAnswer(entra.tokens.issue(application, resource, proof), version);
}

/** 400 or a resource that tokens are issued for. */
export function checkResource(entra: EntraId, resource: string): void {
    const plain = resource.replace(/\/$/, "");
    const known = RESOURCES.includes(plain) || entra.isAccountEndpoint(plain);
    if (!known) {
        const message = `The resource principal named ${resource} was not found in the tenant. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`;
        throw new EntraError(400, "invalid_resource", 500011, message);
    }
}

/** The resource of a scope: all but `/.default` at its end. */
function resourceOfScope(form: URLSearchParams): string {
    const scope = form.get("scope") ?? missingParameter("scope");
    if (!scope.endsWith("/.default")) {
        const message = `The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier.`;
        throw new EntraError(400, "invalid_scope", 1002012, message);
    }
    return scope.slice(0, -"/.default".length);
}

function tokenAnswer({ token, resource, notBefore, expiresOn, expiresIn }: IssuedToken, version: 1 | 2): Answer {
    if (version === 2) {
        return jsonAnswer(200, {
            token_type: "Bearer",
            expires_in: expiresIn,
            ext_expires_in: expiresIn,
            access_token: token,
        });
    }
    return jsonAnswer(200, {
        token_type: "Bearer",
        expires_in: String(expiresIn),
        ext_expires_in: String(expiresIn),
        expires_on: String(expiresOn),
        not_before: String(notBefore),
        resource,
        access_token: token,
    });
}

function missingParameter(name: string): never {
    throw missing(name);
}
