import { describe, expect, test } from "vitest";
import { raw } from "./support/raw";
import { containerOf, failure, simulate } from "./support/simulate";

const id = (text: string) => Buffer.from(text).toString("base64");

describe("block blobs made of blocks", () => {
    test("blocks belong to nothing until they are committed", async () => {
        const { golden } = await simulate();
        const container = containerOf(golden);
        const blob = container.getBlockBlobClient("a");
        await blob.stageBlock(id("01"), "hello ", 6);
        await blob.stageBlock(id("02"), "world", 5);
        expect(await failure(blob.getProperties())).toMatchObject({ status: 404 });
        const names = async (includeUncommitedBlobs: boolean) => {
            const found: string[] = [];
            for await (const item of container.listBlobsFlat({ includeUncommitedBlobs })) {
                found.push(item.name);
            }
            return found;
        };
        expect([await names(false), await names(true)]).toEqual([[], ["a"]]);
        expect((await blob.getBlockList("committed")).committedBlocks).toEqual([]);
        const staged = await blob.getBlockList("all");
        expect(staged.committedBlocks).toEqual([]);
        expect(staged.uncommittedBlocks).toEqual([
            { name: id("01"), size: 6 },
            { name: id("02"), size: 5 },
        ]);
        await blob.commitBlockList([id("02"), id("01")], { metadata: { a: "b" } });
        expect((await blob.downloadToBuffer()).toString()).toBe("worldhello ");
        const got = await blob.getProperties();
        expect([got.contentMD5, got.metadata]).toEqual([undefined, { a: "b" }]);
    });

    test("a list may mix committed and uncommitted blocks, and forgets the rest", async () => {
        const { golden } = await simulate();
        const blob = containerOf(golden).getBlockBlobClient("a");
        await blob.stageBlock(id("01"), "old", 3);
        await blob.commitBlockList([id("01")]);
        await blob.stageBlock(id("01"), "new", 3);
        await blob.stageBlock(id("02"), "two", 3);
        const body = `<BlockList><Committed>${id("01")}</Committed><Uncommitted>${id("01")}</Uncommitted><Latest>${id("01")}</Latest></BlockList>`;
        const answer = await raw(golden, "/images/a", { method: "PUT", query: "comp=blocklist", body });
        expect(answer.status).toBe(201);
        expect((await blob.downloadToBuffer()).toString()).toBe("oldnewnew");
        expect((await blob.getBlockList("all")).uncommittedBlocks).toEqual([]);
        expect(await failure(blob.commitBlockList([id("02")]))).toEqual({ status: 400, code: "InvalidBlockList" });
    });

    test("IDs must be Base64 of one length", async () => {
        const { golden } = await simulate();
        const blob = containerOf(golden).getBlockBlobClient("a");
        await blob.stageBlock(id("01"), "x", 1);
        expect(await failure(blob.stageBlock(id("001"), "x", 1))).toEqual({ status: 400, code: "InvalidBlobOrBlock" });
        const answer = await raw(golden, "/images/a", { method: "PUT", query: "comp=block&blockid=no!", body: "x" });
        expect(answer.headers["x-ms-error-code"]).toBe("InvalidQueryParameterValue");
    });

    test("uncommitted blocks vanish a week after the last one", async () => {
        const { golden, clock } = await simulate();
        const blob = containerOf(golden).getBlockBlobClient("a");
        await blob.stageBlock(id("01"), "x", 1);
        clock.advance(7 * 24 * 3600_000 + 1);
        expect(await failure(blob.getBlockList("all"))).toMatchObject({ status: 404 });
        expect(await failure(blob.commitBlockList([id("01")]))).toEqual({ status: 400, code: "InvalidBlockList" });
    });

    test("an empty list makes an empty blob, and Put Blob forgets uncommitted blocks", async () => {
        const { golden } = await simulate();
        const blob = containerOf(golden).getBlockBlobClient("a");
        await blob.commitBlockList([]);
        expect((await blob.getProperties()).contentLength).toBe(0);
        await blob.stageBlock(id("01"), "x", 1);
        await blob.upload("y", 1);
        expect(await failure(blob.commitBlockList([id("01")]))).toMatchObject({ code: "InvalidBlockList" });
    });
});

