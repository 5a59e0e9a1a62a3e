import type { PageBlobClient } from "@azure/storage-blob";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Context, PartialFailure } from "../../src/provider/handler";
import { incrementalSnapshotCopyHandler as handler } from "../../src/provider/incrementalSnapshotCopy";
import type {
    IncrementalSnapshotCopyInputs,
    IncrementalSnapshotCopyState,
} from "../../src/provider/incrementalSnapshotCopyTypes";
import { parseConnectionString } from "../../src/storage/address";
import { createClients } from "../../src/storage/clients";
import { startStorage, type TestStorage } from "../helpers/storage";

const PAGES = 16;
const LENGTH = PAGES * 512;

let storage: TestStorage;
let disk: PageBlobClient;
let backup: PageBlobClient;

beforeEach(async () => {
    storage = await startStorage({ copySeconds: 10 });
    disk = storage.container("golden").getPageBlobClient("disk.vhd");
    backup = storage.container("dev").getPageBlobClient("disk.vhd");
    await disk.create(LENGTH, { metadata: { stage: "prod" } });
    await write(0, 4, "a");
});

afterEach(async () => {
    await storage.close();
});

const write = (page: number, count: number, letter: string) =>
    disk.uploadPages(Buffer.alloc(count * 512, letter), page * 512, count * 512);

/** Takes a snapshot of the source, as a program does that gives one. */
async function snapshot(): Promise<string> {
    storage.clock.advance(1_000);
    return (await disk.createSnapshot()).snapshot!;
}

/** Inputs that have the resource take its snapshots, or with a snapshot, copy that one. */
function inputs(change: Partial<IncrementalSnapshotCopyInputs> = {}): IncrementalSnapshotCopyInputs {
    const all = {
        source: { ...storage.inputs.source, blobName: "disk.vhd" },
        destination: { ...storage.inputs.destination, blobName: "disk.vhd" },
        ...(change.snapshot === undefined && { takeSnapshot: { triggers: ["monday"] } }),
        ...change,
    };
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as typeof all;
}

/** A context as that of another process: it shares nothing with the first but the service. */
const anotherRun = (change: Partial<Context> = {}): Context => ({
    ...storage.context,
    clients: createClients({ retryDelayMilliseconds: 1 }),
    ...change,
});

/** Check, then create, or diff and update, as a `pulumi up` does. */
async function up(
    state: IncrementalSnapshotCopyState | undefined,
    change: Partial<IncrementalSnapshotCopyInputs> = {},
    context = anotherRun(),
): Promise<IncrementalSnapshotCopyState> {
    const checked = await handler.check(state ?? {}, inputs(change), context);
    expect(checked.failures).toEqual([]);
    if (!state) {
        return (await handler.create(checked.inputs, context)).state;
    }
    const { changes, replaces } = handler.diff(state, checked.inputs);
    expect(replaces).toEqual([]);
    return changes ? handler.update(state, checked.inputs, context) : state;
}

const triggers = (...values: unknown[]) => ({ takeSnapshot: { triggers: values } });

async function partialFailure(
    run: Promise<unknown>,
): Promise<PartialFailure & { state: IncrementalSnapshotCopyState }> {
    const error = await run.then(
        () => undefined,
        (failure: unknown) => failure,
    );
    expect(error).toBeInstanceOf(PartialFailure);
    return error as PartialFailure & { state: IncrementalSnapshotCopyState };
}

/** The snapshots of the source or of the destination, oldest first. */
async function snapshotsOf(client: PageBlobClient, account: "golden" | "dev"): Promise<string[]> {
    const found: string[] = [];
    for await (const each of storage
        .container(account)
        .listBlobsFlat({ includeSnapshots: true, prefix: client.name })) {
        if (each.snapshot) {
            found.push(each.snapshot);
        }
    }
    return found;
}
const sourceSnapshots = () => snapshotsOf(disk, "golden");
const backups = () => snapshotsOf(backup, "dev");

async function expectCopies(state: IncrementalSnapshotCopyState): Promise<void> {
    for (const { snapshot, sourceSnapshot } of state.destinationSnapshots!) {
        const copy = await backup.withSnapshot(snapshot).downloadToBuffer();
        expect(copy.equals(await disk.withSnapshot(sourceSnapshot!).downloadToBuffer())).toBe(true);
    }
}

const transfers = () => storage.simulator.copies.incrementalTransfers.map(({ full, bytes }) => [full, bytes / 512]);
/** How many copies were made, by the service's own account. */
const copies = () => storage.simulator.copies.incrementalTransfers.length;

