import { BlobSASPermissions } from "@azure/storage-blob";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { generated } from "../../simulator";
import { blockSizeFor, type CopyBlocksOptions, copyBlocks, isCommittedFrom } from "../../src/copy/blocks";
import { CopyError, CopyInterruptedError, SourceChangedError } from "../../src/copy/errors";
import type { FromUrlSource } from "../../src/copy/fromUrl";
import { type FromUrlTest, free, fromUrlTest } from "../helpers/fromUrl";
import { startStorage, type TestStorage } from "../helpers/storage";

const KIB = 1024;
const MIB = 1024 * KIB;
const staging = "Put Block From URL";

let storage: TestStorage;
let test: FromUrlTest;

beforeEach(async () => {
    storage = await startStorage();
    test = fromUrlTest(storage);
});

afterEach(() => storage.close());

/** In blocks of 64 KiB, so that a small blob has many. */
const copy = (source: FromUrlSource, change: Partial<CopyBlocksOptions> = {}) =>
    copyBlocks({
        destination: storage.blob("dev"),
        source,
        target: free,
        run: test.run,
        blockSize: 64 * KIB,
        ...change,
    });

const same = async () => expect(await test.md5("dev")).toBe(await test.md5("golden"));

/** Lets a copy of 40 blocks come to its `nth` block, and stop there. */
async function interrupted(source: FromUrlSource, nth: number): Promise<void> {
    const fault = storage.simulator.faults.add({ operation: staging, nth, times: 1_000, status: 403 });
    await expect(copy(source, { run: { ...test.run, concurrency: 1 } })).rejects.toMatchObject({ statusCode: 403 });
    fault.remove();
    storage.simulator.requests.clear();
    test.progress.length = 0;
}

it("makes blocks larger the more there is to copy", () => {
    expect(blockSizeFor(0)).toBe(8 * MIB);
    expect(blockSizeFor(8_000 * MIB)).toBe(8 * MIB);
    expect(blockSizeFor(8_000 * MIB + 1)).toBe(16 * MIB);
    expect(blockSizeFor(256_000 * MIB)).toBe(256 * MIB);
    expect(blockSizeFor(256 * MIB * 50_000)).toBe(256 * MIB);
    expect(blockSizeFor(256 * MIB * 50_000 + 1)).toBe(512 * MIB);
    expect(blockSizeFor(4_000 * MIB * 50_000)).toBe(4_000 * MIB);
    expect(() => blockSizeFor(4_000 * MIB * 50_000 + 1)).toThrow(RangeError);
});

it.each([0, 1, 64 * KIB - 1, 64 * KIB, 64 * KIB + 1, 40 * 64 * KIB])("copies %d bytes", async (length) => {
    const source = await test.put(generated({ length }));
    const written = await copy(source);
    expect(test.count(staging)).toBe(Math.ceil(length / (64 * KIB)));
    expect(test.count("Put Block List")).toBe(1);
    expect((await storage.blob("dev").getProperties()).etag).toBe(written.etag);
    expect(test.progress.at(-1)).toEqual([length, length]);
    await same();
});

it("gives the blob what was said", async () => {
    const source = await test.put("hello", { contentType: "text/html", metadata: { origin: "golden" } });
    const blobContentMD5 = source.contentMd5!;
    const written = await copy(source, {
        target: {
            ...free,
            blobHTTPHeaders: { blobContentType: "text/plain", blobContentMD5 },
            metadata: { owner: "infra" },
            tags: { env: "dev" },
            accessTier: "Cool",
            legalHold: true,
        },
    });
    expect(Buffer.from(written.contentMd5!)).toEqual(Buffer.from(blobContentMD5));
    const properties = await storage.blob("dev").getProperties();
    expect(properties).toMatchObject({ contentType: "text/plain", accessTier: "Cool", legalHold: true, tagCount: 1 });
    expect(properties.metadata).toEqual({ owner: "infra" });
    expect(Buffer.from(properties.contentMD5!)).toEqual(Buffer.from(blobContentMD5));
});

it("asks for a fresh URL for each block", async () => {
    const source = await test.put(generated({ length: 5 * 64 * KIB }));
    let asked = 0;
    const authorize = () => {
        asked++;
        return source.authorize();
    };
    await copy({ ...source, authorize });
    expect(asked).toBeGreaterThanOrEqual(5);
});

it("keeps to its concurrency", async () => {
    const source = await test.put(generated({ length: 40 * 64 * KIB }));
    let [begun, most] = [-1, 0]; // the first time is for the IDs of all blocks
    const authorize = async () => {
        most = Math.max(most, ++begun - test.progress.length);
        return source.authorize();
    };
    await copy({ ...source, authorize }, { run: { ...test.run, concurrency: 4 } });
    expect(most).toBe(4);
});

