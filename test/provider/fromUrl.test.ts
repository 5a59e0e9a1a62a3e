import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { generated } from "../../simulator";
import { blobCopyHandler as handler } from "../../src/provider/blobCopy";
import type { BlobCopyInputs, BlobCopyState } from "../../src/provider/blobCopyTypes";
import { sourceContent, startStorage, type TestStorage } from "../helpers/storage";
import { upOnce, writesOf } from "../helpers/up";

const MIB = 1024 * 1024;
let storage: TestStorage;

beforeEach(async () => {
    storage = await startStorage({ copySeconds: 10 });
});

afterEach(async () => {
    await storage.close();
});

const inputs = (change: Partial<BlobCopyInputs> = {}): BlobCopyInputs => ({
    ...storage.inputs,
    method: "fromUrl",
    ...change,
});

const up = (state: BlobCopyState | undefined, change: Partial<BlobCopyInputs> = {}) =>
    upOnce(storage, state, inputs(change));

const destination = () => storage.blob("dev").getProperties();
const writes = () => writesOf(storage);
const golden = () => storage.simulator.account("golden");

/** A source in three blocks' worth of bytes. */
const large = (seed = 1) => golden().putBlob("images", "orders.bak", generated({ length: 20 * MIB + 5, seed }));

async function same(): Promise<void> {
    const [source, copy] = await Promise.all([
        storage.blob("golden").downloadToBuffer(),
        storage.blob("dev").downloadToBuffer(),
    ]);
    expect(copy.equals(source)).toBe(true);
}

describe("a small block blob", () => {
    it("is copied by one Put Blob From URL, with all that it has", async () => {
        const state = await up(undefined, {
            tags: { env: "dev" },
            accessTier: "Cool",
            blobHTTPHeaders: { blobCacheControl: "no-store" },
        });
        expect(writes()).toEqual(["Put Blob From URL"]);
        const there = await destination();
        expect(await storage.content("dev")).toBe(sourceContent);
        expect(there).toMatchObject({
            contentType: "text/plain",
            cacheControl: "no-store",
            metadata: { origin: "golden" },
            accessTier: "Cool",
        });
        expect(there.contentMD5).toEqual((await storage.blob("golden").getProperties()).contentMD5);
        expect((await storage.blob("dev").getTags()).tags).toEqual({ env: "dev" });
        expect(state).toMatchObject({
            copyOperation: "Put Blob From URL",
            copyStatus: "success",
            etag: there.etag,
            lastWriteEtag: there.etag,
            sourceUrl: storage.blob("golden").url,
        });
        expect(state.copyId).toBeUndefined();
    });

    it("does nothing the second time, copies again when the source changes, and is deleted", async () => {
        const first = await up(undefined);
        expect(await up(first)).toBe(first);
        const refreshed = (await handler.read(first.url, first, storage.context))!;
        expect(refreshed.drifted).toBeUndefined();
        expect(await up(refreshed)).toBe(refreshed);
        golden().putBlob("images", "orders.bak", "a newer backup");
        const second = await up(refreshed);
        expect(writes()).toEqual(["Put Blob From URL"]);
        expect(await storage.content("dev")).toBe("a newer backup");
        await handler.delete(second, storage.context);
        await expect(destination()).rejects.toMatchObject({ statusCode: 404 });
    });

    it("is recognized by its block where the program gives it an MD5 of its own", async () => {
        const change = { blobHTTPHeaders: { blobContentMD5: Buffer.alloc(16, 1).toString("base64") } };
        const first = await up(undefined, change);
        writes();
        // A run that was killed knows nothing of it.
        await up(undefined, change);
        expect(writes()).toEqual(["Set Blob Metadata", "Set Blob Properties"]);
        expect(first.contentMd5).toBe(change.blobHTTPHeaders.blobContentMD5);
    });

    it("is compared by its MD5 on request", async () => {
        await up(undefined, { verify: "md5" });
        const [request] = storage.simulator.requests.of("Put Blob From URL");
        expect(request!.headers["x-ms-source-content-md5"]).toBeDefined();
    });

    it("is empty where the source is", async () => {
        golden().putBlob("images", "orders.bak", "");
        await up(undefined);
        expect((await destination()).contentLength).toBe(0);
    });

    it("is copied within an account, with a SAS of its own", async () => {
        const first = await up(undefined);
        const { destination: there } = storage.inputs;
        const state = await handler.create(
            inputs({ source: { ...there }, destination: { ...there, blobName: "second.bak" } }),
            storage.context,
        );
        expect(await storage.content("dev", "second.bak")).toBe(sourceContent);
        expect(JSON.stringify([first, state])).not.toContain("sig=");
    });
});

