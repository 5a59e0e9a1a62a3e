// What comes along with a copy, what does not, and what may be copied where: the remarks of Copy Blob's reference.

import { BlobSASPermissions, ContainerSASPermissions } from "@azure/storage-blob";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type AccountOptions, generated } from "../../simulator";
import { blobCopyHandler as handler } from "../../src/provider/blobCopy";
import type { BlobCopyInputs, BlobCopyState } from "../../src/provider/blobCopyTypes";
import { PartialFailure } from "../../src/provider/handler";
import { sourceContent, startStorage, type TestStorage } from "../helpers/storage";
import { upOnce, writesOf } from "../helpers/up";

let storage: TestStorage;

beforeEach(async () => {
    storage = await startStorage({ copySeconds: 10 });
});

afterEach(async () => {
    await storage.close();
});

async function restart(dev: Partial<AccountOptions>): Promise<void> {
    await storage.close();
    storage = await startStorage({ copySeconds: 10, dev });
}

const up = (change: Partial<BlobCopyInputs> = {}, state?: BlobCopyState) =>
    upOnce(storage, state, { ...storage.inputs, ...change });

const failureOf = (run: Promise<unknown>): Promise<Error> =>
    run.then(
        () => expect.unreachable("it should have failed"),
        (error: Error) => error,
    );

const destination = () => storage.blob("dev").getProperties();
const golden = () => storage.simulator.account("golden");
const always = { overwrite: "always" } as const;
const methods = ["copyBlob", "fromUrl"] as const;

/** A location in the destination's own account, with its credential. */
const within = (blobName: string, more: object = {}) => ({ ...storage.inputs.destination, blobName, ...more });

describe.each(methods)("what comes along, by %s", (method) => {
    it("is every content header and the metadata, and neither tags nor snapshots", async () => {
        const source = storage.blob("golden");
        await source.setHTTPHeaders({
            blobContentType: "text/csv",
            blobContentEncoding: "identity",
            blobContentLanguage: "de",
            blobContentDisposition: "attachment",
            blobCacheControl: "max-age=60",
            blobContentMD5: (await source.getProperties()).contentMD5!,
        });
        await source.setTags({ env: "prod" });
        await source.createSnapshot();
        const state = await up({ method });
        const { contentMD5 } = await source.getProperties();
        expect(await destination()).toMatchObject({
            contentType: "text/csv",
            contentEncoding: "identity",
            contentLanguage: "de",
            contentDisposition: "attachment",
            cacheControl: "max-age=60",
            contentMD5,
            contentLength: sourceContent.length,
            metadata: { origin: "golden" },
        });
        expect(state).toMatchObject({ contentType: "text/csv", contentLength: sourceContent.length });
        expect((await storage.blob("dev").getTags()).tags).toEqual({});
        expect(await snapshots()).toEqual([]);
    });

    it("is its bytes as they were committed: uncommitted blocks are nobody's", async () => {
        const source = storage.blob("golden");
        await source.stageBlock("MDE=", "one, ", 5);
        await source.stageBlock("MDI=", "two", 3);
        await source.commitBlockList(["MDE=", "MDI="]);
        await source.stageBlock("MDM=", "three", 5);
        await storage.blob("dev").stageBlock(Buffer.alloc(32, 9).toString("base64"), "nine", 4);
        await up({ method });
        expect(await storage.content("dev")).toBe("one, two");
        const { committedBlocks, uncommittedBlocks } = await storage.blob("dev").getBlockList("all");
        expect(uncommittedBlocks).toEqual([]);
        if (method === "copyBlob") {
            expect(committedBlocks!.map(({ name }) => name)).toEqual(["MDE=", "MDI="]);
        }
    });

    it("overwrites the metadata that was there, and leaves snapshots that others have taken", async () => {
        const blob = storage.blob("dev");
        await blob.upload("old", 3, { metadata: { by: "somebody" } });
        const { snapshot } = await blob.createSnapshot();
        await up({ method, ...always });
        expect((await destination()).metadata).toEqual({ origin: "golden" });
        expect(await snapshots()).toEqual([snapshot]);
        expect((await blob.withSnapshot(snapshot!).downloadToBuffer()).toString()).toBe("old");
    });

    it("has the tier of what it overwrites, unless one is asked for", async () => {
        await storage.blob("dev").upload("old", 3, { tier: "Cool" });
        expect((await up({ method, ...always })).accessTier).toBe("Cool");
        await storage.blob("dev", "other.bak").upload("old", 3, { tier: "Cool" });
        const hot = await up({ method, ...always, destination: within("other.bak"), accessTier: "Hot" });
        expect(hot.accessTier).toBe("Hot");
    });

    it("is refused over an archived blob, which stays", async () => {
        await storage.blob("dev").upload("old", 3, { tier: "Archive" });
        expect((await failureOf(up({ method, ...always }))).message).toMatch(
            /409 BlobArchived.*rehydrate it first, or copy it to another name/,
        );
        expect((await destination()).accessTier).toBe("Archive");
    });

    it("may go into the archive", async () => {
        expect((await up({ method, accessTier: "Archive" })).accessTier).toBe("Archive");
    });

    it("takes no notice of a lease on the source", async () => {
        await storage.blob("golden").getBlobLeaseClient().acquireLease(-1);
        await up({ method });
        expect(await storage.content("dev")).toBe(sourceContent);
        expect((await destination()).leaseState).toBe("available");
    });

    it("fails where a lease is named and no blob is there", async () => {
        const conditions = { leaseId: "8a1b2c3d-0000-4000-8000-1234567890ab" };
        expect((await failureOf(up({ method, conditions }))).message).toMatch(
            /412 LeaseNotPresentWithBlobOperation.*no blob is there; leave conditions\.leaseId out/,
        );
        expect(await storage.blob("dev").exists()).toBe(false);
    });

    it("fails where a lease is named and the blob has none", async () => {
        await storage.blob("dev").upload("old", 3);
        const conditions = { leaseId: "8a1b2c3d-0000-4000-8000-1234567890ab" };
        expect((await failureOf(up({ method, conditions, ...always }))).message).toMatch(
            /412 LeaseNotPresentWithBlobOperation/,
        );
        expect(await storage.content("dev")).toBe("old");
    });
});

