// What happens to a BlobCopy's destination, under the real Pulumi CLI, on each of the servers: overwritten, changed or deleted by somebody
// else, owned by two, kept.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Seed, seedProgram } from "../helpers/seedProgram";
import { type ServerStorage, servers } from "../helpers/servers";
import { type Program, type ResourceState, withStack } from "../helpers/stack";
import { sourceContent } from "../helpers/storage";

describe.each(servers)("a BlobCopy's destination, on $name", ({ start }) => {
    let storage: ServerStorage;

    beforeEach(async () => {
        storage = await start();
    });

    afterEach(async () => {
        await storage.close();
    });

    it("overwrites somebody else's blob only where it is told to", async () => {
        await storage.blob("dev").upload("precious", 8);
        const args: Seed = { current: {} };
        await withStack(seedProgram(storage, args), async ({ up, resources }) => {
            expect((await up()).error).toMatch(/a blob that this resource did not make is at the destination/);
            expect(await storage.content("dev")).toBe("precious");
            expect(await resources()).toEqual([]);
            args.current = { overwrite: "always" };
            expect((await up()).error).toBeUndefined();
            expect(await storage.content("dev")).toBe(sourceContent);
            args.current = { overwrite: "never" };
            await storage.blob("golden").upload("a newer backup", 14);
            expect((await up()).error).toMatch(/would be overwritten, and overwrite is "never"/);
            expect(await storage.content("dev")).toBe(sourceContent);
        });
    });

    it("sees drift at refresh, and repairs it where it may", async () => {
        const args: Seed = { current: {} };
        await withStack(seedProgram(storage, args), async ({ up, refresh, resources }) => {
            await up();
            await storage.blob("dev").upload("precious", 8);
            expect((await refresh()).steps).toEqual({ seed: ["refresh"] });
            expect((await resources())[0]!.outputs).toMatchObject({ contentLength: 8, drifted: true });
            const refused = await up();
            expect(refused.error).toMatch(/was changed by somebody else since this resource wrote it/);
            expect(await storage.content("dev")).toBe("precious");
            args.current = { overwrite: "always" };
            expect((await up()).error).toBeUndefined();
            expect(await storage.content("dev")).toBe(sourceContent);
        });
    });

    it("makes a deleted destination anew after a refresh, and is content to delete what is gone", async () => {
        await withStack(seedProgram(storage), async ({ up, refresh, resources, destroy }) => {
            await up();
            await storage.blob("dev").delete();
            await refresh();
            expect(await resources()).toEqual([]);
            expect((await up()).steps).toEqual({ seed: ["create"] });
            expect(await storage.content("dev")).toBe(sourceContent);
            await storage.blob("dev").delete();
            expect((await destroy()).error).toBeUndefined();
        });
    });

    it("survives a rename without an alias, and up --replace", async () => {
        const args: Seed = { current: {}, name: "seed" };
        await withStack(seedProgram(storage, args), async ({ up, resources, destroy }) => {
            await up();
            storage.answered();
            args.name = "renamed";
            expect((await up()).steps).toEqual({ seed: ["delete"], renamed: ["create"] });
            expect(await storage.content("dev")).toBe(sourceContent);
            const [{ urn }] = (await resources()) as [ResourceState];
            const replaced = await up({ replace: [urn] });
            expect(replaced.steps.renamed).toContain("create-replacement");
            expect(await storage.content("dev")).toBe(sourceContent);
            expect(storage.writes().every((operation) => operation.startsWith("Set Blob"))).toBe(true);
            expect((await up()).steps).toEqual({ renamed: ["same"] });
            // Copy Blob alone leaves a record at the blob that proves whose it is.
            const { copyId } = await storage.blob("dev").getProperties();
            await destroy();
            expect(await storage.blob("dev").exists()).toBe(copyId === undefined);
        });
    });

    it("of equal content that somebody else has put there: refuses it with metadata of theirs, adopts it with adopt, and leaves it at destroy", async () => {
        const { contentType } = await storage.blob("golden").getProperties();
        await storage.blob("dev").upload(sourceContent, sourceContent.length, {
            metadata: { by: "somebody" },
            blobHTTPHeaders: { blobContentType: contentType! },
        });
        const args: Seed = { current: { overwrite: "never" } };
        await withStack(seedProgram(storage, args), async ({ up, destroy }) => {
            expect((await up()).error).toMatch(/did not make is at the destination.*set adopt: true/);
            args.current = {};
            expect((await up()).error).toMatch(/did not make is at the destination.*set adopt: true/);
            expect((await storage.blob("dev").getProperties()).metadata).toEqual({ by: "somebody" });
            args.current = { adopt: true, metadata: { owner: "infra" } };
            const adopted = await up();
            expect(adopted.error).toBeUndefined();
            expect(adopted.transcript).toMatch(/was there already/);
            expect((await storage.blob("dev").getProperties()).metadata).toEqual({ owner: "infra" });
            expect((await up()).steps).toEqual({ seed: ["same"] });
            expect((await destroy()).transcript).toMatch(/it was left as it is/);
            expect(await storage.content("dev")).toBe(sourceContent);
        });
    });

    it("that equals the copy in every respect is adopted, and left at destroy", async () => {
        const { contentType, metadata } = await storage.blob("golden").getProperties();
        await storage.blob("dev").upload(sourceContent, sourceContent.length, {
            ...(metadata && { metadata }),
            blobHTTPHeaders: { blobContentType: contentType! },
        });
        const { etag } = await storage.blob("dev").getProperties();
        await withStack(seedProgram(storage), async ({ up, destroy }) => {
            expect((await up()).error).toBeUndefined();
            expect((await storage.blob("dev").getProperties()).etag).not.toBe(etag);
            expect((await up()).steps).toEqual({ seed: ["same"] });
            expect((await destroy()).transcript).toMatch(/it was left as it is/);
            expect(await storage.content("dev")).toBe(sourceContent);
        });
    });

    it("keeps the blob at destroy with retainOnDelete", async () => {
        const program: Program = ({ copy }) => {
            new copy.BlobCopy("seed", storage.inputs as never, { retainOnDelete: true });
            return undefined;
        };
        await withStack(program, async ({ up, destroy }) => {
            await up();
            await destroy();
            expect(await storage.content("dev")).toBe(sourceContent);
        });
    });
});
