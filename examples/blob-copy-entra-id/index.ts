// Seeds a storage account with a blob of another one. Neither takes shared keys, and there is no SAS to write.

import * as pulumi from "@pulumi/pulumi";
import * as copy from "pulumi-azure-copy";

const config = new pulumi.Config();

/** An account, reached as whoever runs this; or, where it is in another tenant, as a service principal there. */
function account(name: "golden" | "dev"): copy.BlobLocationArgs {
    const clientId = config.get(`${name}ClientId`);
    return {
        accountName: config.require(`${name}Account`),
        endpoint: config.get(`${name}Endpoint`),
        ...(clientId && {
            credential: {
                type: "servicePrincipal",
                tenantId: config.require(`${name}TenantId`),
                clientId,
                clientSecret: config.requireSecret(`${name}ClientSecret`),
            },
        }),
    };
}

const blobName = config.require("blob");

const seed = new copy.BlobCopy("seed", {
    source: { ...account("golden"), containerName: "images", blobName },
    destination: { ...account("dev"), containerName: "seed", blobName },
});

export const { url, copyOperation } = seed;
