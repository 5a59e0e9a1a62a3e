import { beforeEach, describe, expect, test } from "vitest";
import type { AccountHandle, ManualClock, Simulator } from "../../simulator";
import { abort, blobOf, copy, outcome, sasUrl } from "./support/copies";
import { raw } from "./support/raw";
import { containerOf, failure, simulate } from "./support/simulate";

let golden: AccountHandle;
let dev: AccountHandle;
let simulator: Simulator;
let clock: ManualClock;

beforeEach(async () => {
    ({ golden, dev, simulator, clock } = await simulate({ copySeconds: 8 }));
    golden.createContainer("images");
    dev.createContainer("images");
    golden.putBlob("images", "source", "hello", { contentType: "text/plain" });
});

const at = (name: string) => blobOf(dev, `/images/${name}`);
const source = (name = "source") => blobOf(golden, `/images/${name}`);
const status = async (name = "copy") => (await at(name).getProperties()).copyStatus;

/** Starts a copy from the other account; gives its answer. */
async function start(name = "copy", headers = {}, from = "source") {
    const answer = await copy(dev, `/images/${name}`, await sasUrl(source(from)), headers);
    expect([answer.status, answer.headers["x-ms-copy-status"]]).toEqual([202, "pending"]);
    return answer;
}

const idOf = (answer: Awaited<ReturnType<typeof start>>) => answer.headers["x-ms-copy-id"] as string;

