// What stands at a destination under the real Pulumi CLI: other types of blobs, kept snapshots, and web servers that tell one thing and
// send another. Only the simulated accounts read from web servers.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
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

it("replaces nothing by what a web server sends otherwise than it tells, and carries on once that is mended", async () => {
    const web = { body: "first", headLength: 5, etag: '"1"' };
    const server = createServer(({ method }, response) => {
        const isHead = method === "HEAD";
        response.writeHead(200, { ETag: web.etag, "Content-Length": isHead ? web.headLength : web.body.length });
        response.end(isHead ? undefined : web.body);
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const url = `http://localhost:${(server.address() as AddressInfo).port}/file`;
    const args: Seed = { current: { source: { url }, method: "auto" } };
    try {
        await withStack(seedProgram(storage, args), async ({ up, resources, destroy }) => {
            expect((await up()).error).toBeUndefined();
            Object.assign(web, { body: "second", headLength: 3, etag: '"2"' });
            const failed = await up();
            expect(failed.transcript).toContain(
                "is not what its server told of it: asked for 3 bytes, it sent 6 bytes",
            );
            expect(await storage.content("dev")).toBe("first");
            web.headLength = 6;
            const mended = await up();
            expect(mended.error).toBeUndefined();
            expect(await storage.content("dev")).toBe("second");
            expect(await resources()).toHaveLength(1);
            expect((await destroy()).error).toBeUndefined();
            expect(await storage.blob("dev").exists()).toBe(false);
        });
    } finally {
        server.closeAllConnections();
        server.close();
    }
});

it("records what it has written where a request after that fails, and finishes it by the next up", async () => {
    const args: Seed = { current: { method: "fromUrl", metadata: {} } };
    await withStack(seedProgram(storage, args), async ({ up, resources, destroy }) => {
        const fault = storage.simulator.faults.add({
            operation: "Set Blob Metadata",
            status: 403,
            errorCode: "AuthorizationPermissionMismatch",
        });
        expect((await up()).error).toBeDefined();
        expect(await storage.content("dev")).toBe(sourceContent);
        const { etag } = await storage.blob("dev").getProperties();
        expect((await resources()).map(({ outputs }) => outputs)).toMatchObject([{ lastWriteEtag: etag }]);
        fault.remove();
        expect((await up()).error).toBeUndefined();
        expect((await storage.blob("dev").getProperties()).metadata).toEqual({});
        expect((await destroy()).error).toBeUndefined();
        expect(await storage.blob("dev").exists()).toBe(false);
    });
});

it("keeps the kept snapshot where somebody else's keeps the blob from being deleted", async () => {
    await storage.blob("dev").upload("precious", 8);
    const { snapshot } = await storage.blob("dev").createSnapshot();
    const args: Seed = { current: { overwrite: "always", snapshotBeforeOverwrite: true, method: "auto" } };
    const kept = async () => {
        const found: (string | undefined)[] = [];
        for await (const blob of storage.container().listBlobsFlat({ includeSnapshots: true })) {
            found.push(blob.snapshot);
        }
        return found;
    };
    await withStack(seedProgram(storage, args), async ({ up, destroy, resources }) => {
        expect((await up()).error).toBeUndefined();
        const { overwrittenSnapshot } = (await resources())[0]!.outputs;
        const destroyed = await destroy();
        expect(destroyed.transcript).toContain(`snapshots that this resource did not make (${snapshot})`);
        expect(await kept()).toEqual([snapshot, overwrittenSnapshot, undefined]);
        await storage.blob("dev").withSnapshot(snapshot!).delete();
        expect((await destroy()).error).toBeUndefined();
        expect(await kept()).toEqual([]);
    });
});
