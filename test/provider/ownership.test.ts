// Whose a blob is that stands at the destination: what proves that the resource made it, what does not, and what becomes of it then.

import { BlobSASPermissions, type BlockBlobUploadOptions } from "@azure/storage-blob";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { generated } from "../../simulator";
import { blobCopyHandler as handler } from "../../src/provider/blobCopy";
import type { BlobCopyInputs, BlobCopyState } from "../../src/provider/blobCopyTypes";
import { type Context, PartialFailure } from "../../src/provider/handler";
import { createClients } from "../../src/storage/clients";
import { sourceContent, startStorage, type TestStorage } from "../helpers/storage";
import { writesOf } from "../helpers/up";

let storage: TestStorage;

beforeEach(async () => {
    storage = await startStorage();
});

afterEach(async () => {
    await storage.close();
});

/** Another process: nothing is known of what others have done. */
const anotherRun = (change: Partial<Context> = {}): Context => ({
    ...storage.context,
    clients: createClients({ retryDelayMilliseconds: 1 }),
    ...change,
});

const inputs = (change: Partial<BlobCopyInputs> = {}): BlobCopyInputs => ({
    ...storage.inputs,
    method: "fromUrl",
    ...change,
});

async function up(
    state: BlobCopyState | undefined,
    change: Partial<BlobCopyInputs> = {},
    context = anotherRun(),
): Promise<BlobCopyState> {
    const checked = await handler.check(state ?? {}, inputs(change), context);
    expect(checked.failures).toEqual([]);
    if (!state) {
        return (await handler.create(checked.inputs, context)).state;
    }
    return handler.diff(state, checked.inputs).changes ? handler.update(state, checked.inputs, context) : state;
}

const golden = () => storage.simulator.account("golden");
const blob = () => storage.blob("dev");
const there = () => blob().getProperties();
const destroy = (state: BlobCopyState, context = anotherRun()) => handler.delete(state, context);
const lastWarning = () => storage.warnings.at(-1);

/** A source in blocks' worth of bytes, without an MD5. */
const large = (seed = 1) => golden().putBlob("images", "orders.bak", generated({ length: 20 * 1024 * 1024 + 5, seed }));

/** Somebody uploads what the source holds, with all that the source has, but for what is changed. */
async function uploadSame(change: BlockBlobUploadOptions = {}): Promise<void> {
    const bytes = await storage.blob("golden").downloadToBuffer();
    await blob().uploadData(bytes, {
        metadata: { origin: "golden" },
        blobHTTPHeaders: { blobContentType: "text/plain" },
        ...change,
    });
}

const sourceUrl = () =>
    storage.blob("golden").generateSasUrl({
        permissions: BlobSASPermissions.parse("r"),
        expiresOn: new Date(storage.clock.now() + 3_600_000),
    });

async function unchangedAfter(run: () => Promise<unknown>): Promise<void> {
    const before = await there();
    await run();
    const after = await there();
    expect(after.etag).toBe(before.etag);
    expect(after.metadata).toEqual(before.metadata);
}

async function expectLeft(state: BlobCopyState): Promise<void> {
    await unchangedAfter(() => destroy(state));
    expect(lastWarning()).toMatch(/was there before this resource.*it was left as it is/);
}

async function expectDeleted(state: BlobCopyState): Promise<void> {
    await destroy(state);
    expect(await blob().exists()).toBe(false);
}

const methods = ["copyBlob", "fromUrl"] as const;
const overwrites = ["never", undefined, "always"] as const;
const choice = (overwrite: (typeof overwrites)[number]) => (overwrite === undefined ? {} : { overwrite });