describe("page blobs", () => {
    test("pages are written, cleared and listed", async () => {
        const { golden } = await simulate();
        const blob = containerOf(golden).getPageBlobClient("disk");
        await blob.create(8192);
        await blob.uploadPages("a".repeat(1024), 0, 1024);
        await blob.uploadPages("b".repeat(512), 1024, 512);
        await blob.uploadPages("c".repeat(512), 4096, 512);
        await blob.clearPages(512, 512);
        const ranges = await raw(golden, "/images/disk", { query: "comp=pagelist" });
        const range = (start: number, end: number) => `<PageRange><Start>${start}</Start><End>${end}</End></PageRange>`;
        expect(ranges.body).toContain(`<PageList>${range(0, 511)}${range(1024, 1535)}${range(4096, 4607)}</PageList>`);
        expect(ranges.headers["x-ms-blob-content-length"]).toBe("8192");
        expect((await blob.getPageRanges(1024, 1024)).pageRange).toHaveLength(1);
        const bytes = await blob.downloadToBuffer(0, 2048);
        expect(bytes.toString("latin1")).toBe(
            `${"a".repeat(512)}${"\0".repeat(512)}${"b".repeat(512)}${"\0".repeat(512)}`,
        );
    });

    test("a snapshot keeps its pages", async () => {
        const { golden } = await simulate();
        const blob = containerOf(golden).getPageBlobClient("disk");
        await blob.create(1024);
        await blob.uploadPages("a".repeat(512), 0, 512);
        const { snapshot } = await blob.createSnapshot();
        await blob.uploadPages("b".repeat(512), 0, 512);
        expect((await blob.withSnapshot(snapshot!).downloadToBuffer(0, 1)).toString()).toBe("a");
        expect((await blob.downloadToBuffer(0, 1)).toString()).toBe("b");
    });

    test("resizing and sequence numbers", async () => {
        const { golden } = await simulate();
        const blob = containerOf(golden).getPageBlobClient("disk");
        await blob.create(1024, { blobSequenceNumber: 5 });
        await blob.uploadPages("a".repeat(1024), 0, 1024);
        await blob.resize(512);
        await blob.resize(2048);
        expect((await raw(golden, "/images/disk", { query: "comp=pagelist" })).body).toContain(
            "<PageList><PageRange><Start>0</Start><End>511</End></PageRange></PageList>",
        );
        await blob.updateSequenceNumber("increment");
        expect((await blob.getProperties()).blobSequenceNumber).toBe(6);
        await blob.updateSequenceNumber("max", 3);
        await blob.updateSequenceNumber("update", 9);
        const written = blob.uploadPages("a".repeat(512), 0, 512, { conditions: { ifSequenceNumberLessThan: 9 } });
        expect(await failure(written)).toEqual({ status: 412, code: "SequenceNumberConditionNotMet" });
        await blob.uploadPages("a".repeat(512), 0, 512, { conditions: { ifSequenceNumberEqualTo: 9 } });
    });

    test("have no tier in a standard account, and take none", async () => {
        const { golden } = await simulate();
        const container = containerOf(golden);
        const blob = container.getPageBlobClient("disk");
        await blob.create(512);
        expect((await blob.getProperties()).accessTier).toBeUndefined();
        const listed = await container.listBlobsFlat().next();
        expect(listed.value.properties.accessTier).toBeUndefined();
        const refused = { status: 400, code: "AccessTierNotSupportedForBlobType" };
        expect(await failure(container.getPageBlobClient("other").create(512, { tier: "P10" }))).toEqual(refused);
        expect(await failure(blob.setAccessTier("Hot"))).toEqual(refused);
    });

    test("fails for ranges that aren't whole pages of the blob", async () => {
        const { golden } = await simulate();
        const blob = containerOf(golden).getPageBlobClient("disk");
        expect(await failure(blob.create(1000))).toEqual({ status: 400, code: "InvalidHeaderValue" });
        await blob.create(1024);
        expect(await failure(blob.uploadPages("a".repeat(100), 0, 100))).toEqual({
            status: 400,
            code: "InvalidHeaderValue",
        });
        expect(await failure(blob.uploadPages("a".repeat(512), 1024, 512))).toEqual({
            status: 416,
            code: "InvalidPageRange",
        });
    });
});

describe("append blobs", () => {
    test("blocks are appended under position and size conditions", async () => {
        const { golden } = await simulate();
        const blob = containerOf(golden).getAppendBlobClient("log");
        await blob.create();
        expect((await blob.appendBlock("one", 3)).blobAppendOffset).toBe("0");
        const second = await blob.appendBlock("two", 3, { conditions: { appendPosition: 3, maxSize: 6 } });
        expect([second.blobAppendOffset, second.blobCommittedBlockCount]).toEqual(["3", 2]);
        expect(await failure(blob.appendBlock("x", 1, { conditions: { appendPosition: 3 } }))).toEqual({
            status: 412,
            code: "AppendPositionConditionNotMet",
        });
        expect(await failure(blob.appendBlock("x", 1, { conditions: { maxSize: 6 } }))).toEqual({
            status: 412,
            code: "MaxBlobSizeConditionNotMet",
        });
        expect((await blob.downloadToBuffer()).toString()).toBe("onetwo");
    });

    test("a snapshot of an append blob doesn't grow", async () => {
        const { golden } = await simulate();
        const blob = containerOf(golden).getAppendBlobClient("log");
        await blob.create();
        await blob.appendBlock("one", 3);
        const { snapshot } = await blob.createSnapshot();
        await blob.appendBlock("two", 3);
        expect((await blob.withSnapshot(snapshot!).downloadToBuffer()).toString()).toBe("one");
    });
});

test("operations of one type fail on blobs of another", async () => {
    const { golden } = await simulate();
    const container = containerOf(golden);
    await container.getAppendBlobClient("log").create();
    await container.getPageBlobClient("disk").create(512);
    await container.getBlockBlobClient("block").upload("x", 1);
    const wrong = { status: 409, code: "InvalidBlobType" };
    expect(await failure(container.getBlockBlobClient("log").stageBlock(id("1"), "x", 1))).toEqual(wrong);
    expect(await failure(container.getBlockBlobClient("disk").commitBlockList([]))).toEqual(wrong);
    expect(await failure(container.getPageBlobClient("log").clearPages(0, 512))).toEqual(wrong);
    expect(await failure(container.getPageBlobClient("block").getPageRanges())).toEqual(wrong);
    expect(await failure(container.getPageBlobClient("block").resize(512))).toEqual(wrong);
    expect(await failure(container.getAppendBlobClient("disk").appendBlock("x", 1))).toEqual(wrong);
    expect(await failure(container.getBlockBlobClient("log").getBlockList("all"))).toEqual(wrong);
});
