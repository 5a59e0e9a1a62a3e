// A blob of one type is never replaced by one of another, whichever operation would do it and whatever `overwrite` says.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { generated, type PutBlobOptions } from "../../simulator";
import type { BlobType } from "../../src/copy/plan";
import { blobCopyHandler as handler } from "../../src/provider/blobCopy";
import type { BlobCopyInputs, BlobCopyState } from "../../src/provider/blobCopyTypes";
import { incrementalSnapshotCopyHandler } from "../../src/provider/incrementalSnapshotCopy";
import { startStorage, type TestStorage } from "../helpers/storage";
import { upOnce } from "../helpers/up";

const types: BlobType[] = ["BlockBlob", "PageBlob", "AppendBlob"];
const methods = ["auto", "fromUrl", "copyBlob"] as const;
let storage: TestStorage;

beforeEach(async () => {
    storage = await startStorage();
});

afterEach(async () => {
    await storage.close();
});

async function up(state: BlobCopyState | undefined, change: Partial<BlobCopyInputs> = {}): Promise<BlobCopyState> {
    storage.clock.advance(5_000);
    return upOnce(storage, state, { ...storage.inputs, method: "auto", overwrite: "always", ...change });
}

const failureOf = (run: Promise<unknown>): Promise<Error> =>
    run.then(
        () => expect.fail("it succeeded"),
        (error) => error,
    );

const put = (account: "golden" | "dev", blobType: BlobType, seed: number, options: PutBlobOptions = {}) =>
    storage.simulator
        .account(account)
        .putBlob(account === "golden" ? "images" : "seed", "orders.bak", generated({ length: 4_096, seed }), {
            blobType,
            ...options,
        });

/** What stands at the destination: everything that a copy could have changed, and that nothing is beside it. */
async function standing() {
    const { blobType, etag, contentLength } = await storage.blob("dev").getProperties();
    const content = (await storage.blob("dev").downloadToBuffer()).toString("base64");
    const names: string[] = [];
    for await (const { name, snapshot } of storage.container().listBlobsFlat({
        includeSnapshots: true,
        includeUncommitedBlobs: true,
    })) {
        names.push(snapshot ? `${name} (snapshot)` : name);
    }
    return { blobType, etag, contentLength, content, names };
}

/** What the service has changed. */
const writes = () =>
    storage.simulator.requests
        .all()
        .filter(({ operation, status }) => !/^(Get|List)/.test(operation) && status! < 400)
        .map(({ operation }) => operation);
const mismatched = types.flatMap((old) => types.filter((each) => each !== old).map((now) => [old, now] as const));

describe.each(methods)('with method "%s", whatever overwrite says,', (method) => {
    it.each(mismatched)("fails over a %s of somebody else with a %s, which stands", async (old, now) => {
        put("dev", old, 1);
        put("golden", now, 2);
        const before = await standing();
        const failure = await failureOf(up(undefined, { method }));
        expect(writes()).toEqual([]);
        expect(failure.message).toContain(
            `${now} can't take the place of the ${old} there; delete the destination or give it another name`,
        );
        expect(await standing()).toEqual(before);
    });

    it.each(mismatched)("fails the preview where the source of a %s becomes a %s", async (old, now) => {
        put("golden", old, 1);
        const state = await up(undefined, { method });
        const before = await standing();
        put("golden", now, 2);
        const failure = await failureOf(up(state, { method }));
        expect(writes()).toEqual([]);
        expect(failure.message).toContain(
            ` ${now}, as its source is, and can't take the place of the ${old} at the destination ${state.url}; delete the destination and run pulumi refresh, or give it another name`,
        );
        // Nor does an update that diff could not warn of.
        const { inputs } = await handler.check(state, { ...storage.inputs, method }, storage.context);
        expect((await failureOf(handler.update(state, inputs, storage.context))).message).toContain(
            `${now} can't take the place of the ${old} there`,
        );
        expect(writes()).toEqual([]);
        expect(await standing()).toEqual(before);
    });
});

