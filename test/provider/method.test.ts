// Which operation `method: "auto"` chooses, seen at the service.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Content, generated } from "../../simulator";
import { blobCopyHandler as handler } from "../../src/provider/blobCopy";
import type { BlobCopyInputs, BlobCopyState } from "../../src/provider/blobCopyTypes";
import type { PartialFailure } from "../../src/provider/handler";
import { isNotImplemented } from "../../src/storage/errors";
import { sourceContent, startStorage, type TestStorage } from "../helpers/storage";
import { upOnce, writesOf } from "../helpers/up";

const MIB = 1024 * 1024;
let storage: TestStorage;

beforeEach(async () => {
    storage = await startStorage();
});

afterEach(async () => {
    await storage.close();
});

/** Without a method, which is the same as `"auto"`. */
const inputs = (change: Partial<BlobCopyInputs> = {}): BlobCopyInputs => {
    const { method: _, ...rest } = storage.inputs;
    return { ...rest, ...change };
};
const up = (state: BlobCopyState | undefined, change: Partial<BlobCopyInputs> = {}) =>
    upOnce(storage, state, inputs(change));
const writes = () => writesOf(storage);
const put = (content: string | Content, options = {}) =>
    storage.simulator.account("golden").putBlob("images", "orders.bak", content, options);
const large = (seed = 1) => put(generated({ length: 20 * MIB, seed }));
const within = (blobName: string): Partial<BlobCopyInputs> => ({
    source: { ...storage.inputs.destination, blobName },
});

describe("within an account", () => {
    beforeEach(async () => {
        await storage.blob("dev", "first.bak").upload("the first", 9);
        storage.operations();
    });

    it("Copy Blob writes to a free name, in two requests", async () => {
        const state = await up(undefined, within("first.bak"));
        expect(storage.operations()).toEqual(["Copy Blob", "Get Blob Properties"]);
        expect(await storage.content("dev")).toBe("the first");
        expect(state).toMatchObject({
            copyOperation: "Copy Blob",
            copyOperationReason: "both ends are in one account",
        });
    });

    it("a block blob is replaced by a From-URL operation, so that it stands until then", async () => {
        await storage.blob("dev").upload("old", 3);
        const first = await up(undefined, { ...within("first.bak"), overwrite: "always" });
        // The first request found the name taken.
        expect(writes()).toEqual(["Copy Blob", "Put Blob From URL"]);
        expect(await storage.content("dev")).toBe("the first");
        expect(first.copyOperationReason).toBe("the source is small, and the old blob stands until the new one does");
        await storage.blob("dev", "first.bak").upload("the second", 10);
        await up(first, within("first.bak"));
        expect(writes()).toEqual(["Put Blob From URL"]);
        expect(await storage.content("dev")).toBe("the second");
    });

    it("a snapshot is promoted over its own base blob by Copy Blob", async () => {
        const { snapshot } = await storage.blob("dev", "first.bak").createSnapshot();
        await storage.blob("dev", "first.bak").upload("a mistake", 9);
        const state = await up(undefined, {
            source: { ...storage.inputs.destination, blobName: "first.bak", snapshot: snapshot! },
            destination: { ...storage.inputs.destination, blobName: "first.bak" },
            overwrite: "always",
        });
        expect(await storage.content("dev", "first.bak")).toBe("the first");
        expect(state).toMatchObject({
            copyOperation: "Copy Blob",
            copyOperationReason: "a snapshot or version is promoted",
        });
    });

    it("a page blob is overwritten by Copy Blob", async () => {
        for (const [name, byte] of [
            ["disk.vhd", 1],
            ["orders.bak", 2],
        ] as const) {
            const pages = storage.container().getPageBlobClient(name);
            await pages.create(1024);
            await pages.uploadPages(Buffer.alloc(512, byte), 0, 512);
        }
        storage.operations();
        const state = await up(undefined, { ...within("disk.vhd"), overwrite: "always" });
        expect(state.copyOperation).toBe("Copy Blob");
        expect((await storage.blob("dev").downloadToBuffer())[0]).toBe(1);
    });
});

