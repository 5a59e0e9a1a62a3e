// Somebody writes between a look and the request that goes by it: whatever is written or deleted then is refused at the service, by a
// condition, and what somebody has written stands. One row for each such request.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { generated } from "../../simulator";
import type { BlobType } from "../../src/copy/plan";
import { blobCopyHandler as handler } from "../../src/provider/blobCopy";
import type { BlobCopyInputs, BlobCopyState } from "../../src/provider/blobCopyTypes";
import { beforeRequest } from "../helpers/beforeRequest";
import { sourceContent, startStorage, type TestStorage } from "../helpers/storage";
import { upOnce } from "../helpers/up";

const MIB = 1024 * 1024;
let storage: TestStorage;

beforeEach(async () => {
    storage = await startStorage({ copySeconds: 10 });
});

afterEach(async () => {
    await storage.close();
});

async function up(state: BlobCopyState | undefined, change: Partial<BlobCopyInputs> = {}): Promise<BlobCopyState> {
    storage.clock.advance(5_000);
    return upOnce(storage, state, { ...storage.inputs, method: "auto", ...change });
}

const failureOf = (run: Promise<unknown>): Promise<Error & { state: BlobCopyState }> =>
    run.then(
        () => expect.fail("it succeeded"),
        (error) => error,
    );

const source = (
    content: Parameters<ReturnType<TestStorage["simulator"]["account"]>["putBlob"]>[2],
    blobType?: BlobType,
) => storage.simulator.account("golden").putBlob("images", "orders.bak", content, { ...(blobType && { blobType }) });
const pages = (letter: string) => Buffer.alloc(1_024, letter);
const theirs = pages("t");

/** Somebody writes the destination. */
const somebodyWrites = (blobType: BlobType = "BlockBlob") =>
    storage.simulator.account("dev").putBlob("seed", "orders.bak", theirs, { blobType, metadata: { of: "somebody" } });

async function expectTheirs(): Promise<void> {
    const blob = storage.blob("dev");
    expect((await blob.downloadToBuffer()).toString()).toBe(theirs.toString());
    expect(await blob.getProperties()).toMatchObject({
        metadata: { of: "somebody" },
        contentType: "application/octet-stream",
    });
    expect((await blob.getProperties()).isSealed ?? false).toBe(false);
}

async function snapshots(): Promise<string[]> {
    const found: string[] = [];
    for await (const { snapshot } of storage.container().listBlobsFlat({ includeSnapshots: true })) {
        if (snapshot) {
            found.push((await storage.blob("dev").withSnapshot(snapshot).downloadToBuffer()).toString());
        }
    }
    return found;
}

/** A request that goes by what a look has told. */
interface Row {
    /** The request. */
    readonly operation: string;
    readonly nth?: number;
    /** What it is part of. */
    readonly name: string;
    /** Brings things to where the request is made. */
    readonly arrange?: () => Promise<BlobCopyState | undefined>;
    readonly run: (state: BlobCopyState | undefined) => Promise<unknown>;
    readonly blobType?: BlobType;
    /** What the destination's snapshots hold in the end. @default none */
    readonly kept?: () => string[];
}

const newer = async (change: Partial<BlobCopyInputs>, content: Parameters<typeof source>[0], blobType?: BlobType) => {
    source(pages("s"), blobType);
    const state = await up(undefined, change);
    source(content, blobType);
    return state;
};
const failsNextCopy = () =>
    storage.simulator.copies.add({ seconds: 5, fail: '500 InternalServerError "Copy failed."', times: 1 });
const pending = async () => (await failureOf(up(undefined, { method: "copyBlob", timeout: "2s" }))).state;

