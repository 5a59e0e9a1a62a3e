import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
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

const inputs = (change: Partial<BlobCopyInputs> = {}): BlobCopyInputs => ({ ...storage.inputs, ...change });

const up = (state: BlobCopyState | undefined, change: Partial<BlobCopyInputs> = {}) =>
    upOnce(storage, state, inputs(change));

async function failures(change: Partial<BlobCopyInputs>): Promise<string[]> {
    const { failures } = await handler.check({}, inputs(change), storage.context);
    return failures.map(({ property, reason }) => `${property} ${reason}`);
}

const later = (days: number) => new Date(storage.clock.now() + days * 86_400_000);
const httpDate = (date: Date) => new Date(Math.floor(date.getTime() / 1_000) * 1_000).toUTCString();
const destination = () => storage.blob("dev").getProperties();
const writes = () => writesOf(storage);

describe("content headers", () => {
    it("are set after the copy, those left out as the source has them", async () => {
        const state = await up(undefined, { blobHTTPHeaders: { blobCacheControl: "no-store" } });
        expect(writes()).toEqual(["Copy Blob", "Set Blob Properties"]);
        const there = await destination();
        expect(there).toMatchObject({ cacheControl: "no-store", contentType: "text/plain" });
        const source = await storage.blob("golden").getProperties();
        expect(there.contentMD5).toEqual(source.contentMD5);
        expect(state.etag).toBe(there.etag);
        expect(state.lastWriteEtag).toBe(there.etag);
    });

    it("change in place, and go back to the source's when they are not asked for any more", async () => {
        const first = await up(undefined, { blobHTTPHeaders: { blobContentType: "application/x-backup" } });
        expect(first.contentType).toBe("application/x-backup");
        const second = await up(first, {
            blobHTTPHeaders: { blobContentLanguage: "de", blobContentDisposition: "attachment" },
        });
        expect(writes()).toEqual(["Set Blob Properties"]);
        expect(await destination()).toMatchObject({
            contentLanguage: "de",
            contentDisposition: "attachment",
            contentType: "text/plain",
        });
        await up(second);
        const there = await destination();
        expect(there.contentLanguage).toBeUndefined();
        expect(there.contentType).toBe("text/plain");
        expect(await storage.content("dev")).toBe(sourceContent);
    });

    it("are set by the next up where setting them failed after the copy", async () => {
        storage.simulator.faults.add({ operation: "Set Blob Properties", status: 403 });
        const change = { blobHTTPHeaders: { blobContentType: "application/x-backup" } };
        const failure = await up(undefined, change).catch((error: unknown) => error);
        expect(failure).toBeInstanceOf(PartialFailure);
        storage.simulator.faults.clear();
        const state = await up((failure as PartialFailure).state as BlobCopyState, change);
        expect(writes()).not.toContain("Copy Blob");
        expect(state).toMatchObject({ copyStatus: "success", contentType: "application/x-backup" });
        expect((await destination()).contentType).toBe("application/x-backup");
    });

    it.each(["at the timeout", "after the copy"])(
        "are set by the next up where a run ended %s, also after a refresh",
        async (when) => {
            if (when === "at the timeout") {
                storage.simulator.copies.add({ seconds: 100, times: 1 });
            } else {
                storage.simulator.faults.add({ operation: "Set Blob Properties", status: 403 });
            }
            const change = { blobHTTPHeaders: { blobContentType: "application/x-backup" }, timeout: "30s" };
            const failure = (await up(undefined, change).catch((error: unknown) => error)) as PartialFailure;
            storage.simulator.faults.clear();
            storage.clock.advance(1_000_000);
            const refreshed = await handler.read(failure.id, failure.state as BlobCopyState, storage.context);
            const state = await up(refreshed, change);
            expect(writes()).not.toContain("Copy Blob");
            expect(state).toMatchObject({ copyStatus: "success", contentType: "application/x-backup" });
            expect((await destination()).contentType).toBe("application/x-backup");
        },
    );

    it.each(["copyBlob", "fromUrl"] as const)("go into the archive, by %s", async (method) => {
        const change = {
            method,
            accessTier: "Archive",
            blobHTTPHeaders: { blobContentType: "application/x-backup" },
            legalHold: true,
        };
        const state = await up(undefined, change);
        expect(await destination()).toMatchObject({
            accessTier: "Archive",
            contentType: "application/x-backup",
            legalHold: true,
        });
        expect(state).toMatchObject({ accessTier: "Archive", contentType: "application/x-backup" });
        expect(await up(state, change)).toBe(state);
    });
});

