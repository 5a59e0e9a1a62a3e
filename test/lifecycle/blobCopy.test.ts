// BlobCopy under the real Pulumi CLI, as a user installs it, on each of the servers. What was copied is checked at the service, through the
// Azure SDK. Tests that need what Azurite lacks are in files of their own; test/conformance/azuriteLacks.test.ts lists them.

import { BlobSASPermissions } from "@azure/storage-blob";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Seed, seedProgram } from "../helpers/seedProgram";
import { type ServerStorage, servers } from "../helpers/servers";
import { type Program, withStack } from "../helpers/stack";
import { sourceContent } from "../helpers/storage";

describe.each(servers)("pulumi up with a BlobCopy, on $name", ({ start }) => {
    let storage: ServerStorage;

    beforeEach(async () => {
        storage = await start();
    });

    afterEach(async () => {
        await storage.close();
    });

    it("goes through create, no change, properties in place, a changed source, another destination, destroy", async () => {
        const args: Seed = { current: {} };
        await withStack(seedProgram(storage, args), async ({ up, preview, destroy }) => {
            const previewed = await preview();
            expect(previewed.steps).toEqual({ seed: ["create"] });
            expect(storage.writes()).toEqual([]);

            const created = await up();
            expect(created.error).toBeUndefined();
            expect(created.steps).toEqual({ seed: ["create"] });
            expect(await storage.content("dev")).toBe(sourceContent);
            const properties = await storage.blob("dev").getProperties();
            expect(properties).toMatchObject({ contentType: "text/plain", metadata: { origin: "golden" } });
            expect(created.outputs).toEqual({
                url: storage.blob("dev").url,
                etag: properties.etag,
                contentLength: sourceContent.length,
                copyStatus: "success",
                sourceEtag: (await storage.blob("golden").getProperties()).etag,
            });

            storage.answered();
            expect((await up()).steps).toEqual({ seed: ["same"] });
            expect(storage.answered().map(({ operation }) => operation)).toEqual(["Get Blob Properties"]);

            args.current = {
                metadata: { owner: "infra" },
                blobHTTPHeaders: { blobCacheControl: "no-store" },
                tags: { stage: "dev" },
                accessTier: "Cool",
                timeout: "2h",
            };
            expect((await up()).steps).toEqual({ seed: ["update"] });
            expect(storage.writes()).toEqual([
                "Set Blob Metadata",
                "Set Blob Properties",
                "Set Blob Tags",
                "Set Blob Tier",
            ]);
            expect(await storage.blob("dev").getProperties()).toMatchObject({
                metadata: { owner: "infra" },
                cacheControl: "no-store",
                contentType: "text/plain",
                accessTier: "Cool",
            });
            expect((await storage.blob("dev").getTags()).tags).toEqual({ stage: "dev" });

            await storage.blob("golden").upload("a newer backup", 14);
            const seen = await preview();
            expect(seen.steps).toEqual({ seed: ["update"] });
            expect(seen.transcript).toContain("sourceEtag");
            expect(await storage.content("dev")).toBe(sourceContent);
            expect((await up()).steps).toEqual({ seed: ["update"] });
            expect(await storage.content("dev")).toBe("a newer backup");

            args.current = { destination: { ...storage.inputs.destination, blobName: "elsewhere" } };
            expect((await up()).steps.seed).toEqual(["create-replacement", "replace", "delete-replaced"]);
            expect(await storage.content("dev", "elsewhere")).toBe("a newer backup");
            expect(await storage.blob("dev").exists()).toBe(false);

            expect((await destroy()).steps).toEqual({ seed: ["delete"] });
            expect(await storage.blob("dev", "elsewhere").exists()).toBe(false);
        });
    });

    it("copies a snapshot, and page and append blobs", async () => {
        const { snapshot } = await storage.blob("golden").createSnapshot();
        await storage.blob("golden").upload("a newer backup", 14);
        const page = Buffer.alloc(512, "p");
        const disk = storage.container("golden").getPageBlobClient("disk.vhd");
        await disk.create(1024);
        await disk.uploadPages(page, 512, 512);
        const log = storage.container("golden").getAppendBlobClient("audit.log");
        await log.create();
        await log.appendBlock("a line", 6);
        const { source, destination } = storage.inputs;
        const sources = { backup: { snapshot }, disk: { blobName: "disk.vhd" }, audit: { blobName: "audit.log" } };
        const program: Program = ({ copy }) => {
            for (const [blobName, part] of Object.entries(sources)) {
                const args = { source: { ...source, ...part }, destination: { ...destination, blobName } };
                new copy.BlobCopy(blobName, args as never);
            }
            return undefined;
        };
        await withStack(program, async ({ up }) => {
            expect((await up()).error).toBeUndefined();
            expect(await storage.content("dev", "backup")).toBe(sourceContent);
            expect(await storage.content("dev", "disk")).toBe(`${"\0".repeat(512)}${page}`);
            expect((await storage.blob("dev", "disk").getProperties()).blobType).toBe("PageBlob");
            expect(await storage.content("dev", "audit")).toBe("a line");
            expect((await storage.blob("dev", "audit").getProperties()).blobType).toBe("AppendBlob");
            expect((await up()).steps).toEqual({ backup: ["same"], disk: ["same"], audit: ["same"] });
        });
    });

    it("fails where the source is missing, and says so", async () => {
        await storage.blob("golden").delete();
        await withStack(seedProgram(storage), async ({ up, resources }) => {
            const { transcript, error } = await up();
            expect(error).toBeDefined();
            expect(transcript).toContain(
                "check containerName and blobName; a source must exist before it can be copied",
            );
            expect(await resources()).toEqual([]);
            expect(await storage.blob("dev").exists()).toBe(false);
        });
    });

    it("previews inputs that are not known yet, and resolves them in up", async () => {
        const program: Program = ({ copy }) => {
            const first = new copy.BlobCopy("first", storage.inputs as never);
            const destination = {
                ...storage.inputs.destination,
                blobName: first.etag.apply((etag) => `copy-${etag.replace(/"/g, "")}`),
            };
            const second = new copy.BlobCopy("second", {
                source: storage.inputs.source as never,
                destination: destination as never,
            });
            return { first: first.etag, second: second.url };
        };
        await withStack(program, async ({ preview, up }) => {
            const previewed = await preview();
            expect(previewed.error).toBeUndefined();
            expect(previewed.steps).toEqual({ first: ["create"], second: ["create"] });
            const { outputs, error } = await up();
            expect(error).toBeUndefined();
            expect(outputs.second).toContain(`/seed/copy-${String(outputs.first).replace(/"/g, "")}`);
            expect((await preview()).steps).toEqual({ first: ["same"], second: ["same"] });
        });
    });

    it("reads an existing blob with BlobCopy.get", async () => {
        await storage
            .blob("dev")
            .upload("there already", 13, { blobHTTPHeaders: { blobContentType: "text/markdown" } });
        const program: Program = ({ copy }) => {
            const { connectionString } = storage.inputs.destination;
            const found = copy.BlobCopy.get("found", storage.blob("dev").url, {
                destination: { connectionString: connectionString! },
            });
            return { length: found.contentLength, type: found.contentType };
        };
        await withStack(program, async ({ up, destroy }) => {
            const { outputs, error } = await up();
            expect(error).toBeUndefined();
            expect(outputs).toEqual({ length: 13, type: "text/markdown" });
            await destroy();
            expect(await storage.content("dev")).toBe("there already");
        });
    });

    it("hides the SAS of plain URLs, which the program did not mark as secret", async () => {
        const expiresOn = new Date(Date.now() + 86_400_000);
        const source = await storage
            .blob("golden")
            .generateSasUrl({ permissions: BlobSASPermissions.parse("r"), expiresOn });
        const destination = await storage
            .blob("dev")
            .generateSasUrl({ permissions: BlobSASPermissions.parse("rwcdt"), expiresOn });
        // The snapshots that keep old content need more than a blob's own SAS: overwriting is tested with keys.
        const program: Program = ({ copy }) => {
            const seed = new copy.BlobCopy("seed", { source, destination, timeout: "1m", overwrite: "always" });
            return { url: seed.url, source: seed.sourceUrl };
        };
        await withStack(program, async ({ up, onDisk, refresh, destroy }) => {
            const operations = [await up(), await up(), await refresh()];
            expect(operations.map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
            const words = operations.map(({ transcript }) => transcript).join("\n");
            const state = onDisk();
            await destroy();
            for (const text of [words, state]) {
                for (const url of [source, destination]) {
                    const signature = new URL(url).searchParams.get("sig")!;
                    expect(text).not.toContain(signature);
                    expect(text).not.toContain(encodeURIComponent(signature));
                }
                expect(text).not.toContain("sig=");
            }
            expect(state).toContain(storage.blob("dev").url);
        });
    });
});
