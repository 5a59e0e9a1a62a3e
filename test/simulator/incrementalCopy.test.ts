import type { PageBlobClient } from "@azure/storage-blob";
import { beforeEach, describe, expect, test } from "vitest";
import type { AccountHandle, ManualClock, Simulator } from "../../simulator";
import { blobOf, inDays, outcome } from "./support/copies";
import { raw } from "./support/raw";
import { containerOf, failure, serviceClient, simulate } from "./support/simulate";

const LENGTH = 16 * 512;

let simulator: Simulator;
let clock: ManualClock;
let golden: AccountHandle;
let dev: AccountHandle;
let disk: PageBlobClient;
let backup: PageBlobClient;

beforeEach(async () => {
    ({ simulator, clock, golden, dev } = await simulate());
    disk = containerOf(golden).getPageBlobClient("disk.vhd");
    backup = containerOf(dev, "backups").getPageBlobClient("disk.vhd");
    await disk.create(LENGTH, {
        blobHTTPHeaders: { blobContentType: "application/x-disk" },
        metadata: { stage: "prod" },
    });
    await write(0, 4, "a");
});

const write = (page: number, count: number, letter: string, of = disk) =>
    of.uploadPages(Buffer.alloc(count * 512, letter), page * 512, count * 512);
const takeSnapshot = async (of = disk) => of.withSnapshot((await of.createSnapshot()).snapshot!);
const isoOf = (snapshot: { readonly url: string }) => new URL(snapshot.url).searchParams.get("snapshot")!;

/** The snapshot's URL with a SAS on it: on the base blob, as the reference has it, or else on the snapshot. */
async function readable(snapshot: PageBlobClient, on: "base" | "snapshot" = "base"): Promise<string> {
    const signed = on === "base" ? snapshot.withSnapshot("") : snapshot;
    const sas = new URL(
        await signed.generateSasUrl({ permissions: { toString: () => "r" } as never, expiresOn: inDays(1) }),
    );
    sas.searchParams.delete("snapshot");
    return `${snapshot.url}&${sas.searchParams}`;
}

const start = async (snapshot: PageBlobClient, onto = backup) => onto.startCopyIncremental(await readable(snapshot));

/** Copies a snapshot and gives the destination's new one. */
async function copied(snapshot: PageBlobClient, onto = backup): Promise<PageBlobClient> {
    await start(snapshot, onto);
    const { copyStatus, destinationSnapshot } = await onto.getProperties();
    expect(copyStatus).toBe("success");
    return onto.withSnapshot(destinationSnapshot!);
}

const refusal = async (snapshot: PageBlobClient, onto = backup) => failure(start(snapshot, onto));
const refused = (code: string, status = 409) => ({ status, code });

/** Incremental Copy Blob in one request, with any x-ms-copy-source. */
const request = (source: string, headers: Record<string, string> = {}) =>
    raw(dev, "/backups/disk.vhd", {
        method: "PUT",
        query: "comp=incrementalcopy",
        headers: { "x-ms-copy-source": source, ...headers },
    });

describe("the answer", () => {
    test("has ETag, Last-Modified, request ID, version, Date, copy ID and status, and the client's request ID if there is one", async () => {
        const source = await readable(await takeSnapshot());
        const { status, reason, body, headers } = await request(source, { "x-ms-client-request-id": "mine" });
        expect([status, reason, body]).toEqual([202, "Accepted", ""]);
        expect(headers).toMatchObject({
            etag: expect.stringMatching(/^"0x[0-9A-F]+"$/) as unknown,
            "x-ms-request-id": expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
            "x-ms-version": expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as unknown,
            "x-ms-copy-id": expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) as unknown,
            "x-ms-copy-status": "pending",
            "x-ms-client-request-id": "mine",
        });
        const seconds = Math.floor(clock.now() / 1000) * 1000;
        expect([headers.date, headers["last-modified"]].map((text) => Date.parse(text as string))).toEqual([
            seconds,
            seconds,
        ]);
        await backup.getProperties();
        const silent = await request(await readable(await takeSnapshot()));
        expect([silent.status, "x-ms-client-request-id" in silent.headers]).toEqual([202, false]);
    });

    test("takes a timeout in the query, of which nothing comes here", async () => {
        const { status } = await raw(dev, "/backups/disk.vhd", {
            method: "PUT",
            query: "comp=incrementalcopy&timeout=30",
            headers: { "x-ms-copy-source": await readable(await takeSnapshot()) },
        });
        expect(status).toBe(202);
    });
});