describe("properties that a run has set before it was killed", () => {
    const news = {
        metadata: { owner: "dev" },
        blobHTTPHeaders: { blobCacheControl: "no-store" },
        tags: { env: "dev" },
    };

    it.each(["Set Blob Metadata", "Set Blob Properties", "Set Blob Tags"])(
        "are taken for set after %s, and the blob for the resource's own",
        async (last) => {
            const first = await up(undefined, { method: "auto" });
            storage.simulator.faults.add({ operation: last, resetAfter: true });
            await up(first, { ...news, method: "auto" }).catch(() => {});
            storage.simulator.faults.clear();
            const second = await up(first, { ...news, method: "auto" });
            const there = await destination();
            expect(there).toMatchObject({ metadata: news.metadata, cacheControl: "no-store", etag: second.etag });
            expect((await storage.blob("dev").getTags()).tags).toEqual(news.tags);
            await handler.delete(second, storage.context);
            expect(await storage.blob("dev").exists()).toBe(false);
        },
    );

    it("are not to be seen on other content, which is left alone", async () => {
        const first = await up(undefined, { method: "auto" });
        await storage.blob("dev").upload("precious", 8, { metadata: news.metadata });
        await expect(up(first, { method: "auto", metadata: news.metadata })).rejects.toThrow(/by somebody else/);
        expect(await storage.content("dev")).toBe("precious");
    });
});

describe("protection", () => {
    it.each(["copyBlob", "auto", "fromUrl"] as const)(
        "is put on by the next up where that failed after the content headers were set, by %s",
        async (method) => {
            const change = { method, blobHTTPHeaders: { blobContentLanguage: "de" }, legalHold: true };
            storage.simulator.faults.add({ operation: "Set Blob Legal Hold", status: 403 });
            const failure = (await up(undefined, { ...change, method: "copyBlob" }).catch(
                (error: unknown) => error,
            )) as PartialFailure;
            expect(failure.state).toMatchObject({ lastWriteEtag: (await destination()).etag, copyStatus: "pending" });
            storage.simulator.faults.clear();
            const state = await up(failure.state as BlobCopyState, change);
            expect(writes()).toEqual(["Set Blob Metadata", "Set Blob Properties", "Set Blob Legal Hold"]);
            expect(await destination()).toMatchObject({ contentLanguage: "de", legalHold: true, etag: state.etag });
            expect(await up(state, change)).toBe(state);
        },
    );

    it("is deleted with what it could not be put on", async () => {
        storage.simulator.faults.add({ operation: "Set Blob Legal Hold", status: 403 });
        const change = { blobHTTPHeaders: { blobContentLanguage: "de" }, legalHold: true };
        const failure = (await up(undefined, change).catch((error: unknown) => error)) as PartialFailure;
        await handler.delete(failure.state as BlobCopyState, storage.context);
        await expect(destination()).rejects.toMatchObject({ statusCode: 404 });
        expect(storage.warnings).toEqual([]);
    });

    it("goes with the copy, holds, and is lifted in place", async () => {
        const until = later(30);
        const immutabilityPolicy = { expiriesOn: until.toISOString() };
        const first = await up(undefined, { legalHold: true, immutabilityPolicy });
        expect(writes()).toEqual(["Copy Blob"]);
        const there = await destination();
        expect(there.legalHold).toBe(true);
        expect(there.immutabilityPolicyExpiresOn?.toUTCString()).toBe(httpDate(until));
        expect(there.immutabilityPolicyMode?.toLowerCase()).toBe("unlocked");
        await expect(handler.delete(first, storage.context)).rejects.toThrow(/Immutable|legal hold|immutability/i);
        const second = await up(first, { metadata: { stage: "dev" } });
        expect(writes()).toEqual(["Set Blob Legal Hold", "Delete Blob Immutability Policy", "Set Blob Metadata"]);
        await handler.delete(second, storage.context);
        await expect(destination()).rejects.toMatchObject({ statusCode: 404 });
    });

    it("is put on in place", async () => {
        const first = await up(undefined);
        await up(first, {
            legalHold: true,
            immutabilityPolicy: { expiriesOn: httpDate(later(1)), policyMode: "Unlocked" },
        });
        expect(writes()).toEqual(["Set Blob Legal Hold", "Set Blob Immutability Policy"]);
        const there = await destination();
        expect(there.legalHold).toBe(true);
        expect(there.immutabilityPolicyExpiresOn).toBeDefined();
    });
});

