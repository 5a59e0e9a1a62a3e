// Credentials of Microsoft Entra ID as a program gives them, made with @azure/identity.

import type { TokenCredential } from "@azure/identity";
import type { EntraIdCredential } from "./location";

/**
 * The credential that gets tokens. `ARM_DISABLE_INSTANCE_DISCOVERY=true` trusts an authority (`AZURE_AUTHORITY_HOST`) that
 * `login.microsoftonline.com` does not know, as in a private cloud.
 */
export function tokenCredential(given: EntraIdCredential): TokenCredential {
    // Loaded on first use: it takes longer to load than most copies take, and keys and SAS need none of it.
    const identity = require("@azure/identity") as typeof import("@azure/identity");
    const { type, tenantId, clientId, objectId, resourceId, tokenFilePath } = given;
    const options = { disableInstanceDiscovery: process.env.ARM_DISABLE_INSTANCE_DISCOVERY === "true" };
    const tenant = tenantId !== undefined && { tenantId };
    const client = clientId !== undefined && { clientId };
    switch (type) {
        case "managedIdentity":
            if (objectId !== undefined) {
                return new identity.ManagedIdentityCredential({ objectId });
            }
            if (resourceId !== undefined) {
                return new identity.ManagedIdentityCredential({ resourceId });
            }
            return new identity.ManagedIdentityCredential({ ...client });
        case "workloadIdentity":
            return new identity.WorkloadIdentityCredential({
                ...options,
                ...tenant,
                ...client,
                ...(tokenFilePath !== undefined && { tokenFilePath }),
            });
        case "servicePrincipal":
            return servicePrincipal(identity, given, options);
        case "azureCli":
            return new identity.AzureCliCredential({ ...tenant });
        default:
            return new identity.DefaultAzureCredential({ ...options, ...tenant });
    }
}

function servicePrincipal(
    identity: typeof import("@azure/identity"),
    { tenantId, clientId, clientSecret, certificatePath, certificatePassword }: EntraIdCredential,
    options: { disableInstanceDiscovery: boolean },
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
    const certificate = { certificatePath, ...(certificatePassword !== undefined && { certificatePassword }) };
    return new identity.ClientCertificateCredential(tenantId, clientId, certificate, options);
}
