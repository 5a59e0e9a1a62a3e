// Backs a VHD up to another region, and makes a managed disk of the latest backup.

import * as compute from "@pulumi/azure-native/compute";
import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import * as copy from "pulumi-azure-copy";

const config = new pulumi.Config();
const vhds = {
    accountName: config.require("account"),
    endpoint: config.get("endpoint"),
    accountKey: config.getSecret("accountKey"),
    containerName: "vhds",
};

const backup = new copy.IncrementalSnapshotCopy("vhd", {
    source: { url: config.require("sourceUrl"), sasToken: config.getSecret("sourceSasToken") },
    // A snapshot that whoever writes to the VHD has taken, when nothing was under way.
    snapshot: config.require("snapshot"),
    destination: { ...vhds, blobName: "backup.vhd" },
    deleteSnapshots: config.getBoolean("deleteSnapshots"),
    timeout: "6h",
});

// A managed disk is imported from a blob, not from a snapshot of one.
const promoted = new copy.BlobCopy("promoted", {
    source: { ...vhds, blobName: "backup.vhd", snapshot: backup.destinationSnapshot },
    destination: { ...vhds, blobName: "import.vhd" },
    timeout: "6h",
});

const group = new resources.ResourceGroup("disks");

const disk = new compute.Disk(
    "restored",
    {
        resourceGroupName: group.name,
        creationData: {
            createOption: compute.DiskCreateOption.Import,
            sourceUri: promoted.url,
            storageAccountId: config.require("accountId"),
        },
        sku: { name: compute.DiskStorageAccountTypes.StandardSSD_LRS },
        tags: { backup: backup.sourceSnapshot },
    },
    // A disk holds what the VHD held when it was imported: another backup is another disk.
    { replaceOnChanges: ["tags.backup"] },
);

export const diskId = disk.id;
export const backedUp = backup.sourceSnapshot;