describe("a copy", () => {
    test("is 202 and pending at first, whatever its length, and tells when it is done", async () => {
        simulator.copies.add({ seconds: 20 });
        const snapshot = await takeSnapshot();
        const { copyId, copyStatus, etag, _response } = await start(snapshot);
        expect([_response.status, copyStatus]).toEqual([202, "pending"]);
        const pending = await backup.getProperties();
        expect(pending).toMatchObject({
            blobType: "PageBlob",
            contentLength: LENGTH,
            copyId,
            copyStatus: "pending",
            copyProgress: `0/${LENGTH}`,
            isIncrementalCopy: true,
            etag,
        });
        expect(pending.destinationSnapshot).toBeUndefined();
        expect(pending.copyCompletedOn).toBeUndefined();
        clock.advance(20_000);
        const done = await backup.getProperties();
        expect(done).toMatchObject({ copyId, copyStatus: "success", copyProgress: `${LENGTH}/${LENGTH}` });
        expect(done.isIncrementalCopy).toBe(true);
        expect(done.etag).not.toBe(etag);
        expect(done.destinationSnapshot).toMatch(/^\d{4}-.*Z$/);
        expect(isoOf({ url: done.copySource! })).toBe(isoOf(snapshot));
    });

    test("is pending within one account too", async () => {
        const near = serviceClient(golden).getContainerClient("images").getPageBlobClient("backup.vhd");
        expect(await start(await takeSnapshot(), near)).toMatchObject({ copyStatus: "pending" });
        expect(await near.getProperties()).toMatchObject({ copyStatus: "success" });
    });

    test("makes a snapshot that is a whole copy of the source's, with its headers and metadata", async () => {
        const snapshot = await takeSnapshot();
        await write(0, 1, "z");
        const copy = await copied(snapshot);
        expect(await copy.downloadToBuffer()).toEqual(await snapshot.downloadToBuffer());
        expect(await copy.getProperties()).toMatchObject({
            contentType: "application/x-disk",
            metadata: { stage: "prod" },
            isIncrementalCopy: true,
            copyStatus: "success",
            destinationSnapshot: isoOf(copy),
        });
    });

    test("transfers all pages at first, and then only what differs from the snapshot copied before", async () => {
        const copies: PageBlobClient[] = [];
        const snapshots: PageBlobClient[] = [];
        for (const [page, count] of [
            [0, 1],
            [8, 2],
            [1, 1],
            [15, 1],
        ] as const) {
            await write(page, count, String(page % 10));
            snapshots.push(await takeSnapshot());
            copies.push(await copied(snapshots.at(-1)!));
        }
        await disk.clearPages(8 * 512, 512);
        snapshots.push(await takeSnapshot());
        copies.push(await copied(snapshots.at(-1)!));
        const transfers = simulator.copies.incrementalTransfers;
        expect(transfers.map(({ full, bytes }) => [full, bytes / 512])).toEqual([
            [true, 4],
            [false, 2],
            [false, 1],
            [false, 1],
            [false, 0],
        ]);
        expect(transfers.map(({ snapshot }) => snapshot)).toEqual(copies.map(isoOf));
        for (const [index, copy] of copies.entries()) {
            expect(await copy.downloadToBuffer()).toEqual(await snapshots[index]!.downloadToBuffer());
        }
    });

    test("uses the space that the differential Get Page Ranges of its snapshots tells", async () => {
        const first = await copied(await takeSnapshot());
        await write(5, 3, "b");
        const second = await copied(await takeSnapshot());
        const { pageRange } = await second.getPageRangesDiff(0, LENGTH, isoOf(first));
        expect(pageRange).toEqual([{ offset: 5 * 512, count: 3 * 512 - 1 }]);
        expect(simulator.copies.incrementalTransfers.at(-1)!.bytes).toBe(3 * 512);
    });

    test("follows a source that was resized", async () => {
        await copied(await takeSnapshot());
        await disk.resize(2 * LENGTH);
        const snapshot = await takeSnapshot();
        const copy = await copied(snapshot);
        expect(await copy.downloadToBuffer()).toEqual(await snapshot.downloadToBuffer());
        expect((await backup.getProperties()).contentLength).toBe(2 * LENGTH);
    });

    test("that fails says why and makes no snapshot, and the next one goes on from the snapshot copied last", async () => {
        await copied(await takeSnapshot());
        const rule = simulator.copies.add({ fail: '500 InternalServerError "Copy failed."' });
        await write(4, 1, "b");
        await start(await takeSnapshot());
        const failed = await backup.getProperties();
        expect([failed.copyStatus, failed.copyStatusDescription]).toEqual([
            "failed",
            '500 InternalServerError "Copy failed."',
        ]);
        expect(failed.destinationSnapshot).toBeUndefined();
        rule.remove();
        await write(5, 1, "c");
        await copied(await takeSnapshot());
        expect(simulator.copies.incrementalTransfers.map(({ bytes }) => bytes / 512)).toEqual([4, 2]);
    });

    test("can be aborted while it is pending, and leaves the older snapshots", async () => {
        const first = await copied(await takeSnapshot());
        simulator.copies.add({ stall: true, times: 1 });
        const { copyId } = await start(await takeSnapshot());
        await backup.abortCopyFromURL(copyId!);
        expect((await backup.getProperties()).copyStatus).toBe("aborted");
        expect((await first.downloadToBuffer()).length).toBe(LENGTH);
        await copied(await takeSnapshot());
    });

    test("fails when its source's snapshot is deleted meanwhile", async () => {
        simulator.copies.add({ seconds: 20 });
        const snapshot = await takeSnapshot();
        await start(snapshot);
        await snapshot.delete();
        const { copyStatus, copyStatusDescription } = await backup.getProperties();
        expect([copyStatus, copyStatusDescription]).toEqual([
            "failed",
            '404 ResourceNotFound "Copy failed when reading the source."',
        ]);
    });
});

