// A BlobCopy by the From-URL operations under the real Pulumi CLI, as a user installs it.

import { afterEach, beforeEach, expect, it } from "vitest";
import { generated } from "../../simulator";
import { type Program, withStack } from "../helpers/stack";
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