describe("sealing", () => {
    const appendBlob = () =>
        storage.simulator.account("golden").putBlob("images", "orders.bak", "lines", { blobType: "AppendBlob" });

    it.each(["copyBlob", "auto"] as const)(
        "is taken off by another copy where the source has brought it, by %s",
        async (method) => {
            storage.simulator.account("golden").putBlob("images", "orders.bak", "log", { blobType: "AppendBlob" });
            await storage.container("golden").getAppendBlobClient("orders.bak").seal();
            const first = await up(undefined, { method });
            expect((await destination()).isSealed).toBe(true);
            const second = await up(first, { method, sealBlob: false });
            expect((await destination()).isSealed).toBeFalsy();
            expect(await storage.content("dev")).toBe("log");
            expect(await up(second, { method, sealBlob: false })).toBe(second);
            const third = await up(second, { method });
            expect(await up(third, { method, sealBlob: true })).toMatchObject({ copyStatus: "success" });
        },
    );

    it("goes with the copy of an append blob, or in place", async () => {
        appendBlob();
        const sealed = await up(undefined, { sealBlob: true });
        expect(writes()).toEqual(["Copy Blob"]);
        expect((await destination()).isSealed).toBe(true);
        const open = await up(sealed, { sealBlob: false });
        expect(writes()).toContain("Copy Blob"); // nothing unseals a blob
        expect((await destination()).isSealed).toBeFalsy();
        await up(open, { sealBlob: true });
        expect(writes()).toEqual(["Append Blob Seal"]);
        expect((await destination()).isSealed).toBe(true);
    });

    it("is refused for other blobs before anything is copied", async () => {
        expect(await failures({ sealBlob: true })).toEqual([expect.stringMatching(/^sealBlob .*only append blobs/)]);
    });
});

describe("conditions of the source", () => {
    it("let a copy start, or not", async () => {
        const past = new Date(storage.clock.now() - 86_400_000).toISOString();
        const future = later(1).toISOString();
        await expect(up(undefined, { sourceConditions: { ifUnmodifiedSince: past } })).rejects.toThrow(
            /does not meet sourceConditions/,
        );
        await expect(up(undefined, { sourceConditions: { ifModifiedSince: future } })).rejects.toThrow(
            /does not meet sourceConditions/,
        );
        await expect(up(undefined, { sourceConditions: { tagConditions: "\"env\" = 'prod'" } })).rejects.toThrow(
            /does not meet sourceConditions/,
        );
        await expect(up(undefined, { sourceConditions: { ifMatch: '"0x8DC0123456789AB"' } })).rejects.toThrow(
            /does not meet sourceConditions\.ifMatch/,
        );
        const { etag } = await storage.blob("golden").getProperties();
        await expect(up(undefined, { sourceConditions: { ifNoneMatch: etag! } })).rejects.toThrow(
            /does not meet sourceConditions/,
        );
        await expect(destination()).rejects.toMatchObject({ statusCode: 404 });
        await up(undefined, {
            sourceConditions: { ifMatch: etag!, ifModifiedSince: past, ifUnmodifiedSince: future },
        });
        expect(await storage.content("dev")).toBe(sourceContent);
    });

    it("are recorded without a request when they change", async () => {
        const first = await up(undefined);
        const second = await up(first, { sourceConditions: { ifModifiedSince: "2020-01-01" } });
        expect(storage.operations()).toEqual([]);
        expect(second.sourceConditions).toEqual({ ifModifiedSince: "2020-01-01" });
    });

    it("are refused for a file in Azure Files", async () => {
        const source = {
            url: "https://contoso.file.core.windows.net/share/orders.bak",
            sasToken: "sp=r&sig=AAAAAAAAAAAA",
        };
        expect(await failures({ source, sourceConditions: { ifMatch: '"0x1"' } })).toContainEqual(
            expect.stringMatching(/^sourceConditions .*Azure Files/),
        );
    });
});

