// Seeds a storage account with blobs that another account keeps.

import * as pulumi from "@pulumi/pulumi";
import * as copy from "pulumi-azure-copy";

const config = new pulumi.Config();

/** Without a key, an account is reached as whoever runs this: by environment, workload or managed identity, or Azure CLI. */
function account(name: "golden" | "dev") {
    return {
        accountName: config.require(`${name}Account`),
        endpoint: config.get(`${name}Endpoint`),
        accountKey: config.getSecret(`${name}Key`),
    };
}

const golden = account("golden");
const dev = account("dev");

const seeds = config.requireObject<string[]>("blobs").map(
    (blobName) =>
        new copy.BlobCopy(blobName, {
            source: { ...golden, containerName: "images", blobName },
            destination: { ...dev, containerName: "seed", blobName },
            metadata: { seededFrom: golden.accountName },
            timeout: "6h",
        }),
);

export const copies = seeds.map(({ url, sourceEtag, copyOperation }) => ({ url, sourceEtag, copyOperation }));