async function snapshots(): Promise<string[]> {
    const found: string[] = [];
    for await (const { snapshot } of storage.container().listBlobsFlat({ includeSnapshots: true })) {
        found.push(snapshot ?? "");
    }
    return found.filter(Boolean);
}

describe.each(methods)("many tags, by %s", (method) => {
    /** Ten of the longest, which no header takes. */
    const tags = Object.fromEntries(
        Array.from({ length: 10 }, (_, index) => [`k${index}`.padEnd(128, "k"), "v".repeat(256)]),
    );

    it("are set by a request of their own", async () => {
        const state = await up({ method, tags });
        expect(writesOf(storage).at(-1)).toBe("Set Blob Tags");
        expect((await storage.blob("dev").getTags()).tags).toEqual(tags);
        expect(state).toMatchObject({ copyStatus: "success", tags });
    });

    it("are set by the next up where setting them failed after the copy", async () => {
        const fault = storage.simulator.faults.add({ operation: "Set Blob Tags", status: 403 });
        const failure = await failureOf(up({ method, tags }));
        expect(failure).toBeInstanceOf(PartialFailure);
        expect(failure.message).toMatch(/could not set the headers or tags of .*, which was copied: 403/);
        fault.remove();
        await up({ method, tags }, (failure as PartialFailure).state as BlobCopyState);
        expect(writesOf(storage).filter((operation) => /^(Copy|Put)/.test(operation))).toEqual([]);
        expect((await storage.blob("dev").getTags()).tags).toEqual(tags);
    });

    it("and a hold on the blob go together", async () => {
        const change = { tags, legalHold: true, blobHTTPHeaders: { blobContentLanguage: "de" } };
        await up({ method, ...change });
        expect((await storage.blob("dev").getTags()).tags).toEqual(tags);
        expect(await destination()).toMatchObject({ legalHold: true, contentLanguage: "de" });
    });
});