describe("across accounts", () => {
    it("a small block blob takes one Put Blob From URL and a look at either end", async () => {
        const state = await up(undefined);
        expect(storage.operations()).toEqual(["Get Blob Properties", "Put Blob From URL", "Get Blob Properties"]);
        expect(await storage.content("dev")).toBe(sourceContent);
        expect(state).toMatchObject({
            copyOperation: "Put Blob From URL",
            copyOperationReason: "the source is small",
        });
    });

    it("a large one goes in blocks, and the progress says so", async () => {
        large();
        const state = await up(undefined);
        expect(state.copyOperation).toBe("Put Block From URL");
        expect(storage.progress[0]!.plan).toEqual({ operation: "Put Block From URL", reason: "the source is large" });
    });

    it("an archived one goes by Copy Blob", async () => {
        await storage.blob("golden").setAccessTier("Archive");
        const state = await up(undefined, { accessTier: "Hot" });
        expect(state).toMatchObject({
            copyOperation: "Copy Blob",
            copyOperationReason: "only Copy Blob reads an archived source",
        });
    });

    it("one whose tags are a condition goes by Copy Blob", async () => {
        await storage.blob("golden").setTags({ env: "prod" });
        const state = await up(undefined, { sourceConditions: { tagConditions: "\"env\" = 'prod'" } });
        expect(state.copyOperationReason).toBe("only Copy Blob takes sourceConditions.tagConditions");
    });

    it("one too large for a comparison of its MD5 goes by Copy Blob", async () => {
        put(generated({ length: 5_001 * MIB }), { contentMd5: Buffer.alloc(16, 7).toString("base64") });
        const state = await up(undefined, { verify: "md5" });
        expect(state.copyOperationReason).toMatch(/^only Copy Blob carries the MD5/);
        await expect(up(undefined, { verify: "md5", method: "fromUrl", overwrite: "always" })).rejects.toThrow(
            /only Copy Blob carries the MD5.*set it to "copyBlob"/,
        );
    });

    it("a Copy Blob that is pending is joined", async () => {
        await storage.close();
        storage = await startStorage({ copySeconds: 3_600 });
        const failure: PartialFailure = await up(undefined, { method: "copyBlob", timeout: "1m" }).catch(
            (error) => error,
        );
        const state = await up(failure.state as BlobCopyState);
        expect(writes()).toEqual(["Set Blob Metadata"]);
        expect(state).toMatchObject({ copyOperation: "Copy Blob", copyStatus: "success" });
    });

    it("what a Copy Blob has kept that is given up for another operation goes in the end", async () => {
        const first = await up(undefined, { method: "copyBlob" });
        put("newer");
        storage.simulator.copies.add({ seconds: 3_600, times: 1 });
        const failure: PartialFailure = await up(first, { method: "copyBlob", timeout: "1m" }).catch((error) => error);
        put("newest");
        await up(failure.state as BlobCopyState);
        expect(await storage.content("dev")).toBe("newest");
        const found: string[] = [];
        for await (const { snapshot } of storage.container().listBlobsFlat({ includeSnapshots: true })) {
            found.push(snapshot ?? "");
        }
        expect(found).toEqual([""]);
    });

    it("a source that can't be read from here goes by Copy Blob", async () => {
        storage.hideSource();
        const state = await up(undefined);
        expect(state).toMatchObject({
            copyOperation: "Copy Blob",
            copyOperationReason: "the service may read what this machine may not",
        });
        expect(await storage.content("dev")).toBe(sourceContent);
    });

    it("a source that is not there is an error", async () => {
        await storage.blob("golden").delete();
        await expect(up(undefined)).rejects.toThrow(/could not read the source .*404/);
        expect(writes()).toEqual([]);
    });
});

