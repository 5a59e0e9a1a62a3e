import type { CpkInfo } from "@azure/storage-blob";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { generated } from "../../simulator";
import { blobCopyHandler as handler } from "../../src/provider/blobCopy";
import type { BlobCopyInputs, BlobCopyState } from "../../src/provider/blobCopyTypes";
import { cpkInfo } from "../../src/storage/encryption";
import { sourceContent, startStorage, type TestStorage } from "../helpers/storage";
import { upOnce, writesOf } from "../helpers/up";

const MIB = 1024 * 1024;
const key = Buffer.alloc(32, 1).toString("base64");
const other = Buffer.alloc(32, 2).toString("base64");

let storage: TestStorage;

beforeEach(async () => {
    storage = await startStorage({ copySeconds: 10, https: true });
});

afterEach(async () => {
    await storage.close();
});

const inputs = (change: Partial<BlobCopyInputs> = {}): BlobCopyInputs => ({
    ...storage.inputs,
    method: "auto",
    ...change,
});
const up = (state: BlobCopyState | undefined, change: Partial<BlobCopyInputs>) =>
    upOnce(storage, state, inputs(change));
const writes = () => writesOf(storage);
const withKey = (by: string) => ({ customerProvidedKey: cpkInfo(by) });
const properties = (options: { customerProvidedKey?: CpkInfo } = {}) => storage.blob("dev").getProperties(options);
const content = async (options: { customerProvidedKey?: CpkInfo } = {}) =>
    (await storage.blob("dev").downloadToBuffer(0, undefined, options)).toString();
const large = () =>
    storage.simulator.account("golden").putBlob("images", "orders.bak", generated({ length: 20 * MIB }));
const uses = { details: { errorCode: "BlobUsesCustomerSpecifiedEncryption" } };

/** Puts a source that has a key of its own. */
const keyedSource = (by = key, text = sourceContent) => storage.blob("golden").upload(text, text.length, withKey(by));

describe("a copy with a key of its own", () => {
    it("is written, changed in place, read and deleted with it", async () => {
        const first = await up(undefined, { customerProvidedKey: key });
        expect(writes()).toEqual(["Put Blob From URL"]);
        await expect(properties()).rejects.toMatchObject(uses);
        expect(await content(withKey(key))).toBe(sourceContent);
        expect(await up(first, { customerProvidedKey: key })).toBe(first);

        const second = await up(first, { customerProvidedKey: key, metadata: { env: "dev" }, tags: { env: "dev" } });
        expect(writes()).toEqual(["Set Blob Metadata", "Set Blob Tags"]);
        const third = await up(second, {
            customerProvidedKey: key,
            metadata: { env: "dev" },
            tags: { env: "dev" },
            blobHTTPHeaders: { blobCacheControl: "no-store" },
        });
        expect(writes()).toEqual(["Set Blob Properties"]);
        expect(await properties(withKey(key))).toMatchObject({ cacheControl: "no-store", metadata: { env: "dev" } });

        const refreshed = (await handler.read(third.url, third, storage.context))!;
        expect(refreshed.drifted).toBeUndefined();
        expect(refreshed.etag).toBe((await properties(withKey(key))).etag);
        await handler.delete(refreshed, storage.context);
        await expect(properties(withKey(key))).rejects.toMatchObject({ statusCode: 404 });
    });

    it("is made of blocks where the source is large, whatever interrupts it", async () => {
        large();
        storage.simulator.faults.add({ operation: "Put Block List", status: 403 });
        await expect(up(undefined, { customerProvidedKey: key })).rejects.toThrow(/Put Block From URL/);
        storage.simulator.faults.clear();
        storage.operations();
        await handler.create(inputs({ customerProvidedKey: key }), storage.context);
        expect(writes()).toEqual(["Put Block List"]); // the blocks had been staged
        expect(await properties(withKey(key))).toMatchObject({
            contentLength: 20 * MIB,
            encryptionKeySha256: cpkInfo(key).encryptionKeySha256,
        });
    });

    it("is adopted where an interrupted run had finished it, unless that had another key", async () => {
        const { url } = await up(undefined, { customerProvidedKey: key });
        storage.operations();
        const again = await handler.create(inputs({ customerProvidedKey: key }), storage.context);
        expect(again.state.url).toBe(url);
        // The first request has found the name taken.
        expect(storage.simulator.requests.of("Put Blob From URL").map(({ status }) => status)).toEqual([409]);
        await expect(handler.create(inputs({ customerProvidedKey: other }), storage.context)).rejects.toThrow(
            /409 BlobCustomerSpecifiedEncryptionMismatch; the blob is encrypted with another customer-provided key/,
        );
    });

    it("is found by get with its key, and explained without", async () => {
        const { url } = await up(undefined, { customerProvidedKey: key });
        const { destination } = storage.inputs;
        const found = await handler.read(url, { destination, customerProvidedKey: key }, storage.context);
        expect(found).toMatchObject({ url, contentLength: sourceContent.length });
        const read = handler.read(url, { destination }, storage.context);
        await expect(read).rejects.toThrow(/409 BlobUsesCustomerSpecifiedEncryption; .*as customerProvidedKey/);
    });

    it("shows as changed once somebody has put a plain blob in its place", async () => {
        const state = await up(undefined, { customerProvidedKey: key });
        await storage.blob("dev").upload("theirs", 6);
        expect(await handler.read(state.url, state, storage.context)).toMatchObject({ drifted: true });
    });
});

