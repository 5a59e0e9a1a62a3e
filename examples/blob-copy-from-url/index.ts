// Brings a public data set to a storage account, and again whenever its publisher changes it.
//
//     pulumi config set source https://data.example.com/holidays.json
//     pulumi config set accountName contosodev
//     pulumi config set containerName seed
//     az login && pulumi up

import * as pulumi from "@pulumi/pulumi";
import * as copy from "pulumi-azure-copy";

const config = new pulumi.Config();

const holidays = new copy.BlobCopy("holidays", {
    // Anything that answers an HTTP GET, which the service must be able to reach; a query string in it is kept secret.
    source: config.require("source"),
    destination: {
        accountName: config.get("accountName"),
        connectionString: config.getSecret("connectionString"),
        containerName: config.require("containerName"),
        blobName: "holidays.json",
    },
    blobHTTPHeaders: { blobContentType: "application/json", blobCacheControl: "max-age=3600" },
    // A web server may send another ETag each time; then say "ignore".
    onSourceChange: "copyAgain",
});

export const url = holidays.url;
export const length = holidays.contentLength;