describe.each(methods)("equal bytes that somebody else has uploaded, by %s", (method) => {
    describe.each(["with bytes", "empty"] as const)("%s", (size) => {
        beforeEach(() => {
            if (size === "empty") {
                golden().putBlob("images", "orders.bak", "", {
                    contentType: "text/plain",
                    metadata: { origin: "golden" },
                });
            }
        });

        it.each<[string, BlockBlobUploadOptions]>([
            ["metadata", { metadata: { by: "somebody" } }],
            ["metadata, none", { metadata: {} }],
            ["content headers", { blobHTTPHeaders: { blobContentType: "text/html" } }],
            ["tags", { tags: { by: "somebody" } }],
            ["tier", { tier: "Cool" }],
        ])("with %s of theirs: fails, names adopt, and leaves it", async (_, theirs) => {
            await uploadSame(theirs);
            for (const overwrite of ["never", undefined] as const) {
                await unchangedAfter(() =>
                    expect(up(undefined, { method, ...choice(overwrite) })).rejects.toThrow(
                        /did not make is at the destination.*set adopt: true to take it over/,
                    ),
                );
            }
        });

        it('with metadata of theirs and overwrite "always": copies over it, and deletes its own copy at destroy', async () => {
            await uploadSame({ metadata: { by: "somebody" } });
            const state = await up(undefined, { method, overwrite: "always" });
            expect(state.adopted).toBeUndefined();
            expect((await there()).metadata).toEqual({ origin: "golden" });
            await expectDeleted(state);
        });

        it.each(overwrites)(
            "in every respect what the copy would be, with overwrite %s: adopts it by one Set Blob Metadata, and leaves it at destroy",
            async (overwrite) => {
                const change = {
                    method,
                    ...choice(overwrite),
                    metadata: { owner: "infra" },
                    blobHTTPHeaders: { blobCacheControl: "no-store" },
                    tags: { env: "dev" },
                    accessTier: "Cool",
                };
                await uploadSame({
                    metadata: change.metadata,
                    blobHTTPHeaders: { blobContentType: "text/plain", blobCacheControl: "no-store" },
                    tags: change.tags,
                    tier: "Cool",
                });
                const before = await there();
                storage.operations();
                const state = await up(undefined, change);
                expect(
                    storage.simulator.requests
                        .all()
                        .filter(({ status = 0, operation }) => status < 300 && !/^(Get|List)/.test(operation))
                        .map(({ operation }) => operation),
                ).toEqual(["Set Blob Metadata"]);
                const after = await there();
                expect(after).toMatchObject({
                    metadata: change.metadata,
                    contentType: "text/plain",
                    cacheControl: "no-store",
                    accessTier: "Cool",
                });
                expect(after.etag).not.toBe(before.etag);
                expect(state).toMatchObject({ adopted: true, etag: after.etag, lastWriteEtag: after.etag });
                expect(lastWarning()).toMatch(/was there already.*pulumi destroy will leave it/);
                expect(await up(state, change)).toBe(state);
                const refreshed = (await handler.read(state.url, state, anotherRun()))!;
                expect(await up(refreshed, change)).toBe(refreshed);
                await expectLeft(refreshed);
            },
        );

        it.each(overwrites)(
            "with adopt and overwrite %s: sets what is asked for, and leaves it at destroy",
            async (overwrite) => {
                await uploadSame({ metadata: { by: "somebody" }, blobHTTPHeaders: { blobContentType: "text/html" } });
                const change = {
                    method,
                    ...choice(overwrite),
                    adopt: true,
                    metadata: { owner: "infra" },
                    blobHTTPHeaders: { blobCacheControl: "no-store" },
                    tags: { env: "dev" },
                    accessTier: "Cool",
                };
                const { createdOn } = await there();
                const state = await up(undefined, change);
                expect(state.adopted).toBe(true);
                expect(await there()).toMatchObject({
                    createdOn,
                    metadata: { owner: "infra" },
                    contentType: "text/html",
                    cacheControl: "no-store",
                    accessTier: "Cool",
                });
                expect((await blob().getTags()).tags).toEqual({ env: "dev" });
                expect(await up(state, change)).toBe(state);
                await expectLeft(state);
            },
        );

        it("with adopt and nothing asked for: keeps their metadata and headers", async () => {
            await uploadSame({ metadata: { by: "somebody" }, blobHTTPHeaders: { blobContentType: "text/html" } });
            const before = await there();
            const state = await up(undefined, { method, adopt: true });
            expect(await there()).toMatchObject({ metadata: { by: "somebody" }, contentType: "text/html" });
            expect((await there()).etag).not.toBe(before.etag);
            await expectLeft(state);
        });
    });

    it("adopted, and copied onto since the source has changed: is the resource's own", async () => {
        await uploadSame();
        const adopted = await up(undefined, { method });
        expect(adopted.adopted).toBe(true);
        golden().putBlob("images", "orders.bak", "a newer backup");
        const state = await up(adopted, { method });
        expect(await storage.content("dev")).toBe("a newer backup");
        expect(state.adopted).toBeUndefined();
        await expectDeleted(state);
    });

    it("adopted, with metadata set in place since: is left still", async () => {
        await uploadSame();
        const adopted = await up(undefined, { method });
        const state = await up(adopted, { method, metadata: { owner: "infra" } });
        expect((await there()).metadata).toEqual({ owner: "infra" });
        await expectLeft(state);
    });

    it("adopted, of which something could not be set: is left still, also after the next up", async () => {
        await uploadSame({ metadata: { by: "somebody" } });
        const change = { method, adopt: true, metadata: { owner: "infra" }, tags: { env: "dev" } };
        storage.simulator.faults.add({ operation: "Set Blob Tags", status: 403 });
        const failure = await up(undefined, change).catch((error: unknown) => error);
        storage.simulator.faults.clear();
        expect(failure).toBeInstanceOf(PartialFailure);
        const failed = (failure as PartialFailure).state as BlobCopyState;
        await expectLeft(failed);
        storage.operations();
        const state = await up(failed, change);
        expect(writesOf(storage)).not.toContain(method === "copyBlob" ? "Copy Blob" : "Put Blob From URL");
        expect((await blob().getTags()).tags).toEqual({ env: "dev" });
        await expectLeft(state);
    });

    it("adopted and gone since: is no matter at destroy", async () => {
        await uploadSame();
        const state = await up(undefined, { method });
        await blob().delete();
        storage.warnings.length = 0;
        await destroy(state);
        expect(storage.warnings).toEqual([]);
    });

    it("fails with adopt over other content, and says how it differs", async () => {
        await blob().upload("precious", 8);
        await unchangedAfter(() =>
            expect(up(undefined, { method, adopt: true })).rejects.toThrow(
                /adopt does not take it over, since it has 8 bytes, the source has 29/,
            ),
        );
        await blob().upload("x".repeat(sourceContent.length), sourceContent.length);
        await unchangedAfter(() =>
            expect(up(undefined, { method, adopt: true })).rejects.toThrow(/since its Content-MD5 is not the source's/),
        );
        await blob().setHTTPHeaders({ blobContentType: "text/plain" });
        await unchangedAfter(() =>
            expect(up(undefined, { method, adopt: true })).rejects.toThrow(
                /since nothing tells whether it holds the source's bytes/,
            ),
        );
        const state = await up(undefined, { method, adopt: true, overwrite: "always" });
        expect(await storage.content("dev")).toBe(sourceContent);
        await expectDeleted(state);
    });
});

describe("a Copy Blob record of this very source", () => {
    const copied = async (options: object) => {
        await (await blob().beginCopyFromURL(await sourceUrl(), options)).pollUntilDone();
        storage.clock.advance(5_000);
    };

    it.each(methods)("is proof where the blob has what this resource's Copy Blob sends, by %s", async (method) => {
        await copied({ metadata: { owner: "infra" }, tags: { env: "dev" }, tier: "Cool" });
        const before = await there();
        const state = await up(undefined, {
            method,
            metadata: { owner: "infra" },
            tags: { env: "dev" },
            accessTier: "Cool",
        });
        expect((await there()).etag).not.toBe(before.etag);
        expect(state.adopted).toBeUndefined();
        await expectDeleted(state);
    });

    describe.each(methods)("is none by %s", (method) => {
        it.each<[string, object]>([
            ["with metadata of theirs", { metadata: { by: "somebody" } }],
            ["with tags of theirs", { tags: { by: "somebody" } }],
            ["with a tier of theirs", { tier: "Cool" }],
        ])("%s: fails and leaves it, or adopts it and leaves it at destroy", async (_, theirs) => {
            await copied(theirs);
            await unchangedAfter(() => expect(up(undefined, { method })).rejects.toThrow(/set adopt: true/));
            const state = await up(undefined, { method, adopt: true });
            await expectLeft(state);
        });

        it("while it is pending with metadata of theirs: fails and leaves it", async () => {
            storage.simulator.copies.add({ seconds: 100 });
            await blob().beginCopyFromURL(await sourceUrl(), { metadata: { by: "somebody" } });
            await unchangedAfter(() =>
                expect(up(undefined, { method })).rejects.toThrow(/somebody else|another copy|pending/),
            );
            expect((await there()).copyStatus).toBe("pending");
        });
    });

    it("is none on the destination of an update, where the copy is not the one that was recorded", async () => {
        const first = await up(undefined, { method: "copyBlob" });
        golden().putBlob("images", "orders.bak", "a newer backup");
        storage.clock.advance(5_000);
        await copied({ metadata: { by: "somebody" } });
        await unchangedAfter(() =>
            expect(up(first, { method: "copyBlob" })).rejects.toThrow(/was changed by somebody else/),
        );
    });
});

describe("block IDs of this package", () => {
    it("are proof, whatever else somebody has set", async () => {
        large();
        const first = await up(undefined);
        await blob().setMetadata({ by: "somebody" });
        const before = await there();
        const state = await up(undefined, { tags: { env: "dev" } });
        expect(state.adopted).toBeUndefined();
        expect((await there()).etag).not.toBe(before.etag);
        await destroy(first);
        await expectDeleted(state);
    });

    it("are proof also within an account, where Copy Blob is tried first", async () => {
        large();
        const source = { ...storage.inputs.destination, blobName: "within.bak" };
        await storage.blob("dev", "within.bak").uploadData(Buffer.alloc(9 * 1024 * 1024, 7));
        await storage.blob("dev", "within.bak").setHTTPHeaders({});
        const change = { source, method: "auto" } as const;
        const first = await up(undefined, change);
        await storage.blob("dev", "within.bak").uploadData(Buffer.alloc(9 * 1024 * 1024, 8));
        await storage.blob("dev", "within.bak").setHTTPHeaders({});
        const second = await up(first, change);
        expect(second.copyOperation).toBe("Put Block From URL");
        const renamed = await up(undefined, change);
        await destroy(second);
        await expectDeleted(renamed);
    });

    it("are none on a blob that somebody has copied here from one of ours", async () => {
        large();
        const elsewhere = { ...storage.inputs.destination, blobName: "elsewhere.bak" };
        await up(undefined, { destination: elsewhere });
        const from = storage.blob("dev", "elsewhere.bak").url;
        await (await blob().beginCopyFromURL(from, { metadata: { by: "somebody" } })).pollUntilDone();
        await unchangedAfter(() => expect(up(undefined)).rejects.toThrow(/set adopt: true/));
        // Nothing else tells of the bytes of a blob without an MD5.
        await unchangedAfter(() =>
            expect(up(undefined, { adopt: true })).rejects.toThrow(/nothing tells whether it holds/),
        );
        // Set Blob Properties takes the record of the copy away.
        const { contentType } = await there();
        await blob().setHTTPHeaders({ blobContentType: contentType! });
        await unchangedAfter(() => expect(up(undefined)).rejects.toThrow(/set adopt: true/));
    });
});

describe("an answer that is lost", () => {
    it("of Put Blob From URL leaves the blob this resource's own, in a create as in an update", async () => {
        storage.simulator.faults.add({ operation: "Put Blob From URL", resetAfter: true, times: 1 });
        const created = await up(undefined);
        expect(created.adopted).toBeUndefined();
        golden().putBlob("images", "orders.bak", "a newer backup");
        storage.simulator.faults.clear();
        storage.simulator.faults.add({ operation: "Put Blob From URL", resetAfter: true, times: 1 });
        const updated = await up(created);
        expect(await storage.content("dev")).toBe("a newer backup");
        expect(updated.adopted).toBeUndefined();
        await expectDeleted(updated);
    });

    it("of the Set Blob Metadata that follows it leaves the blob this resource's own", async () => {
        storage.simulator.faults.add({ operation: "Set Blob Metadata", resetAfter: true, times: 1 });
        const state = await up(undefined, { metadata: {} });
        expect((await there()).metadata).toEqual({});
        expect(state.adopted).toBeUndefined();
        await expectDeleted(state);
    });

    it("makes nothing of an older blob of somebody else's", async () => {
        await uploadSame();
        storage.clock.advance(60_000);
        storage.simulator.faults.add({ operation: "Put Blob From URL", resetAfter: true, times: 1 });
        const state = await up(undefined);
        expect(state.adopted).toBe(true);
        await expectLeft(state);
    });
});

describe("a create that is killed after any of its requests", () => {
    /** Runs a create whose process dies after so many requests to the destination's account. */
    async function killedAfter(requests: number, change: Partial<BlobCopyInputs>): Promise<boolean> {
        const checked = await handler.check({}, inputs(change), anotherRun());
        storage.simulator.faults.add({ account: "dev", nth: requests + 1, times: 1_000_000, reset: true });
        const run = anotherRun({ clients: createClients({ maxTries: 1 }) });
        const ended = await handler.create(checked.inputs, run).then(
            () => true,
            () => false,
        );
        storage.simulator.faults.clear();
        return ended;
    }

    it.each<[string, Partial<BlobCopyInputs>, "deleted" | "left"]>([
        ["Copy Blob", { method: "copyBlob" }, "deleted"],
        [
            "Copy Blob with what it takes",
            { method: "copyBlob", metadata: { a: "b" }, tags: { c: "d" }, accessTier: "Cool" },
            "deleted",
        ],
        [
            "Copy Blob with content headers",
            { method: "copyBlob", blobHTTPHeaders: { blobCacheControl: "no-store" } },
            "left",
        ],
        [
            "Copy Blob with content headers, a tier and many tags",
            {
                method: "copyBlob",
                blobHTTPHeaders: { blobCacheControl: "no-store" },
                accessTier: "Archive",
                tags: Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`k${i}`, "v".repeat(250)])),
            },
            "left",
        ],
        ["Put Blob From URL", { method: "fromUrl", tags: { c: "d" } }, "left"],
        ["Put Blob From URL without metadata", { method: "fromUrl", metadata: {} }, "left"],
        [
            "Put Block From URL",
            { method: "fromUrl", blobHTTPHeaders: { blobContentMD5: Buffer.alloc(16, 1).toString("base64") } },
            "deleted",
        ],
    ])("%s: the next one carries on, and destroy deletes no more than is proven", async (_, change, end) => {
        let left = false;
        for (let requests = 1; ; requests++) {
            const ended = await killedAfter(requests, change);
            const found = (await blob().exists()) ? await there() : undefined;
            storage.clock.advance(5_000);
            const state = await up(undefined, change);
            expect(await there()).toMatchObject({ contentLength: sourceContent.length });
            if (found && (await there()).accessTier !== "Archive") {
                expect((await there()).etag).not.toBe(found.etag);
            }
            await destroy(state);
            left ||= await blob().exists();
            expect(await blob().exists()).toBe(state.adopted === true);
            await blob().deleteIfExists();
            if (ended) {
                break;
            }
        }
        expect(left).toBe(end === "left");
    });
});

