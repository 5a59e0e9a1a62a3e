// Seeds a storage account with a database backup that another account keeps.

import * as pulumi from "@pulumi/pulumi";
import * as copy from "pulumi-azure-copy";

const config = new pulumi.Config();

const seed = new copy.BlobCopy("orders", {
    source: {
        connectionString: config.requireSecret("goldenConnectionString"),
        containerName: "images",
        blobName: "orders.bak",
    },
    destination: {
        connectionString: config.requireSecret("devConnectionString"),
        containerName: "seed",
        blobName: "orders.bak",
    },
    metadata: { purpose: config.get("purpose") ?? "seed" },
    // What somebody else has put at the destination is overwritten only if the stack's configuration says so.
    overwrite: config.get<"ifUnchanged" | "always">("overwrite"),
    timeout: "1h",
});

export const url = seed.url;
export const etag = seed.etag;
export const contentMd5 = seed.contentMd5;