describe("conditions of the destination", () => {
    beforeEach(async () => {
        const foreign = "somebody else's";
        await storage.blob("dev").upload(foreign, foreign.length, { tags: { env: "dev" } });
    });

    it("keep a foreign blob from being overwritten", async () => {
        const { etag } = await destination();
        const past = new Date(storage.clock.now() - 86_400_000).toISOString();
        for (const conditions of [
            { ifMatch: '"0x8DC0123456789AB"' },
            { ifNoneMatch: etag! },
            { ifUnmodifiedSince: past },
            { ifModifiedSince: later(1).toISOString() },
        ]) {
            const name = Object.keys(conditions)[0]!;
            await expect(up(undefined, { overwrite: "always", conditions })).rejects.toThrow(`conditions.${name}`);
        }
        await expect(
            up(undefined, { overwrite: "always", conditions: { tagConditions: "\"env\" = 'prod'" } }),
        ).rejects.toThrow(/does not meet conditions\.tagConditions/);
        expect(await storage.content("dev")).toBe("somebody else's");
        expect(await snapshots()).toBe(0);
        await up(undefined, {
            overwrite: "always",
            conditions: { ifMatch: etag!, tagConditions: "\"env\" = 'dev'" },
        });
        expect(await storage.content("dev")).toBe(sourceContent);
    });

    it("do not keep the resource from overwriting its own blob", async () => {
        const { etag } = await destination();
        const change = { overwrite: "always" as const, conditions: { ifMatch: etag! } };
        const first = await up(undefined, change);
        storage.simulator.account("golden").putBlob("images", "orders.bak", "newer");
        await up(first, change);
        expect(await storage.content("dev")).toBe("newer");
    });
});

async function snapshots(): Promise<number> {
    let count = 0;
    for await (const blob of storage.container().listBlobsFlat({ includeSnapshots: true })) {
        count += blob.snapshot ? 1 : 0;
    }
    return count;
}

describe("a leased destination", () => {
    it("is explained, and written with its lease in everything that is done", async () => {
        await storage.blob("dev").upload("old", 3);
        const leaseId = "8a1b2c3d-0000-4000-8000-1234567890ab";
        const lease = storage.blob("dev").getBlobLeaseClient(leaseId);
        await lease.acquireLease(-1);
        await expect(up(undefined, { overwrite: "always" })).rejects.toThrow(/conditions\.leaseId/);
        expect(await storage.content("dev")).toBe("old");
        const change = { overwrite: "always" as const, conditions: { leaseId } };
        const first = await up(undefined, change);
        expect(await storage.content("dev")).toBe(sourceContent);
        const second = await up(first, {
            ...change,
            metadata: { a: "b" },
            tags: { env: "dev" },
            accessTier: "Cool",
            blobHTTPHeaders: { blobContentType: "text/html" },
        });
        expect(await destination()).toMatchObject({ leaseState: "leased", leaseDuration: "infinite" });
        storage.simulator.account("golden").putBlob("images", "orders.bak", "newer");
        storage.simulator.copies.add({ seconds: 5, fail: '500 InternalServerError "Copy failed."', times: 1 });
        const failed = await up(second, change).catch((error: unknown) => error);
        expect(failed).toBeInstanceOf(PartialFailure);
        expect(await storage.content("dev")).toBe(sourceContent); // put back under its lease
        storage.simulator.copies.clear();
        const third = await up((failed as PartialFailure).state as BlobCopyState, change);
        expect(await storage.content("dev")).toBe("newer");
        expect((await destination()).leaseState).toBe("leased");
        await handler.delete(third, storage.context);
        await expect(destination()).rejects.toMatchObject({ statusCode: 404 });
    });
});

