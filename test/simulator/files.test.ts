import { beforeEach, describe, expect, test } from "vitest";
import type { AccountHandle, ManualClock } from "../../simulator";
import { outcome } from "./support/copies";
import { attributes, fileOf, filesByHost, rawFile, shareOf, textOf, uploadTo } from "./support/files";
import { failure, simulate } from "./support/simulate";

let golden: AccountHandle;
let clock: ManualClock;

beforeEach(async () => {
    ({ golden, clock } = await simulate());
});

const share = () => shareOf(golden);
const upload = (path: string, text: string) => uploadTo(share(), path, text);

describe("files", () => {
    test("hold what is written into them, zeros elsewhere", async () => {
        const file = fileOf(share(), "a.bin");
        const created = await file.create(10, {
            fileHttpHeaders: { fileContentType: "text/plain", fileCacheControl: "no-cache" },
            metadata: { a: "b" },
        });
        expect(await textOf(file)).toBe("\0".repeat(10));
        const written = await file.uploadRange("hello", 3, 5);
        expect(written.etag! > created.etag!).toBe(true);
        expect(await textOf(file)).toBe("\0\0\0hello\0\0");
        expect((await file.downloadToBuffer(4, 3)).toString()).toBe("ell");
        const { contentType, cacheControl, metadata, contentLength, contentMD5 } = await file.getProperties();
        expect({ contentType, cacheControl, metadata, contentLength, contentMD5 }).toEqual({
            contentType: "text/plain",
            cacheControl: "no-cache",
            metadata: { a: "b" },
            contentLength: 10,
            contentMD5: undefined,
        });
        expect(await failure(file.uploadRange("hello", 8, 5))).toEqual({ status: 416, code: "InvalidRange" });
        await file.delete();
        expect(await failure(file.delete())).toEqual({ status: 404, code: "ResourceNotFound" });
    });

    test("are uploaded and downloaded in ranges by the SDK", async () => {
        const file = fileOf(share(), "big.bin");
        const content = Buffer.alloc(9 * 1024 ** 2, "0123456789");
        await file.uploadData(content, { rangeSize: 4 * 1024 ** 2, concurrency: 3 });
        expect(content.equals(await file.downloadToBuffer())).toBe(true);
        const range = { method: "PUT", query: "comp=range" };
        const headers = { "x-ms-write": "update", "x-ms-range": `bytes=0-${4 * 1024 ** 2}` };
        const answer = await rawFile(golden, "/docs/big.bin", { ...range, headers, body: "x" });
        expect(outcome(answer)).toEqual([413, "RequestBodyTooLarge"]);
    });

    test("take their content with Create File in newer versions", async () => {
        const headers = { "x-ms-content-length": "8", "x-ms-type": "file" };
        const request = { method: "PUT", body: "hello" };
        const create = (version: string) =>
            rawFile(golden, "/docs/a.txt", { ...request, headers: { ...headers, "x-ms-version": version } });
        share();
        expect(outcome(await create("2025-01-05"))).toEqual([400, "InvalidHeaderValue"]);
        const created = await create("2026-04-06");
        expect([created.status, created.headers["content-md5"]]).toEqual([201, "XUFAKrxLKna5cZ2REBfFkg=="]);
        expect(await textOf(fileOf(share(), "a.txt"))).toBe("hello\0\0\0");
    });

    test("are resized, and given headers all together", async () => {
        const file = await upload("a.txt", "hello world");
        await file.setHttpHeaders({ fileContentType: "text/plain", fileContentLanguage: "en" });
        await file.resize(5);
        expect(await textOf(file)).toBe("hello");
        await file.resize(7);
        expect(await textOf(file)).toBe("hello\0\0");
        expect((await file.getProperties()).contentType).toBe("text/plain");
        await file.setHttpHeaders({ fileCacheControl: "no-cache" });
        const { contentType, contentLanguage, cacheControl } = await file.getProperties();
        expect([contentType, contentLanguage, cacheControl]).toEqual([undefined, undefined, "no-cache"]);
    });

    test("have the SMB properties that they are given", async () => {
        const file = fileOf(share(), "a.txt");
        const time = new Date("2020-02-02T02:02:02.020Z");
        const made = await file.create(1, {
            fileAttributes: attributes("Hidden|ReadOnly"),
            creationTime: time,
            lastWriteTime: time,
            changeTime: time,
        });
        expect(made).toMatchObject({ fileAttributes: "ReadOnly | Hidden | Archive", fileParentId: "0" });
        const told = await file.getProperties();
        expect([told.fileCreatedOn, told.fileLastWriteOn, told.fileChangeOn]).toEqual([time, time, time]);
        expect(told.fileId).toBe(made.fileId);
        await file.setProperties({ fileAttributes: attributes("None"), lastWriteTime: new Date(0) });
        const changed = await file.getProperties();
        expect([changed.fileAttributes, changed.fileLastWriteOn, changed.fileCreatedOn]).toEqual([
            "None",
            new Date(0),
            time,
        ]);
    });

    test("that are read-only are neither written nor deleted until they aren't", async () => {
        const file = await upload("a.txt", "hello");
        await file.setProperties({ fileAttributes: attributes("ReadOnly") });
        for (const change of [() => file.uploadRange("x", 0, 1), () => file.delete(), () => file.create(1)]) {
            expect(await failure(change())).toEqual({ status: 409, code: "ReadOnlyAttribute" });
        }
        await file.setProperties({ fileAttributes: attributes("None") });
        await file.delete();
    });

    test("tell the last write time with each range, and keep it if asked", async () => {
        const file = await upload("a.txt", "hello");
        const before = (await file.getProperties()).fileLastWriteOn;
        clock.advance(5000);
        await file.uploadRange("H", 0, 1, { fileLastWrittenMode: "Preserve" });
        expect((await file.getProperties()).fileLastWriteOn).toEqual(before);
        const { fileLastWriteTime } = (await file.uploadRange("J", 0, 1)) as { fileLastWriteTime?: Date };
        expect(fileLastWriteTime).toEqual((await file.getProperties()).fileLastWriteOn);
        expect(fileLastWriteTime! > before!).toBe(true);
    });

    test("need each SMB property from 2019-02-02 until 2021-06-08, and had none before", async () => {
        share();
        const headers = { "x-ms-content-length": "1", "x-ms-type": "file" };
        const create = (version: string) =>
            rawFile(golden, "/docs/a.txt", { method: "PUT", headers: { ...headers, "x-ms-version": version } });
        expect(outcome(await create("2019-02-02"))).toEqual([400, "MissingRequiredHeader"]);
        const old = await create("2018-11-09");
        expect([old.status, old.headers["x-ms-file-attributes"]]).toEqual([201, undefined]);
        expect((await create("2021-06-08")).headers["x-ms-file-attributes"]).toBe("Archive");
    });
});

