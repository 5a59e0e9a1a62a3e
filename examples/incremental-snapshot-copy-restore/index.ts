// Backs a disk up; with `pulumi config set restore latest`, promotes a backup to a page blob of its own, which can be written.

import * as pulumi from "@pulumi/pulumi";
import * as copy from "pulumi-azure-copy";

const config = new pulumi.Config();
const backups = { connectionString: config.requireSecret("devConnectionString"), containerName: "backups" };

const backup = new copy.IncrementalSnapshotCopy("disk", {
    source: {
        connectionString: config.requireSecret("goldenConnectionString"),
        containerName: "images",
        blobName: "disk.vhd",
    },
    takeSnapshot: { triggers: [config.get("day") ?? ""] },
    destination: { ...backups, blobName: "disk.vhd" },
    deleteSnapshots: config.getBoolean("deleteSnapshots"),
    timeout: "6h",
});

// "latest", or the DateTime of one of the backups. The destination of incremental copies can't be read itself, its snapshots can.
const wanted = config.get("restore");
const restored = wanted
    ? new copy.BlobCopy(
          "restored",
          {
              source: {
                  ...backups,
                  blobName: "disk.vhd",
                  snapshot: wanted === "latest" ? backup.destinationSnapshot : wanted,
              },
              // What is written to it is not overwritten by a later restoration: that needs another name.
              destination: { ...backups, blobName: config.get("restoreTo") ?? "disk-restored.vhd" },
              onDestinationDrift: "ignore",
          },
          { dependsOn: backup },
      )
    : undefined;

export const restoredUrl = restored?.url;
export const restoredFrom = restored?.sourceUrl;
export const available = backup.destinationSnapshots;