const rows: Row[] = [
    { operation: "Put Blob From URL", name: "onto a free name", run: () => up(undefined) },
    {
        operation: "Put Blob From URL",
        name: "over an old blob",
        arrange: () => newer({}, "newer"),
        run: (state) => up(state),
    },
    {
        operation: "Put Blob From URL",
        name: "over an old blob, which a snapshot keeps",
        arrange: () => newer({}, "newer"),
        run: (state) => up(state, { snapshotBeforeOverwrite: true }),
        // Nobody knows whether the old content is anywhere else.
        kept: () => [pages("s").toString()],
    },
    {
        operation: "Set Blob Metadata",
        name: "that takes the source's metadata off",
        run: () => {
            storage.simulator
                .account("golden")
                .putBlob("images", "orders.bak", sourceContent, { metadata: { origin: "golden" } });
            return up(undefined, { metadata: {} });
        },
    },
    {
        operation: "Put Block List",
        name: "onto a free name",
        run: () => {
            source(generated({ length: 10 * MIB }));
            return up(undefined);
        },
    },
    {
        operation: "Put Block List",
        name: "over an old blob",
        arrange: () => newer({}, generated({ length: 10 * MIB })),
        run: (state) => up(state),
    },
    ...(["PageBlob", "AppendBlob"] as const).flatMap((blobType): Row[] => [
        {
            operation: "Put Blob",
            name: `of a ${blobType} onto a free name`,
            blobType,
            run: () => {
                source(pages("s"), blobType);
                return up(undefined);
            },
        },
        {
            operation: "Set Blob Metadata",
            name: `that ends the copy of a ${blobType}`,
            blobType,
            run: () => {
                source(pages("s"), blobType);
                return up(undefined);
            },
        },
        {
            operation: "Delete Blob",
            name: `of a ${blobType} that is not whole at its timeout`,
            blobType,
            run: () => {
                source(generated({ length: 120 * MIB }), blobType);
                storage.onProgress(() => storage.clock.advance(30_000));
                return up(undefined, { timeout: "1m", onTimeout: "abort" });
            },
        },
        {
            operation: "Delete Blob",
            name: `of a ${blobType} that is not whole, with the resource`,
            blobType,
            arrange: async () => {
                source(generated({ length: 120 * MIB }), blobType);
                storage.onProgress(() => storage.clock.advance(30_000));
                return (await failureOf(up(undefined, { timeout: "1m" }))).state;
            },
            run: (state) => handler.delete(state!, storage.context),
        },
        {
            operation: "Snapshot Blob",
            name: `of a ${blobType} that is overwritten`,
            blobType,
            arrange: () => newer({}, pages("n"), blobType),
            run: (state) => up(state),
        },
        {
            operation: "Copy Blob",
            name: `of a ${blobType} from the staging name`,
            blobType,
            arrange: () => newer({}, pages("n"), blobType),
            run: (state) => up(state),
        },
    ]),
    {
        operation: "Append Block From URL",
        name: "after which somebody has appended",
        blobType: "AppendBlob",
        run: () => {
            source(pages("s"), "AppendBlob");
            return up(undefined);
        },
    },
    {
        operation: "Append Blob Seal",
        name: "of a copy",
        blobType: "AppendBlob",
        run: () => {
            source(pages("s"), "AppendBlob");
            return up(undefined, { sealBlob: true });
        },
    },
    {
        operation: "Append Blob Seal",
        name: "in place",
        blobType: "AppendBlob",
        arrange: () => newer({}, pages("s"), "AppendBlob"),
        run: (state) => up(state, { sealBlob: true, onSourceChange: "ignore" }),
    },
    { operation: "Copy Blob", name: "onto a free name", run: () => up(undefined, { method: "copyBlob" }) },
    {
        operation: "Copy Blob",
        name: "over an old blob",
        arrange: () => newer({ method: "copyBlob" }, "newer"),
        run: (state) => up(state, { method: "copyBlob" }),
    },
    {
        operation: "Snapshot Blob",
        name: "of what is overwritten",
        arrange: () => newer({ method: "copyBlob" }, "newer"),
        run: (state) => up(state, { method: "copyBlob" }),
    },
    {
        operation: "Copy Blob",
        nth: 2,
        name: "that puts old content back",
        arrange: () => newer({ method: "copyBlob" }, "newer"),
        run: (state) => {
            failsNextCopy();
            return up(state, { method: "copyBlob" });
        },
        kept: () => [pages("s").toString()],
    },
    {
        operation: "Set Blob Metadata",
        name: "of old content that was put back",
        arrange: () => newer({ method: "copyBlob", metadata: {} }, "newer"),
        run: (state) => {
            failsNextCopy();
            return up(state, { method: "copyBlob", metadata: {} });
        },
        kept: () => [pages("s").toString()],
    },
    {
        operation: "Delete Blob",
        name: "after a copy that failed",
        run: () => {
            failsNextCopy();
            return up(undefined, { method: "copyBlob" });
        },
    },
    {
        operation: "Set Blob Metadata",
        name: "in place",
        arrange: () => up(undefined),
        run: (state) => up(state, { metadata: { stage: "dev" } }),
    },
    {
        operation: "Set Blob Properties",
        name: "in place",
        arrange: () => up(undefined),
        run: (state) => up(state, { blobHTTPHeaders: { blobContentType: "text/css" } }),
    },
    {
        operation: "Set Blob Properties",
        name: "after a copy",
        run: () => up(undefined, { method: "copyBlob", blobHTTPHeaders: { blobContentType: "text/css" } }),
    },
    {
        operation: "Set Blob Metadata",
        name: "of a copy that is adopted",
        arrange: async () => void (await up(undefined, { method: "copyBlob" })),
        run: () => up(undefined, { method: "copyBlob" }),
    },
    {
        operation: "Delete Blob",
        name: "with the resource",
        arrange: () => up(undefined),
        run: (state) => handler.delete(state!, storage.context),
    },
    {
        operation: "Delete Blob",
        name: "whose kept snapshot would go first",
        arrange: async () => {
            storage.simulator.account("dev").putBlob("seed", "orders.bak", "precious");
            return up(undefined, { overwrite: "always", snapshotBeforeOverwrite: true });
        },
        run: (state) => handler.delete(state!, storage.context),
        kept: () => ["precious"],
    },
    {
        operation: "Get Blob Properties",
        name: "before a kept snapshot goes with its blob",
        arrange: async () => {
            storage.simulator.account("dev").putBlob("seed", "orders.bak", "precious");
            return up(undefined, { overwrite: "always", snapshotBeforeOverwrite: true });
        },
        run: (state) => handler.delete(state!, storage.context),
        kept: () => ["precious"],
    },
    {
        operation: "Delete Blob",
        nth: 3,
        name: "after its kept snapshot went",
        arrange: async () => {
            storage.simulator.account("dev").putBlob("seed", "orders.bak", "precious");
            return up(undefined, { overwrite: "always", snapshotBeforeOverwrite: true });
        },
        run: (state) => handler.delete(state!, storage.context),
    },
    {
        operation: "Delete Blob",
        name: "after its pending copy was aborted",
        arrange: pending,
        run: (state) => handler.delete(state!, storage.context),
    },
    {
        operation: "Get Blob Properties",
        nth: 2,
        name: "after its pending copy was aborted with the resource",
        arrange: pending,
        run: (state) => handler.delete(state!, storage.context),
    },
    {
        operation: "Get Blob Properties",
        nth: 2,
        name: "after its pending copy was aborted for a newer one by Copy Blob",
        arrange: pending,
        run: (state) => {
            source("newer");
            return up(state, { method: "copyBlob" });
        },
    },
    {
        operation: "Get Blob Properties",
        nth: 2,
        name: "after its pending copy was aborted for a newer one by a From-URL operation",
        arrange: pending,
        run: (state) => {
            source("newer");
            return up(state, { method: "fromUrl" });
        },
    },
    {
        operation: "Get Blob Properties",
        name: "right after a copy",
        run: () => up(undefined),
    },
];