describe("a copy from another account", () => {
    test("is pending as long as the clock says, then has succeeded with a new ETag", async () => {
        const answer = await start();
        const pending = await at("copy").getProperties();
        expect(pending).toMatchObject({
            etag: answer.headers.etag,
            copyId: idOf(answer),
            copyStatus: "pending",
            copyProgress: "0/5",
            contentLength: 0,
            contentType: "text/plain",
            copyCompletedOn: undefined,
        });
        expect(Buffer.from(pending.contentMD5!).toString("base64")).toBe("XUFAKrxLKna5cZ2REBfFkg==");
        clock.advance(7999);
        expect(await status()).toBe("pending");
        clock.advance(1);
        const done = await at("copy").getProperties();
        expect(done).toMatchObject({ copyStatus: "success", copyProgress: "5/5", contentLength: 5 });
        expect(done.etag! > pending.etag!).toBe(true);
        expect(done.copyCompletedOn).toEqual(done.lastModified);
        expect((await at("copy").downloadToBuffer()).toString()).toBe("hello");
    });

    test("has another ETag than what is written in the very moment it ends", async () => {
        await start();
        clock.advance(8000);
        const done = await at("copy").getProperties();
        const written = await at("copy").getBlockBlobClient().upload("newer", 5);
        expect(written.etag! > done.etag!).toBe(true);
    });

    test("ends when it ended, not when somebody looks", async () => {
        await start();
        const ends = Math.floor((clock.now() + 8000) / 1000) * 1000;
        clock.advance(3600_000);
        const done = await at("copy").getProperties();
        expect([done.copyCompletedOn?.getTime(), done.lastModified?.getTime()]).toEqual([ends, ends]);
    });

    test("with copySeconds 0 still answers pending, and the first look finds it done", async () => {
        const simulated = await simulate();
        const { golden: from, dev: to } = simulated;
        from.createContainer("images");
        to.createContainer("images");
        from.putBlob("images", "source", "hello");
        const answer = await copy(to, "/images/copy", await sasUrl(blobOf(from, "/images/source")));
        expect(answer.headers["x-ms-copy-status"]).toBe("pending");
        expect((await blobOf(to, "/images/copy").getProperties()).copyStatus).toBe("success");
    });

    test("with copySeconds 0 ended when it started, whenever somebody looks", async () => {
        const { golden: from, dev: to, clock } = await simulate();
        from.createContainer("images");
        to.createContainer("images");
        from.putBlob("images", "source", "hello");
        const answer = await copy(to, "/images/copy", await sasUrl(blobOf(from, "/images/source")));
        clock.advance(3600_000);
        const done = await blobOf(to, "/images/copy").getProperties();
        expect(done.lastModified).toEqual(done.copyCompletedOn);
        expect(done.lastModified).toEqual(new Date(answer.headers["last-modified"] as string));
        expect(done.etag! > answer.headers.etag!).toBe(true);
    });

    test.each([0, 8])("with copySeconds %d, a change just after its end gives another ETag", async (copySeconds) => {
        const { golden: from, dev: to, clock } = await simulate({ copySeconds });
        from.createContainer("images");
        to.createContainer("images");
        from.putBlob("images", "source", "hello");
        await copy(to, "/images/copy", await sasUrl(blobOf(from, "/images/source")));
        clock.advance(copySeconds * 1000);
        const blob = blobOf(to, "/images/copy");
        const done = await blob.getProperties();
        const changed = await blob.setMetadata({ owner: "me" });
        expect([done.copyStatus, changed.etag! > done.etag!]).toEqual(["success", true]);
    });

    test("an existing destination is emptied at once", async () => {
        dev.putBlob("images", "copy", "old content", { metadata: { old: "1" } });
        await start();
        const got = await at("copy").getProperties();
        expect([got.contentLength, got.metadata]).toEqual([0, {}]);
    });

    test("a pending page blob has its full length, all zeros", async () => {
        golden.putBlob("images", "disk", Buffer.alloc(1024, "x"), { blobType: "PageBlob" });
        await start("disk", {}, "disk");
        expect((await at("disk").getProperties()).contentLength).toBe(1024);
        expect(outcome(await raw(dev, "/images/disk", { query: "comp=pagelist" }))).toEqual([
            409,
            "PendingCopyOperation",
        ]);
        expect((await at("disk").downloadToBuffer()).equals(Buffer.alloc(1024))).toBe(true);
        clock.advance(8000);
        expect((await at("disk").downloadToBuffer()).equals(Buffer.alloc(1024, "x"))).toBe(true);
    });

    test("'Any attempt to modify or snapshot the destination blob … will fail with status code 409'", async () => {
        await start();
        const pending = { status: 409, code: "PendingCopyOperation" };
        const block = at("copy").getBlockBlobClient();
        const url = await sasUrl(source());
        for (const attempt of [
            () => block.upload("x", 1),
            () => block.stageBlock("MDE=", "x", 1),
            () => block.commitBlockList([]),
            () => block.setMetadata({}),
            () => block.setHTTPHeaders({}),
            () => block.setTags({ a: "b" }),
            () => block.setAccessTier("Cool"),
            () => block.createSnapshot(),
            () => block.delete(),
            () => block.getBlobLeaseClient().acquireLease(-1),
            () => block.beginCopyFromURL(url),
        ]) {
            expect([attempt.toString(), await failure(attempt())]).toEqual([attempt.toString(), pending]);
        }
        expect(await status()).toBe("pending");
    });

    test("'any lease operation on the destination blob fails' while the lease is locked by the copy", async () => {
        dev.putBlob("images", "copy", "old");
        const lease = at("copy").getBlobLeaseClient();
        await lease.acquireLease(-1);
        await start("copy", { "x-ms-lease-id": lease.leaseId });
        expect((await at("copy").getProperties()).leaseState).toBe("leased");
        for (const attempt of [() => lease.renewLease(), () => lease.releaseLease(), () => lease.breakLease(0)]) {
            expect(await failure(attempt())).toEqual({ status: 409, code: "PendingCopyOperation" });
        }
        clock.advance(8000);
        await lease.releaseLease();
    });

    test("'A copy attempt that hasn't finished after two weeks times out and leaves an empty blob'", async () => {
        simulator.copies.add({ blob: "copy", stall: true });
        await start();
        clock.advance(14 * 24 * 3600_000 - 1);
        expect(await status()).toBe("pending");
        clock.advance(1);
        expect(await at("copy").getProperties()).toMatchObject({
            copyStatus: "failed",
            copyStatusDescription: '500 OperationCancelled "The copy exceeded the maximum allowed time."',
            contentLength: 0,
        });
    });
});

