// Customer-provided keys, as the service was recorded to treat them (tests of the Azure SDKs for JavaScript and .NET).

import { createHash } from "node:crypto";
import { BlobServiceClient, type BlockBlobClient, type ContainerClient, type CpkInfo } from "@azure/storage-blob";
import { beforeEach, describe, expect, test } from "vitest";
import { trusted } from "./support/certificate";
import { letters } from "./support/copies";
import { containerOf, failure, type Simulated, simulate } from "./support/simulate";

const tls = trusted();

function keyOf(seed: number): CpkInfo {
    const bytes = Buffer.alloc(32, seed);
    return {
        encryptionKey: bytes.toString("base64"),
        encryptionKeySha256: createHash("sha256").update(bytes).digest("base64"),
        encryptionAlgorithm: "AES256",
    };
}

const ours = keyOf(1);
const theirs = keyOf(2);
const uses = { status: 409, code: "BlobUsesCustomerSpecifiedEncryption" };
const usesNone = { status: 409, code: "BlobDoesNotUseCustomerSpecifiedEncryption" };
const mismatch = { status: 409, code: "BlobCustomerSpecifiedEncryptionMismatch" };
const unverified = { status: 409, code: "CannotVerifyCopySource" };

let simulated: Simulated;
let container: ContainerClient;
let blob: BlockBlobClient;

beforeEach(async () => {
    simulated = await simulate({ tls });
    container = containerOf(simulated.golden);
    blob = container.getBlockBlobClient("a");
});

const sasOf = (of: BlockBlobClient) =>
    of.generateSasUrl({ permissions: letters("r"), expiresOn: new Date(Date.now() + 3_600_000) });