describe("the source", () => {
    test("is read by a SAS on the base blob or on the snapshot, or publicly, also within one account", async () => {
        const near = serviceClient(golden).getContainerClient("images").getPageBlobClient("backup.vhd");
        const snapshot = await takeSnapshot();
        expect(await failure(near.startCopyIncremental(snapshot.url))).toEqual(refused("CannotVerifyCopySource", 409));
        expect(await near.startCopyIncremental(await readable(snapshot, "base"))).toMatchObject({
            copyStatus: "pending",
        });
        expect(await backup.startCopyIncremental(await readable(snapshot, "snapshot"))).toMatchObject({
            copyStatus: "pending",
        });
        dev.createContainer("public", { publicAccess: "blob" });
        const open = serviceClient(dev).getContainerClient("public").getPageBlobClient("disk.vhd");
        await open.create(512);
        const other = serviceClient(dev).getContainerClient("backups").getPageBlobClient("other.vhd");
        expect(await other.startCopyIncremental((await takeSnapshot(open)).url)).toMatchObject({
            copyStatus: "pending",
        });
    });

    test("must be a snapshot", async () => {
        expect(outcome(await request(disk.url))).toEqual([409, "IncrementalCopySourceMustBeSnapshot"]);
    });

    test("must be in Azure Storage", async () => {
        const elsewhere = "https://example.org/disk.vhd?snapshot=2019-03-29T18:12:15.6608647Z";
        expect(outcome(await request(elsewhere))).toEqual([409, "InvalidSourceBlobUrl"]);
    });

    test("must be a page blob", async () => {
        golden.putBlob("images", "text.txt", "text");
        const { snapshot } = await blobOf(golden, "/images/text.txt").createSnapshot();
        const text = blobOf(golden, "/images/text.txt").withSnapshot(snapshot!) as PageBlobClient;
        expect(await refusal(text)).toEqual(refused("InvalidSourceBlobType"));
    });

    test("must be there, and the header too", async () => {
        const missing = disk.withSnapshot("2019-03-29T18:12:15.6608647Z");
        expect(await refusal(missing)).toEqual(refused("CannotVerifyCopySource", 404));
        const without = await raw(dev, "/backups/disk.vhd", { method: "PUT", query: "comp=incrementalcopy" });
        expect(outcome(without)).toEqual([400, "MissingRequiredHeader"]);
    });

    test("is given by a URL of 2 KiB at most", async () => {
        const long = `${await readable(await takeSnapshot())}&x=${"x".repeat(2048)}`;
        expect(outcome(await request(long))).toEqual([400, "InvalidHeaderValue"]);
    });

    test("may itself be a snapshot that was copied", async () => {
        const copy = await copied(await takeSnapshot());
        const second = serviceClient(golden).getContainerClient("images").getPageBlobClient("copy of copy");
        const again = await copied(copy, second);
        expect(await again.downloadToBuffer()).toEqual(await copy.downloadToBuffer());
    });
});

