// What an account can't hold is said before anything is written, in few requests.

import { BlobSASPermissions, generateBlobSASQueryParameters } from "@azure/storage-blob";
import { afterEach, describe, expect, it } from "vitest";
import { type AccountOptions, zeros } from "../../simulator";
import { blobCopyHandler as handler } from "../../src/provider/blobCopy";
import type { BlobCopyInputs, BlobCopyState } from "../../src/provider/blobCopyTypes";
import { sourceContent, startStorage, type TestStorage } from "../helpers/storage";
import { upOnce, writesOf } from "../helpers/up";

let storage: TestStorage;

afterEach(async () => {
    await storage.close();
});

async function start(dev: Partial<AccountOptions> = {}): Promise<void> {
    storage = await startStorage({ copySeconds: 10, dev });
}

const up = (change: Partial<BlobCopyInputs> = {}, state?: BlobCopyState) =>
    upOnce(storage, state, { ...storage.inputs, ...change });

const pageBlob = () =>
    storage.simulator.account("golden").putBlob("images", "orders.bak", zeros(1024), { blobType: "PageBlob" });
const appendBlob = () =>
    storage.simulator.account("golden").putBlob("images", "orders.bak", "lines", { blobType: "AppendBlob" });

/** The failure of an up that has written nothing. */
async function refusal(change: Partial<BlobCopyInputs>): Promise<string> {
    const error = await up(change).then(
        () => expect.unreachable("it should have failed"),
        (failure: Error) => failure,
    );
    expect(writesOf(storage)).toEqual([]);
    expect(await storage.blob("dev").exists()).toBe(false);
    return error.message;
}

const policy = () => ({ expiriesOn: new Date(storage.clock.now() + 86_400_000).toISOString() });

