// Tokens of Microsoft Entra ID for Azure Storage.

import type { AccessToken, GetTokenOptions, TokenCredential } from "@azure/identity";
import { told } from "./knownSecrets";

/** What a token is asked for that all storage accounts take, in every cloud. */
const storageScope = "https://storage.azure.com/.default";

/** A token must outlast the request that it goes with; the service may read with it for as long as the request takes. */
const refreshEarlierMilliseconds = 5 * 60_000;

/**
 * A credential as the Azure SDK can work with it, made when the first token is asked for. Its failures say what to do. Its tokens are for
 * Azure Storage: the SDK asks for one for the resource that a service's challenge names, which may be any. Where an account
 * is of a tenant that the credential has no token for, it gives the token of its own tenant, which the account refuses. The SDK would ask
 * again every three seconds until the refused token expires.
 * @param where what has chosen the credential for the whole stack, to be told where it fails
 */
export function storageCredential(make: () => TokenCredential, where?: string): TokenCredential {
    let made: TokenCredential | undefined;
    async function ask(scopes: string | string[], options: GetTokenOptions): Promise<AccessToken | null> {
        try {
            made ??= make();
            return await made.getToken(scopes, options);
        } catch (error) {
            throw new Error(whyNoToken(error as Error, where), { cause: error });
        }
    }
    return {
        async getToken(asked: string | string[], options: GetTokenOptions = {}) {
            const scopes = [asked].flat().every((scope) => scope === storageScope) ? asked : storageScope;
            const { tenantId, ...own } = options;
            const token = tenantId === undefined ? null : await ask(scopes, options).catch(() => null);
            return token ?? ask(scopes, own);
        },
    };
}

/** The same credential for a service that must not choose what is in its tokens: neither the tenant nor any claims. */
export function ofOwnTenant(credential: TokenCredential): TokenCredential {
    return {
        getToken: (scopes, { tenantId: _, claims: __, ...own } = {}) => credential.getToken(scopes, own),
    };
}

const nothingFound =
    "found nothing to sign in with; run az login, set azure-copy:tenantId, clientId and clientSecret in the stack's config or as ARM_* or AZURE_* variables, run where there is a workload or managed identity, or give this end a credential";

/** What refuses a credential of the config may be its age: nothing tells a provider which operation it runs in, and on what config. */
function staleConfig(why: string, where: string): string {
    return /AADSTS/.test(why) && where.startsWith("azure-copy:")
        ? `; if ${where} was changed since the last pulumi up, run pulumi up first, or add --run-program`
        : "";
}

/** Of several ways that were tried, those count that were there to be tried. */
function whyNoToken(error: Error & { readonly errors?: readonly Error[] }, where?: string): string {
    const failed = error.errors?.filter(({ name }) => name !== "CredentialUnavailableError") ?? [error];
    const why = failed.map(reason).join("; ") || `DefaultAzureCredential ${nothingFound}`;
    return where === undefined
        ? `Microsoft Entra ID gave no token: ${why}`
        : `Microsoft Entra ID gave no token by ${where}: ${why}${staleConfig(why, where)}`;
}

/** Entra ID's own words without its protocol's, with the ID by which it is asked about; or the first line. */
function reason({ message }: Error): string {
    const { words, trace } = /(?<words>AADSTS\d+: .*?)\.?\s+Trace ID: (?<trace>\S+)/s.exec(message)?.groups ?? {};
    return words ? `${told(words)} (trace ID ${told(trace!)})` : told(message.split("\n")[0]!.trim(), 1_024);
}

const latest = new WeakMap<TokenCredential, Promise<AccessToken>>();

/**
 * A token for Azure Storage that lasts five minutes at least, where the credential gives such a one. Cheap: asked for anew only when
 * the last one lasts no longer than that.
 */
export async function storageToken(credential: TokenCredential): Promise<string> {
    const known = latest.get(credential);
    const token = await known?.catch(() => undefined);
    if (token && token.expiresOnTimestamp - Date.now() > refreshEarlierMilliseconds) {
        return token.token;
    }
    // Of many requests that wait for a new token the first one asks.
    if (latest.get(credential) === known) {
        latest.set(credential, askFor(credential, token));
    }
    return (await latest.get(credential)!).token;
}

/** @param last what serves until its end, should there be no newer one just now */
async function askFor(credential: TokenCredential, last: AccessToken | undefined): Promise<AccessToken> {
    const token = await credential.getToken(storageScope).catch((error) => {
        if (last && last.expiresOnTimestamp > Date.now()) {
            return last;
        }
        throw error;
    });
    if (!token) {
        throw new Error("Microsoft Entra ID gave no token for Azure Storage");
    }
    return token;
}
