// Brings a database backup from Amazon S3 to a storage account, and again whenever S3 holds a newer one.
//
//     pulumi config set bucket contoso-backups
//     pulumi config set key nightly/orders.bak
//     pulumi config set accountName contosodev
//     pulumi config set containerName seed
//     aws sso login && az login && pulumi up

import * as pulumi from "@pulumi/pulumi";
import * as copy from "pulumi-azure-copy";

const config = new pulumi.Config();

const orders = new copy.BlobCopy("orders", {
    source: {
        s3: {
            bucket: config.require("bucket"),
            key: config.require("key"),
            // Left out, the region is asked of S3, and the AWS SDK finds its credentials as every AWS tool does.
            region: config.get("region"),
            endpoint: config.get("endpoint"),
            accessKeyId: config.getSecret("accessKeyId"),
            secretAccessKey: config.getSecret("secretAccessKey"),
        },
    },
    destination: {
        accountName: config.get("accountName"),
        connectionString: config.getSecret("connectionString"),
        containerName: config.require("containerName"),
        blobName: "orders.bak",
    },
    // In blocks, many at a time; what is there stays until all of them are.
    method: "fromUrl",
});

export const url = orders.url;
export const sourceEtag = orders.sourceEtag;
