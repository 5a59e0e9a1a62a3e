// Two resources of one program onto one destination, under the real Pulumi CLI: its check tells, before anything is written. Nothing of what
// one resource may do with its own destination is taken for that.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sourceText, startFiles, type TestFiles } from "../helpers/files";
import { type Program, withStack } from "../helpers/stack";

let files: TestFiles;

beforeEach(async () => {
    files = await startFiles({ realTime: true, copySeconds: 0 });
    // Whichever resource the engine comes to first must find its source.
    files.simulator.account("golden").putBlob("images", "disk.vhd", Buffer.alloc(512), { blobType: "PageBlob" });
});

afterEach(async () => {
    await files.close();
});

type Args = Record<string, unknown>;

const at = (account: "golden" | "dev", containerName: string, blobName: string) => ({
    connectionString: files.simulator.account(account).connectionString,
    containerName,
    blobName,
});
const blobArgs = (blobName = "orders.bak"): Args => ({
    source: at("golden", "images", "orders.bak"),
    destination: at("dev", "seed", blobName),
});
const writes = () => files.operations().filter((operation) => !/^(Get|List)/.test(operation));

/** What one program declares; a test changes it between two operations. */
interface Declared {
    readonly type: "BlobCopy" | "FileCopy" | "IncrementalSnapshotCopy";
    readonly name: string;
    readonly args: Args;
    readonly options?: Args;
}

function programOf(declared: { current: readonly Declared[] }): Program {
    return ({ copy }) => {
        for (const { type, name, args, options } of declared.current) {
            new copy[type](name, args as never, options);
        }
        return undefined;
    };
}

describe("two resources onto one destination", () => {
    it.each<[string, () => Declared[], RegExp]>([
        [
            "BlobCopy and BlobCopy",
            () => [
                { type: "BlobCopy", name: "one", args: blobArgs() },
                { type: "BlobCopy", name: "other", args: blobArgs() },
            ],
            /destination is \S+\/dev\/seed\/orders\.bak, which is the destination of BlobCopy \\?"(one|other)\\?", too: it and BlobCopy \\?"(one|other)\\?" would overwrite each other/,
        ],
        [
            "BlobCopy and BlobCopy, by a URL with another name of the host",
            () => {
                const { key, blobEndpoint } = files.simulator.account("dev");
                const url = `${blobEndpoint.replace("127.0.0.1", "localhost")}/seed/orders%2Ebak`;
                return [
                    { type: "BlobCopy", name: "one", args: blobArgs() },
                    { type: "BlobCopy", name: "other", args: { ...blobArgs(), destination: { url, accountKey: key } } },
                ];
            },
            /BlobCopy \\?"(one|other)\\?", too/,
        ],
        [
            "FileCopy and FileCopy, whose names differ by upper and lower case",
            () => [
                { type: "FileCopy", name: "one", args: { ...files.inputs } },
                {
                    type: "FileCopy",
                    name: "other",
                    args: {
                        ...files.inputs,
                        destination: { ...files.inputs.destination, filePath: "App/settings.json" },
                    },
                },
            ],
            /\/dev\/seed\/[Aa]pp\/settings\.json, which is the destination of FileCopy \\?"(one|other)\\?", too: it and FileCopy/,
        ],
        [
            "BlobCopy and IncrementalSnapshotCopy",
            () => [
                { type: "BlobCopy", name: "one", args: blobArgs("disk.vhd") },
                {
                    type: "IncrementalSnapshotCopy",
                    name: "other",
                    args: {
                        ...blobArgs("disk.vhd"),
                        source: at("golden", "images", "disk.vhd"),
                        takeSnapshot: { triggers: ["1"] },
                    },
                },
            ],
            /disk\.vhd, which is the destination of (BlobCopy \\?"one|IncrementalSnapshotCopy \\?"other)\\?", too/,
        ],
    ])("are refused by check: %s", async (_, declare, message) => {
        await withStack(programOf({ current: declare() }), async ({ preview, up, resources }) => {
            const previewed = await preview();
            expect(previewed.error).toBeDefined();
            expect(previewed.transcript).toMatch(message);
            expect(writes()).toEqual([]);
            // Without a preview, as here, the first one is made before the engine comes to the second.
            const made = await up();
            expect(made.transcript).toMatch(message);
            expect(made.failed).toHaveLength(1);
            expect((await resources()).map(({ urn }) => urn.split("::").at(-1))).not.toContain(made.failed[0]);
        });
    });
});

it("lets one resource move, and another one come: a rename, a replacement", async () => {
    const declared: { current: Declared[] } = { current: [{ type: "BlobCopy", name: "one", args: blobArgs() }] };
    await withStack(programOf(declared), async ({ up, preview, refresh, resources }) => {
        const ups = async () => {
            expect((await preview()).error).toBeUndefined();
            const { error, steps } = await up();
            expect(error).toBeUndefined();
            return steps;
        };
        await ups();
        declared.current = [
            { type: "BlobCopy", name: "renamed", args: blobArgs(), options: { aliases: [{ name: "one" }] } },
        ];
        expect(await ups()).toEqual({ renamed: ["same"] });
        declared.current = [
            { type: "BlobCopy", name: "renamed", args: blobArgs("else.bak") },
            { type: "BlobCopy", name: "next", args: blobArgs("next.bak") },
        ];
        expect((await ups()).renamed).toContain("create-replacement");
        const renamed = (await resources()).find(({ urn }) => urn.endsWith("renamed"))!;
        expect((await up({ replace: [renamed.urn] })).error).toBeUndefined();
        expect((await refresh()).error).toBeUndefined();
        // A FileCopy and a BlobCopy of one name are two objects.
        declared.current.push({ type: "FileCopy", name: "next", args: { ...files.inputs } });
        await ups();
        expect(await files.text()).toBe(sourceText);
    });
});
