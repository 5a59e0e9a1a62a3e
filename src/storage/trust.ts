// Where tokens of Microsoft Entra ID go: decided here and nowhere else.

import type { TokenCredential } from "@azure/identity";
import type { StorageAddress } from "./address";
import { azureHost } from "./azureHost";
import { ofOwnTenant } from "./entraId";

/**
 * Why a service may receive tokens: its host is one of a cloud that is known or that `azure-copy:storageSuffixes` adds, or the program names it
 * as `endpoint`.
 */
type Trust = "cloud" | "endpoint";

/** Over https alone, and never to a host that only a URL, a source's text or a connection string names. */
function trustIn({ kind, serviceUrl, isEndpoint }: StorageAddress): Trust | undefined {
    const { protocol, hostname } = new URL(serviceUrl);
    if (protocol !== "https:") {
        return undefined;
    }
    if (azureHost(hostname)?.service === kind) {
        return "cloud";
    }
    return isEndpoint ? "endpoint" : undefined;
}

/**
 * Whether a service may receive a token: of the stack's credential or of the end's own, for its requests, for a user delegation key, or
 * for reading a source (`x-ms-copy-source-authorization`).
 */
export function mayReceiveToken(address: StorageAddress): boolean {
    return trustIn(address) !== undefined;
}

/**
 * A credential as the clients of a service use it. The service's challenge may name another tenant where its host is one of a cloud;
 * what the program names as endpoint gets tokens of the credential's own tenant alone.
 * @throws an error where the service may receive none
 */
export function tokensFor(address: StorageAddress, credential: TokenCredential): TokenCredential {
    const trust = trustIn(address);
    if (trust === undefined) {
        throw new Error(noTokenFor(address));
    }
    return trust === "cloud" ? credential : ofOwnTenant(credential);
}

/** Says that an address gets no token, why, and what to do. */
export function noTokenFor(address: Pick<StorageAddress, "kind" | "serviceUrl">): string {
    const { serviceUrl } = address;
    if (!serviceUrl.startsWith("https:")) {
        return `no token of Microsoft Entra ID goes to ${serviceUrl}, since tokens travel over https only; give an https endpoint, or accountKey or sasToken`;
    }
    return `no token of Microsoft Entra ID goes to ${serviceUrl}, which is no host of Azure; ${nameEndpoint(address)}`;
}

/** What to do where a host gets no token. */
export function nameEndpoint({ kind }: Pick<StorageAddress, "kind">): string {
    const names = kind === "file" ? "shareName and filePath" : "containerName and blobName";
    return `if the account is there, give endpoint, ${names} in place of url, or accountKey or sasToken`;
}