describe("a source that changes meanwhile", () => {
    test("'If the ETag value changes before the copy operation finishes, the operation fails'", async () => {
        await start();
        clock.advance(3000);
        await source().setMetadata({ changed: "1" });
        expect(await at("copy").getProperties()).toMatchObject({
            copyStatus: "failed",
            copyStatusDescription: '412 ConditionNotMet "Copy failed when reading the source."',
            contentLength: 0,
            copyProgress: "0/5",
            copyCompletedOn: new Date(Math.floor(clock.now() / 1000) * 1000),
        });
    });

    test.each(["overwritten", "deleted", "deleted with its container"])("fails the copy when %s", async (how) => {
        await start();
        if (how === "overwritten") {
            golden.putBlob("images", "source", "other");
        } else if (how === "deleted") {
            await source().delete();
        } else {
            await containerOf(golden).delete();
        }
        expect(await at("copy").getProperties()).toMatchObject({
            copyStatus: "failed",
            copyStatusDescription: expect.stringMatching(/^4(04|12) \w+ "Copy failed when reading the source\."$/),
        });
    });

    test("does no harm after the copy has ended, nor by tags, tier or lease", async () => {
        await start();
        await source().setTags({ a: "b" });
        await source().setAccessTier("Cool");
        await source().getBlobLeaseClient().acquireLease(15);
        clock.advance(8000);
        golden.putBlob("images", "source", "other");
        expect((await at("copy").downloadToBuffer()).toString()).toBe("hello");
    });

    test("a snapshot can't change", async () => {
        const { snapshot } = await source().createSnapshot();
        const url = await sasUrl(source().withSnapshot(snapshot!));
        expect((await copy(dev, "/images/copy", url)).status).toBe(202);
        golden.putBlob("images", "source", "other");
        clock.advance(8000);
        expect((await at("copy").downloadToBuffer()).toString()).toBe("hello");
    });

    test("fails when the source's SAS ends before the copy does", async () => {
        simulator.copies.add({ seconds: 3600 });
        const url = await sasUrl(source(), "r", new Date(clock.now() + 600_000));
        await copy(dev, "/images/copy", url);
        clock.advance(3600_000);
        expect((await at("copy").getProperties()).copyStatusDescription).toBe(
            '403 AuthenticationFailed "Copy failed when reading the source."',
        );
    });
});

describe("Abort Copy Blob", () => {
    test("leaves a destination of zero length with its metadata, and a new ETag", async () => {
        const answer = await start("copy", { "x-ms-meta-a": "b" });
        const aborted = await abort(dev, "/images/copy", idOf(answer));
        expect([aborted.status, aborted.body]).toEqual([204, ""]);
        const got = await at("copy").getProperties();
        expect(got).toMatchObject({
            copyStatus: "aborted",
            copyStatusDescription: undefined,
            copyProgress: "0/5",
            contentLength: 0,
            metadata: { a: "b" },
        });
        expect(got.copyCompletedOn).toBeDefined();
        expect(got.etag).not.toBe(answer.headers.etag);
        expect(outcome(await raw(dev, "/images/copy", { headers: { "x-ms-range": "bytes=0-9" } }))).toEqual([
            416,
            "InvalidRange",
        ]);
        clock.advance(8000);
        expect(await status()).toBe("aborted");
        await start();
    });

    test("fails where nothing is pending, the ID is another one, or there is no blob", async () => {
        const id = "00000000-0000-0000-0000-000000000000";
        expect(outcome(await abort(dev, "/images/none", id))).toEqual([404, "BlobNotFound"]);
        expect(outcome(await abort(dev, "/images/none", "no-guid"))).toEqual([400, "InvalidQueryParameterValue"]);
        const answer = await start();
        expect(outcome(await abort(dev, "/images/copy", id))).toEqual([409, "CopyIdMismatch"]);
        clock.advance(8000);
        expect(outcome(await abort(dev, "/images/copy", idOf(answer)))).toEqual([409, "NoPendingCopyOperation"]);
    });

    test("says which parameter isn't a GUID, and why", async () => {
        const { body } = await abort(dev, "/images/none", "no-guid");
        expect(body).toContain(
            "<QueryParameterName>copyid</QueryParameterName><QueryParameterValue>no-guid</QueryParameterValue><Reason>copyid needs to be valid Guid.</Reason>",
        );
    });

    test("needs the lease ID of a leased destination", async () => {
        dev.putBlob("images", "copy", "old");
        const lease = at("copy").getBlobLeaseClient();
        await lease.acquireLease(-1);
        const answer = await start("copy", { "x-ms-lease-id": lease.leaseId });
        const wrong = { "x-ms-lease-id": "22222222-2222-2222-2222-222222222222" };
        expect(outcome(await abort(dev, "/images/copy", idOf(answer), wrong))).toEqual([
            412,
            "LeaseIdMismatchWithBlobOperation",
        ]);
        expect(outcome(await abort(dev, "/images/copy", idOf(answer)))).toEqual([412, "LeaseIdMissing"]);
        const right = { "x-ms-lease-id": lease.leaseId };
        expect((await abort(dev, "/images/copy", idOf(answer), right)).status).toBe(204);
    });
});