describe("a blob with a customer-provided key", () => {
    beforeEach(async () => {
        const written = await blob.upload("hello", 5, { customerProvidedKey: ours });
        expect(written).toMatchObject({ encryptionKeySha256: ours.encryptionKeySha256, isServerEncrypted: true });
    });

    test("is read with it alone", async () => {
        const read = await blob.getProperties({ customerProvidedKey: ours });
        expect(read).toMatchObject({ encryptionKeySha256: ours.encryptionKeySha256, contentLength: 5 });
        expect((await blob.downloadToBuffer(0, undefined, { customerProvidedKey: ours })).toString()).toBe("hello");
        expect(await failure(blob.getProperties())).toEqual(uses);
        expect(await failure(blob.download())).toEqual(uses);
        expect(await failure(blob.getProperties({ customerProvidedKey: theirs }))).toEqual(mismatch);
    });

    test("is listed without it, and deleted, leased, tagged and given headers", async () => {
        const { value } = await container.listBlobsFlat().next();
        expect(value.properties.customerProvidedKeySha256).toBe(ours.encryptionKeySha256);
        const lease = blob.getBlobLeaseClient();
        await lease.acquireLease(-1);
        await lease.releaseLease();
        await blob.setTags({ env: "dev" });
        await blob.setHTTPHeaders({ blobContentType: "text/plain" });
        await blob.delete();
    });

    test("gets metadata and snapshots with it alone, and a tier never", async () => {
        expect(await failure(blob.setMetadata({ a: "b" }))).toEqual(uses);
        const set = await blob.setMetadata({ a: "b" }, { customerProvidedKey: ours });
        expect(set.encryptionKeySha256).toBe(ours.encryptionKeySha256);
        expect(await failure(blob.createSnapshot({ customerProvidedKey: theirs }))).toEqual(mismatch);
        const { snapshot, ...taken } = await blob.createSnapshot({ customerProvidedKey: ours });
        expect(taken).not.toHaveProperty("encryptionKeySha256");
        const kept = blob.withSnapshot(snapshot!);
        expect(await failure(kept.getProperties())).toEqual(uses);
        expect((await kept.getProperties({ customerProvidedKey: ours })).metadata).toEqual({ a: "b" });
        expect(await failure(blob.setAccessTier("Cool"))).toEqual(uses);
    });

    test("is overwritten with any key or none", async () => {
        await blob.upload("other", 5, { customerProvidedKey: theirs });
        expect(await failure(blob.getProperties({ customerProvidedKey: ours }))).toEqual(mismatch);
        await blob.upload("plain", 5);
        expect(await failure(blob.getProperties({ customerProvidedKey: ours }))).toEqual(usesNone);
        expect(await failure(blob.setMetadata({ a: "b" }, { customerProvidedKey: ours }))).toEqual(usesNone);
        expect((await blob.getProperties()).encryptionKeySha256).toBeUndefined();
    });

    test("takes no blocks that are encrypted otherwise", async () => {
        const stage = (options = {}) => blob.stageBlock("MQ==", "hello", 5, options);
        expect(await failure(stage())).toEqual(uses);
        expect(await failure(stage({ customerProvidedKey: theirs }))).toEqual(mismatch);
        expect((await stage({ customerProvidedKey: ours })).encryptionKeySha256).toBe(ours.encryptionKeySha256);
        expect(await failure(blob.commitBlockList(["MQ=="]))).toEqual(uses);
        await blob.commitBlockList(["MQ=="], { customerProvidedKey: ours });
        expect((await blob.getBlockList("committed")).committedBlocks).toHaveLength(1);
    });

    test("is copied by a From-URL operation that names its key, into a blob with a key of its own", async () => {
        const copy = container.getBlockBlobClient("copy");
        const url = await sasOf(blob);
        expect(await failure(copy.syncUploadFromURL(url))).toEqual(unverified);
        expect(await failure(copy.syncUploadFromURL(url, { sourceCustomerProvidedKey: theirs }))).toEqual(unverified);
        const keys = { sourceCustomerProvidedKey: ours, customerProvidedKey: theirs };
        await copy.syncUploadFromURL(url, keys);
        expect((await copy.downloadToBuffer(0, undefined, { customerProvidedKey: theirs })).toString()).toBe("hello");
        const staged = await copy.stageBlockFromURL("MQ==", url, 0, 5, keys);
        expect(staged.encryptionKeySha256).toBe(theirs.encryptionKeySha256);
    });

    test("is not copied by Copy Blob and Copy Blob From URL", async () => {
        const copy = container.getBlockBlobClient("copy");
        const url = await sasOf(blob);
        expect(await failure(copy.beginCopyFromURL(url))).toEqual(unverified);
        expect(await failure(copy.syncCopyFromURL(url))).toEqual(unverified);
    });
});

test("a plain source is not read with a key", async () => {
    await blob.upload("hello", 5);
    const copy = container.getBlockBlobClient("copy");
    const attempt = copy.syncUploadFromURL(await sasOf(blob), { sourceCustomerProvidedKey: ours });
    expect(await failure(attempt)).toEqual(unverified);
});

test("pages and appended blocks need the blob's key", async () => {
    const pages = container.getPageBlobClient("pages");
    await pages.create(1024, { customerProvidedKey: ours });
    const page = Buffer.alloc(512, 1);
    expect(await failure(pages.uploadPages(page, 0, 512))).toEqual(uses);
    const put = await pages.uploadPages(page, 0, 512, { customerProvidedKey: ours });
    expect(put.encryptionKeySha256).toBe(ours.encryptionKeySha256);
    expect(await failure(pages.clearPages(0, 512))).toEqual(uses);
    await pages.resize(2048);
    expect((await pages.getPageRanges()).pageRange).toHaveLength(1);

    const log = container.getAppendBlobClient("log");
    await log.create({ customerProvidedKey: ours });
    expect(await failure(log.appendBlock("x", 1, { customerProvidedKey: theirs }))).toEqual(mismatch);
    const appended = await log.appendBlock("x", 1, { customerProvidedKey: ours });
    expect(appended.encryptionKeySha256).toBe(ours.encryptionKeySha256);
    await log.seal();
});

