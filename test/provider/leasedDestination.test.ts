// A destination's infinite lease is named by every write, and stays as it is.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { generated } from "../../simulator";
import { blobCopyHandler as handler } from "../../src/provider/blobCopy";
import type { BlobCopyInputs, BlobCopyState } from "../../src/provider/blobCopyTypes";
import { PartialFailure } from "../../src/provider/handler";
import { sourceContent, startStorage, type TestStorage } from "../helpers/storage";
import { upOnce, writesOf } from "../helpers/up";

let storage: TestStorage;

const leaseId = "8a1b2c3d-0000-4000-8000-1234567890ab";

beforeEach(async () => {
    storage = await startStorage({ copySeconds: 10 });
    await storage.blob("dev").upload("precious", 8, { metadata: { owner: "me" } });
    await storage.blob("dev").getBlobLeaseClient(leaseId).acquireLease(-1);
});

afterEach(async () => {
    await storage.close();
});

const inputs = (change: Partial<BlobCopyInputs> = {}): BlobCopyInputs => ({
    ...storage.inputs,
    overwrite: "always",
    conditions: { leaseId },
    ...change,
});

const up = (state: BlobCopyState | undefined, change: Partial<BlobCopyInputs> = {}) =>
    upOnce(storage, state, inputs(change));

const failureOf = (run: Promise<unknown>) =>
    run.then(
        () => expect.unreachable("it should have failed"),
        (error: Error) => error,
    );

const destination = () => storage.blob("dev").getProperties();
const changeSource = (content = "newer") =>
    storage.simulator.account("golden").putBlob("images", "orders.bak", content, { contentType: "text/plain" });

async function stillLeased(): Promise<void> {
    expect(await destination()).toMatchObject({ leaseState: "leased", leaseDuration: "infinite" });
}

/** No request was refused for want of the lease. */
function noneRefused(): void {
    const refused = storage.simulator.requests.all().filter(({ status }) => status === 412);
    expect(refused.map(({ operation }) => operation)).toEqual([]);
}