describe("an update that is killed", () => {
    it("after Put Blob From URL: the next one adopts what stands there, and destroy leaves it", async () => {
        const first = await up(undefined);
        golden().putBlob("images", "orders.bak", "a newer backup");
        await up(first);
        const state = await up(first);
        expect(await storage.content("dev")).toBe("a newer backup");
        expect(state.adopted).toBe(true);
        await expectLeft(state);
    });

    it("is not carried on over an empty blob that somebody else's failed copy has left", async () => {
        const first = await up(undefined);
        golden().putBlob("images", "orders.bak", "a newer backup");
        golden().putBlob("images", "other.bak", "other");
        await blob().delete();
        storage.simulator.copies.add({ fail: "500 InternalServerError" });
        const other = storage.blob("golden", "other.bak");
        const url = await other.generateSasUrl({
            permissions: BlobSASPermissions.parse("r"),
            expiresOn: new Date(storage.clock.now() + 3_600_000),
        });
        await blob().beginCopyFromURL(url, { metadata: { by: "somebody" } });
        storage.simulator.copies.clear();
        expect((await there()).copyStatus).toBe("failed");
        for (const method of methods) {
            await unchangedAfter(() => expect(up(first, { method })).rejects.toThrow(/changed by somebody else/));
        }
    });
});