describe("somebody who writes the destination right before", () => {
    it.each(rows)(
        "$operation $name keeps what they wrote",
        async ({ operation, nth, arrange, run, blobType, kept }) => {
            const state = await arrange?.();
            storage.clock.advance(5_000);
            const happened = beforeRequest(
                storage.simulator,
                { operation, account: "dev", blob: "orders.bak", nth: nth ?? 1 },
                () => somebodyWrites(blobType),
            );
            const outcome = await run(state).then(
                (result) => result as BlobCopyState | undefined,
                (error: Error & { state?: BlobCopyState }) => error.state,
            );
            expect(happened()).toBe(true);
            await expectTheirs();
            expect(await snapshots()).toEqual(kept?.() ?? []);
            // Nor does the next run take it for its own, whatever was recorded.
            storage.onProgress(() => {});
            storage.clock.advance(5_000);
            const next = outcome ?? state;
            if (next) {
                await handler.delete(next, storage.context);
                await expectTheirs();
            }
            await up(next, { method: "copyBlob", ...(blobType && { blobType }) }).catch(() => undefined);
            await expectTheirs();
        },
    );
});

describe("somebody who has written the destination", () => {
    it("keeps it also where properties of it are set in place", async () => {
        const state = await up(undefined);
        storage.clock.advance(5_000);
        somebodyWrites();
        const drifted = (await handler.read(state.url, state, storage.context))!;
        const options = { onDestinationDrift: "ignore", metadata: { of: "somebody" } } as const;
        const set = await up(drifted, options);
        expect(set.lastWriteEtag).toBe(state.lastWriteEtag);
        await handler.delete(set, storage.context);
        await expectTheirs();
    });

    it.each(["PageBlob", "AppendBlob"] as const)(
        "keeps a %s where the copy's own record is there still",
        async (blobType) => {
            source(pages("s"), blobType);
            await up(undefined, { method: "copyBlob" });
            storage.clock.advance(5_000);
            if (blobType === "PageBlob") {
                await storage.container().getPageBlobClient("orders.bak").uploadPages(pages("t"), 0, 1_024);
            } else {
                await storage.container().getAppendBlobClient("orders.bak").appendBlock("more", 4);
            }
            const before = await storage.blob("dev").getProperties();
            expect(before.copyStatus).toBe("success");
            for (const method of ["copyBlob", "auto", "fromUrl"] as const) {
                expect((await failureOf(up(undefined, { method }))).message).toMatch(/that this resource did not make/);
            }
            expect((await storage.blob("dev").getProperties()).etag).toBe(before.etag);
        },
    );

    it("has no snapshot taken of it", async () => {
        const state = await newer({ method: "copyBlob" }, "newer");
        beforeRequest(storage.simulator, { operation: "Snapshot Blob" }, () => somebodyWrites());
        await failureOf(up(state, { method: "copyBlob" }));
        expect(storage.simulator.requests.of("Snapshot Blob").map(({ status }) => status)).toEqual([412]);
    });

    it.each(["PageBlob", "AppendBlob"] as const)(
        "keeps a %s that was copied from the staging name",
        async (blobType) => {
            const state = await newer({}, pages("n"), blobType);
            await up(state);
            storage.clock.advance(5_000);
            await (blobType === "PageBlob"
                ? storage.container().getPageBlobClient("orders.bak").uploadPages(pages("t"), 0, 1_024)
                : storage.container().getAppendBlobClient("orders.bak").appendBlock("more", 4));
            // As long as the source, by which it is compared first.
            if (blobType === "AppendBlob") {
                source(Buffer.concat([pages("n"), Buffer.from("more")]), blobType);
            }
            const before = await storage.blob("dev").getProperties();
            expect((await failureOf(up(undefined, { method: "fromUrl" }))).message).toMatch(
                /that this resource did not make/,
            );
            expect((await storage.blob("dev").getProperties()).etag).toBe(before.etag);
        },
    );
});

