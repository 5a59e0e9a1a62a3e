import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { generated } from "../../simulator";
import { blobCopyHandler as handler } from "../../src/provider/blobCopy";
import type { BlobCopyInputs, BlobCopyState } from "../../src/provider/blobCopyTypes";
import { type Context, PartialFailure } from "../../src/provider/handler";
import { sourceContent, startStorage, type TestStorage } from "../helpers/storage";
import { upOnce } from "../helpers/up";

let storage: TestStorage;

beforeEach(async () => {
    storage = await startStorage({ copySeconds: 10 });
});

afterEach(async () => {
    await storage.close();
});

const inputs = (change: Partial<BlobCopyInputs> = {}): BlobCopyInputs => ({
    ...storage.inputs,
    snapshotBeforeOverwrite: true,
    overwrite: "always",
    ...change,
});

/** An up a while after the last one: times are whole seconds. */
async function up(state: BlobCopyState | undefined, change: Partial<BlobCopyInputs> = {}): Promise<BlobCopyState> {
    storage.clock.advance(5_000);
    return upOnce(storage, state, inputs(change));
}

async function failureOf(run: Promise<unknown>): Promise<PartialFailure & { state: BlobCopyState }> {
    return run.then(
        () => expect.unreachable("it should have failed"),
        (error) => error,
    );
}

const changeSource = (content: string) => storage.simulator.account("golden").putBlob("images", "orders.bak", content);
const precious = () => storage.blob("dev").upload("precious", 8, { metadata: { owner: "me" }, tags: { keep: "yes" } });
const failNextCopy = () =>
    storage.simulator.copies.add({ seconds: 5, fail: '500 InternalServerError "Copy failed."', times: 1 });

/** What the destination's snapshots hold, oldest first. */
async function snapshots(): Promise<string[]> {
    const contents: string[] = [];
    for await (const { name, snapshot } of storage.container().listBlobsFlat({ includeSnapshots: true })) {
        if (snapshot) {
            contents.push((await storage.blob("dev", name).withSnapshot(snapshot).downloadToBuffer()).toString());
        }
    }
    return contents;
}

const snapshotOf = async ({ overwrittenSnapshot }: BlobCopyState) =>
    (await storage.blob("dev").withSnapshot(overwrittenSnapshot!).downloadToBuffer()).toString();

