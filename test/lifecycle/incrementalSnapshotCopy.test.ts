// IncrementalSnapshotCopy under the real Pulumi CLI, as a user installs it. What was copied is checked at the service, through the Azure SDK.

import type { PageBlobClient } from "@azure/storage-blob";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Operation, type Program, withStack } from "../helpers/stack";
import { startStorage, type TestStorage } from "../helpers/storage";

const MIB = 1024 ** 2;
const LENGTH = 4 * MIB;

let storage: TestStorage;
let disk: PageBlobClient;

beforeEach(async () => {
    storage = await startStorage({ realTime: true });
    disk = storage.container("golden").getPageBlobClient("disk.vhd");
    await disk.create(LENGTH);
    await write(0, MIB, "a");
});

afterEach(async () => {
    await storage.close();
});

const write = (offset: number, count: number, letter: string) =>
    disk.uploadPages(Buffer.alloc(count, letter), offset, count);
const backup = (name = "disk.vhd") => storage.container("dev").getPageBlobClient(name);
const snapshot = async () => (await disk.createSnapshot()).snapshot!;
const transfers = () => storage.simulator.copies.incrementalTransfers.map(({ bytes }) => bytes);
const at = (blobName: string) => ({ ...storage.inputs.destination, blobName });

/** The resource `backup`; a test changes its arguments between two operations. */
function programOf(args: { current: Record<string, unknown>; options?: Record<string, unknown> }): Program {
    return ({ copy }) => {
        const all = {
            source: { ...storage.inputs.source, blobName: "disk.vhd" },
            destination: at("disk.vhd"),
            ...args.current,
        };
        const resource = new copy.IncrementalSnapshotCopy("backup", all as never, args.options);
        const { copyKind, copyStatus, bytesTransferred, sourceSnapshot, destinationSnapshots } = resource;
        return {
            copyKind,
            copyStatus,
            bytesTransferred,
            sourceSnapshot,
            destinationSnapshots,
            latest: resource.destinationSnapshotUrl,
        };
    };
}

interface Outputs {
    readonly sourceSnapshot: string;
    readonly bytesTransferred: number;
    readonly latest: string;
    readonly destinationSnapshots: { readonly snapshot: string; readonly sourceSnapshot: string }[];
}

const outputsOf = ({ outputs }: Operation) => outputs as unknown as Outputs;

async function expectCopies({ destinationSnapshots }: Outputs, name?: string): Promise<void> {
    for (const { snapshot: taken, sourceSnapshot } of destinationSnapshots) {
        const copied = await backup(name).withSnapshot(taken).downloadToBuffer();
        expect(copied.equals(await disk.withSnapshot(sourceSnapshot).downloadToBuffer())).toBe(true);
    }
}

