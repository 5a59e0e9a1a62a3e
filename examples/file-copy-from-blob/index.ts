// Publishes a release that is kept in a blob on a share that servers mount. They see the old release until the new one is whole.

import * as pulumi from "@pulumi/pulumi";
import * as copy from "pulumi-azure-copy";

const config = new pulumi.Config();

const release = new copy.FileCopy("release", {
    source: {
        connectionString: config.requireSecret("releasesConnectionString"),
        containerName: "releases",
        blobName: `app-${config.require("version")}.zip`,
    },
    destination: {
        connectionString: config.requireSecret("shareConnectionString"),
        shareName: "apps",
        filePath: "app/release.zip",
    },
    metadata: { version: config.require("version") },
    fileHttpHeaders: { fileContentType: "application/zip" },
});

export const url = release.url;
export const copyOperation = release.copyOperation;
export const copyOperationReason = release.copyOperationReason;
