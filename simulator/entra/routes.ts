import type { IncomingMessage } from "node:http";
import { accountOfHost } from "../http/address";
import type { Answer } from "../http/answer";
import type { Service } from "../service";
import { discoverInstance, issueToken, openIdConfiguration, signingKeys } from "./authority";
import { EntraError, entraErrorAnswer, jsonAnswer } from "./entraError";
import type { EntraId } from "./entraId";
import { answersTo } from "./hosts";
import { appServiceToken, instanceMetadataToken } from "./managedIdentity";

/** A request to Microsoft Entra ID or to a managed-identity endpoint. */
export interface EntraRequest {
    /** What it is for, as the request log names it. */
    readonly name: string;
    answer(): Promise<Answer>;
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

type Handler = (request: { entra: EntraId; query: URLSearchParams; message: IncomingMessage }) => Answer;

/** What isn't of a tenant, by path. */
const ENDPOINTS: Readonly<Record<string, readonly [name: string, Handler]>> = {
    "metadata/identity/oauth2/token": [
        "Managed identity token",
        ({ entra, query, message }) => instanceMetadataToken(entra, query, message.headers),
    ],
    "msi/token": [
        "Managed identity token",
        ({ entra, query, message }) => appServiceToken(entra, query, message.headers),
    ],
    "common/discovery/instance": ["Instance discovery", ({ entra, query }) => discoverInstance(entra, query)],
};

/** What a request means, if it is to Microsoft Entra ID: no account's name is a GUID, and accounts go before other paths. */
export function findEntraRequest(service: Service, message: IncomingMessage): EntraRequest | undefined {
    // MSAL puts a slash behind the path of a managed-identity endpoint.
    const parts = /^\/(([^/?]+)\/([^?]*?))\/?(?:\?(.*))?$/.exec(message.url ?? "");
    if (!parts) {
        return undefined;
    }
    const [, whole, first, path, queryText] = parts as unknown as [string, string, string, string, string | undefined];
    const endpoint = ENDPOINTS[whole];
    const host = (message.headers.host ?? "").replace(/:\d+$/, "");
    if (!(endpoint || GUID.test(first)) || service.accounts.has(first) || accountOfHost(host) !== undefined) {
        return undefined;
    }
    const { entra, listening } = service;
    if (!answersTo(message.headers.host, [listening?.host ?? "", ...entra.hosts], message.socket.localAddress)) {
        return { name: "Unknown", answer: async () => misdirected() };
    }
    if (endpoint) {
        const [name, handler] = endpoint;
        return { name, answer: async () => handler({ entra, query: new URLSearchParams(queryText), message }) };
    }
    return findTenantRequest(entra, first.toLowerCase(), path, message);
}

/** What belongs to a tenant: its configuration, keys and tokens. */
function findTenantRequest(entra: EntraId, tenant: string, path: string, message: IncomingMessage): EntraRequest {
    if (path === "v2.0/.well-known/openid-configuration" || path === ".well-known/openid-configuration") {
        return { name: "OpenID configuration", answer: async () => openIdConfiguration(entra, tenant) };
    }
    if (path === "discovery/v2.0/keys" || path === "discovery/keys") {
        return { name: "Signing keys", answer: async () => signingKeys(entra) };
    }
    if (message.method === "POST" && (path === "oauth2/v2.0/token" || path === "oauth2/token")) {
        return { name: "Token", answer: () => answerToken(entra, tenant, path === "oauth2/token" ? 1 : 2, message) };
    }
    const document = { error: "not_found", error_description: "There is no such endpoint." };
    return { name: "Unknown", answer: async () => jsonAnswer(404, document) };
}

function misdirected(): Answer {
    const description =
        "The simulator's Microsoft Entra ID does not answer to the name in the Host header. It answers to those of this machine, to those of the public cloud's authority, and to those in the option entra.hosts.";
    return jsonAnswer(421, { error: "invalid_request", error_description: description });
}

async function answerToken(entra: EntraId, tenant: string, version: 1 | 2, message: IncomingMessage): Promise<Answer> {
    try {
        const form = await entra.forms.read(message);
        return form instanceof URLSearchParams ? issueToken(entra, tenant, form, version) : form;
    } catch (error) {
        if (error instanceof EntraError) {
            return entraErrorAnswer(error);
        }
        throw error;
    }
}
