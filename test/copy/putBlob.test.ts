import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, it } from "vitest";
import { generated } from "../../simulator";
import { CopyInterruptedError, SourceChangedError } from "../../src/copy/errors";
import { putBlobFromUrl } from "../../src/copy/putBlob";
import { type FromUrlTest, free, fromUrlTest } from "../helpers/fromUrl";
import { startStorage, type TestStorage } from "../helpers/storage";

let storage: TestStorage;
let test: FromUrlTest;

beforeEach(async () => {
    storage = await startStorage();
    test = fromUrlTest(storage);
});

afterEach(() => storage.close());

it.each([0, 1, 3_000_001])("copies %d bytes in one request", async (length) => {
    const source = await test.put(generated({ length }));
    const written = await putBlobFromUrl({
        destination: storage.blob("dev"),
        source,
        target: { ...free, metadata: { owner: "infra" } },
        run: test.run,
    });
    expect(storage.operations()).toEqual(["Put Blob From URL"]);
    expect((await storage.blob("dev").getProperties()).etag).toBe(written.etag);
    expect(await test.md5("dev")).toBe(await test.md5("golden"));
    expect(test.progress).toEqual([[length, length]]);
});

it("gives the blob what was said, and nothing of the source's", async () => {
    const source = await test.put("hello", {
        contentType: "text/html",
        cacheControl: "no-store",
        metadata: { origin: "golden" },
    });
    const written = await putBlobFromUrl({
        destination: storage.blob("dev"),
        source,
        target: {
            ...free,
            blobHTTPHeaders: { blobContentType: "text/plain" },
            tags: { env: "dev" },
            accessTier: "Cool",
        },
        run: test.run,
    });
    const properties = await storage.blob("dev").getProperties();
    expect(properties).toMatchObject({
        etag: written.etag,
        contentType: "text/plain",
        accessTier: "Cool",
        tagCount: 1,
    });
    expect(properties.cacheControl).toBeUndefined();
    expect(properties.metadata).toEqual({});
});

it("takes no second request where the source has no metadata", async () => {
    const source = await test.put("hello");
    await putBlobFromUrl({
        destination: storage.blob("dev"),
        source,
        target: free,
        run: test.run,
        sourceHasMetadata: false,
    });
    expect(storage.operations()).toEqual(["Put Blob From URL"]);
});

it("sets a legal hold and a policy afterwards, which the operation does not take", async () => {
    const source = await test.put("hello");
    const written = await putBlobFromUrl({
        destination: storage.blob("dev"),
        source,
        target: {
            ...free,
            legalHold: true,
            immutabilityPolicy: { expiriesOn: new Date(storage.clock.now() + 86_400_000), policyMode: "Unlocked" },
        },
        run: test.run,
    });
    expect(await storage.blob("dev").getProperties()).toMatchObject({ legalHold: true, etag: written.etag });
});

it("lets the service compare the MD5, if asked", async () => {
    const source = await test.put("hello");
    const wrong = { ...source, contentMd5: createHash("md5").update("other").digest() };
    const options = { destination: storage.blob("dev"), source: wrong, target: free, run: test.run };
    await expect(putBlobFromUrl({ ...options, verifyMd5: true })).rejects.toMatchObject({ code: "Md5Mismatch" });
    await putBlobFromUrl(options);
    expect(await storage.content("dev")).toBe("hello");
});

it("leaves the old content where the source has changed", async () => {
    const source = await test.put("hello");
    await test.put("changed");
    storage.simulator.account("dev").putBlob("seed", "orders.bak", "old");
    const { etag } = await storage.blob("dev").getProperties();
    const run = putBlobFromUrl({
        destination: storage.blob("dev"),
        source,
        target: { conditions: { ifMatch: etag! } },
        run: test.run,
    });
    await expect(run).rejects.toThrow(SourceChangedError);
    await expect(run).rejects.not.toThrow(/sig=/);
    expect(await storage.content("dev")).toBe("old");
});

it("stops when it is told to", async () => {
    const source = await test.put("hello");
    storage.simulator.faults.add({
        operation: "Put Blob From URL",
        hang: true,
        before: () => test.abort.abort(),
    });
    const run = putBlobFromUrl({ destination: storage.blob("dev"), source, target: free, run: test.run });
    await expect(run).rejects.toThrow(CopyInterruptedError);
});