describe("blobType", () => {
    it.each(mismatched)("fails the preview where it changes from %s to %s", async (old, now) => {
        put("golden", "BlockBlob", 1);
        const state = await up(undefined, { blobType: old });
        const before = await standing();
        const failure = await failureOf(up(state, { blobType: now }));
        expect(writes()).toEqual([]);
        expect(failure.message).toContain(` ${now}, as blobType says`);
        expect(await standing()).toEqual(before);
    });

    it("fails the preview where it is left out of a copy of another type than its source", async () => {
        put("golden", "PageBlob", 1);
        const state = await up(undefined, { blobType: "BlockBlob" });
        expect((await failureOf(up(state))).message).toContain("the copy would be a PageBlob, as its source is");
    });

    it("that is given as it was makes no copy", async () => {
        put("golden", "PageBlob", 1);
        const state = await up(undefined);
        expect(await up(state, { blobType: "PageBlob" })).toMatchObject({ blobType: "PageBlob", etag: state.etag });
        expect(writes()).toEqual([]);
    });

    it("may change together with the destination's name, and once the destination is gone", async () => {
        put("golden", "PageBlob", 1);
        const state = await up(undefined);
        const elsewhere = { ...storage.inputs.destination, blobName: "other.bak" };
        const { inputs } = await handler.check(
            state,
            { ...storage.inputs, destination: elsewhere, blobType: "BlockBlob", method: "auto" },
            storage.context,
        );
        expect(handler.diff(state, inputs)).toEqual({ changes: true, replaces: ["destination"] });
        await storage.blob("dev").delete();
        expect(await handler.read(state.url, state, storage.context)).toBeUndefined();
        await up(undefined, { blobType: "BlockBlob" });
        expect((await storage.blob("dev").getProperties()).blobType).toBe("BlockBlob");
    });

    it("fails the preview also with the state of an older version", async () => {
        put("golden", "PageBlob", 1);
        const { destinationBlobType: _, ...older } = await up(undefined, { method: "fromUrl" });
        expect((await failureOf(up(older, { blobType: "BlockBlob" }))).message).toContain("as blobType says");
    });
});

it("fails over its own old copy that somebody has replaced by a blob of another type, and previews it", async () => {
    put("golden", "BlockBlob", 1);
    const state = await up(undefined);
    await storage.blob("dev").delete();
    put("dev", "PageBlob", 2);
    const before = await standing();
    const drifted = (await handler.read(state.url, state, storage.context))!;
    expect(drifted.drifted).toBe(true);
    expect(await up(drifted, { onDestinationDrift: "ignore" })).toMatchObject({ drifted: true });
    expect((await failureOf(up(drifted, { onDestinationDrift: "copyAgain" }))).message).toMatch(
        /a BlockBlob can't take the place of the PageBlob there/,
    );
    expect(await standing()).toEqual(before);
});

it("is refused by the service where the source's type is not known here, and leaves nothing", async () => {
    put("dev", "PageBlob", 1);
    const before = await standing();
    storage.hideSource();
    expect((await failureOf(up(undefined, { method: "copyBlob" }))).message).toMatch(
        /InvalidBlobType.*must be blobs of one type; delete the destination or give it another name/,
    );
    expect(await standing()).toEqual(before);
});

it("takes no blob of another type for its own copy, though it holds the same bytes", async () => {
    const content = Buffer.alloc(4_096, "a");
    const contentMd5 = "q+qO8HExCPVPRVO5JTNlBQ==";
    const golden = storage.simulator.account("golden");
    golden.putBlob("images", "orders.bak", content, { blobType: "PageBlob", contentMd5 });
    storage.simulator.account("dev").putBlob("seed", "orders.bak", content, { contentMd5 });
    const before = await standing();
    expect((await failureOf(up(undefined))).message).toMatch(/a PageBlob can't take the place of the BlockBlob there/);
    expect(await standing()).toEqual(before);
});

it.each(methods)('fails with method "%s" over the destination of incremental copies', async (method) => {
    put("golden", "PageBlob", 1);
    const { method: _, ...inputs } = storage.inputs;
    const incremental = { ...inputs, takeSnapshot: {} };
    await incrementalSnapshotCopyHandler.create(incremental, storage.context);
    const before = await storage.blob("dev").getProperties();
    expect((await failureOf(up(undefined, { method }))).message).toMatch(
        /(can't take the place of the|the) destination of incremental copies (there|takes nothing else)/,
    );
    expect(writes()).toEqual([]);
    expect((await storage.blob("dev").getProperties()).etag).toBe(before.etag);
});