describe("another key for the copy", () => {
    it("copies again, onto the blob that the old key reads", async () => {
        const first = await up(undefined, { customerProvidedKey: key });
        const second = await up(first, { customerProvidedKey: other });
        expect(writes()).toEqual(["Put Blob From URL"]);
        expect(await content(withKey(other))).toBe(sourceContent);
        const third = await up(second, {});
        expect(writes()).toEqual(["Put Blob From URL"]);
        expect(await content()).toBe(sourceContent);
        expect(await up(third, {})).toBe(third);
        await up(third, { customerProvidedKey: key });
        expect(await content(withKey(key))).toBe(sourceContent);
    });

    it.each([
        [key, other],
        [key, undefined],
        [undefined, key],
    ])("keeps what another key encrypts in a snapshot on request (%#)", async (from, to) => {
        const withKeyOf = (by: string | undefined) => ({
            snapshotBeforeOverwrite: true,
            ...(by !== undefined && { customerProvidedKey: by }),
        });
        const first = await up(undefined, withKeyOf(from));
        const second = await up(first, withKeyOf(to));
        const kept = storage.blob("dev").withSnapshot(second.overwrittenSnapshot!);
        const old = await kept.downloadToBuffer(0, undefined, from === undefined ? {} : withKey(from));
        expect(old.toString()).toBe(sourceContent);
        const refreshed = (await handler.read(second.url, second, storage.context))!;
        expect(refreshed.overwrittenSnapshot).toBe(second.overwrittenSnapshot);
        await handler.delete(refreshed, storage.context);
        await expect(properties()).rejects.toMatchObject({ statusCode: 404 });
    });

    it("copies a large source as a whole, since no blocks of another key go beside the old ones", async () => {
        large();
        const first = await up(undefined, { customerProvidedKey: key });
        expect(first.copyOperation).toBe("Put Block From URL");
        const second = await up(first, { customerProvidedKey: other });
        expect(second.copyOperation).toBe("Put Blob From URL");
        expect((await properties(withKey(other))).contentLength).toBe(20 * MIB);
    });

    it("is carried on with where the run that brought it could not record it", async () => {
        const first = await up(undefined, { customerProvidedKey: key });
        await up(first, { customerProvidedKey: other });
        const state = await up(first, { customerProvidedKey: other });
        expect(writes()).not.toContain("Put Blob From URL");
        expect(state.etag).toBe((await properties(withKey(other))).etag);
    });

    it("fails before anything is lost where the source can't be read any more", async () => {
        const first = await up(undefined, { customerProvidedKey: key });
        await storage.blob("golden").delete();
        await expect(handler.update(first, inputs({ customerProvidedKey: other }), storage.context)).rejects.toThrow(
            /404 BlobNotFound/,
        );
        expect(await content(withKey(key))).toBe(sourceContent);
    });
});