describe("somebody who writes the source", () => {
    it("of a page blob right before its ranges are listed fails the copy, which takes none of both", async () => {
        source(pages("s"), "PageBlob");
        const happened = beforeRequest(storage.simulator, { operation: "Get Page Ranges", account: "golden" }, () =>
            // Of which nothing would be left to be read.
            storage.container("golden").getPageBlobClient("orders.bak").create(1_024),
        );
        expect((await failureOf(up(undefined))).message).toMatch(/the source .* changed during the copy/);
        expect(happened()).toBe(true);
    });

    it.each<[operation: string, content: (seed: number) => Parameters<typeof source>[0], blobType: BlobType]>([
        ["Put Blob From URL", (seed) => `short ${seed}`, "BlockBlob"],
        ["Put Block From URL", (seed) => generated({ length: 10 * MIB, seed }), "BlockBlob"],
        ["Put Page From URL", (seed) => pages(String(seed)), "PageBlob"],
        ["Append Block From URL", (seed) => pages(String(seed)), "AppendBlob"],
    ])("right before %s fails the copy", async (operation, content, blobType) => {
        source(content(1), blobType);
        const happened = beforeRequest(storage.simulator, { operation, account: "dev" }, () =>
            source(content(2), blobType),
        );
        expect((await failureOf(up(undefined))).message).toMatch(/the source .* changed during the copy/);
        expect(happened()).toBe(true);
    });

    it("right before Copy Blob is copied as it is then", async () => {
        const happened = beforeRequest(storage.simulator, { operation: "Copy Blob" }, () => source("newest"));
        const state = await up(undefined, { method: "copyBlob" });
        expect(happened()).toBe(true);
        expect(state.sourceEtag).toBe((await storage.blob("golden").getProperties()).etag);
        expect(await storage.content("dev")).toBe("newest");
    });
});