describe("after an interruption", () => {
    it("stages only what is missing", async () => {
        const source = await test.put(generated({ length: 40 * 64 * KIB }));
        await interrupted(source, 31);
        await copy(source, { resume: true });
        expect(test.count(staging)).toBe(10);
        expect(test.count("Get Block List")).toBe(1);
        expect(test.progress.at(-1)).toEqual([source.contentLength, source.contentLength]);
        await same();
    });

    it("finds the blocks again with another SAS", async () => {
        const source = await test.put(generated({ length: 40 * 64 * KIB }));
        await interrupted(source, 31);
        const url = await storage.blob("golden").generateSasUrl({
            permissions: BlobSASPermissions.parse("r"),
            expiresOn: new Date(storage.clock.now() + 3_600_000),
        });
        await copy({ ...source, authorize: async () => ({ url }) }, { resume: true });
        expect(test.count(staging)).toBe(10);
    });

    it("stages everything of a source that changed meanwhile", async () => {
        await interrupted(await test.put(generated({ length: 40 * 64 * KIB })), 31);
        await copy(await test.put(generated({ length: 40 * 64 * KIB, seed: 2 })), { resume: true });
        expect(test.count(staging)).toBe(40);
        await same();
    });

    it("stages everything of a source that nothing tells from another at its URL", async () => {
        const { etag: _, ...source } = await test.put(generated({ length: 40 * 64 * KIB }));
        await interrupted(source, 31);
        await copy(source, { resume: true });
        expect(test.count(staging)).toBe(40);
        storage.simulator.requests.clear();
        await storage.blob("dev").delete();
        await interrupted({ ...source, identity: "A" }, 31);
        await copy({ ...source, identity: "A" }, { resume: true });
        expect(test.count(staging)).toBe(10);
    });

    it("does not look for blocks unless it is asked to", async () => {
        await copy(await test.put(generated({ length: 64 * KIB })));
        expect(test.count("Get Block List")).toBe(0);
    });

    it("finds nothing at a free name", async () => {
        await copy(await test.put(generated({ length: 64 * KIB })), { resume: true });
        await same();
    });

    it("recognizes a copy that had finished", async () => {
        const source = await test.put(generated({ length: 5 * 64 * KIB }));
        await copy(source);
        const { committedBlocks } = await storage.blob("dev").getBlockList("committed");
        expect(await isCommittedFrom(committedBlocks!, source, 64 * KIB)).toBe(true);
        expect(await isCommittedFrom(committedBlocks!, { ...source, etag: '"other"' }, 64 * KIB)).toBe(false);
        expect(await isCommittedFrom(committedBlocks!.slice(1), source, 64 * KIB)).toBe(false);
        expect(await isCommittedFrom([], { ...source, contentLength: 0 })).toBe(false);
    });
});

describe("beside blocks of another program", () => {
    const foreign = (id: string) => storage.blob("dev").stageBlock(Buffer.from(id).toString("base64"), "theirs", 6);

    it.each([true, false])("gives its own IDs their length (resume: %s)", async (resume) => {
        await foreign("block-000001");
        const source = await test.put(generated({ length: 5 * 64 * KIB }));
        await copy(source, { resume });
        await same();
        const { committedBlocks } = await storage.blob("dev").getBlockList("committed");
        expect(await isCommittedFrom(committedBlocks!, source, 64 * KIB)).toBe(true);
    });

    it("overwrites a blob that was made of them", async () => {
        await foreign("block-000001");
        await storage.blob("dev").commitBlockList([Buffer.from("block-000001").toString("base64")]);
        const { etag } = await storage.blob("dev").getProperties();
        await copy(await test.put(generated({ length: 5 * 64 * KIB })), { target: { conditions: { ifMatch: etag! } } });
        await same();
    });

    it("says so where their IDs are too short", async () => {
        await foreign("1");
        const run = copy(await test.put(generated({ length: 5 * 64 * KIB })), { resume: true });
        await expect(run).rejects.toThrow(CopyError);
        await expect(run).rejects.toThrow(/IDs of 1 bytes/);
        expect((await storage.blob("dev").getBlockList("uncommitted")).uncommittedBlocks).toHaveLength(1);
    });
});