describe("another blob type than the source's", () => {
    const types = ["BlockBlob", "PageBlob", "AppendBlob"] as const;
    const operations = {
        BlockBlob: "Put Block From URL",
        PageBlob: "Put Page From URL",
        AppendBlob: "Append Block From URL",
    };
    const pairs = types.flatMap((from) => types.filter((to) => to !== from).map((to) => [from, to] as const));

    it.each(pairs)("is written, from a %s to a %s", async (from, blobType) => {
        put(generated({ length: 9 * MIB }), { blobType: from });
        const state = await up(undefined, { blobType });
        expect(state.copyOperation).toBe(operations[blobType]);
        expect((await storage.blob("dev").getProperties()).blobType).toBe(blobType);
        const [source, copy] = await Promise.all([
            storage.blob("golden").downloadToBuffer(),
            storage.blob("dev").downloadToBuffer(),
        ]);
        expect(copy.equals(source)).toBe(true);
        expect(await up(state, { blobType })).toBe(state);
    });

    it("is written within an account too", async () => {
        await storage.blob("dev", "first.bak").upload("the first", 9);
        const state = await up(undefined, { ...within("first.bak"), blobType: "AppendBlob" });
        expect(state.copyOperation).toBe("Append Block From URL");
        expect(await storage.content("dev")).toBe("the first");
    });

    it("is explained where it can't be", async () => {
        await expect(up(undefined, { blobType: "PageBlob" })).rejects.toThrow(
            /pages of 512 bytes, and the source has 29/,
        );
        const failures = async (change: Partial<BlobCopyInputs>) =>
            (await handler.check({}, inputs(change), storage.context)).failures.map(({ property }) => property);
        expect(await failures({ blobType: "AppendBlob", method: "copyBlob" })).toEqual(["blobType"]);
        expect(await failures({ blobType: "AppendBlob", source: { url: "https://example.com/a" } })).toContain(
            "blobType",
        );
        await storage.blob("golden").setAccessTier("Archive");
        await expect(handler.create(inputs({ blobType: "AppendBlob" }), storage.context)).rejects.toThrow(
            /only Copy Blob reads an archived source, and keeps the source's blob type; leave blobType out/,
        );
    });
});

describe("a service without the operation", () => {
    const without = (operation: string) => storage.simulator.faults.add({ operation, status: 501 });

    it("gets Copy Blob", async () => {
        without("Put Blob From URL");
        const state = await up(undefined);
        expect(state).toMatchObject({
            copyOperation: "Copy Blob",
            copyOperationReason: "the service does not have Put Blob From URL",
        });
        large();
        without("Put Block From URL");
        expect((await up(state)).copyOperation).toBe("Copy Blob");
        expect((await storage.blob("dev").getProperties()).contentLength).toBe(20 * MIB);
    });

    it("gets Copy Blob where it answers 500 without a code, too", async () => {
        const error = Object.assign(new Error("Internal Server Error"), { statusCode: 500 });
        expect(isNotImplemented(error)).toBe(true);
        expect(isNotImplemented(Object.assign(error, { code: "InternalError" }))).toBe(false);
    });

    it("gets Copy Blob after pages were refused, too", async () => {
        put(generated({ length: 1024 }), { blobType: "PageBlob" });
        without("Put Page From URL");
        const state = await up(undefined);
        expect(writes()).toEqual(["Put Blob", "Put Page From URL", "Delete Blob", "Copy Blob"]);
        expect(state.copyOperation).toBe("Copy Blob");
    });

    it("fails where nothing else was asked for", async () => {
        without("Put Blob From URL");
        await expect(up(undefined, { method: "fromUrl" })).rejects.toThrow(/by Put Blob From URL: 501/);
    });
});

describe("a web server", () => {
    async function serve(length: number, ranges: boolean): Promise<{ url: string; close(): void }> {
        const body = Buffer.alloc(length, 7);
        const server = createServer((request, response) => {
            const range = ranges ? /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "") : null;
            const part = range ? body.subarray(Number(range[1]), Number(range[2]) + 1) : body;
            response.writeHead(range ? 206 : 200, {
                ETag: '"1"',
                "Content-Length": part.length,
                ...(ranges && { "Accept-Ranges": "bytes" }),
                ...(range && { "Content-Range": `bytes ${range[1]}-${range[2]}/${length}` }),
            });
            response.end(request.method === "HEAD" ? undefined : part);
        });
        await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
        const url = `http://localhost:${(server.address() as AddressInfo).port}/orders.bak`;
        return { url, close: () => server.close() };
    }

    it("that answers ranges is read in parts", async () => {
        const { url, close } = await serve(9 * MIB, true);
        try {
            expect((await up(undefined, { source: { url } })).copyOperation).toBe("Put Block From URL");
            expect((await storage.blob("dev").getProperties()).contentLength).toBe(9 * MIB);
        } finally {
            close();
        }
    });

    it("that answers none is read at once", async () => {
        const { url, close } = await serve(9 * MIB, false);
        try {
            const state = await up(undefined, { source: { url } });
            expect(state).toMatchObject({
                copyOperation: "Put Blob From URL",
                copyOperationReason: "the source's server answers no ranges",
            });
            expect((await storage.blob("dev").getProperties()).contentLength).toBe(9 * MIB);
        } finally {
            close();
        }
    });
});
