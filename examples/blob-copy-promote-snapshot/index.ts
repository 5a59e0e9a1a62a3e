// Puts a blob back to one of its snapshots.

import * as pulumi from "@pulumi/pulumi";
import * as copy from "pulumi-azure-copy";

const config = new pulumi.Config();
const blob = {
    accountName: config.require("account"),
    endpoint: config.get("endpoint"),
    accountKey: config.getSecret("accountKey"),
    containerName: config.require("container"),
    blobName: config.require("blob"),
};

const promoted = new copy.BlobCopy(
    "promoted",
    {
        // In an account with blob versioning, give a versionId instead.
        source: { ...blob, snapshot: config.require("snapshot") },
        destination: blob,
        // What is there now was written by somebody else, and is to go.
        overwrite: "always",
        // Applications may go on writing to the blob; only another snapshot puts it back again.
        onDestinationDrift: "ignore",
    },
    // The blob was there before this stack, and outlives it.
    { retainOnDelete: true },
);

export const url = promoted.url;
export const etag = promoted.etag;