describe("when the service is busy", () => {
    it("goes on at the rate that it takes", async () => {
        const source = await test.put(generated({ length: 60 * 64 * KIB }));
        const throttle = storage.simulator.faults.throttle({ account: "dev", requestsPerSecond: 10 });
        // The SDK's own retry of Put Block List waits in real time, in which the simulator's clock stands.
        test.onProgress(() => test.progress.at(-1)![0] === source.contentLength && throttle.remove());
        await copy(source);
        await same();
        const refused = storage.simulator.requests.of(staging).filter((request) => request.status === 503);
        expect(refused.length).toBeGreaterThan(0);
        expect(refused.length).toBeLessThan(120);
    });

    it("slows all requests down after one refusal", async () => {
        const source = await test.put(generated({ length: 40 * 64 * KIB }));
        storage.simulator.faults.add({ operation: staging, nth: 3, status: 503, retryAfterSeconds: 7 });
        const started = storage.clock.now();
        await copy(source, { run: { ...test.run, concurrency: 2 } });
        expect(test.count(staging)).toBe(41);
        expect(storage.clock.now() - started).toBeGreaterThanOrEqual(7_000);
        await same();
    });

    it.each([{ status: 500 }, { reset: true }, { resetAfter: true }])("tries again after %o", async (fault) => {
        const source = await test.put(generated({ length: 10 * 64 * KIB }));
        storage.simulator.faults.add({ operation: staging, nth: 4, ...fault });
        await copy(source);
        expect(test.count(staging)).toBe(11);
        await same();
    });

    it("tries again where the source was busy", async () => {
        const source = await test.put(generated({ length: 10 * 64 * KIB }));
        storage.simulator.faults.add({ operation: staging, nth: 4, status: 500, errorCode: "CannotVerifyCopySource" });
        await copy(source);
        await same();
    });

    it("gives up at last", async () => {
        const source = await test.put(generated({ length: 10 * 64 * KIB }));
        storage.simulator.faults.add({ operation: staging, status: 503 });
        await expect(copy(source)).rejects.toMatchObject({ statusCode: 503 });
    });

    it("recognizes its own blob where the answer to Put Block List was lost", async () => {
        const source = await test.put(generated({ length: 10 * 64 * KIB }));
        storage.simulator.faults.add({ operation: "Put Block List", nth: 1, resetAfter: true });
        const written = await copy(source, { target: { ...free, metadata: { Owner: "infra" } } });
        expect((await storage.blob("dev").getProperties()).etag).toBe(written.etag);
        await same();
    });
});

describe("a failure", () => {
    it("of one request stops all others at once", async () => {
        const source = await test.put(generated({ length: 40 * 64 * KIB }));
        storage.simulator.faults.add({ operation: staging, nth: 5, status: 403, errorCode: "AuthorizationFailure" });
        await expect(copy(source, { run: { ...test.run, concurrency: 2 } })).rejects.toMatchObject({ statusCode: 403 });
        expect(test.count(staging)).toBeLessThanOrEqual(7);
        expect(test.count("Put Block List")).toBe(0);
    });

    it("is a source that changes midway, and what is overwritten stands", async () => {
        storage.simulator.account("dev").putBlob("seed", "orders.bak", "old");
        const { etag } = await storage.blob("dev").getProperties();
        const source = await test.put(generated({ length: 40 * 64 * KIB }));
        test.onProgress(() => {
            if (test.progress.length === 5) {
                storage.simulator
                    .account("golden")
                    .putBlob("images", "orders.bak", generated({ length: 40 * 64 * KIB, seed: 2 }));
            }
        });
        const run = copy(source, { target: { conditions: { ifMatch: etag! } } });
        await expect(run).rejects.toThrow(SourceChangedError);
        await expect(run).rejects.toThrow(/orders.bak changed/);
        await expect(run).rejects.not.toThrow(/sig=/);
        const refused = storage.simulator.requests.of(staging).filter((request) => request.status === 412);
        expect(refused.length).toBeGreaterThan(0);
        expect(refused[0]!.headers["x-ms-source-if-match"]).toBe(source.etag);
        expect(await storage.content("dev")).toBe("old");
    });

    it("is a name that was taken meanwhile", async () => {
        const source = await test.put(generated({ length: 2 * 64 * KIB }));
        storage.simulator.account("dev").putBlob("seed", "orders.bak", "somebody else's");
        await expect(copy(source)).rejects.toMatchObject({ code: "BlobAlreadyExists" });
        expect(await storage.content("dev")).toBe("somebody else's");
    });
});

it("stops when it is told to, and carries on from there", async () => {
    const source = await test.put(generated({ length: 40 * 64 * KIB }));
    test.onProgress(() => test.progress.length === 10 && test.abort.abort());
    await expect(copy(source, { run: { ...test.run, concurrency: 2 } })).rejects.toThrow(CopyInterruptedError);
    const done = storage.simulator.requests.of(staging).filter((request) => request.status === 201).length;
    expect(done).toBeLessThan(15);
    storage.simulator.requests.clear();
    await copy(source, { resume: true, run: { ...test.run, signal: new AbortController().signal } });
    expect(test.count(staging)).toBeLessThanOrEqual(31);
    await same();
});

it("stops at once where requests hang", async () => {
    const source = await test.put(generated({ length: 4 * 64 * KIB }));
    storage.simulator.faults.add({ operation: staging, hang: true, before: () => test.abort.abort() });
    await expect(copy(source)).rejects.toThrow(CopyInterruptedError);
});

it("copies a blob of 2,000 blocks", async () => {
    const source = await test.put(generated({ length: 2_000 * MIB }));
    await copy(source, { blockSize: MIB });
    expect(test.count(staging)).toBe(2_000);
    const { committedBlocks } = await storage.blob("dev").getBlockList("committed");
    expect(committedBlocks).toHaveLength(2_000);
    expect((await storage.blob("dev").getProperties()).contentLength).toBe(2_000 * MIB);
});
