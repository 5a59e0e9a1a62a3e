import { BlobSASPermissions } from "@azure/storage-blob";
import { describe, expect, test } from "vitest";
import { containerOf, failure, serviceClient, simulate } from "./support/simulate";

const account = (options: object) => simulate({ accounts: [{ name: "golden", ...options }, { name: "dev" }] });

describe("Get Account Information", () => {
    test.each([
        [{}, { skuName: "Standard_LRS", accountKind: "StorageV2", isHierarchicalNamespaceEnabled: false }],
        [
            { hierarchicalNamespace: true, sku: "Standard_ZRS" },
            { skuName: "Standard_ZRS", accountKind: "StorageV2", isHierarchicalNamespaceEnabled: true },
        ],
        [
            { kind: "BlockBlobStorage", sku: "Premium_LRS" },
            { skuName: "Premium_LRS", accountKind: "BlockBlobStorage", isHierarchicalNamespaceEnabled: false },
        ],
    ])("tells of %j, at the service and at a blob", async (options, told) => {
        const { golden } = await account(options);
        expect(await serviceClient(golden).getAccountInfo()).toMatchObject(told);
        const blob = serviceClient(golden).getContainerClient("none").getBlobClient("none");
        expect(await blob.getAccountInfo()).toMatchObject(told);
    });
});

describe("an account with a hierarchical namespace", () => {
    const feature = { status: 409, code: "FeatureNotYetSupportedForHierarchicalNamespaceAccounts" };
    const api = { status: 409, code: "BlobApiNotYetSupportedForHierarchicalNamespaceAccounts" };

    test("refuses tags, snapshots, page blobs and seals, and takes all else", async () => {
        const { golden, dev } = await account({ hierarchicalNamespace: true });
        const container = containerOf(golden);
        const blob = container.getBlockBlobClient("folder/a");
        await blob.upload("hello", 5);
        expect(await failure(blob.upload("hello", 5, { tags: { a: "b" } }))).toEqual(feature);
        expect(await failure(blob.setTags({ a: "b" }))).toEqual(feature);
        expect(await failure(blob.getTags())).toEqual(feature);
        expect(await failure(blob.createSnapshot())).toEqual(feature);
        expect(await failure(container.getPageBlobClient("disk").create(512))).toEqual(api);
        const log = container.getAppendBlobClient("log");
        await log.create();
        await log.appendBlock("line", 4);
        expect(await failure(log.seal())).toEqual(api);
        await blob.setAccessTier("Cool");
        dev.createContainer("images");
        dev.putBlob("images", "disk", Buffer.alloc(512), { blobType: "PageBlob" });
        const disk = serviceClient(dev).getContainerClient("images").getBlobClient("disk");
        const url = await disk.generateSasUrl({
            permissions: BlobSASPermissions.parse("r"),
            expiresOn: new Date(Date.now() + 1e9),
        });
        expect(await failure(container.getBlobClient("copied").beginCopyFromURL(url))).toEqual(api);
    });

    test("fails to start where it can't be one", async () => {
        await expect(account({ hierarchicalNamespace: true, versioning: true })).rejects.toThrow(/no versions/);
        await expect(account({ hierarchicalNamespace: true, kind: "BlobStorage" })).rejects.toThrow(
            /kind BlobStorage has no hierarchical namespace/,
        );
    });
});

describe("blob types", () => {
    const refused = { status: 400, code: "BlobTypeNotSupported" };

    test("a premium account for page blobs holds nothing else", async () => {
        const { golden } = await account({ sku: "Premium_LRS" });
        const container = containerOf(golden);
        await container.getPageBlobClient("disk").create(512);
        const block = container.getBlockBlobClient("a");
        await expect(block.upload("hello", 5)).rejects.toThrow("Block blobs are not supported.");
        expect(await failure(block.upload("hello", 5))).toEqual(refused);
        expect(await failure(block.stageBlock("AAAA", "hello", 5))).toEqual(refused);
        expect(await failure(container.getAppendBlobClient("log").create())).toEqual(refused);
    });

    test.each([{ kind: "BlobStorage" }, { kind: "BlockBlobStorage", sku: "Premium_LRS" }])(
        "%j holds no page blobs",
        async (options) => {
            const { golden } = await account(options);
            const container = containerOf(golden);
            await container.getBlockBlobClient("a").upload("hello", 5);
            await container.getAppendBlobClient("log").create();
            await expect(container.getPageBlobClient("disk").create(512)).rejects.toThrow(
                "Page blob is not supported for this account type.",
            );
        },
    );
});

test("Get Container Properties tells of version-level immutability support", async () => {
    const { golden } = await simulate();
    golden.createContainer("plain");
    golden.createContainer("worm", { immutableStorageWithVersioning: true });
    const told = async (name: string) => {
        const { isImmutableStorageWithVersioningEnabled } = await serviceClient(golden)
            .getContainerClient(name)
            .getProperties();
        return isImmutableStorageWithVersioningEnabled;
    };
    expect([await told("plain"), await told("worm")]).toEqual([false, true]);
});