describe("a key", () => {
    const send = (customerProvidedKey: CpkInfo, more = {}) =>
        failure(blob.upload("hello", 5, { customerProvidedKey, ...more }));

    test("must be what its hash says, of 32 bytes, for AES256", async () => {
        const wrong = { status: 400, code: "InvalidHeaderValue" };
        expect(await send({ ...ours, encryptionKeySha256: theirs.encryptionKeySha256! })).toEqual(wrong);
        expect(await send({ ...ours, encryptionKey: "c2hvcnQ=" })).toEqual(wrong);
        expect(await send({ ...ours, encryptionAlgorithm: "AES128" as "AES256" })).toEqual(wrong);
    });

    test("goes with neither scope nor tier", async () => {
        const refused = { status: 400, code: "UnsupportedHeader" };
        expect(await send(ours, { encryptionScope: "tenants" })).toEqual(refused);
        expect(await send(ours, { tier: "Cool" })).toEqual(refused);
    });

    test("is in no log", async () => {
        await blob.upload("hello", 5, { customerProvidedKey: ours });
        const logged = JSON.stringify(simulated.simulator.requests.all());
        expect(logged).toContain(ours.encryptionKeySha256);
        expect(logged).not.toContain(ours.encryptionKey);
    });
});

describe("a blob in an encryption scope", () => {
    test("keeps it, whoever writes, and takes no other", async () => {
        await blob.upload("hello", 5, { encryptionScope: "tenants" });
        expect((await blob.getProperties()).encryptionScope).toBe("tenants");
        expect((await blob.setMetadata({ a: "b" })).encryptionScope).toBe("tenants");
        expect(await failure(blob.setMetadata({ a: "b" }, { encryptionScope: "others" }))).toEqual(mismatch);
        expect(await failure(blob.createSnapshot({ encryptionScope: "others" }))).toEqual(mismatch);
        expect(await failure(blob.stageBlock("MQ==", "hello", 5))).toEqual(mismatch);
        expect((await blob.stageBlock("MQ==", "hello", 5, { encryptionScope: "tenants" })).encryptionScope).toBe(
            "tenants",
        );
    });

    test("is made by From-URL operations and by Copy Blob From URL, not by Copy Blob", async () => {
        await blob.upload("hello", 5);
        const url = await sasOf(blob);
        const copy = container.getBlockBlobClient("copy");
        await copy.syncUploadFromURL(url, { encryptionScope: "tenants" });
        expect((await copy.getProperties()).encryptionScope).toBe("tenants");
        await copy.syncCopyFromURL(url, { encryptionScope: "others" });
        expect((await copy.getProperties()).encryptionScope).toBe("others");
        await copy.beginCopyFromURL(url);
        expect((await copy.getProperties()).encryptionScope).toBeUndefined();
    });

    test("may be the account's own, in a container that has another", async () => {
        const scoped = BlobServiceClient.fromConnectionString(simulated.dev.connectionString).getContainerClient(
            "scoped",
        );
        const containerEncryptionScope = { defaultEncryptionScope: "tenants", preventEncryptionScopeOverride: false };
        await scoped.create({ containerEncryptionScope });
        const inside = scoped.getBlockBlobClient("a");
        await inside.upload("hello", 5, { encryptionScope: "$account-encryption-key" });
        expect((await inside.getProperties()).encryptionScope).toBeUndefined();
    });
});

test("a container that forbids other scopes than its own forbids keys", async () => {
    const scoped = BlobServiceClient.fromConnectionString(simulated.dev.connectionString).getContainerClient("scoped");
    const containerEncryptionScope = { defaultEncryptionScope: "tenants", preventEncryptionScopeOverride: true };
    await scoped.create({ containerEncryptionScope });
    const upload = scoped.getBlockBlobClient("a").upload("hello", 5, { customerProvidedKey: ours });
    expect(await failure(upload)).toEqual({ status: 403, code: "RequestForbiddenByContainerEncryptionPolicy" });
});
