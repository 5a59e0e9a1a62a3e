import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { BlobSASPermissions } from "@azure/storage-blob";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { generated, zeros } from "../../simulator";
import type { CopyProgress } from "../../src/copy/wait";
import { blobCopyHandler as handler } from "../../src/provider/blobCopy";
import type { BlobCopyInputs, BlobCopyState } from "../../src/provider/blobCopyTypes";
import { PartialFailure } from "../../src/provider/handler";
import { sourceContent, startStorage, type TestStorage } from "../helpers/storage";

let storage: TestStorage;

beforeEach(async () => {
    storage = await startStorage({ copySeconds: 10 });
});

afterEach(async () => {
    await storage.close();
});

const inputs = (change: Partial<BlobCopyInputs> = {}): BlobCopyInputs => ({ ...storage.inputs, ...change });

/** Check and create, as a `pulumi up` does. Only what create asks for is left in the log. */
async function create(change: Partial<BlobCopyInputs> = {}): Promise<BlobCopyState> {
    const checked = await handler.check({}, inputs(change), storage.context);
    expect(checked.failures).toEqual([]);
    storage.simulator.requests.clear();
    return (await handler.create(checked.inputs, storage.context)).state;
}

/** What a resource goes through in a `pulumi up`: check, diff, update. */
async function up(state: BlobCopyState, change: Partial<BlobCopyInputs> = {}): Promise<BlobCopyState> {
    const checked = await handler.check(state, inputs(change), storage.context);
    expect(checked.failures).toEqual([]);
    return handler.diff(state, checked.inputs).changes ? handler.update(state, checked.inputs, storage.context) : state;
}

async function partialFailure(run: Promise<unknown>): Promise<PartialFailure & { state: BlobCopyState }> {
    const error = await run.then(
        () => undefined,
        (failure: unknown) => failure,
    );
    expect(error).toBeInstanceOf(PartialFailure);
    return error as PartialFailure & { state: BlobCopyState };
}

/** Another backup in the golden account. */
const changeSource = (content = "a newer backup") =>
    storage.simulator.account("golden").putBlob("images", "orders.bak", content, { contentType: "text/plain" });

