import type { IncomingMessage } from "node:http";
import { accountOfHost } from "../http/address";
import type { Answer } from "../http/answer";
import { readSmallBody } from "../http/body";
import type { Service } from "../service";
import { discoverInstance, issueToken, openIdConfiguration, signingKeys } from "./authority";
import { EntraError, entraErrorAnswer, jsonAnswer } from "./entraError";
import { appServiceToken, instanceMetadataToken } from "./managedIdentity";

/** A request to Microsoft Entra ID or to a managed-identity endpoint. */
export interface EntraRequest {
    /** What it is for, as the request log names it. */
    readonly name: string;
    answer(): Promise<Answer>;
}

/** The request's meaning, if it is to Microsoft Entra ID: no account's name is a GUID, and accounts go before other paths. */
export function findEntraRequest(service: Service, message: IncomingMessage): EntraRequest | undefined {
    const { pathname, searchParams: query } = new URL(message.url ?? "/", "http://localhost");
    const [first = "", ...rest] = pathname.split("/").slice(1);
    const host = (message.headers.host ?? "").replace(/:\d+$/, "");
    if (accountOfHost(host) !== undefined || service.accounts.has(first)) {
        return undefined;
    }
    const { entra } = service;
    // MSAL puts a slash behind the path of a managed-identity endpoint.
    const path = rest.join("/").replace(/\/$/, "");
    const request = (name: string, answer: () => Answer | Promise<Answer>): EntraRequest => ({
        name,
        answer: async () => answered(answer),
    });
    if (`${first}/${path}` === "metadata/identity/oauth2/token") {
        return request("Managed identity token", () => instanceMetadataToken(entra, query, message.headers));
    }
    if (`${first}/${path}` === "msi/token") {
        return request("Managed identity token", () => appServiceToken(entra, query, message.headers));
    }
    if (`${first}/${path}` === "common/discovery/instance") {
        return request("Instance discovery", () => discoverInstance(entra, query));
    }
    const tenant = first.toLowerCase();
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(tenant)) {
        return undefined;
    }
    if (path === "v2.0/.well-known/openid-configuration" || path === ".well-known/openid-configuration") {
        return request("OpenID configuration", () => openIdConfiguration(entra, tenant));
    }
    if (path === "discovery/v2.0/keys" || path === "discovery/keys") {
        return request("Signing keys", () => signingKeys(entra));
    }
    if (message.method === "POST" && (path === "oauth2/v2.0/token" || path === "oauth2/token")) {
        return request("Token", async () => {
            const form = new URLSearchParams((await readSmallBody(message)).toString("utf8"));
            return issueToken(entra, tenant, form, path === "oauth2/token" ? 1 : 2);
        });
    }
    return request("Unknown", () => jsonAnswer(404, { error: "not_found", error_description: "No such endpoint." }));
}

async function answered(answer: () => Answer | Promise<Answer>): Promise<Answer> {
    try {
        return await answer();
    } catch (error) {
        if (error instanceof EntraError) {
            return entraErrorAnswer(error);
        }
        throw error;
    }
}