describe("an account with a hierarchical namespace", () => {
    it("fails for all at once that it lacks", async () => {
        await start({ hierarchicalNamespace: true });
        appendBlob();
        const message = await refusal({ tags: { env: "dev" }, sealBlob: true, immutabilityPolicy: policy() });
        expect(message).toMatch(/could not copy .* onto .*, which the account dev can't hold as it is asked for: /);
        expect(message).toMatch(
            /tags must be left out, since it has a hierarchical namespace.*metadata may do instead/,
        );
        expect(message).toMatch(/sealBlob must be left out, since it has a hierarchical namespace/);
        expect(message).toMatch(/immutabilityPolicy must be left out, since it has a hierarchical namespace/);
        expect(storage.simulator.requests.count("Get Container Properties")).toBe(0);
    });

    it("fails for a page blob where it is asked at all, and else explains the service's refusal", async () => {
        await start({ hierarchicalNamespace: true });
        pageBlob();
        expect(await refusal({ legalHold: true })).toMatch(
            /the source is a page blob, which it does not hold, since it has a hierarchical namespace; copy into a StorageV2 account without/,
        );
        await expect(up()).rejects.toThrow(
            /409.*BlobApiNotYetSupportedForHierarchicalNamespaceAccounts.*page blobs, sealing and versions need an account without one/,
        );
    });

    it("takes what it has", async () => {
        await start({ hierarchicalNamespace: true });
        await up({ accessTier: "Cool", metadata: { stage: "dev" } });
        expect((await storage.blob("dev").getProperties()).accessTier).toBe("Cool");
    });
});

describe("premium accounts", () => {
    it("for page blobs, fail for other blobs, tiers and tags", async () => {
        await start({ sku: "Premium_LRS" });
        const message = await refusal({ accessTier: "Hot", tags: { env: "dev" } });
        expect(message).toMatch(/the source is no page blob, and it is a premium account for page blobs; copy into/);
        expect(message).toMatch(/accessTier must be one of P4, .*P80, since it is a premium account .*\(got "Hot"\)/);
        expect(message).toMatch(/tags must be left out, since it is a premium account for page blobs/);
        await expect(up()).rejects.toThrow(
            /400.*Block blobs are not supported.*the account holds no blobs of this type/,
        );
    });

    it("for page blobs, take those", async () => {
        await start({ sku: "Premium_LRS" });
        pageBlob();
        await up({ accessTier: "P20" });
        expect((await storage.blob("dev").getProperties()).accessTier).toBe("P20");
    });

    it("for block blobs, fail for tiers and page blobs", async () => {
        await start({ kind: "BlockBlobStorage", sku: "Premium_ZRS" });
        expect(await refusal({ accessTier: "Cool" })).toMatch(
            /accessTier must be left out, since its kind is BlockBlobStorage, which has no access tiers \(got "Cool"\)$/,
        );
        pageBlob();
        expect(await refusal({ accessTier: "P10" })).toMatch(
            /the source is a page blob, which it does not hold, since its kind is BlockBlobStorage.*only premium accounts for page blobs have P10/,
        );
        await expect(up()).rejects.toThrow(/400.*Page blob is not supported for this account type/);
    });

    it("for block blobs, take tags", async () => {
        await start({ kind: "BlockBlobStorage", sku: "Premium_LRS" });
        await up({ tags: { env: "dev" } });
        expect((await storage.blob("dev").getTags()).tags).toEqual({ env: "dev" });
    });
});

describe("standard accounts", () => {
    it.each<[string, Partial<AccountOptions>, Partial<BlobCopyInputs>, RegExp]>([
        [
            "tags, of kind BlobStorage",
            { kind: "BlobStorage" },
            { tags: { a: "b" } },
            /tags must be left out, since its kind is BlobStorage/,
        ],
        [
            "tags, of kind Storage",
            { kind: "Storage" },
            { tags: { a: "b" } },
            /tags must be left out, since its kind is Storage/,
        ],
        [
            "tiers, of kind Storage",
            { kind: "Storage" },
            { accessTier: "Hot" },
            /accessTier must be left out, since its kind is Storage/,
        ],
        [
            "Archive, with zones",
            { sku: "Standard_GZRS" },
            { accessTier: "Archive" },
            /accessTier must be Hot, Cool or Cold, since its redundancy is Standard_GZRS/,
        ],
    ])("fail for %s", async (_, dev, change, message) => {
        await start(dev);
        expect(await refusal(change)).toMatch(message);
    });

    it("fail for premium tiers of page blobs", async () => {
        await start();
        pageBlob();
        expect(await refusal({ accessTier: "P10" })).toMatch(/only premium accounts for page blobs have P10/);
    });

    it("fail for page blobs, of kind BlobStorage", async () => {
        await start({ kind: "BlobStorage" });
        pageBlob();
        expect(await refusal({ legalHold: true })).toMatch(/the source is a page blob.*its kind is BlobStorage/);
    });
});

describe("a container without version-level immutability support", () => {
    it.each(["legalHold", "immutabilityPolicy"] as const)("fails for %s", async (property) => {
        await start();
        storage.simulator.account("dev").createContainer("plain");
        const destination = { ...storage.inputs.destination, containerName: "plain" };
        const change = property === "legalHold" ? { legalHold: true } : { immutabilityPolicy: policy() };
        expect(await refusal({ destination, ...change })).toMatch(
            new RegExp(
                `${property} must be left out, since its container plain has no version-level immutability support`,
            ),
        );
    });

    it("does not mind a hold that is not there", async () => {
        await start();
        storage.simulator.account("dev").createContainer("plain");
        await up({ destination: { ...storage.inputs.destination, containerName: "plain" }, legalHold: false });
    });
});

describe("what it costs", () => {
    const asked = () =>
        storage.operations().filter((operation) => /Account Information|Container Properties/.test(operation));

    it("is nothing where nothing depends on it", async () => {
        await start();
        const state = await up({ metadata: { stage: "dev" }, blobHTTPHeaders: { blobContentType: "text/html" } });
        expect(asked()).toEqual([]);
        storage.simulator.account("golden").putBlob("images", "orders.bak", "newer");
        await up({}, state);
        expect(asked()).toEqual([]);
    });

    it("is one request for an account, and one for a container, however many copies go there", async () => {
        await start();
        const to = (blobName: string) => ({ ...storage.inputs.destination, blobName });
        const creations = ["a", "b", "c"].map((name) =>
            handler.create(
                { ...storage.inputs, destination: to(name), tags: { env: "dev" }, immutabilityPolicy: policy() },
                storage.context,
            ),
        );
        await Promise.all(creations);
        expect(asked().sort()).toEqual(["Get Account Information", "Get Container Properties"]);
        await up({ destination: to("d"), accessTier: "Cool" });
        expect(asked()).toEqual([]);
    });

    it("is nothing but the question where the credential may not ask", async () => {
        await start({ hierarchicalNamespace: true });
        storage.simulator.faults.add({
            operation: "Get Account Information",
            status: 403,
            errorCode: "AuthorizationPermissionMismatch",
        });
        await expect(up({ tags: { env: "dev" } })).rejects.toThrow(
            /409.*FeatureNotYetSupportedForHierarchicalNamespaceAccounts.*tags, snapshots/,
        );
        await expect(up({ tags: { env: "dev" } })).rejects.toThrow(/FeatureNotYetSupported/);
        expect(asked()).toEqual([]);
        expect(storage.warnings).toEqual([]);
    });

    it("is asked again after a failure that may pass", async () => {
        await start({ hierarchicalNamespace: true });
        storage.simulator.faults.add({ operation: "Get Account Information", status: 500, times: 6 });
        await expect(up({ tags: { env: "dev" } })).rejects.toThrow(/FeatureNotYetSupported/);
        expect(await refusal({ tags: { env: "dev" } })).toMatch(/tags must be left out/);
    });

    it("works with a SAS for the one blob, which may ask for the account, not for the container", async () => {
        await start();
        const { credential } = storage.blob("dev") as never as { credential: never };
        const sasToken = generateBlobSASQueryParameters(
            {
                containerName: "seed",
                blobName: "orders.bak",
                permissions: BlobSASPermissions.parse("rcwdit"),
                expiresOn: new Date(storage.clock.now() + 86_400_000),
            },
            credential,
        ).toString();
        const destination = { url: storage.blob("dev").url, sasToken };
        await up({ destination, tags: { env: "dev" }, legalHold: true });
        expect(await storage.content("dev")).toBe(sourceContent);
    });
});