describe("create", () => {
    it("copies between accounts, and tells what the service says", async () => {
        const { id, state } = await handler.create(inputs(), storage.context);
        expect(await storage.content("dev")).toBe(sourceContent);
        const properties = await storage.blob("dev").getProperties();
        expect(id).toBe(storage.blob("dev").url);
        expect(state).toMatchObject({
            url: id,
            etag: properties.etag,
            lastModified: properties.lastModified?.toISOString(),
            contentLength: sourceContent.length,
            contentType: "text/plain",
            copyId: properties.copyId,
            copyStatus: "success",
            copyCompletedOn: properties.copyCompletedOn?.toISOString(),
            sourceUrl: storage.blob("golden").url,
        });
        expect(properties.metadata).toEqual({ origin: "golden" });
    });

    it("asks the service for nothing but the copy and its state", async () => {
        await create();
        expect([...new Set(storage.operations())]).toEqual(["Copy Blob", "Get Blob Properties"]);
        expect(storage.simulator.requests.count("Copy Blob")).toBe(0); // counted and cleared above
    });

    it("makes two requests where the copy ends at once", async () => {
        const within = { connectionString: storage.inputs.destination.connectionString!, containerName: "seed" };
        await create();
        storage.operations();
        await create({
            source: { ...within, blobName: "orders.bak" },
            destination: { ...within, blobName: "second.bak" },
        });
        expect(storage.operations()).toEqual(["Copy Blob", "Get Blob Properties"]);
        expect(await storage.content("dev", "second.bak")).toBe(sourceContent);
    });

    it("sets metadata, tags and tier with the copy", async () => {
        await create({ metadata: { Owner: "infra" }, tags: { env: "dev" }, accessTier: "Cool" });
        expect(storage.operations().filter((operation) => !operation.startsWith("Get"))).toEqual(["Copy Blob"]);
        const properties = await storage.blob("dev").getProperties();
        expect(properties.metadata).toEqual({ owner: "infra" });
        expect(properties.accessTier).toBe("Cool");
        expect((await storage.blob("dev").getTags()).tags).toEqual({ env: "dev" });
    });

    it("reports progress while it waits, in few polls", async () => {
        storage.simulator.copies.add({ seconds: 3_600, progress: "steps" });
        await create();
        expect(storage.progress.length).toBeGreaterThan(5);
        expect(storage.progress.at(-1)!.elapsedMilliseconds).toBeGreaterThan(3_000_000);
        expect(storage.operations().length).toBeLessThan(100);
    });

    it("joins a pending copy of the same source: one copy, with a new ETag", async () => {
        const metadata = { owner: "infra" };
        const started = await storage.blob("dev").beginCopyFromURL(await sasOfSource(), { metadata });
        const { copyId } = started.getOperationState() as { copyId?: string };
        const pending = await storage.blob("dev").getProperties();
        storage.operations();
        const state = await create({ metadata: { owner: "infra" } });
        expect(state.copyId).toBe(copyId);
        expect(storage.operations().filter((operation) => operation === "Copy Blob")).toHaveLength(1); // refused: the name is taken
        expect(await storage.content("dev")).toBe(sourceContent);
        expect(await storage.blob("dev").getProperties()).toMatchObject({ metadata, etag: state.etag });
        expect(state.etag).not.toBe(pending.etag);
    });

    it("adopts a finished copy of the same source, with a new ETag and without copying", async () => {
        const first = await create({ tags: { env: "dev" } });
        storage.clock.advance(5_000);
        storage.operations();
        const second = await create({ tags: { env: "dev" } });
        expect(second.copyId).toBe(first.copyId);
        expect(second.etag).not.toBe(first.etag);
        expect(second.etag).toBe((await storage.blob("dev").getProperties()).etag);
        expect((await storage.blob("dev").getTags()).tags).toEqual({ env: "dev" });
        // The older owner's delete misses what now belongs to the second.
        await handler.delete(first, storage.context);
        expect(await storage.content("dev")).toBe(sourceContent);
        expect(storage.warnings).toEqual([expect.stringContaining("was left alone")]);
    });

    it("fails over a finished copy of an older state of the source", async () => {
        await create();
        storage.clock.advance(5_000);
        changeSource();
        await expect(create()).rejects.toThrow(/a blob that this resource did not make is at the destination/);
        expect(await storage.content("dev")).toBe(sourceContent);
    });

    it("fails over somebody else's blob, says what is there, and leaves it", async () => {
        await storage.blob("dev").upload("precious", 8);
        await expect(create()).rejects.toThrow(/did not make.*8 bytes.*ETag.*set overwrite to "always"/);
        expect(await storage.content("dev")).toBe("precious");
        expect(await allSnapshots()).toEqual([]);
    });

    it('overwrites somebody else\'s blob with overwrite "always", and leaves no snapshot behind', async () => {
        await storage.blob("dev").upload("precious", 8);
        await create({ overwrite: "always" });
        expect(await storage.content("dev")).toBe(sourceContent);
        expect(await allSnapshots()).toEqual([]);
    });

    it("fails where another copy onto the destination is pending, and tells of it", async () => {
        storage.simulator.account("golden").putBlob("images", "other.bak", "other");
        await storage.blob("dev").beginCopyFromURL(await sasOfSource("other.bak"));
        await expect(create()).rejects.toThrow(/another copy from http.*other\.bak onto .* is pending since .*copy ID/);
    });

    it("fails with the service's description, and takes the empty blob away", async () => {
        storage.simulator.copies.add({ fail: '500 InternalServerError "Copy failed."' });
        await expect(create()).rejects.toThrow(
            /ended as failed: 500 InternalServerError "Copy failed\."; its empty blob was removed; copy ID/,
        );
        expect(await storage.blob("dev").exists()).toBe(false);
    });

    it("brings the old content back where a copy over it fails: bytes, metadata, tags", async () => {
        await storage.blob("dev").upload("precious", 8, { metadata: { owner: "me" }, tags: { keep: "yes" } });
        failNextCopy();
        await expect(create({ overwrite: "always" })).rejects.toThrow(/old content was put back/);
        expect(await storage.content("dev")).toBe("precious");
        expect((await storage.blob("dev").getProperties()).metadata).toEqual({ owner: "me" });
        expect((await storage.blob("dev").getTags()).tags).toEqual({ keep: "yes" });
        expect(await allSnapshots()).toEqual([]);
    });

    it("brings old content without metadata back without any", async () => {
        await storage.blob("dev").upload("precious", 8);
        failNextCopy();
        await expect(create({ overwrite: "always" })).rejects.toThrow(/old content was put back/);
        expect((await storage.blob("dev").getProperties()).metadata).toEqual({});
    });

    it("brings old content back in its own tier, not in that of what was to replace it", async () => {
        await storage.blob("dev").upload("precious", 8, { tier: "Hot" });
        failNextCopy();
        await expect(create({ overwrite: "always", accessTier: "Cool" })).rejects.toThrow(/old content was put back/);
        expect((await storage.blob("dev").getProperties()).accessTier).toBe("Hot");
    });

    it("fails where somebody aborts the copy", async () => {
        const context = {
            ...storage.context,
            progress: (report: { copyId?: string }) =>
                void storage
                    .blob("dev")
                    .abortCopyFromURL(report.copyId!)
                    .catch(() => {}),
        };
        await expect(handler.create(inputs(), context)).rejects.toThrow(/ended as aborted/);
    });

    it("copies what the source holds now if it changed since the preview", async () => {
        const { inputs: checked } = await handler.check({}, inputs(), storage.context);
        changeSource();
        const { state } = await handler.create(checked, storage.context);
        expect(await storage.content("dev")).toBe("a newer backup");
        expect(state.sourceEtag).toBe((await storage.blob("golden").getProperties()).etag);
        expect(state.sourceEtag).not.toBe(checked.sourceEtag);
    });

    it('fails if the source changed since the preview and onSourceChange is "fail"', async () => {
        const { inputs: checked } = await handler.check({}, inputs({ onSourceChange: "fail" }), storage.context);
        changeSource();
        await expect(handler.create(checked, storage.context)).rejects.toThrow(/has changed since the preview/);
        expect(await storage.blob("dev").exists()).toBe(false);
    });

    it("makes one copy where the answer to its request is lost", async () => {
        storage.simulator.faults.add({ operation: "Copy Blob", times: 1, resetAfter: true });
        const state = await create();
        expect(state.copyStatus).toBe("success");
        const copies = storage.simulator.requests.of("Copy Blob").filter(({ status }) => status === 202);
        expect(copies.length).toBeLessThanOrEqual(1); // the lost one has no status
        expect(await storage.content("dev")).toBe(sourceContent);
    });

    it("goes on when the service is busy for a while", async () => {
        storage.simulator.faults.add({ times: 3, status: 503, errorCode: "ServerBusy" });
        await create();
        expect(await storage.content("dev")).toBe(sourceContent);
    });

    it.each([
        ["source", { containerName: "images", blobName: "missing" }, /404 (BlobNotFound|CannotVerifyCopySource)/],
        ["container of the destination", {}, /404 ContainerNotFound.*create the container first/],
    ])("fails with status, code and request ID where the %s does not exist", async (end, change, message) => {
        const bad =
            end === "source"
                ? inputs({ source: { ...storage.inputs.source, ...change } })
                : inputs({ destination: { ...storage.inputs.destination, containerName: "nowhere" } });
        await expect(handler.create(bad, storage.context)).rejects.toThrow(message);
        await expect(handler.create(bad, storage.context)).rejects.toThrow(/request ID [0-9a-f-]{36}/);
    });

    it("reads a source by a SAS", async () => {
        const sasToken = new URL(await sasOfSource()).search.slice(1);
        await create({ source: { url: storage.blob("golden").url, sasToken } });
        expect(await storage.content("dev")).toBe(sourceContent);
    });

    it("reads a public source in another account by nothing", async () => {
        const open = storage.simulator.account("open");
        open.createContainer("images", { publicAccess: "blob" });
        open.putBlob("images", "orders.bak", "for everybody");
        await create({ source: { endpoint: open.blobEndpoint, containerName: "images", blobName: "orders.bak" } });
        expect(await storage.content("dev")).toBe("for everybody");
    });

    it("fails on a private source in another account without a credential", async () => {
        const { endpoint } = { endpoint: storage.simulator.account("golden").blobEndpoint };
        const source = { endpoint, containerName: "images", blobName: "orders.bak" };
        await expect(create({ source })).rejects.toThrow("401 NoAuthenticationInformation; the blob is private");
        expect(await storage.blob("dev").exists()).toBe(false);
    });

    it("copies from any web server, and again where its ETag changes", async () => {
        let body = "from the web";
        const server = createServer((request, response) => {
            const headers = { etag: `"${body.length}"`, "content-type": "text/html", "content-length": body.length };
            response.writeHead(200, headers).end(request.method === "HEAD" ? undefined : body);
        });
        await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
        try {
            const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/orders.html`;
            const source = { url, sasToken: "token=secretsecret" };
            const state = await create({ source });
            expect(await storage.content("dev")).toBe("from the web");
            expect(state).toMatchObject({ contentType: "text/html", sourceUrl: url, sourceEtag: '"12"' });
            body = "from the web, newer";
            await up(state, { source });
            expect(await storage.content("dev")).toBe("from the web, newer");
        } finally {
            server.close();
        }
    });

    it.each(["PageBlob", "AppendBlob"] as const)("copies a %s, and over one", async (blobType) => {
        const golden = storage.simulator.account("golden");
        golden.putBlob("images", "disk.vhd", zeros(4096), { blobType });
        const change = { source: { ...storage.inputs.source, blobName: "disk.vhd" } };
        const state = await create(change);
        expect((await storage.blob("dev").getProperties()).blobType).toBe(blobType);
        golden.putBlob("images", "disk.vhd", generated({ length: 8192, seed: 1 }), { blobType });
        await up(state, change);
        expect((await storage.blob("dev").getProperties()).contentLength).toBe(8192);
        expect(await allSnapshots()).toEqual([]);
    });

    it("copies a snapshot, and promotes one over its own blob", async () => {
        const { snapshot } = await storage.blob("golden").createSnapshot();
        changeSource();
        await create({ source: { ...storage.inputs.source, snapshot: snapshot! } });
        expect(await storage.content("dev")).toBe(sourceContent);
        await create({
            source: { ...storage.inputs.source, snapshot: snapshot! },
            destination: storage.inputs.source,
            overwrite: "always",
        });
        expect(await storage.content("golden")).toBe(sourceContent);
    });
});

describe("a copy that takes longer than its timeout", () => {
    it("fails, is recorded as pending, and is carried on by the next up: one copy", async () => {
        storage.simulator.copies.add({ seconds: 100 });
        const failure = await partialFailure(create({ timeout: "30s" }));
        expect(failure.message).toMatch(/still pending at its timeout.*next pulumi up carries on/);
        expect(failure.state).toMatchObject({ copyStatus: "pending", url: storage.blob("dev").url });
        const state = await up(failure.state, { timeout: "1h" });
        expect(state).toMatchObject({ copyStatus: "success", copyId: failure.state.copyId });
        expect(storage.simulator.requests.of("Copy Blob")).toHaveLength(1);
        expect(await storage.content("dev")).toBe(sourceContent);
    });

    it("is carried on also where a refresh came between", async () => {
        storage.simulator.copies.add({ seconds: 100 });
        const failure = await partialFailure(create({ timeout: "30s" }));
        const refreshed = await handler.read(failure.id, failure.state, storage.context);
        expect(refreshed).toMatchObject({ copyStatus: "pending" });
        const state = await up(refreshed!, { timeout: "1h" });
        expect(state.copyStatus).toBe("success");
        expect(storage.simulator.requests.of("Copy Blob")).toHaveLength(1);
    });

    it("is carried on after the service could not be reached: one copy", async () => {
        storage.simulator.copies.add({ seconds: 100 });
        storage.onProgress(() => {
            storage.simulator.faults.add({
                account: "dev",
                operation: "Get Blob Properties",
                status: 403,
                errorCode: "AuthorizationFailure",
            });
        });
        const failure = await partialFailure(create());
        expect(failure.message).toMatch(/could not wait for the copy of .*it goes on.*403 AuthorizationFailure/);
        storage.onProgress(() => {});
        storage.simulator.faults.clear();
        expect((await up(failure.state)).copyStatus).toBe("success");
        expect(storage.simulator.requests.of("Copy Blob")).toHaveLength(1);
    });

    it("is found finished where it ended meanwhile", async () => {
        storage.simulator.copies.add({ seconds: 100 });
        const failure = await partialFailure(create({ timeout: "30s" }));
        storage.clock.advance(1_000_000);
        const refreshed = await handler.read(failure.id, failure.state, storage.context);
        // What follows the end, such as comparing both ends, is still to be done.
        expect(refreshed).toMatchObject({ copyStatus: "pending", copyCompletedOn: expect.any(String) });
        const state = await up(refreshed!, { timeout: "1h" });
        expect(state).toMatchObject({ copyStatus: "success" });
        expect(await up(state, { timeout: "1h" })).toBe(state);
        expect(storage.simulator.requests.of("Copy Blob")).toHaveLength(1);
        await handler.delete(state, storage.context);
        expect(await storage.blob("dev").exists()).toBe(false);
    });

    it.each([false, true])(
        "leaves no second snapshot where the answer to the first is lost (kept: %s)",
        async (kept) => {
            const change = { snapshotBeforeOverwrite: kept };
            let state = await create(change);
            for (const method of ["copyBlob", "fromUrl"] as const) {
                changeSource(`newer, by ${method}`);
                storage.simulator.faults.add({ operation: "Snapshot Blob", resetAfter: true, times: 1 });
                state = await up(state, { ...change, method });
                storage.simulator.faults.clear();
                expect(await storage.content("dev")).toBe(`newer, by ${method}`);
                expect(await allSnapshots()).toHaveLength(kept ? 1 : 0);
            }
        },
    );

    it("leaves no snapshot of what it has overwritten where a refresh has seen its end", async () => {
        const first = await create();
        changeSource();
        storage.simulator.copies.add({ seconds: 100 });
        const failure = await partialFailure(up(first, { timeout: "30s" }));
        storage.clock.advance(1_000_000);
        expect(await allSnapshots()).toHaveLength(1);
        const refreshed = await handler.read(failure.id, failure.state, storage.context);
        await up(refreshed!);
        expect(await storage.content("dev")).toBe("a newer backup");
        expect(await allSnapshots()).toEqual([]);
    });

    it("is aborted and copied again where the source changed meanwhile", async () => {
        storage.simulator.copies.add({ seconds: 100 });
        const { inputs: checked } = await handler.check({}, inputs({ timeout: "30s" }), storage.context);
        const failure = await partialFailure(handler.create(checked, storage.context));
        storage.simulator.copies.clear();
        storage.simulator.account("golden").putBlob("images", "newer.bak", "another source");
        await up(failure.state, { source: { ...storage.inputs.source, blobName: "newer.bak" } });
        expect(storage.simulator.requests.of("Abort Copy Blob")).toHaveLength(1);
        expect(await storage.content("dev")).toBe("another source");
    });

    it("is aborted by delete, which leaves nothing", async () => {
        storage.simulator.copies.add({ seconds: 100 });
        const failure = await partialFailure(create({ timeout: "30s" }));
        await handler.delete(failure.state, storage.context);
        expect(storage.simulator.requests.of("Abort Copy Blob")).toHaveLength(1);
        expect(await storage.blob("dev").exists()).toBe(false);
    });
});

describe("update", () => {
    it("copies again where the source's ETag changed, and leaves no snapshot", async () => {
        const state = await create();
        changeSource();
        const updated = await up(state);
        expect(await storage.content("dev")).toBe("a newer backup");
        expect(updated.copyId).not.toBe(state.copyId);
        expect(await allSnapshots()).toEqual([]);
    });

    it("records the ETag of a source that could not be read when it was copied, and copies again only if it changed", async () => {
        const hidden = storage.hideSource();
        const state = await create();
        hidden.remove();
        expect(state.sourceEtag).toBeUndefined();
        storage.clock.advance(5_000);
        const recorded = await up(state);
        expect(recorded.sourceEtag).toBe((await storage.blob("golden").getProperties()).etag);
        expect(recorded.copyId).toBe(state.copyId);
        expect(handler.diff(recorded, { ...inputs(), sourceEtag: recorded.sourceEtag! }).changes).toBe(false);
        changeSource();
        await up(recorded);
        expect(await storage.content("dev")).toBe("a newer backup");
    });

    it.each<[string, Partial<BlobCopyInputs>]>([
        ["nothing", {}],
        ["the source's ETag, which is ignored", { onSourceChange: "ignore" }],
    ])("does nothing where %s changed", async (_, change) => {
        const state = await up(await create(change), change);
        changeSource(change.onSourceChange ? undefined : sourceContent);
        if (change.onSourceChange) {
            storage.operations();
            expect(await up(state, change)).toBe(state);
            expect(storage.operations()).toEqual([]);
        } else {
            expect(handler.diff(state, inputs(change))).toEqual({ changes: false, replaces: [] });
        }
    });

    it("sets headers in place without the MD5 of what the source has come to hold", async () => {
        const write = (content: string) =>
            storage.simulator.account("golden").putBlob("images", "orders.bak", content, {
                contentMd5: createHash("md5").update(content).digest("base64"),
            });
        write("a backup");
        const ignore = { onSourceChange: "ignore" } as const;
        const first = await up(await create(ignore), ignore);
        write("a newer backup");
        const second = await up(first, { ...ignore, blobHTTPHeaders: { blobCacheControl: "no-store" } });
        expect(await storage.content("dev")).toBe("a backup");
        expect(second.contentMd5).toBe(createHash("md5").update("a backup").digest("base64"));
    });

    it("overwrites with a SAS for the destination alone", async () => {
        const permissions = BlobSASPermissions.parse("rcwd");
        const expiresOn = new Date(storage.clock.now() + 86_400_000);
        const [url, sasToken] = (await storage.blob("dev").generateSasUrl({ permissions, expiresOn })).split("?");
        const destination = { url: url!, sasToken: sasToken! };
        const state = await create({ destination });
        changeSource();
        await up(state, { destination });
        expect(await storage.content("dev")).toBe("a newer backup");
        expect(await allSnapshots()).toEqual([]);
        expect(storage.warnings).toEqual([]);
    });

    it("sets metadata in place, by one request", async () => {
        const state = await create();
        storage.operations();
        const updated = await handler.update(state, inputs({ metadata: { owner: "infra" } }), storage.context);
        expect(storage.operations()).toEqual(["Set Blob Metadata"]);
        const properties = await storage.blob("dev").getProperties();
        expect(properties.metadata).toEqual({ owner: "infra" });
        expect(updated).toMatchObject({
            etag: properties.etag,
            copyId: state.copyId,
            copyStatus: "success",
            contentLength: state.contentLength,
        });
        await handler.delete(updated, storage.context);
        expect(await storage.blob("dev").exists()).toBe(false);
    });

    it("gives the source's metadata back where the input is removed", async () => {
        const state = await create({ metadata: { owner: "infra" } });
        await up(state);
        expect((await storage.blob("dev").getProperties()).metadata).toEqual({ origin: "golden" });
    });

    it("sets tags and tier in place", async () => {
        const state = await create({ tags: { env: "dev" } });
        storage.operations();
        const updated = await handler.update(
            state,
            inputs({ tags: { env: "test" }, accessTier: "Cool" }),
            storage.context,
        );
        expect(storage.operations()).toEqual(["Set Blob Tags", "Set Blob Tier"]);
        expect((await storage.blob("dev").getTags()).tags).toEqual({ env: "test" });
        expect((await storage.blob("dev").getProperties()).accessTier).toBe("Cool");
        expect(updated.accessTier).toBe("Cool");
        await handler.update(updated, inputs({ accessTier: "Cool" }), storage.context);
        expect((await storage.blob("dev").getTags()).tags).toEqual({});
    });

    it("keeps what was set in mind where something else could not be, and owns the blob still", async () => {
        const state = await create();
        const change = { metadata: { owner: "infra" }, tags: { env: "dev" } };
        storage.simulator.faults.add({ operation: "Set Blob Tags", status: 403 });
        const failure = await partialFailure(up(state, change));
        expect(failure.message).toMatch(/could not set the properties of .*, of which some were set: 403/);
        const { etag } = await storage.blob("dev").getProperties();
        expect(failure.state).toMatchObject({
            metadata: change.metadata,
            etag,
            lastWriteEtag: etag,
            copyStatus: "success",
        });
        expect(failure.state.tags).toBeUndefined();
        storage.simulator.faults.clear();
        storage.operations();
        const updated = await up(failure.state, change);
        expect(storage.operations().filter((operation) => operation.startsWith("Set"))).toEqual(["Set Blob Tags"]);
        await handler.delete(updated, storage.context);
        expect(await storage.blob("dev").exists()).toBe(false);
        expect(storage.warnings).toEqual([]);
    });

    it("takes back what was set before something else failed, where it is not asked for any more", async () => {
        const state = await create();
        storage.simulator.faults.add({ operation: "Set Blob Tags", status: 403 });
        const failure = await partialFailure(up(state, { metadata: { owner: "infra" }, tags: { env: "dev" } }));
        storage.simulator.faults.clear();
        await up(failure.state);
        expect((await storage.blob("dev").getProperties()).metadata).toEqual({ origin: "golden" });
    });

    it.each<[string, Partial<BlobCopyInputs>]>([
        ["Set Blob Metadata", { metadata: { owner: "infra" } }],
        ["Set Blob Properties", { blobHTTPHeaders: { blobContentLanguage: "de" } }],
    ])("is not taken for somebody else's change where the answer to %s is lost", async (operation, change) => {
        const state = await create();
        storage.simulator.faults.add({ operation, resetAfter: true, times: 1 });
        const updated = await up(state, change);
        const there = await storage.blob("dev").getProperties();
        expect(updated).toMatchObject({ ...change, etag: there.etag, lastWriteEtag: there.etag });
        // Somebody else's change is one still, also where the first answer says nothing.
        await storage.blob("dev").setMetadata({ by: "somebody" });
        storage.simulator.faults.add({ operation, reset: true, times: 1 });
        await expect(up(updated)).rejects.toThrow(/was changed by somebody else/);
    });

    it("tells the tier of an archived blob that is brought online", async () => {
        const state = await create({ accessTier: "Archive" });
        const updated = await up(state, { accessTier: "Hot" });
        const { accessTier, archiveStatus } = await storage.blob("dev").getProperties();
        expect(updated).toMatchObject({ accessTier, archiveStatus, requestedAccessTier: "Hot" });
        expect(archiveStatus).toBe("rehydrate-pending-to-hot");
    });

    it("records changed options and credentials without a request", async () => {
        const state = await create();
        const { connectionString: _, ...source } = storage.inputs.source;
        const sasToken = new URL(await sasOfSource()).search.slice(1);
        const news = inputs({
            source: { ...source, endpoint: storage.blob("golden").url.split("/images/")[0]!, sasToken },
            timeout: "2h",
            overwrite: "never",
        });
        storage.operations();
        expect(handler.diff(state, news)).toEqual({ changes: true, replaces: [] });
        const updated = await handler.update(state, news, storage.context);
        expect(storage.operations()).toEqual([]);
        expect(updated).toEqual({ ...state, ...news });
        expect(handler.diff(updated, news).changes).toBe(false);
    });

    it("replaces where the destination changed", async () => {
        const state = await create();
        const news = inputs({ destination: { ...storage.inputs.destination, blobName: "elsewhere" } });
        expect(handler.diff(state, news)).toEqual({ changes: true, replaces: ["destination"] });
    });

    it("fails over a destination that somebody changed, and leaves it", async () => {
        const state = await create();
        await storage.blob("dev").upload("precious", 8);
        changeSource();
        await expect(up(state)).rejects.toThrow(
            /was changed by somebody else since this resource wrote it.*set onDestinationDrift to "copyAgain"/,
        );
        expect(await storage.content("dev")).toBe("precious");
        await up(state, { overwrite: "always" });
        expect(await storage.content("dev")).toBe("a newer backup");
    });

    it('fails over its own copy with overwrite "never"', async () => {
        const state = await create({ overwrite: "never" });
        changeSource();
        await expect(up(state, { overwrite: "never" })).rejects.toThrow(/overwrite is "never"/);
        expect(await storage.content("dev")).toBe(sourceContent);
    });

    it("keeps the old content, and the record of it, where the new copy fails", async () => {
        const state = await create();
        changeSource();
        failNextCopy();
        const failure = await partialFailure(up(state));
        expect(await storage.content("dev")).toBe(sourceContent);
        expect(failure.state.lastWriteEtag).toBe((await storage.blob("dev").getProperties()).etag);
        await up(failure.state);
        expect(await storage.content("dev")).toBe("a newer backup");
    });

    it("carries on after an update that was killed before it could record its copy", async () => {
        const state = await create();
        storage.clock.advance(5_000);
        changeSource();
        const checked = await handler.check(state, inputs(), storage.context);
        // The killed run has started the copy, kept the old content, and recorded nothing.
        const killed = new AbortController();
        const run = handler.update(state, checked.inputs, {
            ...storage.context,
            signal: killed.signal,
            progress: () => killed.abort(),
        });
        await partialFailure(run);
        expect(await allSnapshots()).toHaveLength(1);
        storage.operations();
        const updated = await up(state);
        expect(storage.operations().filter((operation) => operation === "Copy Blob")).toEqual([]);
        expect(updated.copyStatus).toBe("success");
        expect(await storage.content("dev")).toBe("a newer backup");
        expect(await allSnapshots()).toEqual([]);
    });

    it("restores the old content where the copy that a killed run has left fails", async () => {
        const state = await create();
        changeSource();
        const checked = await handler.check(state, inputs(), storage.context);
        failNextCopy();
        const killed = new AbortController();
        const context = {
            ...storage.context,
            signal: killed.signal,
            progress: (report: CopyProgress) => {
                storage.context.progress(report);
                killed.abort();
            },
        };
        await partialFailure(handler.update(state, checked.inputs, context));
        await partialFailure(up(state));
        expect(await storage.content("dev")).toBe(sourceContent);
        expect(await allSnapshots()).toEqual([]);
    });

    it("keeps the old content in its snapshot, and names it, where it can't be put back", async () => {
        const state = await create();
        changeSource();
        storage.simulator.copies.add({ account: "dev", seconds: 5, fail: '500 InternalServerError "Copy failed."' });
        await expect(up(state)).rejects.toThrow(/its old content is safe in the snapshot/);
        expect(await allSnapshots()).toHaveLength(1);
        storage.simulator.copies.clear();
        await up(state);
        expect(await storage.content("dev")).toBe("a newer backup");
        expect(await allSnapshots()).toEqual([]);
    });

    it("does not pass an emptied destination off as the old copy, where the program goes back to that", async () => {
        const state = await create();
        const { source } = storage.inputs;
        storage.simulator.account("golden").putBlob("images", "other.bak", "another backup");
        storage.simulator.copies.add({ account: "dev", seconds: 5, fail: '500 InternalServerError "Copy failed."' });
        const failure = await partialFailure(up(state, { source: { ...source, blobName: "other.bak" } }));
        expect(failure.message).toMatch(/its old content is safe in the snapshot/);
        expect(failure.state).toMatchObject({ copyStatus: "failed", source });
        storage.simulator.copies.clear();
        await up(failure.state);
        expect(await storage.content("dev")).toBe(sourceContent);
        expect(await allSnapshots()).toEqual([]);
    });

    it("does not take somebody else's content for its own that it has put back", async () => {
        const state = await create();
        await storage.blob("dev").upload("precious", 8);
        changeSource();
        failNextCopy();
        await expect(up(state, { overwrite: "always" })).rejects.not.toBeInstanceOf(PartialFailure);
        expect(await storage.content("dev")).toBe("precious");
        await handler.delete(state, storage.context);
        expect(await storage.content("dev")).toBe("precious");
        expect(storage.warnings.join()).toMatch(/was changed by somebody else.*left alone/);
    });

    it("owns an empty copy still where a newer one fails", async () => {
        changeSource("");
        const state = await create();
        changeSource();
        failNextCopy();
        const failure = await partialFailure(up(state));
        expect(failure.message).toMatch(/the destination is empty, as it was before/);
        await handler.delete(failure.state, storage.context);
        expect(await storage.blob("dev").exists()).toBe(false);
        expect(storage.warnings).toEqual([]);
    });

    it("copies anew where the destination was deleted", async () => {
        const state = await create();
        await storage.blob("dev").delete();
        const updated = await up(state, { metadata: { owner: "infra" } });
        expect(await storage.content("dev")).toBe(sourceContent);
        expect(updated.etag).toBe((await storage.blob("dev").getProperties()).etag);
    });
});

describe("check", () => {
    it("reads the source's ETag, and makes no write", async () => {
        const { inputs: checked } = await handler.check({}, inputs(), storage.context);
        expect(checked.sourceEtag).toBe((await storage.blob("golden").getProperties()).etag);
        expect(checked.sourceContentLength).toBe(sourceContent.length);
        expect(storage.operations()).toEqual(["Get Blob Properties", "Get Blob Properties"]);
    });

    it("takes no state that lacks the source's size for changed", async () => {
        const { sourceContentLength: _, ...older } = await create();
        const { inputs: checked } = await handler.check(older, inputs(), storage.context);
        expect(checked.sourceContentLength).toBe(sourceContent.length);
        expect(handler.diff(older, checked)).toEqual({ changes: false, replaces: [] });
    });

    it("warns where the source does not exist yet", async () => {
        const { failures } = await handler.check(
            {},
            inputs({ source: { ...storage.inputs.source, blobName: "missing" } }),
            storage.context,
        );
        expect(failures).toEqual([]);
        expect(storage.warnings).toEqual([expect.stringMatching(/404.*the copy itself will tell/)]);
    });

    it("fails on a tier that the source's blob type lacks", async () => {
        const { failures } = await handler.check({}, inputs({ accessTier: "P10" }), storage.context);
        expect(failures.map(({ property, reason }) => `${property} ${reason}`)).toEqual([
            'accessTier must be one of Hot, Cool, Cold, Archive, since the source is a block blob (got "P10")',
        ]);
    });

    it("fails on an archived source without a tier to bring it online to", async () => {
        await storage.blob("golden").setAccessTier("Archive");
        const { failures } = await handler.check({}, inputs(), storage.context);
        expect(failures.map(({ property, reason }) => `${property} ${reason}`)).toEqual([
            expect.stringContaining("accessTier must be Hot, Cool or Cold, since the source is archived"),
        ]);
    });

    it('fails on a changed source with onSourceChange "fail"', async () => {
        const { inputs: olds } = await handler.check({}, inputs(), storage.context);
        changeSource();
        const { failures } = await handler.check(olds, inputs({ onSourceChange: "fail" }), storage.context);
        expect(failures.map(({ property, reason }) => `${property} ${reason}`)).toEqual([
            expect.stringContaining('onSourceChange is "fail"'),
        ]);
    });
});

describe("read", () => {
    it("tells what the service says now", async () => {
        const state = await create();
        expect(await handler.read(state.url, state, storage.context)).toEqual(state);
    });

    it("finds a deleted blob, and a deleted container, gone", async () => {
        const state = await create();
        await storage.blob("dev").delete();
        expect(await handler.read(state.url, state, storage.context)).toBeUndefined();
        await storage.container().delete();
        expect(await handler.read(state.url, state, storage.context)).toBeUndefined();
    });

    it.each([
        [403, "AuthorizationFailure"],
        [404, "ResourceNotFound"],
        [409, "AccountIsDisabled"],
    ])("fails on any other answer, such as %d %s, and never takes it for gone", async (status, errorCode) => {
        const state = await create();
        storage.simulator.faults.add({ operation: "Get Blob Properties", status, errorCode });
        await expect(handler.read(state.url, state, storage.context)).rejects.toThrow(
            new RegExp(`could not read .*${status} ${errorCode}`),
        );
    });

    it("sees content that somebody else has written, and up repairs it only if it may", async () => {
        const state = await create();
        await storage.blob("dev").upload("precious", 8);
        const refreshed = (await handler.read(state.url, state, storage.context))!;
        expect(refreshed).toMatchObject({ drifted: true, contentLength: 8 });
        expect(refreshed.lastWriteEtag).toBe(state.lastWriteEtag);
        expect(handler.diff(refreshed, inputs()).changes).toBe(true);
        await expect(up(refreshed)).rejects.toThrow(/was changed by somebody else/);
        const repaired = await up(refreshed, { overwrite: "always" });
        expect(repaired.drifted).toBeUndefined();
        expect(await storage.content("dev")).toBe(sourceContent);
    });

    it("sees content of the same length that somebody else has copied there", async () => {
        const state = await create();
        storage.simulator.account("golden").putBlob("images", "other.bak", "x".repeat(sourceContent.length));
        await (await storage.blob("dev").beginCopyFromURL(await sasOfSource("other.bak"))).getOperationState();
        storage.clock.advance(60_000);
        expect(await handler.read(state.url, state, storage.context)).toMatchObject({ drifted: true });
    });

    it("sees changed metadata, which up sets right without a copy", async () => {
        const state = await create({ metadata: { Owner: "infra" } });
        await storage.blob("dev").setMetadata({ owner: "me" });
        const refreshed = (await handler.read(state.url, state, storage.context))!;
        expect(refreshed).toMatchObject({ metadata: { Owner: "me" } });
        expect(refreshed.drifted).toBeUndefined();
        storage.operations();
        await up(refreshed, { metadata: { Owner: "infra" } });
        expect(storage.operations()).not.toContain("Copy Blob");
        expect((await storage.blob("dev").getProperties()).metadata).toEqual({ owner: "infra" });
    });

    it("takes other headers and a tier of a lifecycle rule for no change of content", async () => {
        const state = await create();
        await storage.blob("dev").setHTTPHeaders({ blobContentType: "application/json" });
        await storage.blob("dev").setAccessTier("Cool");
        const refreshed = (await handler.read(state.url, state, storage.context))!;
        expect(refreshed).toMatchObject({ contentType: "application/json", accessTier: "Cool" });
    });

    it("reads a blob by its URL alone", async () => {
        await create();
        const { connectionString } = storage.inputs.destination;
        const accountKey = /AccountKey=([^;]+)/.exec(connectionString!)![1]!;
        const found = await handler.read(
            storage.blob("dev").url,
            { destination: { accountKey } } as Partial<BlobCopyState>,
            storage.context,
        );
        expect(found).toMatchObject({ contentLength: sourceContent.length, copyStatus: "success" });
    });
});

describe("delete", () => {
    it("deletes what it made, by one request", async () => {
        const state = await create();
        storage.operations();
        await handler.delete(state, storage.context);
        expect(storage.operations()).toEqual(["Delete Blob"]);
        expect(await storage.blob("dev").exists()).toBe(false);
    });

    it("is content where the blob is gone already", async () => {
        const state = await create();
        await handler.delete(state, storage.context);
        await handler.delete(state, storage.context);
        expect(storage.warnings).toEqual([]);
    });

    it("leaves alone what somebody has changed, and says so", async () => {
        const state = await create();
        await storage.blob("dev").upload("precious", 8);
        await handler.delete(state, storage.context);
        expect(await storage.content("dev")).toBe("precious");
        expect(storage.warnings).toEqual([expect.stringContaining("was left alone")]);
    });

    it("fails where somebody took a snapshot, which stays", async () => {
        const state = await create();
        await storage.blob("dev").createSnapshot();
        await expect(handler.delete(state, storage.context)).rejects.toThrow(/409 SnapshotsPresent.*retainOnDelete/);
        expect(await storage.content("dev")).toBe(sourceContent);
        expect(await allSnapshots()).toHaveLength(1);
    });
});

/** The copy that starts next fails; those after it, which put old content back, go as ever. */
function failNextCopy(): void {
    const rule = storage.simulator.copies.add({
        account: "dev",
        seconds: 5,
        fail: '500 InternalServerError "Copy failed."',
    });
    storage.onProgress(() => rule.remove());
}

/** The source's URL with a SAS that reads it. */
async function sasOfSource(blobName = "orders.bak"): Promise<string> {
    const expiresOn = new Date(storage.clock.now() + 30 * 86_400_000);
    return storage.blob("golden", blobName).generateSasUrl({ permissions: BlobSASPermissions.parse("r"), expiresOn });
}

/** The snapshots of every blob in the destination's container. */
async function allSnapshots(): Promise<string[]> {
    const found: string[] = [];
    for await (const blob of storage.container().listBlobsFlat({ includeSnapshots: true })) {
        if (blob.snapshot) {
            found.push(blob.snapshot);
        }
    }
    return found;
}