describe("create", () => {
    it("copies the snapshot that is given, and tells what the service says", async () => {
        const taken = await snapshot();
        await write(0, 4, "z");
        const state = await up(undefined, { snapshot: taken });
        const properties = await backup.getProperties();
        const destinationSnapshot = properties.destinationSnapshot!;
        expect(state).toMatchObject({
            url: backup.url,
            etag: properties.etag,
            contentLength: LENGTH,
            sourceSnapshot: taken,
            destinationSnapshot,
            destinationSnapshotUrl: expect.stringContaining(`snapshot=${encodeURIComponent(destinationSnapshot)}`),
            destinationSnapshots: [
                {
                    snapshot: destinationSnapshot,
                    sourceSnapshot: taken,
                    copyCompletedOn: properties.copyCompletedOn!.toISOString(),
                },
            ],
            copyKind: "full",
            bytesTransferred: 4 * 512,
            copyId: properties.copyId,
            copyStatus: "success",
            copyCompletedOn: properties.copyCompletedOn!.toISOString(),
        });
        expect(Date.parse(state.copyCompletedOn!) - Date.parse(state.copyStartedOn!)).toBe(10_000);
        await expectCopies(state);
    });

    it("takes a snapshot itself, marked in its metadata beside the blob's own", async () => {
        const state = await up(undefined);
        expect(await sourceSnapshots()).toEqual([state.sourceSnapshot]);
        const { metadata } = await disk.withSnapshot(state.sourceSnapshot!).getProperties();
        expect(metadata).toEqual({
            stage: "prod",
            pulumi_azure_copy_taken_for: expect.stringMatching(/^[0-9a-f]{32}-[0-9a-f]{32}$/),
        });
        expect((await disk.getProperties()).metadata).toEqual({ stage: "prod" });
        await expectCopies(state);
    });

    it("has the service read a SAS of the base blob, also within one account, and records none", async () => {
        const within = { ...storage.inputs.source, blobName: "backup.vhd" };
        const taken = await snapshot();
        const state = await up(undefined, { snapshot: `${disk.url}?snapshot=${taken}`, destination: within });
        expect(state).toMatchObject({ copyStatus: "success", sourceSnapshot: taken });
        const { headers } = storage.simulator.requests.of("Incremental Copy Blob")[0]!;
        expect(headers["x-ms-copy-source"]).toMatch(/[?&]sr=b&.*snapshot=/);
        expect(JSON.stringify(state)).not.toMatch(/sig=/);
    });

    it("carries on a chain that is there already, such as after the state was lost", async () => {
        await up(undefined, { snapshot: await snapshot() });
        await write(5, 1, "b");
        const state = await up(undefined, { snapshot: await snapshot() });
        expect(state).toMatchObject({ copyKind: "incremental", bytesTransferred: 512 });
        expect(state.destinationSnapshots).toHaveLength(2);
        await expectCopies(state);
    });

    it("leaves a chain at destroy that nothing proves to be its own, and keepSnapshots its snapshots", async () => {
        await up(undefined, { snapshot: await snapshot() });
        await write(5, 1, "b");
        await up(undefined, { snapshot: await snapshot() });
        const theirs = await backups();
        await write(6, 1, "c");
        const change = { snapshot: await snapshot(), keepSnapshots: 1, deleteSnapshots: true };
        const state = await up(undefined, change);
        expect(storage.warnings.at(-1)).toMatch(/was there already, and nothing proves that this resource made it/);
        await write(7, 1, "d");
        const next = await up(state, { ...change, snapshot: await snapshot() });
        expect(await backups()).toEqual([...theirs, next.destinationSnapshot]);
        await handler.delete((await handler.read(next.url, next, anotherRun()))!, anotherRun());
        expect(await backups()).toEqual([...theirs, next.destinationSnapshot]);
        expect(storage.warnings.at(-1)).toMatch(/it was left as it is/);
    });

    it("leaves such a chain also where its own copy was left pending", async () => {
        await up(undefined, { snapshot: await snapshot() });
        await write(5, 1, "b");
        storage.simulator.copies.add({ seconds: 100 });
        const { state } = await partialFailure(
            up(undefined, { snapshot: await snapshot(), deleteSnapshots: true, timeout: "5s" }),
        );
        await handler.delete(state, anotherRun());
        expect(await backups()).toHaveLength(1);
    });

    it("owns a chain whose snapshots were taken for this destination, also with other triggers now", async () => {
        await up(undefined, triggers("monday"));
        await write(5, 1, "b");
        const state = await up(undefined, { ...triggers("tuesday"), deleteSnapshots: true });
        expect(state.destinationSnapshots).toHaveLength(2);
        await handler.delete(state, anotherRun());
        expect(await backup.exists()).toBe(false);
    });

    it("takes a new snapshot where one is left of a resource that was destroyed", async () => {
        const state = await up(undefined, { deleteSnapshots: true });
        await handler.delete(state, anotherRun());
        await write(0, 4, "n");
        storage.clock.advance(7_200_000);
        const anew = await up(undefined, { deleteSnapshots: true });
        expect(await sourceSnapshots()).toEqual([state.sourceSnapshot, anew.sourceSnapshot]);
        const copy = await backup.withSnapshot(anew.destinationSnapshot!).downloadToBuffer();
        expect(copy.subarray(0, 4 * 512).equals(Buffer.alloc(4 * 512, "n"))).toBe(true);
    });

    it("fails over a blob that no incremental copy has made, and leaves it", async () => {
        await storage.blob("dev", "disk.vhd").upload("precious", 8);
        await expect(up(undefined)).rejects.toThrow(
            /a blob that no incremental copy has made is at the destination .*disk\.vhd \(BlockBlob, 8 bytes.*give another destination/,
        );
        expect(await storage.content("dev", "disk.vhd")).toBe("precious");
    });

    it("fails over incremental copies of another source, and names that", async () => {
        await up(undefined);
        const other = storage.container("golden").getPageBlobClient("other.vhd");
        await other.create(512);
        await expect(up(undefined, { source: { ...inputs().source, blobName: "other.vhd" } })).rejects.toThrow(
            /belongs to incremental copies of .*\/golden\/images\/disk\.vhd for good, and takes none of .*other\.vhd; give another destination/,
        );
        expect(await backups()).toHaveLength(1);
    });

    it("fails for a source that is no page blob, without taking a snapshot", async () => {
        await expect(up(undefined, { source: storage.inputs.source })).rejects.toThrow(/orders\.bak is no page blob/);
        expect(storage.simulator.requests.count("Snapshot Blob")).toBe(0);
    });

    it("fails with a snapshot that isn't there, and leaves no empty blob", async () => {
        await expect(up(undefined, { snapshot: "2020-01-01T00:00:00.0000000Z" })).rejects.toThrow(
            /could not copy .*disk\.vhd\?snapshot=2020.*404.*the source does not exist/,
        );
        expect(await backup.exists()).toBe(false);
    });

    it("fails with the service's reason where the copy fails, and takes the empty blob away", async () => {
        storage.simulator.copies.add({ fail: '500 InternalServerError "Copy failed."' });
        await expect(up(undefined)).rejects.toThrow(
            /ended as failed: 500 InternalServerError "Copy failed\."; its empty blob was removed; copy ID/,
        );
        expect(await backup.exists()).toBe(false);
    });

    it("holds the conditions that are given", async () => {
        const taken = await snapshot();
        const state = await up(undefined, { snapshot: taken, conditions: { ifNoneMatch: "*" } });
        expect(state.copyStatus).toBe("success");
        const next = { snapshot: await snapshot(), conditions: { ifMatch: '"0x0"' } };
        await expect(up(state, next)).rejects.toThrow(/whose destination does not meet conditions: 412/);
        expect(await backups()).toHaveLength(1);
    });
});

describe("update", () => {
    it("does nothing, and asks for nothing, where nothing has changed", async () => {
        const state = await up(undefined);
        storage.operations();
        expect(await up(state)).toBe(state);
        expect(storage.operations()).toEqual([]);
    });

    it("moves only what differs, five times in a row, whichever way the snapshots come", async () => {
        let state = await up(undefined);
        const changes = [
            [4, 2],
            [0, 1],
            [15, 1],
            [8, 4],
        ] as const;
        for (const [index, [page, count]] of changes.entries()) {
            await write(page, count, String(index));
            state = await up(state, index % 2 === 0 ? { snapshot: await snapshot() } : triggers(index));
            expect(state).toMatchObject({ copyKind: "incremental", bytesTransferred: count * 512 });
            expect(storage.progress.at(-1)).toMatchObject({ total: count * 512 });
        }
        expect(transfers()).toEqual([[true, 4], ...changes.map(([, count]) => [false, count])]);
        expect(state.destinationSnapshots).toHaveLength(5);
        await expectCopies(state);
    });

    it("takes another snapshot for triggers that were there before", async () => {
        let state = await up(undefined, triggers("a"));
        state = await up(state, triggers("b"));
        state = await up(state, triggers("a"));
        expect(await sourceSnapshots()).toHaveLength(3);
        expect(state.sourceSnapshot).toBe((await sourceSnapshots()).at(-1));
    });

    it("takes none for triggers whose objects have their parts in another order", async () => {
        const state = await up(undefined, triggers({ day: 1, of: { week: 2, year: 3 } }));
        await handler.create(inputs(triggers({ of: { year: 3, week: 2 }, day: 1 })), anotherRun());
        expect(await sourceSnapshots()).toEqual([state.sourceSnapshot]);
    });

    it("fails with an older snapshot, in check and in update, and names both times", async () => {
        const [older, newer] = [await snapshot(), await snapshot()];
        const state = await up(undefined, { snapshot: newer });
        const both = `the snapshot ${older} is older than ${newer}, which was copied onto ${backup.url} last`;
        const { failures } = await handler.check(state, inputs({ snapshot: older }), anotherRun());
        expect(failures).toEqual([{ property: "snapshot", reason: expect.stringContaining(both) }]);
        await expect(handler.update(state, inputs({ snapshot: older }), anotherRun())).rejects.toThrow(both);
        expect(await backups()).toHaveLength(1);
    });

    it("explains a source whose last copied snapshot is gone", async () => {
        const first = await snapshot();
        const state = await up(undefined, { snapshot: first });
        await disk.withSnapshot(first).delete();
        const next = inputs({ snapshot: await snapshot() });
        await handler.check(state, next, anotherRun());
        expect(storage.warnings.at(-1)).toMatch(
            /the source's snapshot that was copied last is gone.*the copy itself will tell/,
        );
        await expect(handler.update(state, next, anotherRun())).rejects.toThrow(
            /409 IncrementalCopyBlobPreviousSnapshotDoesNotExist.*undelete it, or give another destination/,
        );
    });

    it("replaces the resource where the source was re-created, and tells that the destination takes no more of it", async () => {
        const state = await up(undefined);
        await disk.create(LENGTH);
        const checked = await handler.check(state, inputs(triggers("tuesday")), anotherRun());
        expect(checked.failures).toEqual([]);
        expect(handler.diff(state, checked.inputs)).toEqual({ changes: true, replaces: ["sourceGeneration"] });
        const again = await handler.check(state, inputs(triggers("tuesday")), anotherRun());
        expect(again.inputs).toEqual(checked.inputs);
        await expect(handler.create(checked.inputs, anotherRun())).rejects.toThrow(
            /409 BlobOverwritten.*the source was re-created since it was copied last.*give another destination/,
        );
        expect(await backups()).toHaveLength(1);

        const elsewhere = { ...checked.inputs, destination: { ...inputs().destination, blobName: "disk-2.vhd" } };
        const { state: anew } = await handler.create(elsewhere, anotherRun());
        expect(anew).toMatchObject({ copyKind: "full", copyStatus: "success" });
        expect(await backups()).toContain(state.destinationSnapshot);
        const settled = await handler.check(anew, elsewhere, anotherRun());
        expect(handler.diff(anew, settled.inputs)).toEqual({ changes: false, replaces: [] });
    });

    it("warns before a replacement whose old destination would not be deleted", async () => {
        const state = await up(undefined);
        const elsewhere = inputs({ destination: { ...inputs().destination, blobName: "other.vhd" } });
        await handler.check({ ...state, deleteSnapshots: true }, elsewhere, anotherRun());
        await handler.check(state, inputs({ keepSnapshots: 1 }), anotherRun());
        expect(storage.warnings).toEqual([]);
        await handler.check(state, elsewhere, anotherRun());
        expect(storage.warnings).toEqual([
            expect.stringMatching(/will not be deleted while it has snapshots: .*deleteSnapshots: true/),
        ]);
    });

    it("replaces for another source or destination", async () => {
        const state = await up(undefined);
        const diff = (change: Partial<IncrementalSnapshotCopyInputs>) => handler.diff(state, inputs(change));
        const other = (at: "source" | "destination") => ({ [at]: { ...inputs()[at], blobName: "other.vhd" } });
        expect(diff(other("source"))).toEqual({ changes: true, replaces: ["source"] });
        expect(diff(other("destination"))).toEqual({ changes: true, replaces: ["destination"] });
    });

    it("records options, without a request", async () => {
        const state = await up(undefined);
        storage.operations();
        const next = await up(state, { timeout: "2h", deleteSnapshots: true, onTimeout: "abort" });
        expect(next).toMatchObject({ ...state, timeout: "2h", deleteSnapshots: true, onTimeout: "abort" });
        expect(storage.operations()).toEqual([]);
    });

    it("copies nothing where what was copied last is wanted again, after a copy that failed or is pending", async () => {
        const taken = await snapshot();
        const state = await up(undefined, { snapshot: taken });
        const rule = storage.simulator.copies.add({ fail: '500 InternalServerError "Copy failed."' });
        const next = await snapshot();
        await expect(up(state, { snapshot: next })).rejects.toThrow(/Copy failed/);
        rule.remove();
        const read = await handler.read(state.url, state, anotherRun());
        expect(await up(read, { snapshot: taken })).toBe(read);

        storage.simulator.copies.add({ stall: true, times: 1 });
        const left = await partialFailure(up(read, { timeout: "30s", snapshot: next }));
        const back = await up(left.state, { snapshot: taken });
        expect(back).toMatchObject({ copyStatus: "success", destinationSnapshot: state.destinationSnapshot });
        expect(await backups()).toEqual([state.destinationSnapshot]);
        const again = await handler.read(state.url, back, anotherRun());
        expect(await up(again, { snapshot: taken })).toBe(again);
    });

    it("copies all anew where somebody has deleted the destination", async () => {
        const state = await up(undefined);
        storage.clock.advance(2_000);
        await backup.delete({ deleteSnapshots: "include" });
        const next = await up(state, triggers("tuesday"));
        expect(next).toMatchObject({ copyStatus: "success", copyKind: "full", bytesTransferred: 4 * 512 });
        expect(transfers()).toEqual([
            [true, 4],
            [true, 4],
        ]);
    });

    it("tells why a copy failed, keeps the older snapshots, and copies the next time what the failed one left out", async () => {
        const state = await up(undefined);
        await write(4, 1, "b");
        const rule = storage.simulator.copies.add({ fail: '500 InternalServerError "Copy failed."' });
        await expect(up(state, triggers("tuesday"))).rejects.toThrow(
            /the destination's older snapshots are as they were/,
        );
        expect(await backups()).toEqual([state.destinationSnapshot]);
        rule.remove();
        const next = await up(state, triggers("tuesday"));
        expect(next).toMatchObject({ copyStatus: "success", copyKind: "incremental", bytesTransferred: 512 });
        expect(await sourceSnapshots()).toHaveLength(2);
        await expectCopies(next);
    });
});

describe("keepSnapshots", () => {
    it("deletes the oldest after a success, and never what is younger", async () => {
        let state = await up(undefined, { keepSnapshots: 2 });
        for (const [index, day] of ["tuesday", "wednesday", "thursday"].entries()) {
            await write(index, 1, day[0]!);
            state = await up(state, { keepSnapshots: 2, ...triggers(day) });
            expect(state.bytesTransferred).toBe(512);
        }
        const there = await backups();
        expect(there).toHaveLength(2);
        expect(state.destinationSnapshots!.map((each) => each.snapshot)).toEqual(there);
        await expectCopies(state);
    });

    it("tells what was moved also where one alone is kept", async () => {
        const state = await up(undefined, { keepSnapshots: 1 });
        await write(4, 1, "b");
        const next = await up(state, { keepSnapshots: 1, ...triggers("tuesday") });
        expect(next).toMatchObject({ copyKind: "incremental", bytesTransferred: 512 });
        expect(await backups()).toEqual([next.destinationSnapshot]);
    });

    it("deletes at once where it was lowered, without a copy", async () => {
        let state = await up(undefined);
        state = await up(state, triggers("tuesday"));
        storage.operations();
        state = await up(state, { keepSnapshots: 1, ...triggers("tuesday") });
        expect(storage.operations()).toEqual(["List Blobs", "Delete Blob"]);
        expect(state.destinationSnapshots!.map((each) => each.snapshot)).toEqual(await backups());
    });

    it("deletes nothing while a copy has not succeeded", async () => {
        const state = await up(undefined, { keepSnapshots: 1 });
        storage.simulator.copies.add({ fail: '500 InternalServerError "Copy failed."' });
        await expect(up(state, { keepSnapshots: 1, ...triggers("tuesday") })).rejects.toThrow();
        expect(await backups()).toEqual([state.destinationSnapshot]);
    });

    it("leaves the snapshots of a blob that somebody has put in the destination's place", async () => {
        let state = await up(undefined);
        state = await up(state, triggers("tuesday"));
        await backup.delete({ deleteSnapshots: "include" });
        const foreign = storage.blob("dev", "disk.vhd");
        await foreign.upload("precious", 8);
        await foreign.createSnapshot();
        storage.clock.advance(1_000);
        await foreign.createSnapshot();
        await up(state, { keepSnapshots: 1, ...triggers("tuesday") });
        expect(await backups()).toHaveLength(2);
    });

    it("warns where a snapshot can't be deleted, and tries again", async () => {
        let state = await up(undefined, { keepSnapshots: 1 });
        const fault = storage.simulator.faults.add({ operation: "Delete Blob", account: "dev", status: 403 });
        state = await up(state, { keepSnapshots: 1, ...triggers("tuesday") });
        expect(storage.warnings.at(-1)).toMatch(/could not delete the snapshot/);
        expect(state.destinationSnapshots).toHaveLength(2);
        fault.remove();
        state = await up(state, { keepSnapshots: 1, ...triggers("wednesday") });
        expect(await backups()).toEqual([state.destinationSnapshot]);
    });
});

describe("takeSnapshot.deleteSuperseded", () => {
    const deleting = (day: string) => ({ takeSnapshot: { triggers: [day], deleteSuperseded: true } });

    it("deletes what the resource took itself once a newer one was copied, and nobody else's", async () => {
        const foreign = await snapshot();
        let state = await up(undefined, deleting("monday"));
        const other = { ...inputs().destination, blobName: "other.vhd" };
        const others = await up(undefined, { ...deleting("monday"), destination: other });
        state = await up(state, deleting("tuesday"));
        expect(await sourceSnapshots()).toEqual([foreign, others.sourceSnapshot, state.sourceSnapshot]);
        await write(9, 1, "b");
        state = await up(state, deleting("wednesday"));
        expect(state.bytesTransferred).toBe(512);
        expect(await sourceSnapshots()).toEqual([foreign, others.sourceSnapshot, state.sourceSnapshot]);
    });

    it("leaves the snapshots that somebody took of a source which was restored from a backup, markers and all", async () => {
        let state = await up(undefined, deleting("monday"));
        const { metadata } = await disk.withSnapshot(state.sourceSnapshot!).getProperties();
        await disk.setMetadata(metadata);
        const foreign = await snapshot();
        state = await up(state, deleting("tuesday"));
        expect(await sourceSnapshots()).toContain(foreign);
        await disk.setMetadata({});
        state = await up(state, deleting("wednesday"));
        expect(await sourceSnapshots()).toContain(foreign);
        await handler.delete({ ...state, deleteSnapshots: true }, anotherRun());
        expect(await sourceSnapshots()).toContain(foreign);
    });

    it("keeps them unless it is asked for", async () => {
        await up(await up(undefined), triggers("tuesday"));
        expect(await sourceSnapshots()).toHaveLength(2);
    });

    it("deletes the older ones too where it is asked for later", async () => {
        let state = await up(undefined);
        state = await up(state, triggers("tuesday"));
        state = await up(state, deleting("wednesday"));
        expect(await sourceSnapshots()).toEqual([state.sourceSnapshot]);
    });

    it("keeps the last copied one while a newer copy has not succeeded", async () => {
        const state = await up(undefined, deleting("monday"));
        storage.simulator.copies.add({ fail: '500 InternalServerError "Copy failed."' });
        await expect(up(state, deleting("tuesday"))).rejects.toThrow();
        expect(await sourceSnapshots()).toContain(state.sourceSnapshot);
    });

    const failing = { fail: '500 InternalServerError "Copy failed."' };

    it("deletes the one whose copy was left pending, also where a refresh has seen its end", async () => {
        let state = await up(undefined, deleting("monday"));
        for (const days of [
            ["tuesday", "wednesday"],
            ["thursday", "friday"],
        ] as const) {
            storage.simulator.copies.add({ seconds: 100, times: 1 });
            const left = (await partialFailure(up(state, { timeout: "30s", ...deleting(days[0]) }))).state;
            if (days[0] === "thursday") {
                storage.clock.advance(100_000);
            }
            const read = await handler.read(left.url, left, anotherRun());
            state = await up(read, deleting(days[1]));
            expect(await sourceSnapshots()).toEqual([state.sourceSnapshot]);
        }
    });

    it("deletes the one whose copy has failed, in an update as in a create", async () => {
        let rule = storage.simulator.copies.add(failing);
        const created = await partialFailure(up(undefined, deleting("monday")));
        expect(created.message).toMatch(/ended as failed: 500 .*its empty blob was removed/);
        rule.remove();
        const first = await up(created.state, deleting("tuesday"));
        expect(first.copyKind).toBe("full");
        expect(await sourceSnapshots()).toEqual([first.sourceSnapshot]);

        rule = storage.simulator.copies.add(failing);
        const { connectionString, ...place } = inputs().source;
        const { endpoint, accountKey } = parseConnectionString(connectionString!);
        const source = { ...place, endpoint: endpoint!, accountKey: accountKey! };
        const updated = await partialFailure(up(first, { source, ...deleting("wednesday") }));
        // A secret that is no input any more would stand in the state in plain text.
        expect(updated.state).toEqual({ ...first, source, takenSnapshots: await sourceSnapshots() });
        rule.remove();
        const next = await up(updated.state, deleting("thursday"));
        expect(await sourceSnapshots()).toEqual([next.sourceSnapshot]);
    });

    it("deletes the one of a create that has failed with the resource, and no backups that were there before", async () => {
        storage.simulator.copies.add(failing);
        const { state } = await partialFailure(up(undefined, deleting("monday")));
        await handler.delete(state, anotherRun());
        expect(await sourceSnapshots()).toEqual([]);

        storage.simulator.copies.clear();
        const others = await up(undefined);
        await handler.delete({ ...state, deleteSnapshots: true }, anotherRun());
        expect(storage.warnings.at(-1)).toMatch(/was left alone/);
        expect(await backups()).toEqual([others.destinationSnapshot]);
    });

    it("records nothing of a create that has failed over a destination that another resource may own", async () => {
        await up(undefined);
        await disk.create(LENGTH);
        const recreated = inputs({ deleteSnapshots: true, ...deleting("tuesday") });
        const error = await handler.create(recreated, anotherRun()).catch((failure: unknown) => failure);
        expect((error as Error).message).toMatch(/409 BlobOverwritten/);
        expect(error).not.toBeInstanceOf(PartialFailure);
    });

    it("warns where the source's snapshots can't be listed, and deletes them once they can", async () => {
        const fault = storage.simulator.faults.add({ operation: "List Blobs", account: "golden", status: 403 });
        let state = await up(undefined, deleting("monday"));
        state = await up(state, deleting("tuesday"));
        expect(storage.warnings).toEqual([
            expect.stringMatching(
                /the snapshots of the source .*disk\.vhd can't be listed .*deleteSuperseded deletes none/,
            ),
        ]);
        fault.remove();
        state = await up(state, deleting("wednesday"));
        expect(await sourceSnapshots()).toEqual([state.sourceSnapshot]);
    });

    it("deletes the last one with the resource", async () => {
        const foreign = await snapshot();
        const state = await up(undefined, { ...deleting("monday"), deleteSnapshots: true });
        await handler.delete(state, anotherRun());
        expect(await sourceSnapshots()).toEqual([foreign]);
    });
});

describe("interruption", () => {
    /** A context that is stopped as soon as the service has carried out a request. */
    function killedAfter(operation: string, account: "golden" | "dev"): Context {
        const stop = new AbortController();
        const context = anotherRun({ signal: stop.signal });
        const fault = storage.simulator.faults.add({ operation, account, resetAfter: true });
        const clients = createClients({ maxTries: 1 });
        storage.onProgress(() => stop.abort());
        return {
            ...context,
            clients,
            clock: {
                ...context.clock,
                // Whoever waits to try again is killed while it waits.
                sleep: async () => {
                    fault.remove();
                    stop.abort();
                    throw new Error("killed");
                },
            },
        };
    }

    async function killed(run: Promise<unknown>): Promise<void> {
        await expect(run).rejects.toThrow();
        storage.simulator.faults.clear();
        storage.onProgress(() => {});
    }

    it.each([
        ["Snapshot Blob", "golden"],
        ["Incremental Copy Blob", "dev"],
        ["Get Blob Properties", "dev"],
        ["List Blobs", "dev"],
        ["Get Page Ranges", "dev"],
    ] as const)(
        "of a create after %s: the next one carries on, with one snapshot and one copy",
        async (operation, account) => {
            await killed(
                up(undefined, {}, killedAfter(operation, account)).then(() =>
                    Promise.reject(new Error("killed after")),
                ),
            );
            const state = await up(undefined);
            expect(await sourceSnapshots()).toEqual([state.sourceSnapshot]);
            expect(await backups()).toEqual([state.destinationSnapshot]);
            expect(copies()).toBe(1);
            await expectCopies(state);
        },
    );

    it.each([
        ["Snapshot Blob", "golden"],
        ["Incremental Copy Blob", "dev"],
        ["List Blobs", "dev"],
    ] as const)(
        "of an update after %s: the next one carries on, with one snapshot and one copy",
        async (operation, account) => {
            const state = await up(undefined);
            await write(6, 1, "b");
            const context = killedAfter(operation, account);
            await killed(up(state, triggers("tuesday"), context).then(() => Promise.reject(new Error("killed after"))));
            const next = await up(state, triggers("tuesday"));
            expect(await sourceSnapshots()).toEqual([state.sourceSnapshot, next.sourceSnapshot]);
            expect(await backups()).toEqual([state.destinationSnapshot, next.destinationSnapshot]);
            expect(next).toMatchObject({ copyKind: "incremental", bytesTransferred: 512 });
            expect(copies()).toBe(2);
            await expectCopies(next);
        },
    );

    it("takes one snapshot where the answer to taking it is lost", async () => {
        storage.simulator.faults.add({ operation: "Snapshot Blob", resetAfter: true, times: 1 });
        const state = await up(undefined);
        expect(await sourceSnapshots()).toEqual([state.sourceSnapshot]);
    });

    it("starts one copy where the answer to starting it is lost", async () => {
        storage.simulator.faults.add({ operation: "Incremental Copy Blob", resetAfter: true, times: 1 });
        const state = await up(undefined);
        expect(copies()).toBe(1);
        expect(await backups()).toEqual([state.destinationSnapshot]);
    });

    it("joins its own copy where the answer is lost and conditions are given", async () => {
        storage.simulator.faults.add({ operation: "Incremental Copy Blob", resetAfter: true, times: 1 });
        const state = await up(undefined, { conditions: { ifNoneMatch: "*" } });
        expect(copies()).toBe(1);
        expect(await backups()).toEqual([state.destinationSnapshot]);
    });

    it("at the timeout leaves the copy pending, and the next up joins it", async () => {
        storage.simulator.copies.add({ seconds: 100, times: 1 });
        const failure = await partialFailure(up(undefined, { timeout: "30s" }));
        expect(failure.message).toMatch(
            /still pending at its timeout .*it goes on, and the next pulumi up carries on from there/,
        );
        expect(failure.state).toMatchObject({ url: backup.url, copyStatus: "pending", copyId: expect.any(String) });
        const state = await up(failure.state, { timeout: "30m" });
        expect(state).toMatchObject({ copyStatus: "success", copyId: failure.state.copyId });
        expect(await sourceSnapshots()).toHaveLength(1);
        expect(copies()).toBe(1);
    });

    it("at the timeout of an update keeps what was recorded of the copies before", async () => {
        const first = await up(undefined);
        storage.simulator.copies.add({ seconds: 100, times: 1 });
        const { state } = await partialFailure(up(first, { timeout: "30s", ...triggers("tuesday") }));
        expect(state).toMatchObject({ copyStatus: "pending", destinationSnapshot: first.destinationSnapshot });
        const next = await up(state, triggers("tuesday"));
        expect(next.destinationSnapshots).toHaveLength(2);
        expect(next.copyKind).toBe("incremental");
    });

    it("carries on with a copy that takes longer than its timeout, though the triggers change each time", async () => {
        storage.simulator.copies.add({ seconds: 100, times: 1 });
        const left = [await partialFailure(up(undefined, { timeout: "30s", ...triggers("monday") }))];
        await write(4, 1, "b");
        left.push(await partialFailure(up(left[0]!.state, { timeout: "30s", ...triggers("tuesday") })));
        expect(left[1]!.message).toMatch(/still pending at its timeout/);
        expect(left[1]!.state.copyId).toBe(left[0]!.state.copyId);
        // The copy's end, as a refresh may see it, is none of a snapshot for the new trigger.
        expect(left[1]!.state.takeSnapshot).toEqual({ triggers: ["monday"] });
        const state = await up(left[1]!.state, { timeout: "60s", ...triggers("wednesday") });
        expect(transfers()).toEqual([
            [true, 4],
            [false, 1],
        ]);
        expect(await sourceSnapshots()).toEqual(state.destinationSnapshots!.map((each) => each.sourceSnapshot));
        await expectCopies(state);
    });

    it("tells of a copy that was left pending and is aborted at the next timeout", async () => {
        const first = await up(undefined, { snapshot: await snapshot() });
        storage.simulator.copies.add({ stall: true, times: 1 });
        const { state } = await partialFailure(up(first, { timeout: "30s", ...triggers("monday") }));
        const aborting = { timeout: "30s", onTimeout: "abort", ...triggers("tuesday") } as const;
        await expect(up(state, aborting)).rejects.toThrow(
            /onTimeout is "abort"; the destination's older snapshots are/,
        );
        expect(await up(state, triggers("tuesday"))).toMatchObject({ copyStatus: "success", copyKind: "incremental" });
    });

    it("aborts a copy that was left pending where another snapshot is wanted now", async () => {
        const first = await up(undefined);
        storage.simulator.copies.add({ stall: true, times: 1 });
        const { state } = await partialFailure(up(first, { timeout: "30s", snapshot: await snapshot() }));
        await write(7, 1, "b");
        const next = await up(state, { snapshot: await snapshot() });
        expect(next).toMatchObject({ copyStatus: "success", bytesTransferred: 512 });
        expect(await backups()).toEqual([first.destinationSnapshot, next.destinationSnapshot]);
    });

    it("fails while somebody else's copy of another snapshot is pending", async () => {
        storage.simulator.copies.add({ stall: true, times: 1 });
        const [first, second] = [await snapshot(), await snapshot()];
        await partialFailure(up(undefined, { timeout: "30s", snapshot: first }));
        await expect(up(undefined, { snapshot: second })).rejects.toThrow(/another copy .* is pending since/);
    });

    it('at the timeout with onTimeout "abort" ends it, and takes the empty blob away', async () => {
        storage.simulator.copies.add({ stall: true, times: 1 });
        await expect(up(undefined, { timeout: "30s", onTimeout: "abort" })).rejects.toThrow(
            /at its timeout of 30 s .*was aborted since onTimeout is "abort"; its empty blob was removed/,
        );
        expect(await backup.exists()).toBe(false);
        expect((await up(undefined)).copyStatus).toBe("success");
        expect(await sourceSnapshots()).toHaveLength(1);
    });

    it('at the timeout of an update with onTimeout "abort" leaves the older snapshots', async () => {
        const first = await up(undefined);
        storage.simulator.copies.add({ stall: true, times: 1 });
        const options = { timeout: "30s", onTimeout: "abort", ...triggers("tuesday") } as const;
        await expect(up(first, options)).rejects.toThrow(/the destination's older snapshots are as they were/);
        expect(await backups()).toEqual([first.destinationSnapshot]);
        const next = await up(first, triggers("tuesday"));
        expect(next.destinationSnapshots).toHaveLength(2);
    });
});

describe("read", () => {
    it("tells what the service says, and nothing else has changed", async () => {
        const state = await up(undefined);
        expect(await handler.read(state.url, state, anotherRun())).toEqual(state);
    });

    it("records a copy that has ended since, and the next up has nothing to do", async () => {
        storage.simulator.copies.add({ seconds: 100, times: 1 });
        const { state } = await partialFailure(up(undefined, { timeout: "30s" }));
        storage.clock.advance(100_000);
        const read = await handler.read(state.url, state, anotherRun());
        expect(read).toMatchObject({
            copyStatus: "success",
            sourceSnapshot: (await sourceSnapshots())[0],
            copyKind: "full",
            bytesTransferred: 4 * 512,
        });
        expect((await up(read, { timeout: "30s" })).copyStatus).toBe("success");
        expect(copies()).toBe(1);
    });

    it("takes no second snapshot where a refresh has seen the copy of a killed update", async () => {
        const first = await up(undefined);
        await up(first, triggers("tuesday"));
        const read = await handler.read(first.url, first, anotherRun());
        const next = await up(read, triggers("tuesday"));
        expect(next.sourceSnapshot).toBe(read!.sourceSnapshot);
        expect(await sourceSnapshots()).toHaveLength(2);
    });

    it("is gone where the destination is, and only then", async () => {
        const state = await up(undefined);
        const fault = storage.simulator.faults.add({ operation: "Get Blob Properties", account: "dev", status: 403 });
        await expect(handler.read(state.url, state, anotherRun())).rejects.toThrow(/could not read .*403/);
        fault.remove();
        await backup.delete({ deleteSnapshots: "include" });
        expect(await handler.read(state.url, state, anotherRun())).toBeUndefined();
    });

    it("warns of a newest snapshot that somebody has deleted", async () => {
        const state = await up(undefined);
        await backup.withSnapshot(state.destinationSnapshot!).delete();
        const read = await handler.read(state.url, state, anotherRun());
        expect(read!.destinationSnapshots).toEqual([]);
        expect(storage.warnings.at(-1)).toMatch(/was deleted by somebody else/);
    });

    it("shows a blob that somebody has put in the destination's place, which the next up refuses to overwrite", async () => {
        const state = await up(undefined);
        await backup.delete({ deleteSnapshots: "include" });
        await storage.blob("dev", "disk.vhd").upload("precious", 8);
        const read = await handler.read(state.url, state, anotherRun());
        expect(read).toMatchObject({ contentLength: 8, copyStatus: undefined });
        await expect(up(read)).rejects.toThrow(/no incremental copy has made/);
    });

    it("reads a destination that no resource has made", async () => {
        const { connectionString } = storage.inputs.destination;
        const state = await up(undefined);
        const found = await handler.read(backup.url, { destination: { connectionString } }, anotherRun());
        expect(found).toMatchObject({
            url: backup.url,
            source: { url: disk.url },
            sourceSnapshot: state.sourceSnapshot,
            destinationSnapshot: state.destinationSnapshot,
        });
    });
});

describe("delete", () => {
    it("fails over snapshots unless deleteSnapshots is true, and loses nothing", async () => {
        const state = await up(undefined);
        await expect(handler.delete(state, anotherRun())).rejects.toThrow(
            /has snapshots, the backups that it was made for, and was left as it is: .*set deleteSnapshots: true and run pulumi up before/,
        );
        expect(await backups()).toEqual([state.destinationSnapshot]);
        await handler.delete(await up(state, { deleteSnapshots: true }), anotherRun());
        expect(await backup.exists()).toBe(false);
        expect(await backups()).toEqual([]);
    });

    it("deletes a base that has no snapshots", async () => {
        const state = await up(undefined);
        await backup.withSnapshot(state.destinationSnapshot!).delete();
        await handler.delete(state, anotherRun());
        expect(await backup.exists()).toBe(false);
    });

    it("is content with a destination that is gone", async () => {
        const state = await up(undefined, { deleteSnapshots: true });
        await backup.delete({ deleteSnapshots: "include" });
        await handler.delete(state, anotherRun());
        await expect(handler.delete(state, anotherRun())).resolves.toBeUndefined();
    });

    it("deletes a destination whose last update has failed", async () => {
        const state = await up(undefined, { deleteSnapshots: true });
        await write(0, 1, "b");
        storage.simulator.copies.add({ fail: '500 InternalServerError "Copy failed."' });
        await expect(up(state, { deleteSnapshots: true, ...triggers("tuesday") })).rejects.toThrow("Copy failed");
        await handler.delete(state, anotherRun());
        expect(await backup.exists()).toBe(false);
        expect(storage.warnings).toEqual([]);
    });

    it("leaves what somebody else has copied onto since", async () => {
        const state = await up(undefined, { deleteSnapshots: true });
        await up(state, triggers("tuesday"));
        await handler.delete(state, anotherRun());
        expect(storage.warnings.at(-1)).toMatch(/was changed by somebody else .* was left alone/);
        expect(await backups()).toHaveLength(2);
    });

    it("aborts a first copy that is pending, and lets a later one go on unless its snapshots may go", async () => {
        storage.simulator.copies.add({ stall: true, times: 1 });
        const first = await partialFailure(up(undefined, { timeout: "30s" }));
        await handler.delete(first.state, anotherRun());
        expect(await backup.exists()).toBe(false);

        const whole = await up(undefined);
        storage.simulator.copies.add({ stall: true });
        const { state } = await partialFailure(up(whole, { timeout: "30s", ...triggers("tuesday") }));
        await expect(handler.delete(state, anotherRun())).rejects.toThrow(/has snapshots/);
        expect((await backup.getProperties()).copyStatus).toBe("pending");
        await handler.delete({ ...state, deleteSnapshots: true }, anotherRun());
        expect(await backup.exists()).toBe(false);
    });

    it("of a resource that was renamed without an alias leaves the destination to the new one", async () => {
        const old = await up(undefined, { deleteSnapshots: true });
        const run = anotherRun();
        const renamed = await up(undefined, { deleteSnapshots: true }, run);
        expect(renamed.copyId).toBe(old.copyId);
        await handler.delete(old, run);
        expect(storage.warnings.at(-1)).toMatch(/belongs to another resource of this program now, and was left alone/);
        expect(await backups()).toEqual([renamed.destinationSnapshot]);
        await handler.delete(renamed, anotherRun());
        expect(await backup.exists()).toBe(false);
    });
});
