// A BlobCopy by the From-URL operations under the real Pulumi CLI, as a user installs it.

import { afterEach, beforeEach, expect, it } from "vitest";
import { generated } from "../../simulator";
import { type Program, type ResourceState, withStack } from "../helpers/stack";
import { sourceContent, startStorage, type TestStorage } from "../helpers/storage";
import { writesOf } from "../helpers/up";

let storage: TestStorage;

beforeEach(async () => {
    storage = await startStorage({ realTime: true });
});

afterEach(async () => {
    await storage.close();
});

const written = () => writesOf(storage);

it("goes through create, no change, refresh, a larger source that fails midway, headers in place, destroy", async () => {
    const args: Record<string, unknown> = { method: "fromUrl" };
    const program: Program = ({ copy }) => {
        const seed = new copy.BlobCopy("seed", { ...storage.inputs, ...args } as never);
        return { etag: seed.etag, copyOperation: seed.copyOperation, copyStatus: seed.copyStatus };
    };
    await withStack(program, async ({ up, refresh, destroy, onDisk }) => {
        const created = await up();
        expect(created.error).toBeUndefined();
        expect(written()).toEqual(["Put Blob From URL"]);
        expect(await storage.content("dev")).toBe(sourceContent);
        expect(created.outputs).toEqual({
            etag: (await storage.blob("dev").getProperties()).etag,
            copyOperation: "Put Blob From URL",
            copyStatus: "success",
        });
        expect((await refresh()).error).toBeUndefined();
        expect((await up()).steps).toEqual({ seed: ["same"] });

        const content = generated({ length: 24 * 1024 * 1024, seed: 7 });
        storage.simulator.account("golden").putBlob("images", "orders.bak", content);
        storage.simulator.faults.add({ operation: "Put Block List", status: 403 });
        const failed = await up();
        expect(failed.error).toContain("Put Block From URL");
        expect(await storage.content("dev")).toBe(sourceContent);
        storage.simulator.faults.clear();
        storage.operations();
        const mended = await up();
        expect(mended.error).toBeUndefined();
        expect(written()).toEqual(["Put Block List"]);
        const [source, copy] = await Promise.all([
            storage.blob("golden").downloadToBuffer(),
            storage.blob("dev").downloadToBuffer(),
        ]);
        expect(copy.equals(source)).toBe(true);

        args.blobHTTPHeaders = { blobCacheControl: "no-store" };
        storage.operations();
        expect((await up()).steps).toEqual({ seed: ["update"] });
        expect(written()).toEqual(["Set Blob Properties"]);
        expect((await storage.blob("dev").getProperties()).cacheControl).toBe("no-store");

        expect([created, failed, mended].map(({ transcript }) => transcript).join()).not.toMatch(/sig=(?!REDACTED)/);
        expect(onDisk()).not.toContain("sig=");
        expect((await destroy()).error).toBeUndefined();
        expect(await storage.blob("dev").exists()).toBe(false);
    });
});

it.each<[string, Record<string, unknown>, boolean]>([
    ["of a 1 KiB blob from another account by Put Blob From URL", { method: "auto" }, true],
    ["of a blob within an account by Copy Blob", { method: "auto", source: "within" }, false],
])(
    "a rename without an alias, and up --replace, %s: the blob stands, the next up says same",
    async (_, change, left) => {
        const bytes = generated({ length: 1024, seed: 3 });
        storage.simulator.account("golden").putBlob("images", "orders.bak", Buffer.alloc(1024, "k"), {
            contentType: "text/plain",
        });
        storage.simulator.account("dev").putBlob("seed", "within.bak", bytes, { contentType: "text/plain" });
        const { destination } = storage.inputs;
        const source = change.source === "within" ? { ...destination, blobName: "within.bak" } : storage.inputs.source;
        const args = { name: "seed" };
        const program: Program = ({ copy }) => {
            new copy.BlobCopy(args.name, { ...storage.inputs, ...change, source } as never);
            return undefined;
        };
        await withStack(program, async ({ up, destroy, resources }) => {
            await up();
            args.name = "renamed";
            expect((await up()).steps).toEqual({ seed: ["delete"], renamed: ["create"] });
            expect((await storage.blob("dev").getProperties()).contentLength).toBe(1024);
            expect((await up()).steps).toEqual({ renamed: ["same"] });
            const [{ urn }] = (await resources()) as [ResourceState];
            expect((await up({ replace: [urn] })).steps.renamed).toContain("create-replacement");
            expect((await storage.blob("dev").getProperties()).contentLength).toBe(1024);
            expect((await up()).steps).toEqual({ renamed: ["same"] });
            expect((await destroy()).error).toBeUndefined();
            expect(await storage.blob("dev").exists()).toBe(left);
        });
    },
);
