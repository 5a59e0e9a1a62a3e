// Each resource here violates one rule of the policy pack, and is named after it:
//
//     pulumi preview --policy-pack node_modules/pulumi-azure-copy/policy --policy-pack-config policy-config.json
//
// shows all of their messages. Nothing is ever deployed. What is meant to be safe lies in one region and keeps old content.

import * as copy from "pulumi-azure-copy";
import { azureBlob, command, inAccount, storageAccount } from "./resources";

storageAccount("contosodev", { location: "westeurope" });
inAccount("BlobServiceProperties", "contosodev", "contosodev", {
    blobServicesName: "default",
    isVersioningEnabled: true,
    deleteRetentionPolicy: { enabled: true, days: 7 },
});
storageAccount("contosofar", { location: "eastus" });
storageAccount("contosopublic", { location: "westeurope", allowBlobPublicAccess: true });
storageAccount("contosokeys", { location: "westeurope", allowSharedKeyAccess: true });
storageAccount("contosoanywhere", { location: "westeurope", allowedCopyScope: undefined });
storageAccount("contosoversions", { location: "westeurope" });
inAccount("BlobServiceProperties", "contosoversions", "contosoversions", { isVersioningEnabled: true });
inAccount("BlobContainerImmutabilityPolicy", "kept-for-years", "contosodev", {
    containerName: "kept",
    immutabilityPeriodSinceCreationInDays: 365,
});

/** A copy within Contoso's region that no rule objects to, but for what is changed. */
function blobCopy(name: string, change: Partial<copy.BlobCopyArgs> = {}): copy.BlobCopy {
    return new copy.BlobCopy(name, {
        source: source("orders.bak"),
        destination: destination(name),
        onSourceChange: "ignore", // no source is read: none of the accounts is there
        timeout: "1h",
        ...change,
    });
}

const source = (blobName: string) => ({
    accountName: "contosogolden",
    containerName: "images",
    blobName,
    region: "westeurope",
    tenantId: "11111111-1111-1111-1111-111111111111",
});
const destination = (blobName: string, accountName = "contosodev") => ({
    accountName,
    containerName: "seed",
    blobName,
});

const file = (accountName: string) => ({ accountName, shareName: "config", filePath: "app/settings.json" });

// What such a SAS allows anybody who finds it is why the rules below exist; this one opens nothing.
const sas = (change: Record<string, string>) =>
    new URLSearchParams({
        sv: "2025-05-05",
        sr: "b",
        sp: "r",
        spr: "https",
        ...lasting(2),
        sig: "c2lnbmF0dXJl",
        ...change,
    }).toString();
const lasting = (days: number) => ({
    st: new Date().toISOString(),
    se: new Date(Date.now() + days * 86_400_000).toISOString(),
});
const withSas = (change: Record<string, string>) => ({ source: { ...source("orders.bak"), sasToken: sas(change) } });

blobCopy("archive-tier-destination", { accessTier: "Archive" });
blobCopy("cross-region-copy", { destination: destination("cross-region-copy", "contosofar") });
blobCopy("unknown-region", { source: { ...source("orders.bak"), accountName: "fabrikamgolden", region: undefined } });
blobCopy("egress-cost", {
    source: source("huge.vhd"),
    destination: destination("egress-cost", "contosofar"),
    acknowledgeEgress: "the yearly drill",
});
blobCopy("early-deletion-fee", { accessTier: "Cool", overwrite: "always" });
blobCopy("overwrite-without-protection", {
    destination: { ...destination("orders.bak", "contosolegacy"), region: "westeurope" },
    overwrite: "always",
});
blobCopy("overwrite-under-worm", {
    destination: { ...destination("orders.bak"), containerName: "kept" },
    overwrite: "always",
});
command(
    "mirror-without-soft-delete",
    "azcopy sync https://contosogolden.blob.core.windows.net/images https://contosoversions.blob.core.windows.net/mirror --delete-destination=true",
);
blobCopy("same-destination", { destination: destination("twice") });
// A second resource of this package would be refused already before any policy is asked.
command(
    "same-destination-again",
    "azcopy copy https://contosodev.blob.core.windows.net/images/orders.bak https://contosodev.blob.core.windows.net/seed/twice",
);
blobCopy("nested-destination", { destination: { ...destination("2026/orders.bak"), containerName: "folder" } });
command(
    "nested-destination-around",
    "azcopy copy 'https://contosodev.blob.core.windows.net/images/*' https://contosodev.blob.core.windows.net/folder --recursive",
);
blobCopy("copy-cycle", {
    source: { ...destination("b"), containerName: "cycle" },
    destination: { ...destination("a"), containerName: "cycle" },
});
blobCopy("copy-cycle-back", {
    source: { ...destination("a"), containerName: "cycle" },
    destination: { ...destination("b"), containerName: "cycle" },
});
new copy.IncrementalSnapshotCopy("incremental-destination-written", {
    source: { ...destination("os.vhd"), containerName: "images" },
    takeSnapshot: {},
    destination: { ...destination("os.vhd"), containerName: "disks" },
    timeout: "6h",
});
command(
    "incremental-destination-writer",
    "azcopy copy https://contosodev.blob.core.windows.net/images/os.vhd https://contosodev.blob.core.windows.net/disks/os.vhd",
);
new copy.FileCopy("secret-instead-of-entra-id", {
    source: { ...file("contosogolden"), region: "westeurope" },
    destination: { ...file("contosodev"), accountKey: "YW4gYWNjb3VudCBrZXk=" },
    onSourceChange: "ignore",
    timeout: "1h",
});
blobCopy("sas-not-https-only", withSas({ spr: "https,http" }));
blobCopy("sas-writable", withSas({ sp: "racwd" }));
blobCopy("sas-long-lived", withSas(lasting(365)));
blobCopy("sas-expires-before-timeout", { ...withSas(lasting(0.5)), timeout: "1d" });
blobCopy("http-source", {
    source: { ...source("orders.bak"), endpoint: "http://contosogolden.blob.core.windows.net" },
});
blobCopy("source-host-not-allowed", { source: "https://downloads.example.com/orders.bak" });
azureBlob("anonymous-source", {
    sourceUri: "https://contosogolden.blob.core.windows.net/public/orders.bak",
    storageAccountName: "contosodev",
    storageContainerName: "seed",
});
blobCopy("cross-tenant-copy", {
    destination: { ...destination("cross-tenant-copy"), tenantId: "22222222-2222-2222-2222-222222222222" },
});
blobCopy("destination-allows-shared-key", { destination: destination("shared-key", "contosokeys") });
blobCopy("destination-allows-public-blobs", { destination: destination("public-blobs", "contosopublic") });
blobCopy("destination-allows-any-copy-scope", { destination: destination("copy-scope", "contosoanywhere") });
blobCopy("rehydration-without-timeout", { accessTier: "Hot", waitForRehydration: true });
azureBlob("large-copy-without-timeout", {
    type: "Page",
    sourceUri: "https://contosodev.blob.core.windows.net/images/os.vhd",
    storageAccountName: "contosodev",
    storageContainerName: "seed",
});

// The account's name is chosen when it is made: what needs it is undecided in a preview.
const unnamed = storageAccount("unnamed", { accountName: undefined, location: "westeurope" });
blobCopy("unknown-values", { destination: { ...destination("orders.bak"), accountName: unnamed.id } });