describe("a leased destination", () => {
    it.each(["copyBlob", "fromUrl"] as const)('is copied over with method "%s"', async (method) => {
        const first = await up(undefined, { method });
        expect(await storage.content("dev")).toBe(sourceContent);
        await stillLeased();
        changeSource();
        await up(first, { method });
        expect(await storage.content("dev")).toBe("newer");
        await stillLeased();
        noneRefused();
    });

    it("is copied over in many blocks, and adopted by its blocks", async () => {
        storage.simulator
            .account("golden")
            .putBlob("images", "orders.bak", generated({ length: 20_000_000 }), { contentMd5: "" });
        await up(undefined, { method: "fromUrl" });
        expect(writesOf(storage)).toContain("Put Block List");
        await up(undefined, { method: "fromUrl" });
        expect(writesOf(storage)).not.toContain("Put Block From URL");
        await stillLeased();
        noneRefused();
    });

    it("gets its old content back after a copy that failed", async () => {
        storage.simulator.copies.add({ seconds: 5, fail: '500 InternalServerError "Copy failed."', times: 1 });
        expect((await failureOf(up(undefined))).message).toMatch(/old content was put back/);
        expect(await storage.content("dev")).toBe("precious");
        expect((await destination()).metadata).toEqual({ owner: "me" });
        await stillLeased();
        noneRefused();
    });

    it("gets old content without metadata back without any", async () => {
        await storage.blob("dev").setMetadata({}, { conditions: { leaseId } });
        storage.simulator.copies.add({ seconds: 5, fail: '500 InternalServerError "Copy failed."', times: 1 });
        await failureOf(up(undefined));
        expect((await destination()).metadata).toEqual({});
        await stillLeased();
        noneRefused();
    });

    it('has its copy aborted at a timeout with onTimeout "abort"', async () => {
        const rule = storage.simulator.copies.add({ seconds: 100 });
        storage.onProgress(() => rule.remove());
        const error = await failureOf(up(undefined, { timeout: "30s", onTimeout: "abort" }));
        expect(error.message).toMatch(/aborted since onTimeout is "abort"; the destination's old content was put back/);
        expect(await storage.content("dev")).toBe("precious");
        await stillLeased();
        noneRefused();
    });

    it("has its pending copy aborted where the source changes, and where it is deleted", async () => {
        const rule = storage.simulator.copies.add({ seconds: 100 });
        const pending = await failureOf(up(undefined, { timeout: "30s" }));
        expect(pending).toBeInstanceOf(PartialFailure);
        rule.remove();
        const source = { ...storage.inputs.source, blobName: "other.bak" };
        storage.simulator.account("golden").putBlob("images", "other.bak", "other");
        const state = await up((pending as PartialFailure).state as BlobCopyState, { source });
        expect(storage.simulator.requests.of("Abort Copy Blob").map(({ status }) => status)).toEqual([204]);
        expect(await storage.content("dev")).toBe("other");
        await stillLeased();
        storage.simulator.copies.add({ seconds: 100 });
        const again = await failureOf(up(state, { timeout: "30s" }));
        await handler.delete((again as PartialFailure).state as BlobCopyState, storage.context);
        expect(await storage.blob("dev").exists()).toBe(false);
        noneRefused();
    });

    it("is adopted", async () => {
        const change = { metadata: { stage: "dev" }, tags: { env: "dev" } };
        await up(undefined, change);
        storage.clock.advance(5_000);
        writesOf(storage);
        const adopted = await up(undefined, change);
        expect(writesOf(storage)).toEqual(["Set Blob Metadata", "Set Blob Tags"]);
        expect(adopted.etag).toBe((await destination()).etag);
        await stillLeased();
        noneRefused();
    });

    it("is set in place: metadata, headers, tags, tier, hold and policy", async () => {
        const state = await up(undefined);
        const expiriesOn = new Date(storage.clock.now() + 86_400_000).toISOString();
        const protectedState = await up(state, {
            metadata: { a: "b" },
            blobHTTPHeaders: { blobContentType: "text/html" },
            tags: { env: "dev" },
            accessTier: "Cool",
            legalHold: true,
            immutabilityPolicy: { expiriesOn },
        });
        await up(protectedState);
        expect((await destination()).metadata).toEqual({ origin: "golden" });
        await stillLeased();
        noneRefused();
    });

    it("is sealed, and copied anew where it is unsealed", async () => {
        await storage.blob("dev").delete({ conditions: { leaseId } });
        storage.simulator.account("golden").putBlob("images", "orders.bak", "lines", { blobType: "AppendBlob" });
        const { conditions: _, ...unleased } = inputs();
        const state = await upOnce(storage, undefined, unleased);
        await storage.blob("dev").getBlobLeaseClient(leaseId).acquireLease(-1);
        const sealed = await up(state, { sealBlob: true });
        expect((await destination()).isSealed).toBe(true);
        await up(sealed, { sealBlob: false });
        expect((await destination()).isSealed).toBeFalsy();
        await stillLeased();
        noneRefused();
    });

    it("is read and deleted", async () => {
        const state = await up(undefined, { tags: { env: "dev" } });
        expect(await handler.read(state.url, state, storage.context)).toMatchObject({ tags: { env: "dev" } });
        await handler.delete(state, storage.context);
        expect(await storage.blob("dev").exists()).toBe(false);
        noneRefused();
    });

    it("fails with a finite lease, which Copy Blob does not take, and says so", async () => {
        await storage.blob("dev").getBlobLeaseClient(leaseId).releaseLease();
        await storage.blob("dev").getBlobLeaseClient(leaseId).acquireLease(60);
        expect((await failureOf(up(undefined))).message).toMatch(
            /412 InfiniteLeaseDurationRequired.*only if the lease is infinite/,
        );
        expect(await storage.content("dev")).toBe("precious");
    });

    it.each(["copyBlob", "fromUrl"] as const)('fails without its lease with method "%s"', async (method) => {
        const { conditions: _, ...without } = inputs({ method });
        expect((await failureOf(upOnce(storage, undefined, without))).message).toMatch(
            /412 LeaseIdMissing.*give its lease as conditions\.leaseId/,
        );
        expect(await storage.content("dev")).toBe("precious");
    });
});
