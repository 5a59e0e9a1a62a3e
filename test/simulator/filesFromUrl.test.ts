import { beforeEach, describe, expect, test } from "vitest";
import { blobOf, outcome, sasUrl } from "./support/copies";
import { copyScene, type Scene } from "./support/copyFiles";
import { fileSasUrl, rawFile, textOf } from "./support/files";
import { failure, serviceClient } from "./support/simulate";

let golden: Scene["golden"];
let dev: Scene["dev"];
let clock: Scene["clock"];
let source: Scene["source"];
let at: Scene["at"];
let near: Scene["near"];

beforeEach(async () => {
    ({ golden, dev, clock, source, at, near } = await copyScene());
});

describe("Put Range From URL", () => {
    test("writes ranges of files and blobs, with their CRC64", async () => {
        await at().create(20);
        await at().uploadRangeFromURL(fileSasUrl(source()), 1, 2, 3);
        await at().uploadRangeFromURL(await sasUrl(blobOf(golden, "/images/blob")), 0, 10, 6);
        expect(await textOf(at())).toBe("\0\0ell\0\0\0\0\0a blob\0\0\0\0");
        golden.putFile("docs", "check", "123456789");
        const headers = {
            "x-ms-write": "update",
            "x-ms-range": "bytes=0-8",
            "x-ms-source-range": "bytes=0-8",
            "x-ms-copy-source": fileSasUrl(source("check")),
        };
        const put = (more = {}) =>
            rawFile(dev, "/seed/copy.txt", { method: "PUT", query: "comp=range", headers: { ...headers, ...more } });
        // The check value of CRC-64/NVME is AE8B14860A799888.
        const crc64 = Buffer.from("8898790a86148bae", "hex").toString("base64");
        const [right, wrong] = [crc64, Buffer.alloc(8).toString("base64")];
        expect((await put({ "x-ms-source-content-crc64": right })).headers["x-ms-content-crc64"]).toBe(crc64);
        expect(outcome(await put({ "x-ms-source-content-crc64": wrong }))).toEqual([400, "Crc64Mismatch"]);
        expect((await put({ "x-ms-source-if-match-crc64": right })).status).toBe(201);
        expect((await put({ "x-ms-source-if-match-crc64": wrong })).status).toBe(412);
        expect((await put({ "x-ms-source-if-none-match-crc64": right })).status).toBe(412);
        expect((await put({ "x-ms-source-if-none-match-crc64": wrong })).status).toBe(201);
    });

    test("fails where the source ends before, or isn't to be read, or the sizes differ", async () => {
        await at().create(20);
        const url = fileSasUrl(source());
        const write = (from: string, offset: number, count: number) => at().uploadRangeFromURL(from, 0, offset, count);
        expect(await failure(write(url, 0, 6))).toEqual({ status: 409, code: "CannotVerifyCopySource" });
        expect(await failure(write(url, 18, 5))).toEqual({ status: 416, code: "InvalidRange" });
        expect(await failure(write(source().url, 0, 5))).toEqual({ status: 404, code: "CannotVerifyCopySource" });
        const range = { "x-ms-write": "update", "x-ms-range": "bytes=0-3", "x-ms-copy-source": url };
        const put = (more: object) =>
            rawFile(dev, "/seed/copy.txt", { method: "PUT", query: "comp=range", headers: { ...range, ...more } });
        expect(outcome(await put({ "x-ms-source-range": "bytes=0-4" }))).toEqual([400, "InvalidHeaderValue"]);
        expect(outcome(await put({}))).toEqual([400, "MissingRequiredHeader"]);
        const large = { "x-ms-range": "bytes=0-4194304", "x-ms-source-range": "bytes=0-4194304" };
        expect(outcome(await put(large))).toEqual([413, "RequestBodyTooLarge"]);
        expect(outcome(await put({ "x-ms-write": "clear" }))).toEqual([400, "InvalidHeaderValue"]);
    });
});

describe("a file as source of a blob", () => {
    const blob = (name: string) => serviceClient(dev).getContainerClient("images").getBlockBlobClient(name);

    test("of Copy Blob, Put Blob From URL and the operations on parts", async () => {
        const url = fileSasUrl(source());
        const poller = await blob("copied").beginCopyFromURL(url, { intervalInMs: 1 });
        expect((await blob("copied").getProperties()).copyStatus).toBe("pending");
        clock.advance(8000);
        await poller.pollUntilDone();
        await blob("put").syncUploadFromURL(url);
        await blob("staged").stageBlockFromURL("AAAA", url, 1, 4);
        await blob("staged").commitBlockList(["AAAA"]);
        const append = blob("appended");
        const appended = serviceClient(dev).getContainerClient("images").getAppendBlobClient("appended");
        await appended.create();
        await appended.appendBlockFromURL(url, 0, 5);
        const texts = [blob("copied"), blob("put"), blob("staged"), append].map(async (each) =>
            (await each.downloadToBuffer()).toString(),
        );
        expect(await Promise.all(texts)).toEqual(["hello", "hello", "ello", "hello"]);
        for (const name of ["copied", "put"]) {
            expect(await blob(name).getProperties()).toMatchObject({
                blobType: "BlockBlob",
                contentType: "text/plain",
                metadata: { stage: "golden" },
            });
        }
    });

    test("needs a SAS even in the same account, and takes no conditions", async () => {
        const copy = (url: string, conditions = {}) => blob("copy").beginCopyFromURL(url, conditions);
        expect(await failure(copy(near()))).toEqual({ status: 404, code: "CannotVerifyCopySource" });
        const { etag } = await at("near.txt").getProperties();
        const conditions = { sourceConditions: { ifMatch: etag } };
        expect(await failure(copy(fileSasUrl(at("near.txt")), conditions))).toEqual({
            status: 400,
            code: "CannotVerifyCopySource",
        });
    });

    test("fails the pending copy when it changes", async () => {
        const poller = await blob("copy").beginCopyFromURL(fileSasUrl(source()));
        poller.stopPolling();
        await source().uploadRange("J", 0, 1);
        clock.advance(8000);
        expect((await blob("copy").getProperties()).copyStatus).toBe("failed");
    });
});