describe("protection", () => {
    const until = () => new Date(storage.clock.now() + 86_400_000).toISOString();

    it.each(methods)("waits for the content headers, which it forbids, by %s", async (method) => {
        const blobHTTPHeaders = { blobContentLanguage: "de" };
        const state = await up({ method, blobHTTPHeaders, immutabilityPolicy: { expiriesOn: until() } });
        expect(writesOf(storage).at(-1)).toBe("Set Blob Immutability Policy");
        const there = await destination();
        expect(there).toMatchObject({ contentLanguage: "de", contentType: "text/plain" });
        expect(there.immutabilityPolicyExpiresOn).toBeDefined();
        expect(state.etag).toBe(there.etag);
    });

    it.each<[string, () => Partial<BlobCopyInputs>]>([
        ["a hold", () => ({ legalHold: true })],
        ["a policy", () => ({ immutabilityPolicy: { expiriesOn: until() }, metadata: { Owner: "infra" } })],
    ])("does not keep the next up from carrying on with a pending copy: %s", async (_, protection) => {
        const change = protection();
        const rule = storage.simulator.copies.add({ seconds: 100 });
        const failure = await failureOf(up({ ...change, timeout: "30s" }));
        rule.remove();
        const state = await up(change, (failure as PartialFailure).state as BlobCopyState);
        expect(writesOf(storage)).not.toContain("Copy Blob");
        expect(state).toMatchObject({ copyStatus: "success", etag: (await destination()).etag });
        expect(await storage.content("dev")).toBe(sourceContent);
        expect(await up(change, state)).toBe(state);
    });

    it.each(methods)("does not keep a run from taking over what a killed one has copied, by %s", async (method) => {
        const change = { method, legalHold: true };
        await up(change);
        storage.clock.advance(5_000);
        const state = await up(change);
        expect(writesOf(storage).filter((operation) => operation.startsWith("Set"))).toEqual([]);
        expect(state).toMatchObject({ copyStatus: "success", etag: (await destination()).etag });
    });
});

it("brings many old tags back where a copy fails", async () => {
    const tags = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`k${index}`, "v".repeat(220)]));
    await storage.blob("dev").upload("precious", 8);
    await storage.blob("dev").setTags(tags);
    storage.simulator.copies.add({ seconds: 5, fail: '500 InternalServerError "Copy failed."', times: 1 });
    expect((await failureOf(up(always))).message).toMatch(/old content was put back/);
    expect((await storage.blob("dev").getTags()).tags).toEqual(tags);
    expect(await storage.content("dev")).toBe("precious");
});

describe("permission on tags", () => {
    /** The destination by a SAS with these permissions. */
    async function destinationBy(permissions: string) {
        const expiresOn = new Date(storage.clock.now() + 86_400_000);
        const parsed = ContainerSASPermissions.parse(permissions);
        const url = await storage.container().generateSasUrl({ permissions: parsed, expiresOn });
        return { url: storage.blob("dev").url, sasToken: new URL(url).search.slice(1) };
    }

    it("is needed to set them, which an error says", async () => {
        const tags = { env: "dev" };
        expect((await failureOf(up({ destination: await destinationBy("rcwd"), tags }))).message).toMatch(
            /403 AuthorizationPermissionMismatch.*tags Storage Blob Data Owner \(SAS: t\)/,
        );
        await up({ destination: await destinationBy("rcwdt"), tags });
        expect((await storage.blob("dev").getTags()).tags).toEqual(tags);
    });

    it("is needed to copy the source's", async () => {
        const expiresOn = new Date(storage.clock.now() + 86_400_000);
        const sourceBy = async (permissions: string) => {
            const parsed = BlobSASPermissions.parse(permissions);
            const url = await storage.blob("golden").generateSasUrl({ permissions: parsed, expiresOn });
            return { url: storage.blob("golden").url, sasToken: new URL(url).search.slice(1) };
        };
        await storage.blob("golden").setTags({ env: "prod" });
        expect((await failureOf(up({ source: await sourceBy("r"), tags: "source" }))).message).toMatch(
            /could not read the tags of .*403 AuthorizationPermissionMismatch.*SAS: t/,
        );
        await up({ source: await sourceBy("rt"), tags: "source" });
        expect((await storage.blob("dev").getTags()).tags).toEqual({ env: "prod" });
    });
});

