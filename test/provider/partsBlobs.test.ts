// Page and append blobs between accounts, which are written in parts: interrupted, carried on, and put over old ones.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { generated } from "../../simulator";
import { blobCopyHandler as handler } from "../../src/provider/blobCopy";
import type { BlobCopyInputs, BlobCopyState } from "../../src/provider/blobCopyTypes";
import type { PartialFailure } from "../../src/provider/handler";
import { startStorage, type TestStorage } from "../helpers/storage";
import { upOnce, writesOf } from "../helpers/up";

const MIB = 1024 * 1024;
let storage: TestStorage;

beforeEach(async () => {
    storage = await startStorage();
});

afterEach(async () => {
    await storage.close();
});

const up = (state: BlobCopyState | undefined, change: Partial<BlobCopyInputs> = {}) =>
    upOnce(storage, state, { ...storage.inputs, method: "auto", ...change });
const failing = (state: BlobCopyState | undefined, change: Partial<BlobCopyInputs> = {}): Promise<PartialFailure> =>
    up(state, change).then(
        () => {
            throw new Error("it succeeded");
        },
        (error) => error,
    );
const writes = () => writesOf(storage);
const count = (operation: string) => storage.simulator.requests.count(operation);

function put(blobType: "PageBlob" | "AppendBlob", seed = 1, length = 10 * MIB): void {
    storage.simulator
        .account("golden")
        .putBlob("images", "orders.bak", generated({ length, seed }), { blobType, metadata: { origin: "golden" } });
}

async function same(): Promise<void> {
    const [source, copy] = await Promise.all([
        storage.blob("golden").downloadToBuffer(),
        storage.blob("dev").downloadToBuffer(),
    ]);
    expect(copy.equals(source)).toBe(true);
}

async function names(): Promise<string[]> {
    const found: string[] = [];
    for await (const { name, snapshot } of storage.container().listBlobsFlat({ includeSnapshots: true })) {
        found.push(snapshot ? `${name} (snapshot)` : name);
    }
    return found;
}

const kinds = [
    { blobType: "PageBlob", operation: "Put Page From URL" },
    { blobType: "AppendBlob", operation: "Append Block From URL" },
] as const;

