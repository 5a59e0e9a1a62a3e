// An @pulumi/pulumi that is older than the peer range asks for, installed by force: it gives dynamic providers no config.

import { afterEach, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { check, create, read } from "../../src/provider/host";
import { type EntraIdStorage, startEntraIdStorage } from "../helpers/entraId";
import { sourceContent, startStorage } from "../helpers/storage";

type Sdk = typeof import("../../src/provider/pulumiSdk");

vi.mock("../../src/provider/pulumiSdk", async (original) => {
    const { whyNoConfig, ...others } = await original<Sdk>();
    return { ...others, whyNoConfig: () => whyNoConfig("3.138.0") };
});

let storage: EntraIdStorage;

beforeEach(async () => {
    storage = await startEntraIdStorage({ realTime: true });
});

afterEach(() => storage.close());

const plain = /@pulumi\/pulumi 3\.138\.0 gives dynamic providers no config.*npm install @pulumi\/pulumi@\^3\.139\.0/s;

it("fails plainly where the stack's config would decide, in every operation, and makes no request", async () => {
    const inputs = { ...storage.inputs };
    const { failures } = await check("BlobCopy", {}, inputs);
    expect(failures).toEqual([{ property: "", reason: expect.stringMatching(plain) }]);
    storage.operations();
    await expect(create("BlobCopy", inputs)).rejects.toThrow(plain);
    await expect(read("BlobCopy", "https://contosodev.blob.core.windows.net/seed/orders.bak", inputs)).rejects.toThrow(
        plain,
    );
    expect(storage.operations()).toEqual([]);
});

it("works where each end has a key of its own", async () => {
    const keyed = await startStorage({ realTime: true });
    onTestFinished(() => keyed.close());
    expect((await check("BlobCopy", {}, { ...keyed.inputs })).failures).toEqual([]);
    await create("BlobCopy", { ...keyed.inputs });
    expect(await keyed.content("dev")).toBe(sourceContent);
});

it.each(["3.139.0", "3.276.0", "4.0.0"])("is no longer %s", async (version) => {
    const { whyNoConfig } = await vi.importActual<Sdk>("../../src/provider/pulumiSdk");
    expect(whyNoConfig(version)).toBeUndefined();
});