describe("an archived source", () => {
    beforeEach(async () => {
        await storage.blob("golden").setAccessTier("Archive");
    });

    it("is recorded at once, or waited for until its copy is online", async () => {
        const now = await up(undefined, { accessTier: "Hot", rehydratePriority: "High" });
        expect(now).toMatchObject({ copyStatus: "success", archiveStatus: "rehydrate-pending-to-hot" });
        await handler.delete(now, storage.context);
        const started = storage.clock.now();
        const online = await up(undefined, { accessTier: "Cool", waitForRehydration: true });
        expect(storage.clock.now() - started).toBeGreaterThan(1_800_000);
        expect(online).toMatchObject({ copyStatus: "success", accessTier: "Cool" });
        expect(online.archiveStatus).toBeUndefined();
        expect(await storage.content("dev")).toBe(sourceContent);
    });

    it("is waited for while the service is throttled", async () => {
        const fault = storage.simulator.faults.add({
            operation: "Get Blob Properties",
            account: "dev",
            nth: 3,
            times: 40,
            status: 503,
        });
        const online = await up(undefined, { accessTier: "Cool", waitForRehydration: true });
        fault.remove();
        expect(storage.progress.map(({ description }) => description).join()).toContain("the service answers 503");
        expect(online).toMatchObject({ copyStatus: "success", accessTier: "Cool" });
    });

    it("is waited for again by the next up after a timeout", async () => {
        const change = { accessTier: "Cool", waitForRehydration: true };
        const failure = await up(undefined, { ...change, timeout: "10m" }).catch((error: unknown) => error);
        expect(failure).toBeInstanceOf(PartialFailure);
        expect((failure as Error).message).toMatch(/not online yet/);
        const { id, state: left } = failure as PartialFailure;
        // A refresh that finds it copied knows that it is to be waited for, too.
        const refreshed = await handler.read(id, left as BlobCopyState, storage.context);
        const state = await up(refreshed, change);
        expect(writes()).not.toContain("Copy Blob");
        expect(state).toMatchObject({ copyStatus: "success", accessTier: "Cool" });
        expect(await storage.content("dev")).toBe(sourceContent);
    });

    it("gets its content headers once it is online, which an error says", async () => {
        const change = { accessTier: "Hot", blobHTTPHeaders: { blobContentLanguage: "de" } };
        const failure = (await up(undefined, change).catch((error: unknown) => error)) as PartialFailure;
        expect(failure.message).toMatch(
            /was copied \(it is being brought online: run pulumi up again after that, or set waitForRehydration\)/,
        );
        storage.clock.advance(16 * 3_600_000);
        await up(failure.state as BlobCopyState, change);
        expect(await destination()).toMatchObject({ contentLanguage: "de", accessTier: "Hot" });
    });
});

describe("tags of the source", () => {
    it("are copied when they are asked for", async () => {
        await storage.blob("golden").setTags({ stage: "golden" });
        const first = await up(undefined, { tags: "source" });
        expect(writes()).toEqual(["Copy Blob"]);
        expect((await storage.blob("dev").getTags()).tags).toEqual({ stage: "golden" });
        const second = await up(first);
        expect(writes()).toEqual(["Set Blob Tags"]);
        expect((await storage.blob("dev").getTags()).tags).toEqual({});
        await up(second, { tags: "source" });
        expect((await storage.blob("dev").getTags()).tags).toEqual({ stage: "golden" });
    });
});

