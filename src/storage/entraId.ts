// Tokens of Microsoft Entra ID for Azure Storage.

import type { AccessToken, GetTokenOptions, TokenCredential } from "@azure/identity";

/** What a token is asked for that all storage accounts take, in every cloud. */
const storageScope = "https://storage.azure.com/.default";

/** A token must outlast the request that it goes with; the service may read with it for as long as the request takes. */
const refreshEarlierMilliseconds = 5 * 60_000;

/**
 * A credential as the Azure SDK can work with it: where an account is of a tenant that the credential has no token for, it gives the
 * token of its own tenant, which the account refuses. The SDK would ask again every three seconds until the refused token expires.
 */
export function answeringChallenges(credential: TokenCredential): TokenCredential {
    return {
        async getToken(scopes: string | string[], options: GetTokenOptions = {}) {
            const { tenantId, ...own } = options;
            if (tenantId === undefined) {
                return credential.getToken(scopes, own);
            }
            const token = await credential.getToken(scopes, options).catch(() => null);
            return token ?? credential.getToken(scopes, own);
        },
    };
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
        latest.set(credential, askFor(credential));
    }
    return (await latest.get(credential)!).token;
}

async function askFor(credential: TokenCredential): Promise<AccessToken> {
    const token = await credential.getToken(storageScope);
    if (!token) {
        throw new Error("Microsoft Entra ID gave no token for Azure Storage");
    }
    return token;
}