describe.each(kinds)("a $blobType onto a free name", ({ blobType, operation }) => {
    beforeEach(() => put(blobType));

    it("is copied, with all that it has", async () => {
        const state = await up(undefined, { tags: { env: "dev" } });
        await same();
        const there = await storage.blob("dev").getProperties();
        expect(there).toMatchObject({ blobType, metadata: { origin: "golden" }, etag: state.etag });
        expect((await storage.blob("dev").getTags()).tags).toEqual({ env: "dev" });
        expect(state).toMatchObject({ copyOperation: operation, copyStatus: "success", lastWriteEtag: there.etag });
        expect(await up(state, { tags: { env: "dev" } })).toBe(state);
        const refreshed = (await handler.read(state.url, state, storage.context))!;
        expect(refreshed.drifted).toBeUndefined();
        await handler.delete(refreshed, storage.context);
        expect(await names()).toEqual([]);
    });

    it("is carried on where it was interrupted, and nothing is left where it is not wanted any more", async () => {
        // Each kind has one request that it can't do without.
        storage.simulator.faults.add({ operation, nth: blobType === "PageBlob" ? 2 : 1, times: 1_000, status: 403 });
        const failure = await failing(undefined);
        expect(failure.message).toMatch(new RegExp(`by ${operation}: 403`));
        expect(failure.state).toMatchObject({ copyStatus: "pending", sourceEtag: expect.any(String) });
        const there = await storage.blob("dev").getProperties();
        expect(Object.keys(there.metadata!)).toContain("pulumi_azure_copy_unfinished");
        storage.simulator.faults.clear();
        const second = await up(failure.state as BlobCopyState);
        expect(writes()).not.toContain("Put Blob");
        await same();
        expect((await storage.blob("dev").getProperties()).metadata).toEqual({ origin: "golden" });
        expect(second.copyStatus).toBe("success");
    });

    it.each(["keep", "abort"] as const)("at its timeout, with onTimeout %s", async (onTimeout) => {
        storage.onProgress(() => storage.clock.advance(3_600_000));
        const failure = await failing(undefined, { timeout: "1h", onTimeout });
        storage.onProgress(() => {});
        expect(failure.message).toContain(
            onTimeout === "abort" ? "was removed, since onTimeout" : "is kept, and the next",
        );
        expect(await names()).toEqual(onTimeout === "abort" ? [] : ["orders.bak"]);
        await up(undefined);
        await same();
    });

    it("is deleted unfinished", async () => {
        storage.simulator.faults.add({ operation, times: 1_000, status: 403 });
        const failure = await failing(undefined);
        await handler.delete(failure.state as BlobCopyState, storage.context);
        expect(await names()).toEqual([]);
        expect(storage.warnings).toEqual([]);
    });

    it("is begun anew where its source has changed since an interruption", async () => {
        storage.simulator.faults.add({ operation, times: 1_000, status: 403 });
        const failure = await failing(undefined);
        storage.simulator.faults.clear();
        put(blobType, 2);
        await up(failure.state as BlobCopyState);
        await same();
    });

    it("is copied once where the answer to its last request is lost", async () => {
        storage.simulator.faults.add({ operation: "Set Blob Metadata", resetAfter: true, times: 1 });
        const state = await up(undefined);
        await same();
        expect(state.lastWriteEtag).toBe((await storage.blob("dev").getProperties()).etag);
        expect(await up(state)).toBe(state);
    });

    it("gets its tags from the next up where they could not be set, and is not copied again", async () => {
        const tags = Object.fromEntries(
            Array.from({ length: 10 }, (_, index) => [`k${index}`.padEnd(128, "k"), "v".repeat(256)]),
        );
        storage.simulator.faults.add({ operation: "Set Blob Tags", status: 403 });
        const failure = await failing(undefined, { tags });
        storage.simulator.faults.clear();
        await up(failure.state as BlobCopyState, { tags });
        expect(writes().filter((write) => /^(Copy|Put|Append)/.test(write))).toEqual([]);
        expect((await storage.blob("dev").getTags()).tags).toEqual(tags);
    });

    it.each([false, true])(
        "is kept in mind where it could not be looked at in the end (refreshed: %s)",
        async (refreshed) => {
            const change = { tags: { env: "dev" }, metadata: { owner: "dev" } };
            storage.simulator.requests.clear();
            await up(undefined, change);
            const looks = count("Get Blob Properties");
            await storage.blob("dev").delete();
            storage.simulator.faults.add({ operation: "Get Blob Properties", nth: looks + 1, status: 403 });
            const failure = await failing(undefined, change);
            storage.simulator.faults.clear();
            expect(failure.message).toMatch(/could not read .*orders.bak, which was copied: 403/);
            const { state: left } = failure as { state: BlobCopyState };
            const state = refreshed ? (await handler.read(left.url, left, storage.context))! : left;
            const second = await up(state, change);
            expect(writes().filter((write) => /^(Copy|Put|Append)/.test(write))).toEqual([]);
            await same();
            expect((await storage.blob("dev").getProperties()).metadata).toEqual({ owner: "dev" });
            expect(await up(second, change)).toBe(second);
            await handler.delete(second, storage.context);
            expect(await names()).toEqual([]);
        },
    );

    it("is carried on by a run that knows nothing of the interrupted one", async () => {
        storage.simulator.faults.add({ operation, times: 1_000, status: 403 });
        await failing(undefined);
        storage.simulator.faults.clear();
        await up(undefined);
        expect(writes()).not.toContain("Put Blob");
        await same();
    });
});

