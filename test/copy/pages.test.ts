import { afterEach, beforeEach, expect, it } from "vitest";
import { zeros } from "../../simulator";
import { CopyInterruptedError, SourceChangedError } from "../../src/copy/errors";
import type { FromUrlSource } from "../../src/copy/fromUrl";
import { type CopyPagesOptions, copyPages } from "../../src/copy/pages";
import { isUnfinishedCopyOf, unfinishedMarker } from "../../src/copy/unfinished";
import { type FromUrlTest, free, fromUrlTest } from "../helpers/fromUrl";
import { startStorage, type TestStorage } from "../helpers/storage";

const MIB = 1024 * 1024;
const writing = "Put Page From URL";

let storage: TestStorage;
let test: FromUrlTest;

beforeEach(async () => {
    storage = await startStorage();
    test = fromUrlTest(storage);
});

afterEach(() => storage.close());

const copy = (source: FromUrlSource, change: Partial<CopyPagesOptions> = {}) =>
    copyPages({
        destination: test.pages("dev"),
        source,
        sourceClient: test.pages("golden"),
        target: free,
        run: test.run,
        ...change,
    });

/** 64 MiB with 1 KiB at 0, 9 MiB at 16 MiB and 512 bytes at the end. */
async function sparse(): Promise<FromUrlSource> {
    await test.put(zeros(64 * MIB), { blobType: "PageBlob" });
    const pages = test.pages("golden");
    await pages.clearPages(0, 64 * MIB);
    const write = async (offset: number, count: number) => {
        for (let at = offset; at < offset + count; at += 4 * MIB) {
            const length = Math.min(4 * MIB, offset + count - at);
            await pages.uploadPages(Buffer.alloc(length, `at ${at} `), at, length);
        }
    };
    await write(0, 1024);
    await write(16 * MIB, 9 * MIB);
    await write(64 * MIB - 512, 512);
    return test.source();
}

const same = async () => expect(await test.md5("dev")).toBe(await test.md5("golden"));

it("writes nothing but the ranges that hold something", async () => {
    const source = await sparse();
    const written = await copy(source, {
        sequenceNumber: 7,
        target: { ...free, metadata: { owner: "infra" }, blobHTTPHeaders: { blobContentType: "image/vhd" } },
    });
    const ranges = storage.simulator.requests.of(writing).map((request) => request.headers["x-ms-source-range"]);
    expect(ranges.sort()).toEqual(
        [
            [0, 1024],
            [16 * MIB, 4 * MIB],
            [20 * MIB, 4 * MIB],
            [24 * MIB, MIB],
            [64 * MIB - 512, 512],
        ]
            .map(([start, count]) => `bytes=${start}-${start! + count! - 1}`)
            .sort(),
    );
    const properties = await test.pages("dev").getProperties();
    expect(properties).toMatchObject({
        etag: written.etag,
        blobType: "PageBlob",
        contentLength: 64 * MIB,
        blobSequenceNumber: 7,
        contentType: "image/vhd",
    });
    expect(properties.metadata).toEqual({ owner: "infra" });
    expect(test.progress.at(-1)).toEqual([64 * MIB, 64 * MIB]);
    await same();
});

it.each([0, 512, 4 * MIB, 4 * MIB + 512])("copies %d bytes", async (length) => {
    const source = await test.put(Buffer.alloc(length, "x"), { blobType: "PageBlob" });
    await copy(source);
    expect(test.count(writing)).toBe(Math.ceil(length / (4 * MIB)));
    await same();
});

it("lists ranges a page of the answer at a time", async () => {
    const source = await test.put(zeros(8 * MIB), { blobType: "PageBlob" });
    const pages = test.pages("golden");
    await pages.clearPages(0, 8 * MIB);
    for (let index = 0; index < 30; index++) {
        await pages.uploadPages(Buffer.alloc(512, "x"), index * 2048, 512);
    }
    const now = await test.source();
    expect(now.contentLength).toBe(source.contentLength);
    await copy(now);
    expect(test.count(writing)).toBe(30);
    await same();
});