describe("rules for copies", () => {
    test("a copy can be told to fail, at once or later", async () => {
        simulator.copies.add({
            account: "dev",
            container: "images",
            blob: "copy",
            seconds: 4,
            fail: '500 InternalServerError "Copy failed."',
        });
        await start();
        expect(await status()).toBe("pending");
        clock.advance(4000);
        const got = await at("copy").getProperties();
        expect(got).toMatchObject({
            copyStatus: "failed",
            copyStatusDescription: '500 InternalServerError "Copy failed."',
            copyProgress: "0/5",
            contentLength: 0,
        });
        expect(got.copyCompletedOn).toBeDefined();
    });

    test("non-fatal errors show while it is pending", async () => {
        const intermittent = '502 BadGateway "Encountered a retryable error when reading the source. Will retry."';
        simulator.copies.add({ intermittent });
        await start();
        expect((await at("copy").getProperties()).copyStatusDescription).toBe(intermittent);
        clock.advance(8000);
        expect((await at("copy").getProperties()).copyStatusDescription).toBeUndefined();
    });

    test("progress can go up in steps; a page blob's ETag changes with it", async () => {
        golden.putBlob("images", "disk", Buffer.alloc(1024), { blobType: "PageBlob" });
        simulator.copies.add({ seconds: 10, progress: "steps" });
        const answer = await start("disk", {}, "disk");
        clock.advance(2500);
        const first = await at("disk").getProperties();
        expect(first.copyProgress).toBe("256/1024");
        expect(first.etag).not.toBe(answer.headers.etag);
        clock.advance(2500);
        expect((await at("disk").getProperties()).copyProgress).toBe("512/1024");
        expect((await at("disk").getProperties()).etag).not.toBe(first.etag);
    });

    test("the rule added last counts, and rules can be removed", async () => {
        simulator.copies.add({ seconds: 100 });
        const rule = simulator.copies.add({ blob: "copy", seconds: 1 });
        await start();
        clock.advance(1000);
        expect(await status()).toBe("success");
        rule.remove();
        simulator.copies.clear();
        await start("other");
        clock.advance(8000);
        expect(await status("other")).toBe("success");
    });

    test("a copy within one account is pending if a rule says so", async () => {
        dev.putBlob("images", "near", "hello");
        simulator.copies.add({ account: "dev", seconds: 3 });
        const answer = await copy(dev, "/images/copy", `${dev.blobEndpoint}/images/near`);
        expect(answer.headers["x-ms-copy-status"]).toBe("pending");
        clock.advance(3000);
        expect(await status()).toBe("success");
    });

    test("accounts can have durations of their own", async () => {
        const accounts = [{ name: "golden" }, { name: "dev", copySeconds: 100 }];
        const simulated = await simulate({ accounts });
        simulated.golden.createContainer("images");
        simulated.dev.createContainer("images");
        simulated.golden.putBlob("images", "source", "x");
        await copy(simulated.dev, "/images/copy", await sasUrl(blobOf(simulated.golden, "/images/source")));
        simulated.clock.advance(99_999);
        expect((await blobOf(simulated.dev, "/images/copy").getProperties()).copyStatus).toBe("pending");
    });
});
