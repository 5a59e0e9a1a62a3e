// Brings an application's settings into a share, with the attributes, times and permission that they have in the golden account.

import * as pulumi from "@pulumi/pulumi";
import * as copy from "pulumi-azure-copy";

const config = new pulumi.Config();

const settings = new copy.FileCopy("settings", {
    source: {
        connectionString: config.requireSecret("goldenConnectionString"),
        shareName: "config",
        filePath: "app/settings.json",
        // Without one, the file as it is now; it is copied again when it changes.
        shareSnapshot: config.get("shareSnapshot"),
    },
    destination: {
        connectionString: config.requireSecret("devConnectionString"),
        shareName: "config",
        filePath: "app/settings.json",
    },
    fileAttributes: "source",
    fileLastWriteTime: "source",
    filePermission: "source",
});

export const url = settings.url;
export const smbProperties = settings.smbProperties;