describe("a destination that a SAS opens", () => {
    const expiresOn = () => new Date(storage.clock.now() + 86_400_000);

    async function sasOf(blobName: string, permissions: string) {
        const blob = storage.blob("dev", blobName);
        const parsed = BlobSASPermissions.parse(permissions);
        const url = await blob.generateSasUrl({ permissions: parsed, expiresOn: expiresOn() });
        return { url: blob.url, sasToken: new URL(url).search.slice(1) };
    }

    it.each(methods)(
        "takes copies from its own account, whose source has a credential of its own: %s",
        async (method) => {
            await storage.blob("dev", "first.bak").upload("the first", 9);
            const to = await sasOf("orders.bak", "rcwd");
            await up({ method, source: within("first.bak"), destination: to });
            expect(await storage.content("dev")).toBe("the first");
            await up({ method, source: await sasOf("first.bak", "r"), destination: await sasOf("second.bak", "rcwd") });
            expect(await storage.content("dev", "second.bak")).toBe("the first");
        },
    );

    it("reads no other blob, which an error says", async () => {
        await storage.blob("dev", "first.bak").upload("the first", 9);
        const source = { url: storage.blob("dev", "first.bak").url };
        const run = handler.create(
            { ...storage.inputs, source, destination: await sasOf("orders.bak", "rcwd") },
            storage.context,
        );
        expect((await failureOf(run)).message).toMatch(/40[134] .*(give it another credential|give it a credential)/);
        expect(await storage.blob("dev").exists()).toBe(false);
    });

    it("has its pending copy aborted by that", async () => {
        storage.simulator.copies.add({ seconds: 100 });
        const destination = await sasOf("orders.bak", "rcwd");
        expect((await failureOf(up({ destination, timeout: "30s", onTimeout: "abort" }))).message).toMatch(
            /was aborted since onTimeout is "abort"; its empty blob was removed/,
        );
        expect(await storage.blob("dev").exists()).toBe(false);
    });
});

describe("an account that keeps versions", () => {
    beforeEach(() => restart({ versioning: true }));

    it.each(methods)("keeps what is overwritten as a version, and tells the new one, by %s", async (method) => {
        const old = await storage.blob("dev").upload("old", 3);
        const state = await up({ method, ...always });
        const there = await destination();
        expect(state.versionId).toBe(there.versionId);
        expect(state.versionId).not.toBe(old.versionId);
        const version = storage.blob("dev").withVersion(old.versionId!);
        expect((await version.downloadToBuffer()).toString()).toBe("old");
        expect(await handler.read(state.url, state, storage.context)).toEqual(state);
    });

    it.each(["auto", "copyBlob"] as const)("promotes one over its own blob, which stays, by %s", async (method) => {
        const first = await storage.blob("dev").upload("first", 5);
        await storage.blob("dev").upload("a mistake", 9);
        const change = { method, ...always, source: within("orders.bak", { versionId: first.versionId }) };
        const state = await up(change);
        expect(await storage.content("dev")).toBe("first");
        expect(state).toMatchObject({ copyOperation: "Copy Blob" });
        expect(state.versionId).not.toBe(first.versionId);
        const version = storage.blob("dev").withVersion(first.versionId!);
        expect((await version.downloadToBuffer()).toString()).toBe("first");
        expect(await up(change, state)).toBe(state);
        await storage.blob("dev").setMetadata({ writable: "yes" }); // both read and written
    });

    it("copies one to another name, as a blob that can be written", async () => {
        const first = await storage.blob("dev", "first.bak").upload("first", 5);
        await storage.blob("dev", "first.bak").upload("second", 6);
        await up({ source: within("first.bak", { versionId: first.versionId }) });
        expect(await storage.content("dev")).toBe("first");
        await storage.blob("dev").setMetadata({ writable: "yes" });
    });
});