describe.each(["copyBlob", "fromUrl"] as const)('snapshotBeforeOverwrite with method "%s"', (method) => {
    it("keeps somebody else's blob, and then each time what was overwritten last", async () => {
        await precious();
        const first = await up(undefined, { method });
        expect(await storage.content("dev")).toBe(sourceContent);
        expect(await snapshots()).toEqual(["precious"]);
        expect(await snapshotOf(first)).toBe("precious");
        changeSource("newer");
        const second = await up(first, { method });
        expect(await storage.content("dev")).toBe("newer");
        expect(await snapshots()).toEqual([sourceContent]);
        expect(await snapshotOf(second)).toBe(sourceContent);
        expect(storage.warnings).toEqual([]);
    });

    it("takes none where the name is free or the blob is empty, and asks for nothing more then", async () => {
        const state = await up(undefined, { method });
        expect(state.overwrittenSnapshot).toBeUndefined();
        expect(storage.operations()).not.toContain("Snapshot Blob");
        expect(storage.operations()).not.toContain("List Blobs");
        await handler.delete(state, storage.context);
        await storage.blob("dev").upload("", 0);
        expect((await up(undefined, { method })).overwrittenSnapshot).toBeUndefined();
        expect(await snapshots()).toEqual([]);
    });

    it("leaves other snapshots alone, and gives its own up with the resource, not before nothing is in its way", async () => {
        await precious();
        const { snapshot: foreign } = await storage.blob("dev").createSnapshot();
        const first = await up(undefined, { method });
        changeSource("newer");
        const second = await up(first, { method });
        expect(await snapshots()).toEqual(["precious", sourceContent]);
        const failed = await failureOf(handler.delete(second, storage.context));
        expect(failed.message).toMatch(/SnapshotsPresent.*snapshots that this resource did not make/);
        expect(failed.message).toContain(foreign);
        expect(await storage.content("dev")).toBe("newer");
        expect(await snapshots()).toEqual(["precious", sourceContent]);
        expect(await snapshotOf(second)).toBe(sourceContent);
        await storage.blob("dev").withSnapshot(foreign!).delete();
        await handler.delete(second, storage.context);
        expect(await storage.blob("dev").exists()).toBe(false);
    });

    it.each<[string, () => Promise<unknown>, RegExp]>([
        ["a legal hold", () => storage.blob("dev").setLegalHold(true), /is under a legal hold/],
        [
            "an immutability policy",
            () => storage.blob("dev").setImmutabilityPolicy({ expiriesOn: new Date(storage.clock.now() + 3_600_000) }),
            /is under an immutability policy until/,
        ],
    ])("is not given up where %s keeps the blob", async (_, protect, why) => {
        await precious();
        const state = await up(undefined, { method });
        await protect();
        expect((await failureOf(handler.delete(state, storage.context))).message).toMatch(why);
        expect(await snapshots()).toEqual(["precious"]);
    });

    it("keeps the last snapshot when it is turned off, until the next overwrite", async () => {
        await precious();
        const first = await up(undefined, { method });
        const off = { method, snapshotBeforeOverwrite: false };
        const second = await up(first, off);
        expect(storage.operations()).toEqual([]);
        expect(second.overwrittenSnapshot).toBe(first.overwrittenSnapshot);
        expect(await snapshots()).toEqual(["precious"]);
        changeSource("newer");
        const third = await up(second, off);
        expect(third.overwrittenSnapshot).toBeUndefined();
        expect(await snapshots()).toEqual([]);
    });

    it("is turned on without a request, for the next overwrite", async () => {
        const first = await up(undefined, { method, snapshotBeforeOverwrite: false });
        const second = await up(first, { method });
        expect(storage.operations()).toEqual([]);
        changeSource("newer");
        await up(second, { method });
        expect(await snapshots()).toEqual([sourceContent]);
    });

    it("keeps only what an interrupted run has left besides", async () => {
        await precious();
        const first = await up(undefined, { method });
        // As a process leaves it that is killed after its snapshot.
        const { date, metadata = {} } = await storage.blob("dev").getProperties();
        await storage.blob("dev").createSnapshot({
            metadata: {
                ...metadata,
                pulumi_azure_copy_preserves: "none",
                pulumi_azure_copy_preserved_on: date!.toISOString(),
            },
        });
        changeSource("newer");
        const second = await up(first, { method });
        expect(await snapshots()).toEqual([sourceContent]);
        expect(await snapshotOf(second)).toBe(sourceContent);
    });

    it("does not take a snapshot for its own that somebody takes of a blob that was promoted from one", async () => {
        await precious();
        const first = await up(undefined, { method });
        const promoted = storage.blob("dev").withSnapshot(first.overwrittenSnapshot!);
        storage.clock.advance(3_600_000);
        await (await storage.blob("dev").beginCopyFromURL(promoted.url)).pollUntilDone();
        expect((await storage.blob("dev").getProperties()).metadata).toHaveProperty("pulumi_azure_copy_preserves");
        await storage.blob("dev").createSnapshot();
        changeSource("newer");
        const second = await up(first, { method });
        expect(await snapshots()).toEqual(["precious", "precious"]);
        changeSource("newest");
        await up(second, { method });
        expect(await snapshots()).toEqual(["precious", "newer"]);
    });

    it("forgets a snapshot that somebody has deleted", async () => {
        await precious();
        const first = await up(undefined, { method });
        const read = await handler.read(first.url, first, storage.context);
        expect(read!.overwrittenSnapshot).toBe(first.overwrittenSnapshot);
        await storage.blob("dev").withSnapshot(first.overwrittenSnapshot!).delete();
        const again = await handler.read(first.url, first, storage.context);
        expect(again!.overwrittenSnapshot).toBeUndefined();
    });

    it("names none where the destination is gone, and its snapshots with it", async () => {
        await precious();
        const first = await up(undefined, { method });
        await storage.blob("dev").delete({ deleteSnapshots: "include" });
        const second = await up(first, { method, metadata: { stage: "dev" } });
        expect(await storage.content("dev")).toBe(sourceContent);
        expect(second.overwrittenSnapshot).toBeUndefined();
    });

    it("fails over an archived blob, says why, and leaves it", async () => {
        await precious();
        await storage.blob("dev").setAccessTier("Archive");
        const error = await failureOf(up(undefined, { method }));
        expect(error.message).toMatch(/could not keep the content of .* in a snapshot.*409 BlobArchived/);
        expect((await storage.blob("dev").getProperties()).accessTier).toBe("Archive");
    });

    it("keeps what stands under a lease", async () => {
        await precious();
        const leaseId = "8a1b2c3d-0000-4000-8000-1234567890ab";
        await storage.blob("dev").getBlobLeaseClient(leaseId).acquireLease(-1);
        const change = { method, conditions: { leaseId } };
        const first = await up(undefined, change);
        expect(await snapshotOf(first)).toBe("precious");
        await handler.delete(first, storage.context);
        expect(await storage.blob("dev").exists()).toBe(false);
    });
});