describe("a rename without an alias, or up --replace", () => {
    it.each<[string, Partial<BlobCopyInputs>]>([
        ["Put Blob From URL", { method: "fromUrl" }],
        ["Copy Blob", { method: "copyBlob" }],
        ["Put Block From URL", { blobHTTPHeaders: { blobContentMD5: Buffer.alloc(16, 1).toString("base64") } }],
        ["Copy Blob into Archive", { method: "copyBlob", accessTier: "Archive" }],
    ])("of a copy by %s leaves the blob, and the next up does nothing", async (_, change) => {
        const old = await up(undefined, change);
        storage.clock.advance(5_000);
        const run = anotherRun();
        const renamed = await up(undefined, change, run);
        await destroy(old, run);
        expect(lastWarning()).toMatch(/belongs to another resource of this program now|changed by somebody else/);
        expect((await there()).contentLength).toBe(sourceContent.length);
        expect(await up(renamed, change)).toBe(renamed);
    });

    it("misses also where the older owner runs in another process, by the new ETag", async () => {
        const old = await up(undefined);
        await up(undefined);
        await destroy(old);
        expect(await storage.content("dev")).toBe(sourceContent);
        expect(lastWarning()).toMatch(/was changed by somebody else/);
    });

    it("of a copy that is pending leaves it to the new resource", async () => {
        storage.simulator.copies.add({ seconds: 100 });
        const failure = await up(undefined, { method: "copyBlob", timeout: "5s" }).catch((error: unknown) => error);
        const old = (failure as PartialFailure).state as BlobCopyState;
        // It is adopted in the very second of its end, so that times do not tell of that.
        while ((await there()).copyStatus === "pending") {
            storage.clock.advance(500);
        }
        const run = anotherRun();
        const renamed = await up(undefined, { method: "copyBlob" }, run);
        await destroy(old, run);
        expect(await storage.content("dev")).toBe(sourceContent);
        await expectDeleted(renamed);
    });
});