describe("pulumi up with an IncrementalSnapshotCopy", () => {
    it("copies a chain of five snapshots, each time what has changed, and keeps the order", async () => {
        const args: { current: Record<string, unknown> } = { current: { snapshot: await snapshot() } };
        await withStack(programOf(args), async ({ up, preview, destroy, resources }) => {
            expect((await preview()).steps).toEqual({ backup: ["create"] });
            expect(await backup().exists()).toBe(false);
            const first = await up();
            expect(first.error).toBeUndefined();
            expect(first.outputs).toMatchObject({ copyKind: "full", copyStatus: "success", bytesTransferred: MIB });

            const given = [String(args.current.snapshot)];
            const changes = [
                [2 * MIB, 64 * 1024],
                [0, 512],
                [3 * MIB, MIB],
                [MIB + 512, 1024],
            ] as const;
            for (const [offset, count] of changes) {
                await write(offset, count, "b");
                given.push(await snapshot());
                args.current = { snapshot: given.at(-1) };
                const next = await up();
                expect(next.steps).toEqual({ backup: ["update"] });
                expect(next.outputs).toMatchObject({ copyKind: "incremental", bytesTransferred: count });
            }
            expect(transfers()).toEqual([MIB, ...changes.map(([, count]) => count)]);
            storage.operations();
            const same = await up();
            expect(same.steps).toEqual({ backup: ["same"] });
            expect(storage.operations()).toEqual([]);
            expect(outputsOf(same).destinationSnapshots.map(({ sourceSnapshot }) => sourceSnapshot)).toEqual(given);
            await expectCopies(outputsOf(same));

            args.current = { snapshot: given[1] };
            const older = await preview();
            expect(older.error).toContain(`the snapshot ${given[1]} is older than ${given[4]}, which was copied onto`);
            expect((await destroy()).error).toMatch(
                /has snapshots, the backups that it was made for, and was left as it is/,
            );
            expect(await resources()).toHaveLength(1);
            await expectCopies(outputsOf(same));
        });
    });

    it("explains a re-created source, and replaces with the old destination kept", async () => {
        const args: { current: Record<string, unknown> } = { current: { snapshot: await snapshot() } };
        await withStack(programOf(args), async ({ up, preview, refresh, destroy, resources }) => {
            await up();
            await refresh();
            expect((await up()).steps).toEqual({ backup: ["same"] });

            await disk.create(LENGTH);
            args.current = { snapshot: await snapshot() };
            const recreated = await preview();
            expect(recreated.steps.backup).toContain("replace");
            expect(recreated.transcript).toContain("sourceGeneration");
            expect(recreated.warnings.join()).toMatch(/will not be deleted while it has snapshots/);
            const refused = await up();
            expect(refused.error).toMatch(
                /the source was re-created since it was copied last.*give another destination/,
            );
            expect(outputsOf(refused).destinationSnapshots).toHaveLength(1);

            args.current = { ...args.current, destination: at("disk-2.vhd"), deleteSnapshots: true };
            const anew = await up();
            expect(anew.error).toMatch(/has snapshots, the backups that it was made for, and was left as it is/);
            expect(await backup("disk-2.vhd").exists()).toBe(true);
            expect(await backup().exists()).toBe(true);
            await backup().delete({ deleteSnapshots: "include" });
            expect((await up()).error).toBeUndefined();

            expect((await destroy()).error).toBeUndefined();
            expect(await backup("disk-2.vhd").exists()).toBe(false);
            expect(await resources()).toEqual([]);
        });
    });

    it("takes the snapshots itself when triggers change, keeps as many as asked, and replaces with the old one kept till the end", async () => {
        const take = (day: string) => ({
            takeSnapshot: { triggers: [day], deleteSuperseded: true },
            keepSnapshots: 2,
            deleteSnapshots: true,
        });
        const args: { current: Record<string, unknown> } = { current: take("monday") };
        await withStack(programOf(args), async ({ up, destroy, onDisk }) => {
            for (const day of ["monday", "tuesday", "wednesday"]) {
                await write(MIB, 512, day[0]!);
                args.current = take(day);
                expect((await up()).error).toBeUndefined();
            }
            expect((await up()).steps).toEqual({ backup: ["same"] });
            expect(transfers()).toEqual([MIB + 512, 512, 512]);
            const kept: string[] = [];
            for await (const each of storage
                .container("golden")
                .listBlobsFlat({ includeSnapshots: true, prefix: "disk" })) {
                kept.push(...(each.snapshot ? [each.snapshot] : []));
            }
            const outputs = outputsOf(await up());
            expect(kept).toEqual([outputs.sourceSnapshot]);
            expect(outputs.destinationSnapshots).toHaveLength(2);
            expect(onDisk()).not.toMatch(/sig=/);

            args.current = { ...take("wednesday"), destination: at("disk-2.vhd") };
            const replaced = await up();
            expect(replaced.error).toBeUndefined();
            expect(replaced.steps.backup).toEqual(["create-replacement", "replace", "delete-replaced"]);
            expect(await backup().exists()).toBe(false);
            expect(await backup("disk-2.vhd").exists()).toBe(true);

            expect((await destroy()).error).toBeUndefined();
            expect(await backup("disk-2.vhd").exists()).toBe(false);
        });
    });

    it("reads an existing destination with IncrementalSnapshotCopy.get", async () => {
        const taken = await snapshot();
        await withStack(programOf({ current: { snapshot: taken, deleteSnapshots: true } }), async ({ up }) => {
            const made = outputsOf(await up());
            const program: Program = ({ copy }) => {
                const { connectionString } = storage.inputs.destination;
                const found = copy.IncrementalSnapshotCopy.get("found", backup().url, {
                    destination: { connectionString: connectionString! },
                });
                const { sourceSnapshot, destinationSnapshots, destinationSnapshotUrl: latest } = found;
                return { sourceSnapshot, destinationSnapshots, latest };
            };
            await withStack(program, async (reading) => {
                const { outputs, error } = await reading.up();
                expect(error).toBeUndefined();
                const { sourceSnapshot, destinationSnapshots, latest } = made;
                expect(outputs).toEqual({ sourceSnapshot, destinationSnapshots, latest });
                expect((await reading.destroy()).error).toBeUndefined();
            });
            await expectCopies(made);
        });
    });

    it("restores by BlobCopy: a copied snapshot becomes a page blob that can be written", async () => {
        const taken = await snapshot();
        const program: Program = ({ copy }) => {
            const copied = new copy.IncrementalSnapshotCopy("backup", {
                source: { ...storage.inputs.source, blobName: "disk.vhd" } as never,
                snapshot: taken,
                destination: at("disk.vhd") as never,
                deleteSnapshots: true,
            });
            const restored = new copy.BlobCopy("restored", {
                source: { ...at("disk.vhd"), snapshot: copied.destinationSnapshot } as never,
                destination: at("restored.vhd") as never,
            });
            return { url: restored.url };
        };
        await withStack(program, async ({ preview, up }) => {
            expect((await preview()).steps).toEqual({ backup: ["create"], restored: ["create"] });
            expect((await up()).error).toBeUndefined();
            const restored = backup("restored.vhd");
            const content = await restored.downloadToBuffer();
            expect(content.equals(await disk.withSnapshot(taken).downloadToBuffer())).toBe(true);
            await restored.uploadPages(Buffer.alloc(512, "x"), 0, 512);
        });
    });
});