describe.each(kinds)("a $blobType over an old one", ({ blobType, operation }) => {
    let first: BlobCopyState;
    let old: Buffer;

    beforeEach(async () => {
        put(blobType);
        first = await up(undefined);
        old = await storage.blob("dev").downloadToBuffer();
        put(blobType, 2, 12 * MIB);
    });

    it("is written beside it, and replaces it within the account", async () => {
        let stood = true;
        let seen = Promise.resolve();
        storage.onProgress(() => {
            seen = seen.then(async () => {
                const { contentLength, copyStatus } = await storage.blob("dev").getProperties();
                stood &&= contentLength === 10 * MIB || copyStatus === "success";
            });
        });
        const second = await up(first);
        await seen;
        expect(stood).toBe(true);
        expect(writes().slice(-4)).toEqual(["Snapshot Blob", "Copy Blob", "Delete Blob", "Delete Blob"]);
        await same();
        expect(await names()).toEqual(["orders.bak"]);
        const there = await storage.blob("dev").getProperties();
        expect(there).toMatchObject({ blobType, metadata: { origin: "golden" }, etag: second.etag });
        expect(second).toMatchObject({
            copyOperation: operation,
            sourceUrl: storage.blob("golden").url,
            sourceEtag: (await storage.blob("golden").getProperties()).etag,
            lastWriteEtag: there.etag,
        });
        expect(await up(second)).toBe(second);
    });

    it("keeps it in a snapshot on request", async () => {
        const { overwrittenSnapshot } = await up(first, { snapshotBeforeOverwrite: true });
        await same();
        expect(await names()).toEqual(["orders.bak (snapshot)", "orders.bak"]);
        const kept = await storage.blob("dev").withSnapshot(overwrittenSnapshot!).downloadToBuffer();
        expect(kept.equals(old)).toBe(true);
    });

    it("leaves it as it was where it fails, and is carried on", async () => {
        storage.simulator.faults.add({ operation, times: 1_000, status: 403 });
        const failure = await failing(first);
        expect(failure.message).toMatch(/403/);
        expect((await storage.blob("dev").downloadToBuffer()).equals(old)).toBe(true);
        expect(failure.state).toMatchObject({ copyStatus: "failed", lastWriteEtag: first.etag });
        storage.simulator.faults.clear();
        await up(failure.state as BlobCopyState);
        expect(writes()).not.toContain("Put Blob");
        await same();
        expect(await names()).toEqual(["orders.bak"]);
    });

    it.each(["keep", "abort"] as const)("leaves it at its timeout, with onTimeout %s", async (onTimeout) => {
        storage.onProgress(() => storage.clock.advance(3_600_000));
        await failing(first, { timeout: "1h", onTimeout });
        storage.onProgress(() => {});
        expect((await storage.blob("dev").downloadToBuffer()).equals(old)).toBe(true);
        expect(storage.warnings).toEqual([]);
        expect((await names()).length).toBe(onTimeout === "abort" ? 1 : 2);
        await up(first);
        await same();
    });

    it("gets its protection with content headers, too", async () => {
        const change = { legalHold: true, blobHTTPHeaders: { blobContentLanguage: "de" } };
        const second = await up(first, change);
        const there = await storage.blob("dev").getProperties();
        expect(there).toMatchObject({ legalHold: true, contentLanguage: "de", etag: second.etag });
        expect(await up(second, change)).toBe(second);
    });

    it("gets its protection after many tags", async () => {
        const tags = Object.fromEntries(
            Array.from({ length: 10 }, (_, index) => [`k${index}`.padEnd(128, "k"), "v".repeat(256)]),
        );
        const expiriesOn = new Date(storage.clock.now() + 86_400_000).toISOString();
        await up(first, { tags, immutabilityPolicy: { expiriesOn } });
        expect((await storage.blob("dev").getTags()).tags).toEqual(tags);
        expect((await storage.blob("dev").getProperties()).immutabilityPolicyExpiresOn).toBeDefined();
    });

    it("gets the content headers that are asked for when it is carried on", async () => {
        storage.simulator.faults.add({ operation: "Copy Blob", status: 403 });
        await failing(first, { blobHTTPHeaders: { blobContentLanguage: "de" } });
        storage.simulator.faults.clear();
        await up(first, { blobHTTPHeaders: { blobContentLanguage: "fr" } });
        expect((await storage.blob("dev").getProperties()).contentLanguage).toBe("fr");
        await same();
    });

    it.each(["its record", "nothing"])(
        "is joined while the last copy is pending, by a run that knows %s",
        async (known) => {
            storage.simulator.copies.add({ account: "dev", seconds: 100, times: 1 });
            const failure = await failing(first, { timeout: "30s" });
            const { etag } = await storage.blob("golden").getProperties();
            expect(failure.state).toMatchObject({ copyStatus: "pending", sourceEtag: etag });
            const change = { legalHold: true };
            const second = await up(known === "nothing" ? first : (failure.state as BlobCopyState), change);
            expect(writes().filter((write) => /^(Abort|Copy|Put|Append)/.test(write))).toEqual([]);
            await same();
            expect(await names()).toEqual(["orders.bak"]);
            const there = await storage.blob("dev").getProperties();
            expect(there).toMatchObject({ metadata: { origin: "golden" }, etag: second.etag, legalHold: true });
            expect(second).toMatchObject({ copyStatus: "success", copyOperation: operation, sourceEtag: etag });
            expect(await up(second, change)).toBe(second);
        },
    );

    it.each(["up", "destroy"])("leaves nothing beside it where it is gone by the next %s", async (next) => {
        storage.simulator.faults.add({ operation, times: 1_000, status: 403 });
        const failure = await failing(first);
        storage.simulator.faults.clear();
        await storage.blob("dev").delete();
        if (next === "up") {
            await up(failure.state as BlobCopyState);
            await same();
        } else {
            await handler.delete(failure.state as BlobCopyState, storage.context);
        }
        expect(await names()).toEqual(next === "up" ? ["orders.bak"] : []);
    });

    it("leaves nothing beside it where it fails and is deleted", async () => {
        storage.simulator.faults.add({ operation, times: 1_000, status: 403 });
        const failure = await failing(first);
        expect((await names()).length).toBe(2);
        storage.simulator.faults.clear();
        await handler.delete(failure.state as BlobCopyState, storage.context);
        expect(await names()).toEqual([]);
    });

    it.each([true, false])(
        "is replaced once where the answer to the last copy is lost (snapshot kept: %s)",
        async (snapshotBeforeOverwrite) => {
            const change = { snapshotBeforeOverwrite, metadata: { owner: "dev" }, tags: { env: "dev" } };
            storage.simulator.faults.add({ operation: "Copy Blob", resetAfter: true, times: 1 });
            const second = await up(first, change);
            await same();
            const there = await storage.blob("dev").getProperties();
            expect(there).toMatchObject({ metadata: { owner: "dev" }, etag: second.lastWriteEtag });
            expect((await storage.blob("dev").getTags()).tags).toEqual({ env: "dev" });
            expect((await names()).length).toBe(snapshotBeforeOverwrite ? 2 : 1);
            if (snapshotBeforeOverwrite) {
                const kept = await storage.blob("dev").withSnapshot(second.overwrittenSnapshot!).downloadToBuffer();
                expect(kept.equals(old)).toBe(true);
            }
            expect(await up(second, change)).toBe(second);
        },
    );

    it("leaves nothing beside it where the credential may not list", async () => {
        storage.simulator.faults.add({ operation: "List Blobs", status: 403 });
        await up(first);
        storage.simulator.faults.clear();
        expect(await names()).toEqual(["orders.bak"]);
    });

    it("says what it has left beside it where that can't be deleted", async () => {
        storage.simulator.faults.add({ operation: "Delete Blob", status: 403 });
        await up(first);
        expect(storage.warnings.join()).toMatch(/could not delete .*orders.bak.pulumi-azure-copy-.*403/);
    });

    it("writes nothing beside a blob of another type", async () => {
        await storage.blob("dev").delete();
        await storage.blob("dev").upload("old", 3);
        await expect(up(undefined, { overwrite: "always" })).rejects.toThrow(
            new RegExp(`an? ${blobType} can't take the place of the BlockBlob there`),
        );
        expect(writes()).toEqual([]);
        expect(await storage.content("dev")).toBe("old");
    });

    it("takes away what was written beside it of an earlier state of its source", async () => {
        storage.simulator.faults.add({ operation, times: 1_000, status: 403 });
        const failure = await failing(first);
        storage.simulator.faults.clear();
        put(blobType, 3);
        await up(failure.state as BlobCopyState);
        await same();
        expect(await names()).toEqual(["orders.bak"]);
    });

    it("is recognized where a run was killed after the last copy", async () => {
        await up(first);
        writes();
        const again = await up(first);
        expect(writes()).toEqual(["Set Blob Metadata", "Set Blob Properties"]);
        expect(again.etag).toBe((await storage.blob("dev").getProperties()).etag);
        await same();
    });

    it("leaves no snapshot where a run was killed right after the last copy", async () => {
        storage.simulator.faults.add({ operation: "Delete Blob", status: 403 });
        await up(first);
        expect(await names()).toContain("orders.bak (snapshot)");
        storage.simulator.faults.clear();
        await up(first);
        await same();
        expect(await names()).toEqual(["orders.bak"]);
    });

    it("is not put over what somebody else has made of it", async () => {
        await storage.blob("dev").setMetadata({ by: "somebody" });
        await expect(up(first)).rejects.toThrow(/was changed by somebody else/);
        expect(count(operation)).toBe(0);
    });
});

it("seals an append blob as its source is", async () => {
    put("AppendBlob");
    await storage.container("golden").getAppendBlobClient("orders.bak").seal();
    const first = await up(undefined);
    expect((await storage.blob("dev").getProperties()).isSealed).toBe(true);
    put("AppendBlob", 2);
    await storage.container("golden").getAppendBlobClient("orders.bak").seal();
    await up(first);
    expect((await storage.blob("dev").getProperties()).isSealed).toBe(true);
    await same();
});

it("copies a page blob's sequence number", async () => {
    put("PageBlob");
    await storage.container("golden").getPageBlobClient("orders.bak").updateSequenceNumber("update", 7);
    await up(undefined);
    expect((await storage.blob("dev").getProperties()).blobSequenceNumber).toBe(7);
});
