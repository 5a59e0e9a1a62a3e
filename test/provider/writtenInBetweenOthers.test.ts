// What writtenInBetween.test.ts does for BlobCopy, for the other resources.

import type { PageBlobClient } from "@azure/storage-blob";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileCopyHandler } from "../../src/provider/fileCopy";
import type { FileCopyInputs, FileCopyState } from "../../src/provider/fileCopyTypes";
import { incrementalSnapshotCopyHandler as handler } from "../../src/provider/incrementalSnapshotCopy";
import type {
    IncrementalSnapshotCopyInputs,
    IncrementalSnapshotCopyState,
} from "../../src/provider/incrementalSnapshotCopyTypes";
import { beforeRequest } from "../helpers/beforeRequest";
import { startFiles, type TestFiles } from "../helpers/files";
import { startStorage, type TestStorage } from "../helpers/storage";
import { upOnceWith } from "../helpers/up";

const failureOf = <State>(run: Promise<unknown>): Promise<Error & { state: State }> =>
    run.then(
        () => expect.fail("it succeeded"),
        (error) => error,
    );

describe("somebody who copies onto the destination of incremental copies, or writes it, right before", () => {
    let storage: TestStorage;
    let disk: PageBlobClient;
    let backup: PageBlobClient;

    beforeEach(async () => {
        storage = await startStorage({ copySeconds: 10 });
        disk = storage.container("golden").getPageBlobClient("disk.vhd");
        backup = storage.container("dev").getPageBlobClient("disk.vhd");
        storage.simulator
            .account("golden")
            .putBlob("images", "disk.vhd", Buffer.alloc(1_024, "a"), { blobType: "PageBlob" });
    });

    afterEach(() => storage.close());

    const up = (state?: IncrementalSnapshotCopyState, change: Partial<IncrementalSnapshotCopyInputs> = {}) => {
        storage.clock.advance(5_000);
        const inputs = {
            source: { ...storage.inputs.source, blobName: "disk.vhd" },
            destination: { ...storage.inputs.destination, blobName: "disk.vhd" },
            takeSnapshot: { triggers: [] },
            ...change,
        };
        return upOnceWith(handler, storage, state, inputs);
    };
    const triggers = (value: string) => ({ takeSnapshot: { triggers: [value] } });
    const inBetween = (operation: string, write: () => unknown, nth = 1) =>
        beforeRequest(storage.simulator, { operation, account: "dev", blob: "disk.vhd", nth }, write);
    const backups = async () => {
        const found: string[] = [];
        for await (const { snapshot } of storage.container().listBlobsFlat({ includeSnapshots: true })) {
            found.push(...[snapshot ?? []].flat());
        }
        return found;
    };

    /** Somebody copies a snapshot that they have taken. */
    async function somebodyCopies(): Promise<void> {
        const { snapshot } = await disk.createSnapshot();
        const url = await disk.generateSasUrl({
            permissions: { toString: () => "r" } as never,
            expiresOn: new Date(storage.clock.now() + 3_600_000),
        });
        await backup.startCopyIncremental(`${url}&snapshot=${encodeURIComponent(snapshot!)}`);
        storage.clock.advance(60_000);
    }

    it("the copy onto a free name does not go on from theirs", async () => {
        const happened = inBetween("Incremental Copy Blob", somebodyCopies);
        const failure = await failureOf(up());
        expect(happened()).toBe(true);
        expect(failure.message).toMatch(/incremental copies go in ascending order/);
        expect(await backups()).toHaveLength(1);
    });

    it("the next copy does not go by what was there before", async () => {
        const state = await up();
        const happened = inBetween("Incremental Copy Blob", somebodyCopies);
        const failure = await failureOf(up(state, triggers("next")));
        expect(happened()).toBe(true);
        expect(failure.message).toMatch(/incremental copies go in ascending order/);
        expect(await backups()).toHaveLength(2);
    });

    it("the deletion with the resource keeps theirs", async () => {
        const state = await up(undefined, { deleteSnapshots: true });
        const happened = inBetween("Delete Blob", somebodyCopies);
        const failure = await failureOf(handler.delete(state, storage.context));
        expect(happened()).toBe(true);
        expect(failure.message).toMatch(/is being changed by somebody else/);
        expect(await backups()).toHaveLength(2);
    });

    it("the deletion after an abort keeps theirs", async () => {
        const { state } = await failureOf<IncrementalSnapshotCopyState>(
            up(undefined, { timeout: "2s", deleteSnapshots: true }),
        );
        const happened = inBetween(
            "Get Blob Properties",
            async () => {
                await backup.delete({ deleteSnapshots: "include" });
                await somebodyCopies();
            },
            2,
        );
        const failure = await failureOf(handler.delete(state, storage.context));
        expect(happened()).toBe(true);
        expect(failure.message).toMatch(/was changed by somebody else while this resource's copy onto it was aborted/);
        expect(await backups()).toHaveLength(1);
    });

    it("the deletion of what a failed copy has left keeps theirs", async () => {
        storage.simulator.copies.add({ seconds: 5, fail: '500 InternalServerError "Copy failed."', times: 1 });
        const happened = inBetween("Delete Blob", () =>
            storage.simulator
                .account("dev")
                .putBlob("seed", "disk.vhd", Buffer.alloc(512, "t"), { blobType: "PageBlob" }),
        );
        await failureOf(up());
        expect(happened()).toBe(true);
        expect((await backup.downloadToBuffer()).toString()).toBe("t".repeat(512));
    });

    it("a snapshot of the source that somebody took is not deleted, though it is recorded", async () => {
        const options = { takeSnapshot: { triggers: [], deleteSuperseded: true } };
        const state = await up(undefined, options);
        const { snapshot } = await disk.createSnapshot();
        const recorded = { ...state, takenSnapshots: [...state.takenSnapshots!, snapshot!] };
        await handler.delete({ ...recorded, deleteSnapshots: true }, storage.context);
        expect(await disk.withSnapshot(snapshot!).exists()).toBe(true);
        expect(await disk.withSnapshot(state.takenSnapshots![0]!).exists()).toBe(false);
    });
});

describe("somebody who writes the destination's file right before", () => {
    let files: TestFiles;
    const theirs = "written by somebody";

    beforeEach(async () => {
        files = await startFiles();
    });

    afterEach(() => files.close());

    const somebodyWrites = () => files.simulator.account("dev").putFile("seed", "app/settings.json", theirs);

    const newer = async (change: Partial<FileCopyInputs> = {}) => {
        const state = await files.up(undefined, change);
        files.clock.advance(5_000);
        files.write("newer");
        return state;
    };

    it.each<
        [
            operation: string,
            nth: number,
            name: string,
            arrange: () => Promise<FileCopyState | undefined>,
            run: (state: FileCopyState | undefined) => Promise<unknown>,
        ]
    >([
        ["Rename File", 1, "onto a free name", async () => undefined, () => files.up(undefined)],
        ["Lease File", 1, "before an old file is replaced", () => newer(), (state) => files.up(state)],
        ["Rename File", 1, "in the place of an old file", () => newer(), (state) => files.up(state)],
        ["Get File Properties", 2, "by Copy File once it is renamed", async () => undefined, () => files.up(undefined)],
        [
            "Get File Properties",
            2,
            "by Put Range From URL once it is renamed",
            async () => undefined,
            () => files.up(undefined, { method: "fromUrl" }),
        ],
        [
            "Lease File",
            1,
            "before its marker is taken off",
            async () => undefined,
            () => files.up(undefined, { method: "fromUrl" }),
        ],
        [
            "Lease File",
            1,
            "before its properties are set",
            () => files.up(undefined),
            (state) => files.up(state, { metadata: { stage: "dev" } }),
        ],
        [
            "Lease File",
            1,
            "before it is deleted",
            () => files.up(undefined),
            (state) => fileCopyHandler.delete(state!, files.context),
        ],
    ])("%s %i, %s, keeps what they wrote", async (operation, nth, _, arrange, run) => {
        const state = await arrange();
        const happened = beforeRequest(
            files.simulator,
            { operation, account: "dev", path: "app/settings.json", nth },
            somebodyWrites,
        );
        const outcome = await run(state).then(
            (result) => result as FileCopyState | undefined,
            (error: Error & { state?: FileCopyState }) => error.state,
        );
        expect(happened()).toBe(true);
        expect(await files.text()).toBe(theirs);
        files.clock.advance(5_000);
        const next = outcome ?? state;
        if (next) {
            await fileCopyHandler.delete(next, files.context);
            expect(await files.text()).toBe(theirs);
        }
        await files.up(next).catch(() => undefined);
        expect(await files.text()).toBe(theirs);
    });

    it("after the rename, where a request fails, is known for its own by the next up", async () => {
        const state = await newer({ method: "fromUrl" });
        files.simulator.faults.add({
            operation: "Set File Metadata",
            path: "app/settings.json",
            status: 403,
            errorCode: "AuthorizationFailure",
        });
        const failure = await failureOf<FileCopyState>(files.up(state, { method: "fromUrl" }));
        files.simulator.faults.clear();
        expect(await files.text()).toBe("newer");
        expect(failure.state.lastWriteEtag).toBe((await files.file().getProperties()).etag);
        files.clock.advance(5_000);
        const next = await files.up(failure.state, { method: "fromUrl" });
        expect((await files.file().getProperties()).etag).toBe(next.lastWriteEtag);
        await fileCopyHandler.delete(next, files.context);
        expect(await files.file().exists()).toBe(false);
    });
});
