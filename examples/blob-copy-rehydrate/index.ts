// Brings a copy of an archived blob online, and waits until it can be read. The archived blob stays as it is.

import * as pulumi from "@pulumi/pulumi";
import * as copy from "pulumi-azure-copy";

const config = new pulumi.Config();
const blobName = config.require("blob");
const container = {
    accountName: config.require("account"),
    endpoint: config.get("endpoint"),
    accountKey: config.getSecret("accountKey"),
    containerName: config.require("container"),
};

const online = new copy.BlobCopy("online", {
    source: { ...container, blobName },
    destination: { ...container, blobName: `online/${blobName}` },
    accessTier: "Hot",
    rehydratePriority: config.require<"High" | "Standard">("priority"),
    // The service reports success at once, hours before the copy can be read.
    waitForRehydration: true,
    timeout: "20h",
});

export const url = online.url;
export const accessTier = online.accessTier;