describe("an old blob", () => {
    it("stands until the new one does, and after a copy that fails", async () => {
        const first = await up(undefined);
        large();
        storage.simulator.faults.add({ operation: "Put Block List", status: 403 });
        await expect(up(first)).rejects.toThrow(/Put Block From URL/);
        expect(await storage.content("dev")).toBe(sourceContent);
        storage.simulator.faults.clear();
        const second = await up(first);
        expect(writes()).toEqual(["Put Block List"]); // the blocks had been staged
        await same();
        expect(second.copyOperation).toBe("Put Block From URL");
    });

    it("of somebody else is not overwritten unless it may be", async () => {
        await storage.blob("dev").upload("precious", 8);
        await expect(up(undefined)).rejects.toThrow(/did not make.*overwrite to "always"/);
        expect(await storage.content("dev")).toBe("precious");
        await up(undefined, { overwrite: "always" });
        expect(await storage.content("dev")).toBe(sourceContent);
    });
});

describe("a large block blob", () => {
    it("is copied in blocks", async () => {
        large();
        const state = await up(undefined, { metadata: { owner: "infra" } });
        expect(writes().sort()).toEqual([
            "Put Block From URL",
            "Put Block From URL",
            "Put Block From URL",
            "Put Block List",
        ]);
        await same();
        expect(state).toMatchObject({ copyStatus: "success", contentLength: 20 * MIB + 5 });
        expect((await destination()).metadata).toEqual({ owner: "infra" });
        expect(storage.progress.at(-1)).toMatchObject({ copied: 20 * MIB + 5, total: 20 * MIB + 5 });
        const refreshed = (await handler.read(state.url, state, storage.context))!;
        expect(refreshed.drifted).toBeUndefined();
    });

    it("counts as the copy whatever else somebody sets, and as changed once its content is", async () => {
        large();
        const state = await up(undefined);
        expect((await destination()).contentMD5).toBeUndefined();
        await storage.blob("dev").setMetadata({ by: "somebody" });
        expect((await handler.read(state.url, state, storage.context))!.drifted).toBeUndefined();
        await storage.blob("dev").uploadData(Buffer.alloc(20 * MIB + 5), { blobHTTPHeaders: {} });
        expect((await handler.read(state.url, state, storage.context))!.drifted).toBe(true);
    });

    it("is carried on after an interruption", async () => {
        large();
        storage.simulator.faults.add({ operation: "Put Block From URL", nth: 3, times: 1_000, status: 403 });
        await expect(up(undefined)).rejects.toThrow(/403/);
        storage.simulator.faults.clear();
        await up(undefined);
        expect(writes().filter((operation) => operation === "Put Block From URL").length).toBeLessThan(3);
        await same();
    });

    it("is recognized where a run had finished it and was killed", async () => {
        large();
        await up(undefined);
        const again = await up(undefined, { metadata: { owner: "infra" } });
        expect(writes()).toEqual(["Set Blob Metadata", "Set Blob Properties"]);
        expect(again.etag).toBe((await destination()).etag);
        await same();
    });

    it("fails where its source changes meanwhile, and leaves what was there", async () => {
        const first = await up(undefined);
        large();
        const checked = await handler.check(first, inputs(), storage.context);
        let changed = false;
        storage.onProgress(() => {
            if (!changed) {
                changed = true;
                large(2);
            }
        });
        await expect(handler.update(first, checked.inputs, storage.context)).rejects.toThrow(/changed during the copy/);
        expect(await storage.content("dev")).toBe(sourceContent);
        await up(first);
        await same();
    });

    it("ends at its timeout, and is carried on", async () => {
        large();
        storage.onProgress(() => storage.clock.advance(3_600_000));
        await expect(up(undefined, { timeout: "1h" })).rejects.toThrow(/not done at its timeout/);
        storage.onProgress(() => {});
        await up(undefined);
        await same();
    });
});

it.each(["keep", "abort"] as const)(
    "says what has become of a single request at its timeout, with onTimeout %s",
    async (onTimeout) => {
        vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
        onTestFinished(() => void vi.useRealTimers());
        const before = () => void vi.advanceTimersByTime(3_600_000);
        storage.simulator.faults.add({ operation: "Put Blob From URL", hang: true, before });
        await expect(up(undefined, { timeout: "1h", onTimeout })).rejects.toThrow(
            /not done at its timeout \(0 of \d+ bytes\); the destination is as it was, and the next pulumi up begins anew/,
        );
        storage.simulator.faults.clear();
        await up(undefined);
        await same();
    },
);

describe("what is no block blob", () => {
    it("comes from any web server", async () => {
        const server = createServer((request, response) => {
            response.writeHead(200, { ETag: '"1"', "Content-Length": 5, "Content-Type": "text/html" });
            response.end(request.method === "HEAD" ? undefined : "hello");
        });
        await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
        try {
            const url = `http://localhost:${(server.address() as AddressInfo).port}/`;
            const state = await up(undefined, { source: { url } });
            expect(await storage.content("dev")).toBe("hello");
            expect(state.sourceEtag).toBe('"1"');
            expect((await destination()).contentType).toBe("text/html");
        } finally {
            server.close();
        }
    });

    it("is refused where it is archived", async () => {
        await storage.blob("golden").setAccessTier("Archive");
        const { failures } = await handler.check({}, inputs({ accessTier: "Hot" }), storage.context);
        expect(failures.map(({ property }) => property)).toEqual(["method"]);
    });
});