describe("ranges", () => {
    const ranges = async (file: ReturnType<typeof fileOf>, options = {}) =>
        (await file.getRangeList(options)).rangeList.map(({ start, end }) => [start, end]);

    test("that are cleared are freed by whole 512 bytes, and zeros elsewhere", async () => {
        const file = await upload("a.bin", "x".repeat(65_536));
        await file.clearRange(768, 1537);
        expect(await ranges(file)).toEqual([
            [0, 1023],
            [2048, 65_535],
        ]);
        const content = await textOf(file);
        expect(content.slice(760, 2312)).toBe(`xxxxxxxx${"\0".repeat(1537)}xxxxxxx`);
        expect(await ranges(file, { range: { offset: 512, count: 1600 } })).toEqual([
            [512, 1023],
            [2048, 2111],
        ]);
    });

    test("are as the service was seen to list them", async () => {
        const small = await upload("small", "HelloWorld");
        await small.clearRange(1, 8);
        expect(await ranges(small)).toEqual([[0, 9]]);
        expect(await textOf(small)).toBe(`H${"\0".repeat(8)}d`);
        const file = await upload("odd", "");
        await file.resize(513);
        await file.uploadRange("HelloWorld", 0, 10);
        await file.clearRange(0, 513);
        expect(await ranges(file)).toEqual([[512, 512]]);
    });

    test("are compared with a share snapshot", async () => {
        const file = await upload("a.bin", "x".repeat(4096));
        const { snapshot } = await share().createSnapshot();
        await file.uploadRange("y", 0, 1);
        await file.clearRange(1024, 1024);
        const changes = await file.getRangeListDiff(snapshot!);
        expect(changes.ranges).toEqual([{ start: 0, end: 0 }]);
        expect(changes.clearRanges).toEqual([{ start: 1024, end: 2047 }]);
        expect(changes.fileContentLength).toBe(4096);
        const later = await upload("later", "x");
        expect(await failure(later.getRangeListDiff(snapshot!))).toMatchObject({ status: 404 });
        const again = await upload("a.bin", "z");
        expect(await failure(again.getRangeListDiff(snapshot!))).toEqual({
            status: 409,
            code: "FileGenerationMismatch",
        });
        expect(await failure(again.getRangeListDiff("2020-01-01T00:00:00.0000000Z"))).toMatchObject({ status: 404 });
    });

    test("of a renamed file are compared if asked", async () => {
        golden.createShare("docs");
        const file = await uploadTo(filesByHost(golden).getShareClient("docs"), "a.bin", "x".repeat(1024));
        const { snapshot } = await share().createSnapshot();
        const { destinationFileClient: renamed } = await file.rename("b.bin");
        expect(await failure(renamed.getRangeListDiff(snapshot!))).toMatchObject({ status: 404 });
        const changes = await renamed.getRangeListDiff(snapshot!, { includeRenames: true });
        expect(changes.ranges ?? []).toEqual([]);
    });
});
