// What stands at a destination under the real Pulumi CLI: other types of blobs, kept snapshots, and web servers that tell one thing and
// send another. Only the simulated accounts read from web servers.

import { afterEach, beforeEach, expect, it } from "vitest";
import { type Seed, seedProgram } from "../helpers/seedProgram";
import { withStack } from "../helpers/stack";
import { sourceContent, startStorage, type TestStorage } from "../helpers/storage";

let storage: TestStorage;

beforeEach(async () => {
    storage = await startStorage({ realTime: true });
});

afterEach(async () => {
    await storage.close();
});

it("replaces no blob by one of another type, and fails the preview of such a change", async () => {
    const pages = Buffer.alloc(1_024, "p");
    storage.simulator.account("dev").putBlob("seed", "orders.bak", pages, { blobType: "PageBlob" });
    const args: Seed = { current: { overwrite: "always", method: "auto" } };
    await withStack(seedProgram(storage, args), async ({ up, preview, refresh, resources }) => {
        expect((await up()).transcript).toContain("a BlockBlob can't take the place of the PageBlob there");
        expect(await resources()).toEqual([]);
        expect((await storage.blob("dev").downloadToBuffer()).equals(pages)).toBe(true);
        await storage.blob("dev").delete();
        expect((await up()).error).toBeUndefined();
        args.current = { ...args.current, blobType: "AppendBlob" };
        const { error, transcript } = await preview();
        expect(error).toBeDefined();
        expect(transcript).toContain("the copy would be an AppendBlob, as blobType says");
        expect(transcript).not.toMatch(/\.js:\d+/);
        expect((await up()).error).toBeDefined();
        expect(await storage.content("dev")).toBe(sourceContent);
        expect((await refresh()).error).toBeUndefined();
        args.current = { method: "auto" };
        expect((await up()).error).toBeUndefined();
    });
});