describe("an archived snapshot", () => {
    it("is not promoted, which an error says, and the blob over it stays", async () => {
        await storage.blob("dev").upload("first", 5);
        const { snapshot } = await storage.blob("dev").createSnapshot();
        await storage.blob("dev").upload("second", 6);
        await storage.blob("dev").withSnapshot(snapshot!).setAccessTier("Archive");
        const source = within("orders.bak", { snapshot });
        expect((await failureOf(up({ ...always, source, accessTier: "Hot" }))).message).toMatch(/409 BlobArchived/);
        expect(await storage.content("dev")).toBe("second");
        expect(await snapshots()).toEqual([snapshot]);
    });
});

describe("an archived source", () => {
    beforeEach(async () => {
        await storage.blob("golden").setAccessTier("Archive");
    });

    it("stays in the archive", async () => {
        await up({ accessTier: "Hot", waitForRehydration: true });
        expect((await storage.blob("golden").getProperties()).accessTier).toBe("Archive");
    });

    it("is not copied into the archive", async () => {
        const { failures } = await handler.check({}, { ...storage.inputs, accessTier: "Archive" }, storage.context);
        expect(failures.map(({ reason }) => reason)).toEqual([
            expect.stringContaining("must be Hot, Cool or Cold, since the source is archived"),
        ]);
    });

    it("is not copied to another region, which an error says", async () => {
        await restart({ region: "northeurope" });
        await storage.blob("golden").setAccessTier("Archive");
        expect((await failureOf(up({ accessTier: "Hot" }))).message).toMatch(
            /409 CannotVerifyCopySource.*archived \(set accessTier, and copy within the region\)/,
        );
        expect(await storage.blob("dev").exists()).toBe(false);
    });

    it("is not copied while it is rehydrated itself, which an error says", async () => {
        await storage.blob("golden").setAccessTier("Hot");
        expect((await failureOf(up({ accessTier: "Hot" }))).message).toMatch(
            /409 BlobBeingRehydrated.*up to 15 hours; run pulumi up again/,
        );
    });

    it("has its priority set once: a later one is only recorded", async () => {
        const first = await up({ accessTier: "Hot" });
        const second = await up({ accessTier: "Hot", rehydratePriority: "High" }, first);
        expect(writesOf(storage)).toEqual([]);
        expect(second.rehydratePriority).toBe("High");
    });
});

