// Every project of examples/ under the real Pulumi CLI: a preview with the policy pack, which finds nothing; up, up again with
// nothing to do, destroy.

import { readdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { BlobSASPermissions, BlobServiceClient, type PageBlobClient } from "@azure/storage-blob";
import { type ShareFileClient, ShareServiceClient } from "@azure/storage-file-share";
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { type EntraIdStorage, startEntraIdStorage } from "../helpers/entraId";
import { withExample } from "../helpers/example";
import { startS3 } from "../helpers/s3";
import type { TestStack } from "../helpers/stack";
import { sourceContent, startStorage, type TestStorage } from "../helpers/storage";
import { trustCertificate } from "../helpers/trustCertificate";
import { FABRIKAM } from "../simulator/support/identity";

let storage: TestStorage;
/** Accounts without shared keys, where an example needs such. */
let keyless: EntraIdStorage;

beforeEach(async () => {
    storage = await startStorage({ realTime: true, rehydrateSeconds: { High: 5 } });
});

afterEach(async () => {
    await storage.close();
});

/** An example's configuration, and what to look at between `up` and `destroy`. */
interface Example {
    configuration(): Promise<Record<string, string>> | Record<string, string>;
    check(stack: TestStack, outputs: Record<string, unknown>): Promise<void>;
    /** After `destroy`. */
    afterwards(): Promise<void>;
}

/** A disk in the golden account, and a container for its backups. */
async function disk(): Promise<PageBlobClient> {
    storage.simulator.account("dev").createContainer("backups");
    storage.simulator.account("dev").createContainer("vhds");
    const blob = storage.container("golden").getPageBlobClient("disk.vhd");
    await blob.create(1024 * 1024);
    await blob.uploadPages(Buffer.alloc(2048, 1), 0, 2048);
    return blob;
}

/** A page blob of the dev account, or a snapshot of one. */
function pagesOf(container: string, blobName: string, snapshot = ""): PageBlobClient {
    return BlobServiceClient.fromConnectionString(storage.simulator.account("dev").connectionString)
        .getContainerClient(container)
        .getPageBlobClient(blobName)
        .withSnapshot(snapshot);
}

/** A file of a share. */
function fileOf(account: "golden" | "dev", share: string, filePath: string): ShareFileClient {
    return ShareServiceClient.fromConnectionString(storage.simulator.account(account).connectionString)
        .getShareClient(share)
        .rootDirectoryClient.getFileClient(filePath);
}

const connectionStrings = () => ({
    goldenConnectionString: storage.simulator.account("golden").connectionString,
    devConnectionString: storage.simulator.account("dev").connectionString,
});

/** How an account is configured in the examples: its name, and what an emulator needs beside. */
function account(name: "golden" | "dev", keys: { account: string; endpoint: string; accountKey: string }) {
    const { blobEndpoint, key } = storage.simulator.account(name);
    return { [keys.account]: name, [keys.endpoint]: blobEndpoint, [keys.accountKey]: key };
}

const one = { account: "account", endpoint: "endpoint", accountKey: "accountKey" };

/** The destination of examples whose sources are elsewhere. */
function seed() {
    return { connectionString: storage.simulator.account("dev").connectionString, containerName: "seed" };
}

async function isGone(blobName: string): Promise<void> {
    expect(await storage.blob("dev", blobName).exists()).toBe(false);
}

const examples: Readonly<Record<string, Example>> = {
    "blob-copy-simple": {
        configuration: () => ({
            goldenConnectionString: storage.simulator.account("golden").connectionString,
            devConnectionString: storage.simulator.account("dev").connectionString,
        }),
        async check() {
            expect(await storage.content("dev")).toBe(sourceContent);
        },
        afterwards: () => isGone("orders.bak"),
    },
    "blob-copy-across-accounts": {
        configuration() {
            storage.simulator.account("golden").putBlob("images", "customers.bak", "customers");
            return {
                ...account("golden", { account: "goldenAccount", endpoint: "goldenEndpoint", accountKey: "goldenKey" }),
                ...account("dev", { account: "devAccount", endpoint: "devEndpoint", accountKey: "devKey" }),
                "blobs[0]": "orders.bak",
                "blobs[1]": "customers.bak",
            };
        },
        async check(_, { copies }) {
            expect(await storage.content("dev", "orders.bak")).toBe(sourceContent);
            expect(await storage.content("dev", "customers.bak")).toBe("customers");
            expect(copies).toHaveLength(2);
        },
        afterwards: () => isGone("customers.bak"),
    },
    "blob-copy-entra-id": {
        async configuration() {
            const started = await startEntraIdStorage({ realTime: true, golden: { tenantId: FABRIKAM } });
            keyless = started;
            onTestFinished(() => started.close());
            trustCertificate();
            vi.stubEnv("AZURE_AUTHORITY_HOST", keyless.simulator.entra.authorityHost);
            vi.stubEnv("ARM_DISABLE_INSTANCE_DISCOVERY", "true");
            const end = (
                name: "golden" | "dev",
                role: "Storage Blob Data Reader" | "Storage Blob Data Contributor",
            ) => {
                const { blobEndpoint, tenantId } = keyless.simulator.account(name);
                const { clientId, clientSecret } = keyless.principal({ [name]: role }, tenantId);
                return {
                    [`${name}Account`]: name,
                    [`${name}Endpoint`]: blobEndpoint,
                    [`${name}TenantId`]: tenantId,
                    [`${name}ClientId`]: clientId,
                    [`${name}ClientSecret`]: clientSecret!,
                };
            };
            return {
                ...end("golden", "Storage Blob Data Reader"),
                ...end("dev", "Storage Blob Data Contributor"),
                blob: "orders.bak",
            };
        },
        async check() {
            expect(await keyless.content("dev")).toBe(sourceContent);
        },
        async afterwards() {
            expect(await keyless.blob("dev").exists()).toBe(false);
        },
    },
    "blob-copy-rehydrate": {
        configuration() {
            storage.simulator.account("dev").putBlob("seed", "2021/ledger.bak", "a ledger", { accessTier: "Archive" });
            return { ...account("dev", one), container: "seed", blob: "2021/ledger.bak", priority: "High" };
        },
        async check(_, { accessTier }) {
            expect(accessTier).toBe("Hot");
            expect(await storage.content("dev", "online/2021/ledger.bak")).toBe("a ledger");
        },
        async afterwards() {
            await isGone("online/2021/ledger.bak");
            expect((await storage.blob("dev", "2021/ledger.bak").getProperties()).accessTier).toBe("Archive");
        },
    },
    "blob-copy-promote-snapshot": {
        async configuration() {
            const { snapshot } = await storage.blob("golden").createSnapshot();
            await storage.blob("golden").upload("a mistake", 9);
            return { ...account("golden", one), container: "images", blob: "orders.bak", snapshot: snapshot! };
        },
        async check({ refresh, up }) {
            expect(await storage.content("golden")).toBe(sourceContent);
            await storage.blob("golden").upload("what came after", 15);
            expect((await refresh()).error).toBeUndefined();
            expect((await up()).error).toBeUndefined();
            expect(await storage.content("golden")).toBe("what came after");
        },
        async afterwards() {
            expect(await storage.content("golden")).toBe("what came after");
        },
    },
    "blob-copy-from-s3": {
        async configuration() {
            const s3 = await startS3("orders.bak");
            onTestFinished(() => s3.close());
            await s3.put("what S3 holds");
            const { bucket, key, ...of } = s3.location();
            return { ...of, bucket, key, ...seed() } as Record<string, string>;
        },
        async check() {
            expect(await storage.content("dev")).toBe("what S3 holds");
        },
        afterwards: () => isGone("orders.bak"),
    },
    "blob-copy-from-url": {
        async configuration() {
            const server = createServer((request, response) => {
                response.writeHead(200, { ETag: '"1"', "Content-Length": 2 });
                response.end(request.method === "HEAD" ? undefined : "[]");
            });
            onTestFinished(() => void server.close());
            await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
            return { source: `http://localhost:${(server.address() as AddressInfo).port}/holidays.json`, ...seed() };
        },
        async check() {
            expect(await storage.content("dev", "holidays.json")).toBe("[]");
            const { contentType } = await storage.blob("dev", "holidays.json").getProperties();
            expect(contentType).toBe("application/json");
        },
        afterwards: () => isGone("holidays.json"),
    },
    "file-copy-simple": {
        async configuration() {
            const golden = storage.simulator.account("golden");
            golden.createShare("config");
            storage.simulator.account("dev").createShare("config");
            golden.putFile("config", "app/settings.json", "the settings", { fileAttributes: "Hidden | Archive" });
            const { snapshot } = await ShareServiceClient.fromConnectionString(golden.connectionString)
                .getShareClient("config")
                .createSnapshot();
            golden.putFile("config", "app/settings.json", "a mistake");
            return { ...connectionStrings(), shareSnapshot: snapshot! };
        },
        async check(_, { smbProperties }) {
            const file = fileOf("dev", "config", "app/settings.json");
            expect((await file.downloadToBuffer()).toString()).toBe("the settings");
            expect(await file.getProperties()).toMatchObject({ fileAttributes: "Hidden | Archive" });
            expect(smbProperties).toMatchObject({ fileAttributes: "Hidden | Archive" });
        },
        async afterwards() {
            expect(await fileOf("dev", "config", "app/settings.json").exists()).toBe(false);
        },
    },
    "file-copy-from-blob": {
        configuration() {
            const [releases, share] = [storage.simulator.account("golden"), storage.simulator.account("dev")];
            releases.createContainer("releases");
            releases.putBlob("releases", "app-1.2.0.zip", "the release");
            releases.putBlob("releases", "app-1.3.0.zip", "the next release");
            share.createShare("apps");
            return {
                releasesConnectionString: releases.connectionString,
                shareConnectionString: share.connectionString,
                version: "1.2.0",
            };
        },
        async check({ stack, up }) {
            const file = fileOf("dev", "apps", "app/release.zip");
            expect((await file.downloadToBuffer()).toString()).toBe("the release");
            await stack.setConfig("version", { value: "1.3.0" });
            const { error, steps } = await up();
            expect(error).toBeUndefined();
            expect(Object.values(steps)).toContainEqual(["update"]);
            expect((await file.downloadToBuffer()).toString()).toBe("the next release");
            expect(await file.getProperties()).toMatchObject({
                contentType: "application/zip",
                metadata: { version: "1.3.0" },
            });
        },
        async afterwards() {
            expect(await fileOf("dev", "apps", "app/release.zip").exists()).toBe(false);
        },
    },
    "page-blob-to-managed-image": {
        async configuration() {
            const vhds = storage.simulator.account("dev");
            vhds.createContainer("vhds");
            const vhd = storage.container("golden").getPageBlobClient("ubuntu.vhd");
            await vhd.create(1024 * 1024);
            const sas = await vhd.generateSasUrl({
                permissions: BlobSASPermissions.parse("r"),
                expiresOn: new Date(Date.now() + 3_600_000),
            });
            const [url, vhdSasToken] = sas.split("?") as [string, string];
            return { ...account("dev", one), vhd: url, vhdSasToken };
        },
        async check({ onDisk, up }, { vhdUrl, imageId }) {
            expect(vhdUrl).toBe(`${storage.simulator.account("dev").blobEndpoint}/vhds/golden.vhd`);
            const { inputs, dependencies } = JSON.parse(onDisk()).checkpoint.latest.resources.find(
                ({ type }: { type: string }) => type === "azure-native:compute:Image",
            );
            expect(inputs.storageProfile.osDisk.blobUri).toBe(vhdUrl);
            expect(dependencies.join()).toContain("azure-copy:BlobCopy::vhd");

            // Another VHD is another image.
            await storage.container("golden").getPageBlobClient("ubuntu.vhd").uploadPages(Buffer.alloc(512, 1), 0, 512);
            const { error, outputs } = await up();
            expect(error).toBeUndefined();
            expect(outputs.vhdUrl).toBe(vhdUrl);
            expect(outputs.imageId).not.toBe(imageId);
        },
        async afterwards() {
            const dev = BlobServiceClient.fromConnectionString(storage.simulator.account("dev").connectionString);
            expect(await dev.getContainerClient("vhds").getBlobClient("golden.vhd").exists()).toBe(false);
        },
    },
    "incremental-snapshot-copy-simple": {
        async configuration() {
            await disk();
            return { ...connectionStrings(), deleteSnapshots: "true" };
        },
        async check({ stack, up }, { kind, bytesTransferred }) {
            expect([kind, bytesTransferred]).toEqual(["full", 2048]);
            const blob = storage.container("golden").getPageBlobClient("disk.vhd");
            await blob.uploadPages(Buffer.alloc(512, 2), 0, 512);
            await stack.setConfig("again", { value: "now" });
            const { error, outputs } = await up();
            expect(error).toBeUndefined();
            expect([outputs.kind, outputs.bytesTransferred]).toEqual(["incremental", 512]);
            const [, latest] = outputs.backups as { snapshot: string }[];
            const copied = await pagesOf("backups", "disk.vhd", latest!.snapshot).downloadToBuffer();
            expect(copied.equals(await blob.downloadToBuffer())).toBe(true);
        },
        async afterwards() {
            expect(await pagesOf("backups", "disk.vhd").exists()).toBe(false);
        },
    },
    "incremental-snapshot-copy-restore": {
        async configuration() {
            await disk();
            return { ...connectionStrings(), restore: "latest", deleteSnapshots: "true" };
        },
        async check() {
            const restored = pagesOf("backups", "disk-restored.vhd");
            const blob = storage.container("golden").getPageBlobClient("disk.vhd");
            expect((await restored.downloadToBuffer()).equals(await blob.downloadToBuffer())).toBe(true);
        },
        async afterwards() {
            expect(await pagesOf("backups", "disk-restored.vhd").exists()).toBe(false);
        },
    },
    "incremental-snapshot-copy-managed-disk": {
        async configuration() {
            const blob = await disk();
            const { snapshot } = await blob.createSnapshot();
            const sas = await blob.generateSasUrl({
                permissions: BlobSASPermissions.parse("r"),
                expiresOn: new Date(Date.now() + 3_600_000),
            });
            const [sourceUrl, sourceSasToken] = sas.split("?") as [string, string];
            const given = { sourceUrl, sourceSasToken, snapshot: snapshot!, accountId: "/subscriptions/s/dev" };
            return { ...account("dev", one), ...given, deleteSnapshots: "true" };
        },
        async check({ stack, up, onDisk }, { diskId }) {
            const { inputs } = JSON.parse(onDisk()).checkpoint.latest.resources.find(
                ({ type }: { type: string }) => type === "azure-native:compute:Disk",
            );
            expect(inputs.creationData.sourceUri).toBe(pagesOf("vhds", "import.vhd").url);
            const blob = storage.container("golden").getPageBlobClient("disk.vhd");
            await stack.setConfig("snapshot", { value: (await blob.createSnapshot()).snapshot! });
            const { error, outputs } = await up();
            expect(error).toBeUndefined();
            expect(outputs.diskId).not.toBe(diskId);
        },
        async afterwards() {
            expect(await pagesOf("vhds", "backup.vhd").exists()).toBe(false);
        },
    },
};

/** The rules of the policy pack that a preview has told of. */
const violations = (transcript: string) => transcript.match(/- \[(?:mandatory|advisory)\].*/g) ?? [];

it.each(Object.entries(examples))("%s", async (name, { configuration, check, afterwards }) => {
    await withExample(name, await configuration(), async (stack) => {
        const pack = join(stack.stack.workspace.workDir, "node_modules/pulumi-azure-copy/policy");
        const previewed = await stack.preview({ policyPacks: [pack] });
        expect(previewed.error).toBeUndefined();
        expect(previewed.transcript).toContain("azure-copy-guard@v");
        expect(violations(previewed.transcript)).toEqual([]);
        const first = await stack.up();
        expect(first.error).toBeUndefined();
        const again = await stack.up();
        expect(again.error).toBeUndefined();
        expect(Object.values(again.steps)).toEqual(Object.keys(first.steps).map(() => ["same"]));
        await check(stack, first.outputs);
        expect((await stack.destroy()).error).toBeUndefined();
        await afterwards();
    });
});

it("covers every project of examples/", () => {
    // test/lifecycle/policy.test.ts runs the one that the policy pack refuses.
    const projects = [...Object.keys(examples), "policy-violations"];
    const entries = readdirSync(resolve(__dirname, "../../examples"), { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(projects.sort()).toEqual(folders.sort());
});
