import { afterEach, beforeEach, expect, it } from "vitest";
import { generated } from "../../simulator";
import { type CopyAppendBlocksOptions, copyAppendBlocks } from "../../src/copy/append";
import { CopyError, CopyInterruptedError, SourceChangedError } from "../../src/copy/errors";
import type { FromUrlSource } from "../../src/copy/fromUrl";
import { unfinishedMarker } from "../../src/copy/unfinished";
import { type FromUrlTest, free, fromUrlTest } from "../helpers/fromUrl";
import { startStorage, type TestStorage } from "../helpers/storage";

const KIB = 1024;
const MIB = 1024 * KIB;
const appending = "Append Block From URL";

let storage: TestStorage;
let test: FromUrlTest;

beforeEach(async () => {
    storage = await startStorage();
    test = fromUrlTest(storage);
});

afterEach(() => storage.close());

const put = (length: number, seed = 1) => test.put(generated({ length, seed }), { blobType: "AppendBlob" });

const copy = (source: FromUrlSource, change: Partial<CopyAppendBlocksOptions> = {}) =>
    copyAppendBlocks({
        destination: test.append("dev"),
        source,
        target: free,
        run: test.run,
        blockSize: 64 * KIB,
        ...change,
    });

const same = async () => expect(await test.md5("dev")).toBe(await test.md5("golden"));

it.each([0, 1, 64 * KIB, 64 * KIB + 1, 10 * 64 * KIB])("copies %d bytes", async (length) => {
    const written = await copy(await put(length), { target: { ...free, metadata: { owner: "infra" } } });
    expect(test.count(appending)).toBe(Math.ceil(length / (64 * KIB)));
    const properties = await test.append("dev").getProperties();
    expect(properties).toMatchObject({ etag: written.etag, blobType: "AppendBlob", contentLength: length });
    expect(properties.metadata).toEqual({ owner: "infra" });
    expect(test.progress.at(-1)).toEqual([length, length]);
    await same();
});

it("appends 100 MiB at a time", async () => {
    const source = await put(250 * MIB);
    await copyAppendBlocks({ destination: test.append("dev"), source, target: free, run: test.run });
    expect(test.count(appending)).toBe(3);
    expect((await test.append("dev").getProperties()).contentLength).toBe(250 * MIB);
});

it("marks the blob until it is whole, and goes on where it had ended", async () => {
    const source = await put(10 * 64 * KIB);
    storage.simulator.faults.add({ operation: appending, nth: 7, status: 403 });
    await expect(copy(source)).rejects.toMatchObject({ statusCode: 403 });
    const { metadata, etag } = await test.append("dev").getProperties();
    expect(metadata).toHaveProperty(unfinishedMarker);
    storage.simulator.requests.clear();
    await copy(source, { resume: true, target: { conditions: { ifMatch: etag! } } });
    expect(test.count("Put Blob")).toBe(0);
    expect(test.count(appending)).toBe(4);
    expect((await test.append("dev").getProperties()).metadata).toEqual({});
    await same();
});

it("begins anew for a source that changed meanwhile", async () => {
    storage.simulator.faults.add({ operation: appending, nth: 7, status: 403 });
    await expect(copy(await put(10 * 64 * KIB))).rejects.toMatchObject({ statusCode: 403 });
    const { etag } = await test.append("dev").getProperties();
    const changed = await put(10 * 64 * KIB, 2);
    await copy(changed, { resume: true, target: { conditions: { ifMatch: etag! } } });
    expect(test.count(appending)).toBe(10);
    await same();
});

it.each([{ status: 503 }, { status: 500 }, { reset: true }, { resetAfter: true }])(
    "tries again after %o",
    async (fault) => {
        const source = await put(10 * 64 * KIB);
        storage.simulator.faults.add({ operation: appending, nth: 4, ...fault });
        storage.simulator.faults.add({ operation: "Put Blob", nth: 1, ...fault });
        await copy(source);
        expect(test.count(appending)).toBe(11);
        await same();
    },
);

it("fails where somebody else appends too", async () => {
    const source = await put(10 * 64 * KIB);
    let theirs: Promise<unknown> = Promise.resolve();
    test.onProgress(() => {
        if (test.progress.length === 3) {
            theirs = test.append("dev").appendBlock("theirs", 6);
        }
    });
    const authorize = async () => {
        await theirs;
        return source.authorize();
    };
    await expect(copy({ ...source, authorize })).rejects.toMatchObject({ code: "AppendPositionConditionNotMet" });
});

it("fails where an unfinished copy has become longer than the source", async () => {
    const source = await put(10 * 64 * KIB);
    storage.simulator.faults.add({ operation: appending, nth: 10, status: 403 });
    await expect(copy(source)).rejects.toMatchObject({ statusCode: 403 });
    await test.append("dev").appendBlock(Buffer.alloc(128 * KIB), 128 * KIB);
    await expect(copy(source, { resume: true })).rejects.toThrow(CopyError);
});

it("fails where the source changes midway", async () => {
    const source = await put(10 * 64 * KIB);
    test.onProgress(() => {
        if (test.progress.length === 3) {
            storage.simulator
                .account("golden")
                .putBlob("images", "orders.bak", generated({ length: 10 * 64 * KIB, seed: 2 }), {
                    blobType: "AppendBlob",
                });
        }
    });
    await expect(copy(source)).rejects.toThrow(SourceChangedError);
});

it("stops when it is told to", async () => {
    const source = await put(10 * 64 * KIB);
    test.onProgress(() => test.progress.length === 3 && test.abort.abort());
    await expect(copy(source)).rejects.toThrow(CopyInterruptedError);
    expect(test.count(appending)).toBe(2);
});

it("seals the blob last", async () => {
    const written = await copy(await put(100), { seal: true, target: { ...free, legalHold: true } });
    expect(await test.append("dev").getProperties()).toMatchObject({
        isSealed: true,
        legalHold: true,
        etag: written.etag,
    });
});
