// Credentials of Microsoft Entra ID as a program gives them, made with @azure/identity.

import type { TokenCredential } from "@azure/identity";
import type { EntraIdCredential } from "./location";
import { type OidcCredential, oidcToken } from "./oidc";
import { authority } from "./stackCredential";

/** The credential that gets tokens, from the authority of the stack's cloud. */
export function tokenCredential(given: EntraIdCredential | OidcCredential): TokenCredential {
    // Loaded on first use: it takes longer to load than most copies take, and keys and SAS need none of it.
    const identity = require("@azure/identity") as typeof import("@azure/identity");
    const options = authority();
    if (given.type === "oidc") {
        const { tenantId, clientId } = given;
        return new identity.ClientAssertionCredential(tenantId, clientId, () => oidcToken(given), options);
    }
    const { type, tenantId, clientId, objectId, resourceId, tokenFilePath } = given;
    switch (type) {
        case "managedIdentity":
            if (objectId !== undefined) {
                return new identity.ManagedIdentityCredential({ objectId });
            }
            if (resourceId !== undefined) {
                return new identity.ManagedIdentityCredential({ resourceId });
            }
            return new identity.ManagedIdentityCredential({ clientId });
        case "workloadIdentity":
            return new identity.WorkloadIdentityCredential({ ...options, tenantId, clientId, tokenFilePath });
        case "servicePrincipal":
            return servicePrincipal(identity, given, options);
        case "azureCli":
            return new identity.AzureCliCredential({ tenantId });
        default:
            return new identity.DefaultAzureCredential({
                ...options,
                tenantId,
                managedIdentityClientId: clientId,
                workloadIdentityClientId: clientId,
            });
    }
}

function servicePrincipal(
    identity: typeof import("@azure/identity"),
    { tenantId, clientId, clientSecret, certificatePath, certificatePassword }: EntraIdCredential,
    options: ReturnType<typeof authority>,
): TokenCredential {
    if (tenantId === undefined || clientId === undefined) {
        throw new Error("a service principal needs tenantId and clientId");
    }
    if (clientSecret !== undefined) {
        return new identity.ClientSecretCredential(tenantId, clientId, clientSecret, options);
    }
    if (certificatePath === undefined) {
        throw new Error("a service principal needs clientSecret or certificatePath");
    }
    const certificate = { certificatePath, certificatePassword };
    return new identity.ClientCertificateCredential(tenantId, clientId, certificate, options);
}
