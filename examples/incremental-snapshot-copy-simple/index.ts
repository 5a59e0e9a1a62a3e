// Backs a disk up to another account: one snapshot a day, of which only what has changed since the last one is moved.

import * as pulumi from "@pulumi/pulumi";
import * as copy from "pulumi-azure-copy";

const config = new pulumi.Config();

const backup = new copy.IncrementalSnapshotCopy("disk", {
    source: {
        connectionString: config.requireSecret("goldenConnectionString"),
        containerName: "images",
        blobName: "disk.vhd",
    },
    takeSnapshot: {
        // However often pulumi up runs, there is one snapshot a day, unless the configuration asks for another.
        triggers: [new Date().toISOString().slice(0, 10), config.get("again") ?? ""],
        // At the source, the last one is enough: the next copy is based on it.
        deleteSuperseded: true,
    },
    destination: {
        connectionString: config.requireSecret("devConnectionString"),
        containerName: "backups",
        blobName: "disk.vhd",
    },
    keepSnapshots: 7,
    // With "true", pulumi destroy takes the backups along; without, it fails and keeps them.
    deleteSnapshots: config.getBoolean("deleteSnapshots"),
    timeout: "6h",
});

export const latest = backup.destinationSnapshotUrl;
export const backups = backup.destinationSnapshots;
export const kind = backup.copyKind;
export const bytesTransferred = backup.bytesTransferred;