describe("a pending copy", () => {
    /** Leaves a copy pending at its timeout. */
    async function leavePending(seconds: number, change: Partial<BlobCopyInputs> = {}): Promise<BlobCopyState> {
        const rule = storage.simulator.copies.add({ seconds });
        const failure = await failureOf(up({ timeout: "30s", ...change }));
        expect(failure).toBeInstanceOf(PartialFailure);
        rule.remove();
        return (failure as PartialFailure).state as BlobCopyState;
    }

    it("fails where its source changes, and the next up copies what that holds then", async () => {
        const rule = storage.simulator.copies.add({ seconds: 100 });
        storage.onProgress(() => golden().putBlob("images", "orders.bak", "newer"));
        expect((await failureOf(up())).message).toMatch(/ended as failed: .*its empty blob was removed/);
        rule.remove();
        storage.onProgress(() => {});
        await up();
        expect(await storage.content("dev")).toBe("newer");
    });

    it("that is two weeks old has failed, and the next up copies again", async () => {
        const pending = await leavePending(30 * 86_400);
        storage.clock.advance(14 * 86_400_000);
        expect(await destination()).toMatchObject({ copyStatus: "failed", contentLength: 0 });
        const refreshed = (await handler.read(pending.url, pending, storage.context))!;
        expect(refreshed.copyStatus).toBe("failed");
        const state = await up({}, refreshed);
        expect(state).toMatchObject({ copyStatus: "success" });
        expect(state.copyId).not.toBe(pending.copyId);
        expect(await storage.content("dev")).toBe(sourceContent);
    });

    it("that is waited for until the service gives it up fails with the service's words", async () => {
        storage.simulator.copies.add({ seconds: 30 * 86_400 });
        expect((await failureOf(up({ timeout: "14d" }))).message).toMatch(
            /ended as failed: 500 OperationCancelled.*; its empty blob was removed/,
        );
    });

    it("that somebody has aborted is copied again by the next up", async () => {
        const pending = await leavePending(100, { metadata: { owner: "infra" } });
        await storage.blob("dev").abortCopyFromURL(pending.copyId!);
        expect(await destination()).toMatchObject({
            copyStatus: "aborted",
            contentLength: 0,
            metadata: { owner: "infra" },
        });
        const state = await up({ metadata: { owner: "infra" } }, pending);
        expect(state.copyId).not.toBe(pending.copyId);
        expect(await storage.content("dev")).toBe(sourceContent);
    });

    it("changes its ETag at its end, which no later up takes for somebody's change", async () => {
        const pending = await leavePending(100);
        const { etag } = await destination();
        storage.clock.advance(200_000);
        expect((await destination()).etag).not.toBe(etag);
        const state = await up({}, pending);
        expect(state.etag).toBe((await destination()).etag);
        expect(await up({}, state)).toBe(state);
        await handler.delete(state, storage.context);
        expect(await storage.blob("dev").exists()).toBe(false);
    });

    it("of pages changes its ETag all the time, which is no hindrance", async () => {
        golden().putBlob("images", "orders.bak", generated({ length: 8 * 1_048_576 }), { blobType: "PageBlob" });
        storage.simulator.copies.add({ seconds: 600, progress: "steps" });
        const etags = new Set<string>();
        const looks: Promise<unknown>[] = [];
        storage.onProgress(() => looks.push(destination().then(({ etag }) => etags.add(etag!))));
        const state = await up();
        await Promise.all(looks);
        expect(etags.size).toBeGreaterThan(1);
        expect(state.etag).toBe((await destination()).etag);
    });
});

describe("page and append blobs, by Copy Blob", () => {
    it("keep their empty pages empty, and their sequence number", async () => {
        const source = storage.container("golden").getPageBlobClient("disk.vhd");
        await source.create(8 * 1_048_576, { blobSequenceNumber: 7 });
        await source.uploadPages(Buffer.alloc(512, 1), 4_194_304, 512);
        await up({ source: { ...storage.inputs.source, blobName: "disk.vhd" } });
        const pages = storage.container().getPageBlobClient("orders.bak");
        const ranges = (await pages.getPageRanges(0, 8 * 1_048_576)).pageRange;
        expect(ranges).toEqual([{ offset: 4_194_304, count: 511 }]);
        expect(await pages.getProperties()).toMatchObject({ blobSequenceNumber: 7, contentLength: 8 * 1_048_576 });
    });

    it("keep their blocks' count and their seal", async () => {
        const source = storage.container("golden").getAppendBlobClient("log");
        await source.create();
        await source.appendBlock("one", 3);
        await source.appendBlock("two", 3);
        await source.seal();
        await up({ source: { ...storage.inputs.source, blobName: "log" } });
        const there = await destination();
        expect(there).toMatchObject({ blobType: "AppendBlob", isSealed: true });
        expect(there.blobCommittedBlockCount).toBeLessThanOrEqual(2);
        expect(await storage.content("dev")).toBe("onetwo");
    });

    it("do not take the place of a block blob of another resource", async () => {
        await storage.blob("dev").upload("old", 3);
        golden().putBlob("images", "orders.bak", "lines", { blobType: "AppendBlob" });
        expect((await failureOf(up(always))).message).toMatch(
            /an AppendBlob can.t take the place of the BlockBlob there/,
        );
        expect(await storage.content("dev")).toBe("old");
    });
});