describe("the order", () => {
    test("is ascending: an earlier snapshot than the one copied last is 409", async () => {
        const [first, second] = [await takeSnapshot(), await takeSnapshot()];
        await copied(second);
        expect(await refusal(first)).toEqual(refused("IncrementalCopyOfEarlierSnapshotNotAllowed"));
        await copied(await takeSnapshot());
    });

    test("may leave snapshots out", async () => {
        await copied(await takeSnapshot());
        await write(4, 1, "b");
        await takeSnapshot();
        await write(5, 1, "c");
        await copied(await takeSnapshot());
        expect(simulator.copies.incrementalTransfers.at(-1)!.bytes).toBe(2 * 512);
    });

    test("needs the source's snapshot that was copied last", async () => {
        const first = await takeSnapshot();
        await copied(first);
        await first.delete();
        expect(await refusal(await takeSnapshot())).toEqual(refused("IncrementalCopyBlobPreviousSnapshotDoesNotExist"));
    });

    test.each(["Put Blob", "Copy Blob"])("ends where the source is re-created by %s", async (operation) => {
        await copied(await takeSnapshot());
        if (operation === "Put Blob") {
            await disk.create(LENGTH);
        } else {
            golden.putBlob("images", "other.vhd", Buffer.alloc(LENGTH), { blobType: "PageBlob" });
            await disk.beginCopyFromURL(blobOf(golden, "/images/other.vhd").url);
        }
        expect(await refusal(await takeSnapshot())).toEqual(refused("BlobOverwritten"));
    });

    test("is that of one source: another one is 409", async () => {
        await copied(await takeSnapshot());
        const other = serviceClient(golden).getContainerClient("images").getPageBlobClient("other.vhd");
        await other.create(512);
        expect(await refusal(await takeSnapshot(other))).toEqual(refused("IncrementalCopyBlobMismatch"));
    });
});