it("marks the blob until it is whole, and resumes", async () => {
    const source = await sparse();
    const fault = storage.simulator.faults.add({ operation: writing, nth: 3, status: 403 });
    await expect(copy(source, { run: { ...test.run, concurrency: 1 } })).rejects.toMatchObject({ statusCode: 403 });
    fault.remove();
    const { metadata, etag } = await test.pages("dev").getProperties();
    expect(metadata).toHaveProperty(unfinishedMarker);
    expect(await isUnfinishedCopyOf(metadata, source)).toBe(true);
    expect(await isUnfinishedCopyOf(metadata, { ...source, etag: '"other"' })).toBe(false);
    expect(await isUnfinishedCopyOf({}, source)).toBe(false);
    storage.simulator.requests.clear();
    await copy(source, { resume: true, target: { conditions: { ifMatch: etag! } } });
    expect(test.count("Put Blob")).toBe(0);
    expect(test.count(writing)).toBe(5);
    expect((await test.pages("dev").getProperties()).metadata).toEqual({});
    await same();
});

it("begins anew where what is there is no copy of this content", async () => {
    const source = await sparse();
    await test.pages("dev").create(1024, { metadata: { [unfinishedMarker]: "of another" } });
    const { etag } = await test.pages("dev").getProperties();
    await copy(source, { resume: true, target: { conditions: { ifMatch: etag! } } });
    expect(test.count("Put Blob")).toBe(2);
    await same();
});

it("tries again what a busy service refused, and knows its own blob after a lost answer", async () => {
    const source = await sparse();
    storage.simulator.faults.add({ operation: "Put Blob", nth: 1, resetAfter: true });
    storage.simulator.faults.add({ operation: writing, nth: 2, status: 503 });
    await copy(source);
    expect(test.count(writing)).toBe(6);
    await same();
});

it("knows its own blob where the answer to the last request is lost", async () => {
    const source = await sparse();
    storage.simulator.faults.add({ operation: "Set Blob Metadata", nth: 1, resetAfter: true });
    const { etag } = await copy(source);
    expect((await test.pages("dev").getProperties()).etag).toBe(etag);
    await same();
});

it("fails where somebody else's blob of the same length takes its place before the last request, and leaves that", async () => {
    const source = await sparse();
    const destination = test.pages("dev");
    const look = destination.getProperties.bind(destination);
    destination.getProperties = async (options) => {
        const found = await look(options);
        await test.pages("dev").create(source.contentLength);
        return found;
    };
    await expect(copy(source, { destination })).rejects.toMatchObject({ statusCode: 412 });
    expect((await test.pages("dev").downloadToBuffer(0, 1024)).equals(Buffer.alloc(1024))).toBe(true);
});

it("fails where the source changes midway", async () => {
    const source = await sparse();
    test.onProgress(() => {
        if (test.progress.length === 1) {
            storage.simulator.account("golden").putBlob("images", "orders.bak", Buffer.alloc(64 * MIB, "y"), {
                blobType: "PageBlob",
            });
        }
    });
    const run = copy(source, { run: { ...test.run, concurrency: 1 } });
    await expect(run).rejects.toThrow(SourceChangedError);
    await expect(run).rejects.not.toThrow(/sig=/);
    expect((await test.pages("dev").getProperties()).metadata).toHaveProperty(unfinishedMarker);
});

it("fails where the source has changed before its ranges are listed", async () => {
    const source = await sparse();
    await test.pages("golden").setMetadata({ changed: "yes" });
    await expect(copy(source)).rejects.toThrow(SourceChangedError);
});

it("stops when it is told to", async () => {
    const source = await sparse();
    test.onProgress(() => test.abort.abort());
    await expect(copy(source, { run: { ...test.run, concurrency: 1 } })).rejects.toThrow(CopyInterruptedError);
    expect(test.count(writing)).toBeLessThan(5);
});

it("sets a legal hold last, under which no page could be written", async () => {
    const source = await sparse();
    const written = await copy(source, { target: { ...free, legalHold: true } });
    expect(await test.pages("dev").getProperties()).toMatchObject({ legalHold: true, etag: written.etag });
});