describe("a destination that somebody else has changed", () => {
    async function drifted(change: Partial<BlobCopyInputs>) {
        const first = await up(undefined, change);
        await storage.blob("dev").upload("changed", 7);
        const read = (await handler.read(first.url, first, storage.context))!;
        expect(read.drifted).toBe(true);
        return read;
    }

    it("fails the update", async () => {
        await expect(up(await drifted({}))).rejects.toThrow(/changed by somebody else.*onDestinationDrift/);
        expect(await storage.content("dev")).toBe("changed");
    });

    it("is copied over", async () => {
        const change = { onDestinationDrift: "copyAgain" as const };
        await up(await drifted(change), change);
        expect(await storage.content("dev")).toBe(sourceContent);
    });

    it("is left alone, also by destroy", async () => {
        const change = { onDestinationDrift: "ignore" as const };
        const state = await up(await drifted(change), change);
        expect(writes()).toEqual([]);
        const later = await up(state, { ...change, metadata: { a: "b" } });
        await handler.delete(later, storage.context);
        expect(await storage.content("dev")).toBe("changed");
        expect(storage.warnings).toContainEqual(expect.stringContaining("left alone"));
    });
});

describe("verification", () => {
    it("compares the MD5 of both ends", async () => {
        await up(undefined, { verify: "md5" });
        expect(await storage.content("dev")).toBe(sourceContent);
    });

    it("is refused where the source has none", async () => {
        const { contentType } = await storage.blob("golden").getProperties();
        await storage.blob("golden").setHTTPHeaders({ blobContentType: contentType! });
        expect(await failures({ verify: "md5" })).toEqual([expect.stringMatching(/^verify .*no Content-MD5/)]);
    });

    describe("of a server that contradicts itself", () => {
        const md5 = (content: string) => createHash("md5").update(content).digest("base64");
        let server: Server;
        let url: string;
        let told: string;

        beforeEach(async () => {
            told = "old";
            server = createServer(({ method }, response) => {
                const content = method === "HEAD" ? told : "new content";
                response.writeHead(200, { "Content-Length": content.length, "Content-MD5": md5(content) });
                response.end(method === "HEAD" ? undefined : content);
            });
            await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
            url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/orders.bak`;
        });

        afterEach(() => void server.close());

        it("fails with both lengths", async () => {
            const change = { source: { url }, method: "fromUrl" } as const;
            await expect(up(undefined, change)).rejects.toThrow(
                /is not what its source is: the length of the source is 3, that of the destination 11/,
            );
        });

        it("fails with both MD5", async () => {
            await expect(up(undefined, { source: { url }, verify: "md5" })).rejects.toThrow(
                `the Content-MD5 of the source is ${md5("old")}, that of the destination ${md5("new content")}`,
            );
        });

        it("puts the old content back", async () => {
            const first = await up(undefined);
            await expect(up(first, { source: { url }, verify: "md5" })).rejects.toThrow(
                /the Content-MD5 of the source is .*; the destination's old content was put back/,
            );
            expect(await storage.content("dev")).toBe(sourceContent);
        });

        it("takes what comes with verify none", async () => {
            await up(undefined, { source: { url }, verify: "none" });
            expect(await storage.content("dev")).toBe("new content");
        });
    });
});

describe("check", () => {
    it("refuses what can't be, all at once", async () => {
        const change = {
            rehydratePriority: "Urgent",
            waitForRehydration: "yes",
            blobHTTPHeaders: { blobContentMD5: "AAAA", contentType: "a" },
            immutabilityPolicy: { expiriesOn: "2001-01-01", policyMode: "Mutable" },
            legalHold: 1,
            sourceConditions: { ifModifiedSince: "yesterday", leaseId: "x" },
            conditions: { leaseId: "x", ifMatch: "abc" },
        } as unknown as Partial<BlobCopyInputs>;
        const told = (await failures(change)).map((text) => text.split(" ")[0]);
        expect(told.sort()).toEqual(
            [
                "rehydratePriority",
                "rehydratePriority",
                "waitForRehydration",
                "blobHTTPHeaders.blobContentMD5",
                "blobHTTPHeaders.contentType",
                "immutabilityPolicy.expiriesOn",
                "immutabilityPolicy.policyMode",
                "legalHold",
                "sourceConditions.ifModifiedSince",
                "sourceConditions.leaseId",
                "conditions.leaseId",
                "conditions.ifMatch",
            ].sort(),
        );
    });
});