describe("the destination", () => {
    test.each(["PageBlob", "BlockBlob"] as const)("can't be an existing %s", async (blobType) => {
        dev.putBlob("backups", "disk.vhd", Buffer.alloc(512), { blobType });
        expect(await refusal(await takeSnapshot())).toEqual(refused("OperationNotAllowedOnIncrementalCopyBlob"));
    });

    test("can't have another copy pending", async () => {
        simulator.copies.add({ stall: true });
        await start(await takeSnapshot());
        expect(await refusal(await takeSnapshot())).toEqual(refused("PendingCopyOperation"));
        expect(await failure(backup.delete())).toEqual(refused("PendingCopyOperation"));
    });

    test("must be in a container that is there", async () => {
        const nowhere = serviceClient(dev).getContainerClient("nowhere").getPageBlobClient("disk.vhd");
        expect(await refusal(await takeSnapshot(), nowhere)).toEqual(refused("ContainerNotFound", 404));
    });

    test("takes conditions, and answers unmet ones with 412", async () => {
        await copied(await takeSnapshot());
        const { etag, lastModified } = await backup.getProperties();
        const snapshot = await readable(await takeSnapshot());
        const unmet = [
            { ifMatch: '"0x0"' },
            { ifNoneMatch: etag! },
            { ifNoneMatch: "*" },
            { ifModifiedSince: new Date(lastModified!.getTime() + 1000) },
            { ifUnmodifiedSince: new Date(lastModified!.getTime() - 1000) },
        ];
        for (const conditions of unmet) {
            const { status } = await failure(backup.startCopyIncremental(snapshot, { conditions }));
            expect([conditions, status]).toEqual([conditions, 412]);
        }
        const conditions = { ifMatch: etag!, ifUnmodifiedSince: lastModified! };
        expect(await backup.startCopyIncremental(snapshot, { conditions })).toMatchObject({ copyStatus: "pending" });
        const free = serviceClient(dev).getContainerClient("backups").getPageBlobClient("free.vhd");
        const onlyNew = { conditions: { ifNoneMatch: "*" } };
        expect(await free.startCopyIncremental(snapshot, onlyNew)).toMatchObject({ copyStatus: "pending" });
    });

    test("itself can't be read, written, snapshotted, leased or copied, before and after its first copy", async () => {
        simulator.copies.add({ seconds: 20, times: 1 });
        await start(await takeSnapshot());
        const copy = serviceClient(dev).getContainerClient("backups").getPageBlobClient("copy.vhd");
        for (const wait of [0, 20_000]) {
            clock.advance(wait);
            await backup.getProperties();
            const url = await readable(await takeSnapshot());
            const attempts = {
                read: () => backup.download(),
                pageRanges: () => backup.getPageRanges(),
                putBlob: () => backup.create(512),
                putPage: () => write(0, 1, "x", backup),
                clear: () => backup.clearPages(0, 512),
                resize: () => backup.resize(512),
                metadata: () => backup.setMetadata({}),
                headers: () => backup.setHTTPHeaders({}),
                tags: () => backup.setTags({ a: "b" }),
                tier: () => backup.setAccessTier("P10"),
                snapshot: () => backup.createSnapshot(),
                lease: () => backup.getBlobLeaseClient().acquireLease(-1),
                overwrite: () => backup.beginCopyFromURL(url),
            };
            for (const [name, attempt] of Object.entries(attempts)) {
                const answer = await failure(attempt());
                expect([name, answer]).toEqual([name, refused("OperationNotAllowedOnIncrementalCopyBlob")]);
            }
            const source = await failure(copy.beginCopyFromURL(backup.url));
            expect(source).toEqual(refused("CopySourceCannotBeIncrementalCopyBlob"));
        }
    });

    test("is deleted as other blobs are, with its snapshots or after them; the name is free then", async () => {
        const copy = await copied(await takeSnapshot());
        expect(await failure(backup.delete())).toEqual(refused("SnapshotsPresent"));
        await copy.delete();
        await backup.delete();
        await backup.create(512);
        await backup.delete();
        await copied(await takeSnapshot());
        await backup.delete({ deleteSnapshots: "include" });
        expect(await backup.exists()).toBe(false);
    });
});

describe("copied snapshots", () => {
    test("are read in ranges, copied to new page blobs, and deleted as usual", async () => {
        const first = await copied(await takeSnapshot());
        await write(0, 1, "b");
        const second = await copied(await takeSnapshot());
        expect((await first.downloadToBuffer(0, 512)).toString()).toBe("a".repeat(512));
        const promoted = serviceClient(dev).getContainerClient("backups").getPageBlobClient("promoted.vhd");
        await promoted.beginCopyFromURL(second.url);
        expect(await promoted.downloadToBuffer()).toEqual(await second.downloadToBuffer());
        await write(3, 1, "p", promoted);
        expect((await promoted.getProperties()).isIncrementalCopy).toBeUndefined();
        await first.delete();
        expect(await first.exists()).toBe(false);
        await write(1, 1, "c");
        await copied(await takeSnapshot());
        expect(simulator.copies.incrementalTransfers.at(-1)!.bytes).toBe(512);
    });

    test("are listed with what made them, also where nobody has looked since the copy ended", async () => {
        simulator.copies.add({ seconds: 20 });
        const snapshot = await takeSnapshot();
        const { copyId } = await start(snapshot);
        clock.advance(20_000);
        const listed = [];
        const container = serviceClient(dev).getContainerClient("backups");
        for await (const { snapshot: of, properties } of container.listBlobsFlat({
            includeSnapshots: true,
            includeCopy: true,
        })) {
            listed.push({ of, properties });
        }
        const { destinationSnapshot } = await backup.getProperties();
        // As the service was recorded to call it, which isn't what the SDK expects.
        const expected = { incrementalCopy: true, CopyDestinationSnapshot: destinationSnapshot, copyId };
        expect(listed).toEqual([
            { of: destinationSnapshot, properties: expect.objectContaining(expected) },
            { of: undefined, properties: expect.objectContaining(expected) },
        ]);
        expect(isoOf({ url: listed[0]!.properties.copySource! })).toBe(isoOf(snapshot));
    });
});