describe("a Copy Blob that does not succeed", () => {
    it("puts back what it has overwritten, and keeps what an earlier one has", async () => {
        await precious();
        const first = await up(undefined);
        changeSource("newer");
        failNextCopy();
        const failed = await failureOf(up(first));
        expect(failed.message).toMatch(/old content was put back/);
        expect(await storage.content("dev")).toBe(sourceContent);
        expect(await snapshots()).toEqual(["precious"]);
        expect(failed.state.overwrittenSnapshot).toBe(first.overwrittenSnapshot);
        storage.simulator.copies.clear();
        await up(failed.state);
        expect(await snapshots()).toEqual([sourceContent]);
    });

    it("does not put back what an earlier one has overwritten", async () => {
        await precious();
        const first = await up(undefined);
        await storage.blob("dev").upload("", 0);
        changeSource("newer");
        failNextCopy();
        expect((await failureOf(up(first))).message).toMatch(/the destination is empty, as it was before/);
        expect((await storage.blob("dev").getProperties()).contentLength).toBe(0);
        expect(await snapshots()).toEqual(["precious"]);
    });

    it("is carried on after its timeout, and keeps what it has overwritten", async () => {
        await precious();
        const first = await up(undefined);
        changeSource("newer");
        const slow = storage.simulator.copies.add({ seconds: 100 });
        const failed = await failureOf(up(first, { timeout: "30s" }));
        expect(failed).toBeInstanceOf(PartialFailure);
        expect(failed.state.overwrittenSnapshot).toBe(first.overwrittenSnapshot);
        expect(await snapshots()).toEqual(["precious", sourceContent]);
        slow.remove();
        const second = await up(failed.state);
        expect(await storage.content("dev")).toBe("newer");
        expect(await snapshots()).toEqual([sourceContent]);
        expect(await snapshotOf(second)).toBe(sourceContent);
    });

    it("goes on where the snapshot of somebody else keeps it from being deleted", async () => {
        await precious();
        const { snapshot } = await storage.blob("dev").createSnapshot();
        const { state } = await failureOf(up(undefined, { timeout: "2s" }));
        expect((await failureOf(handler.delete(state, storage.context))).message).toContain(snapshot);
        storage.clock.advance(20_000);
        expect(await storage.content("dev")).toBe(sourceContent);
        await storage.blob("dev").withSnapshot(snapshot!).delete();
        await handler.delete(state, storage.context);
        expect(await storage.blob("dev").exists()).toBe(false);
    });

    it("keeps what it has overwritten also where a run that was killed had lost its record", async () => {
        await precious();
        await up(undefined); // killed before its state was written
        const state = await up(undefined);
        expect(await snapshotOf(state)).toBe("precious");
    });
});

describe("a From-URL operation that does not succeed", () => {
    const large = () =>
        storage.simulator.account("golden").putBlob("images", "orders.bak", generated({ length: 20_000_000 }));

    it("leaves no snapshot of what stands still", async () => {
        await precious();
        large();
        storage.simulator.faults.add({ operation: "Put Block List", status: 403, errorCode: "AuthorizationFailure" });
        await failureOf(up(undefined, { method: "fromUrl" }));
        expect(await storage.content("dev")).toBe("precious");
        expect(await snapshots()).toEqual([]);
    });

    it("leaves one behind where it is interrupted, which the next one cleans up", async () => {
        await precious();
        large();
        const stop = new AbortController();
        storage.onProgress(() => stop.abort());
        const context: Context = { ...storage.context, signal: stop.signal };
        await failureOf(handler.create(inputs({ method: "fromUrl" }), context));
        expect(await storage.content("dev")).toBe("precious");
        storage.onProgress(() => {});
        const state = await up(undefined, { method: "fromUrl" });
        expect(await snapshots()).toEqual(["precious"]);
        expect(await snapshotOf(state)).toBe("precious");
    });

    it("keeps what it has overwritten where the answer to its last request is lost", async () => {
        await precious();
        storage.simulator.faults.add({ operation: "Put Blob From URL", times: 1, resetAfter: true });
        const state = await up(undefined, { method: "fromUrl" });
        expect(await storage.content("dev")).toBe(sourceContent);
        expect(await snapshots()).toEqual(["precious"]);
        expect(await snapshotOf(state)).toBe("precious");
    });
});

it("fails with anything but true or false", async () => {
    const { failures } = await handler.check({}, inputs({ snapshotBeforeOverwrite: "yes" as never }), storage.context);
    expect(failures.map(({ property, reason }) => `${property} ${reason}`)).toEqual([
        'snapshotBeforeOverwrite must be true or false (got "yes")',
    ]);
});

it("keeps its snapshot where the blob is somebody else's by now, who deletes both", async () => {
    await precious();
    const state = await up(undefined);
    await storage.blob("dev").upload("changed", 7);
    await handler.delete(state, storage.context);
    expect(storage.warnings).toEqual([expect.stringContaining("was left alone")]);
    expect(await storage.content("dev")).toBe("changed");
    expect(await snapshots()).toEqual(["precious"]);
});