describe("a source with a key of its own", () => {
    it.each(["Put Blob From URL", "Put Block From URL"])("is read with it, by %s", async (operation) => {
        await keyedSource(key, operation === "Put Blob From URL" ? sourceContent : "x".repeat(9 * MIB));
        const first = await up(undefined, { sourceCustomerProvidedKey: key });
        expect(first.copyOperation).toBe(operation);
        expect((await properties()).contentLength).toBe(
            (await storage.blob("golden").getProperties(withKey(key))).contentLength,
        );
        expect(await up(first, { sourceCustomerProvidedKey: key })).toBe(first);
        // Written anew with another key, it has another ETag.
        await keyedSource(other, "newer");
        const second = await up(first, { sourceCustomerProvidedKey: other });
        expect(second.sourceEtag).not.toBe(first.sourceEtag);
        expect(await content()).toBe("newer");
    });

    it("is only recorded with another key while its content stays the same", async () => {
        await keyedSource();
        const first = await up(undefined, { sourceCustomerProvidedKey: key });
        const news = { ...inputs({ sourceCustomerProvidedKey: other }), sourceEtag: first.sourceEtag! };
        expect(handler.diff(first, news)).toEqual({ changes: true, replaces: [] });
        storage.operations();
        const second = await handler.update(first, news, storage.context);
        expect(storage.operations()).toEqual([]);
        expect(second.sourceCustomerProvidedKey).toBe(other);
    });

    it.each<[string, Partial<BlobCopyInputs>, RegExp]>([
        [
            "without its key",
            {},
            /409 BlobUsesCustomerSpecifiedEncryption; .*as sourceCustomerProvidedKey if it is the source/,
        ],
        [
            "with a wrong one",
            { sourceCustomerProvidedKey: other },
            /409 BlobCustomerSpecifiedEncryptionMismatch; .*another/,
        ],
    ])("fails %s, and says what to do", async (_, change, message) => {
        await keyedSource();
        const asked = inputs({ method: "fromUrl", ...change });
        const checked = await handler.check({}, asked, storage.context);
        expect(checked.failures).toEqual([]);
        expect(storage.warnings.join()).toMatch(message);
        const create = handler.create(checked.inputs, storage.context);
        await expect(create).rejects.toThrow(message);
        await expect(create).rejects.not.toThrow(new RegExp(other.slice(0, 20)));
    });

    it("fails by Copy Blob, and says what to do", async () => {
        await keyedSource();
        const create = handler.create(inputs({ method: "copyBlob" }), storage.context);
        await expect(create).rejects.toThrow(/the source answered 409 BlobUses.*as sourceCustomerProvidedKey/);
    });
});

describe("an encryption scope", () => {
    it("is the copy's; another one copies again", async () => {
        const first = await up(undefined, { encryptionScope: "tenants", metadata: { a: "b" } });
        expect((await properties()).encryptionScope).toBe("tenants");
        const second = await up(first, { encryptionScope: "tenants", metadata: { a: "c" } });
        const [set] = storage.simulator.requests.of("Set Blob Metadata");
        expect(set!.headers["x-ms-encryption-scope"]).toBe("tenants");
        writes();
        const third = await up(second, { encryptionScope: "others", metadata: { a: "c" } });
        expect(writes()).toEqual(["Put Blob From URL"]);
        expect((await properties()).encryptionScope).toBe("others");
        await handler.delete(third, storage.context);
        await expect(properties()).rejects.toMatchObject({ statusCode: 404 });
    });

    it("fails in a container that forbids it, and says what to do", async () => {
        const container = storage.container();
        await container.delete();
        await container.create({
            containerEncryptionScope: { defaultEncryptionScope: "tenants", preventEncryptionScopeOverride: true },
        });
        await expect(up(undefined, { encryptionScope: "others" })).rejects.toThrow(
            /403 RequestForbiddenByContainerEncryptionPolicy.*give that scope as encryptionScope/,
        );
        await up(undefined, { encryptionScope: "tenants" });
        expect((await properties()).encryptionScope).toBe("tenants");
    });
});

it("fails in check for an archived source, which only Copy Blob reads", async () => {
    storage.simulator.account("golden").putBlob("images", "orders.bak", "archived", { accessTier: "Archive" });
    const archived = await handler.check({}, inputs({ customerProvidedKey: key }), storage.context);
    expect(archived.failures).toContainEqual({
        property: "customerProvidedKey",
        reason: "must be left out, since only Copy Blob reads an archived source, and it does not take that",
    });
});

describe.each(["PageBlob", "AppendBlob"] as const)("a %s with a key of its own", (blobType) => {
    const put = (seed: number) =>
        storage.simulator
            .account("golden")
            .putBlob("images", "orders.bak", generated({ length: 6 * MIB, seed }), { blobType });

    it("is written with it onto a free name, and carried on after an interruption", async () => {
        put(1);
        const operation = blobType === "PageBlob" ? "Put Page From URL" : "Append Block From URL";
        storage.simulator.faults.add({ operation, times: 1_000, status: 403 });
        await expect(up(undefined, { customerProvidedKey: key })).rejects.toThrow(/403/);
        storage.simulator.faults.clear();
        const state = await up(undefined, { customerProvidedKey: key });
        expect(writes()).not.toContain("Put Blob");
        expect(state.copyOperation).toBe(operation);
        const copy = await storage.blob("dev").downloadToBuffer(0, undefined, withKey(key));
        expect(copy.equals(await storage.blob("golden").downloadToBuffer())).toBe(true);
    });

    it("is not put over an old one, which stays", async () => {
        put(1);
        const first = await up(undefined, { customerProvidedKey: key });
        put(2);
        await expect(up(first, { customerProvidedKey: key })).rejects.toThrow(
            /put over an old one by Copy Blob, which takes no customerProvidedKey; delete the old blob first/,
        );
        expect((await properties(withKey(key))).etag).toBe(first.etag);
    });
});
