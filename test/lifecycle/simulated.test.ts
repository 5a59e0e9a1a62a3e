// BlobCopy under the real Pulumi CLI, as a user installs it: copies that take time or fail, and refusals. Only the simulated accounts have them.

import { afterEach, beforeEach, expect, it } from "vitest";
import { type Seed, seedProgram } from "../helpers/seedProgram";
import { type Program, type ResourceState, withStack } from "../helpers/stack";
import { sourceContent, startStorage, type TestStorage } from "../helpers/storage";

let storage: TestStorage;

beforeEach(async () => {
    storage = await startStorage({ realTime: true });
});

afterEach(async () => {
    await storage.close();
});

const copies = () => storage.simulator.requests.of("Copy Blob").filter(({ status }) => status === 202).length;

it("keeps the resource in the state where a refresh can't read it", async () => {
    await withStack(seedProgram(storage), async ({ up, refresh, resources }) => {
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

it("tells every mistake at once, before anything is done", async () => {
    const current = { timeout: "soon", tags: { a: "," }, metadata: { "not-an-identifier": "x" } };
    await withStack(seedProgram(storage, { current }), async ({ up }) => {
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
    await withStack(seedProgram(storage, { current: { method: "copyBlob" } }), async ({ up, resources }) => {
        expect((await up()).transcript).toContain('ended as failed: 500 InternalServerError \\"Copy failed.\\"');
        expect(await resources()).toEqual([]);
        expect(await storage.blob("dev").exists()).toBe(false);
        storage.simulator.copies.clear();
        expect((await up()).error).toBeUndefined();
        expect(await storage.content("dev")).toBe(sourceContent);
    });
});

it.each([false, true])("carries on after a timeout (with a refresh between: %s): one copy", async (refreshBetween) => {
    storage.simulator.copies.add({ seconds: 6 });
    const args: Seed = { current: { method: "copyBlob", timeout: "2s" } };
    await withStack(seedProgram(storage, args), async ({ up, refresh, resources }) => {
        expect((await up()).transcript).toContain("still pending at its timeout");
        expect((await resources())[0]!.outputs).toMatchObject({ copyStatus: "pending" });
        if (refreshBetween) {
            expect((await refresh()).error).toBeUndefined();
        }
        args.current = { method: "copyBlob", timeout: "1m" };
        const carriedOn = await up();
        expect(carriedOn.error).toBeUndefined();
        expect(carriedOn.outputs.copyStatus).toBe("success");
        expect(copies()).toBe(1);
        expect(await storage.content("dev")).toBe(sourceContent);
    });
});

it("shows progress under its own URN, inside a component too", async () => {
    storage.simulator.copies.add({ seconds: 3, progress: "steps" });
    const program: Program = ({ pulumi, copy }) => {
        const component = new pulumi.ComponentResource("test:index:Environment", "environment");
        new copy.BlobCopy("seed", { ...storage.inputs, method: "copyBlob" } as never, { parent: component });
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
