// BlobCopy under the real Pulumi CLI, as a user installs it. What was copied is checked at the service, through the Azure SDK.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Program, type ResourceState, withStack } from "../helpers/stack";
import { sourceContent, startStorage, type TestStorage } from "../helpers/storage";

let storage: TestStorage;

beforeEach(async () => {
    storage = await startStorage({ realTime: true });
});

afterEach(async () => {
    await storage.close();
});

/** The arguments of the resource `seed`; a test changes them between two operations. */
function programOf(args: { current: Record<string, unknown>; name?: string }): Program {
    return ({ copy }) => {
        const seed = new copy.BlobCopy(args.name ?? "seed", { ...storage.inputs, ...args.current } as never);
        return {
            url: seed.url,
            etag: seed.etag,
            contentLength: seed.contentLength,
            copyStatus: seed.copyStatus,
            sourceEtag: seed.sourceEtag,
        };
    };
}

const changeSource = () => storage.simulator.account("golden").putBlob("images", "orders.bak", "a newer backup");
const copies = () => storage.simulator.requests.of("Copy Blob").filter(({ status }) => status === 202).length;

describe("pulumi up with a BlobCopy", () => {
    it("goes through create, no change, metadata in place, a changed source, another destination, destroy", async () => {
        const args: { current: Record<string, unknown> } = { current: {} };
        await withStack(programOf(args), async ({ up, preview, destroy }) => {
            const previewed = await preview();
            expect(previewed.steps).toEqual({ seed: ["create"] });
            expect(await storage.blob("dev").exists()).toBe(false);

            const created = await up();
            expect(created.error).toBeUndefined();
            expect(created.steps).toEqual({ seed: ["create"] });
            expect(await storage.content("dev")).toBe(sourceContent);
            const properties = await storage.blob("dev").getProperties();
            expect(created.outputs).toEqual({
                url: storage.blob("dev").url,
                etag: properties.etag,
                contentLength: sourceContent.length,
                copyStatus: "success",
                sourceEtag: (await storage.blob("golden").getProperties()).etag,
            });

            storage.operations();
            expect((await up()).steps).toEqual({ seed: ["same"] });
            expect(new Set(storage.operations())).toEqual(new Set(["Get Blob Properties"]));

            args.current = { metadata: { owner: "infra" }, timeout: "2h" };
            expect((await up()).steps).toEqual({ seed: ["update"] });
            expect(storage.operations()).not.toContain("Copy Blob");
            expect((await storage.blob("dev").getProperties()).metadata).toEqual({ owner: "infra" });

            changeSource();
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

    it("sees drift at refresh, and repairs it where it may", async () => {
        const args: { current: Record<string, unknown> } = { current: {} };
        await withStack(programOf(args), async ({ up, refresh, resources }) => {
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
        await withStack(programOf({ current: {} }), async ({ up, refresh, resources, destroy }) => {
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

    it("keeps the resource in the state where a refresh can't read it", async () => {
        await withStack(programOf({ current: {} }), async ({ up, refresh, resources }) => {
            await up();
            const fault = storage.simulator.faults.add({
                operation: "Get Blob Properties",
                account: "dev",
                status: 403,
                errorCode: "AuthorizationFailure",
            });
            expect((await refresh()).error).toMatch(/403 AuthorizationFailure/);
            expect(await resources()).toHaveLength(1);
            fault.remove();
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

    it("tells every mistake at once, before anything is done", async () => {
        const current = { timeout: "soon", tags: { a: "," }, metadata: { "not-an-identifier": "x" } };
        await withStack(programOf({ current }), async ({ up }) => {
            const { error, transcript } = await up();
            expect(error).toBeDefined();
            for (const part of [
                'timeout must be a duration from "1s" to "14d"',
                "tags.a must have a value",
                "metadata.not-an-identifier must be named",
            ]) {
                expect(transcript).toContain(part);
            }
            expect(storage.operations()).toEqual([]);
        });
    });

    it("fails with the service's description", async () => {
        storage.simulator.copies.add({ seconds: 1, fail: '500 InternalServerError "Copy failed."' });
        await withStack(programOf({ current: {} }), async ({ up, resources }) => {
            expect((await up()).transcript).toContain('ended as failed: 500 InternalServerError \\"Copy failed.\\"');
            expect(await resources()).toEqual([]);
            expect(await storage.blob("dev").exists()).toBe(false);
            storage.simulator.copies.clear();
            expect((await up()).error).toBeUndefined();
            expect(await storage.content("dev")).toBe(sourceContent);
        });
    });

    it.each([false, true])(
        "carries on after a timeout (with a refresh between: %s): one copy",
        async (refreshBetween) => {
            storage.simulator.copies.add({ seconds: 6 });
            const args: { current: Record<string, unknown> } = { current: { timeout: "2s" } };
            await withStack(programOf(args), async ({ up, refresh, resources }) => {
                expect((await up()).transcript).toContain("still pending at its timeout");
                expect((await resources())[0]!.outputs).toMatchObject({ copyStatus: "pending" });
                if (refreshBetween) {
                    expect((await refresh()).error).toBeUndefined();
                }
                args.current = { timeout: "1m" };
                const carriedOn = await up();
                expect(carriedOn.error).toBeUndefined();
                expect(carriedOn.outputs.copyStatus).toBe("success");
                expect(copies()).toBe(1);
                expect(await storage.content("dev")).toBe(sourceContent);
            });
        },
    );

    it("survives a rename without an alias, and up --replace", async () => {
        const args: { current: Record<string, unknown>; name: string } = { current: {}, name: "seed" };
        await withStack(programOf(args), async ({ up, resources, destroy }) => {
            await up();
            args.name = "renamed";
            expect((await up()).steps).toEqual({ seed: ["delete"], renamed: ["create"] });
            expect(await storage.content("dev")).toBe(sourceContent);
            expect(copies()).toBe(1);
            const [{ urn }] = (await resources()) as [ResourceState];
            const replaced = await up({ replace: [urn] });
            expect(replaced.steps.renamed).toContain("create-replacement");
            expect(await storage.content("dev")).toBe(sourceContent);
            expect(copies()).toBe(1);
            await destroy();
            expect(await storage.blob("dev").exists()).toBe(false);
        });
    });

    it("shows progress under its own URN, inside a component too", async () => {
        storage.simulator.copies.add({ seconds: 3, progress: "steps" });
        const program: Program = ({ pulumi, copy }) => {
            const component = new pulumi.ComponentResource("test:index:Environment", "environment");
            new copy.BlobCopy("seed", storage.inputs as never, { parent: component });
            return undefined;
        };
        await withStack(program, async ({ up, resources }) => {
            const { progress, error } = await up();
            expect(error).toBeUndefined();
            const [{ urn }] = (await resources()) as [ResourceState];
            expect(urn).toContain("test:index:Environment$pulumi-nodejs:dynamic/azure-copy:BlobCopy::seed");
            const own = progress.filter((line) => line.urn === urn && line.message.startsWith("copying"));
            expect(own.length).toBeGreaterThan(0);
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
