// Users' own unit tests, with Pulumi's mocks: no engine, no network.

import { expect, inject, it } from "vitest";
import { modulesOf } from "../helpers/stack";

it("works under pulumi.runtime.setMocks, and touches no network", async () => {
    const { pulumi, copy } = modulesOf(inject("programFolder"));
    const seen: { type: string; inputs: Record<string, unknown> }[] = [];
    await pulumi.runtime.setMocks({
        newResource: (args) => {
            seen.push(args);
            return { id: `${args.name}-id`, state: { ...args.inputs, etag: '"0x1"' } };
        },
        call: () => ({}),
    });
    const seed = new copy.BlobCopy("seed", {
        // Nothing answers there: a request would fail the test.
        source: "https://golden.invalid/images/orders.bak?sv=1&sig=abcdefgh",
        destination: {
            accountName: "dev",
            containerName: "seed",
            blobName: "orders.bak",
            accountKey: pulumi.output("a2V5"),
        },
    });
    const etag = await new Promise((resolve) => seed.etag.apply(resolve));
    expect(etag).toBe('"0x1"');
    expect(copy.BlobCopy.isInstance(seed)).toBe(true);
    expect(seen).toHaveLength(1);
    expect(seen[0]!.type).toBe(copy.BlobCopy.__pulumiType);
    // The mocks' monitor hands an object with a secret in it over as a secret, value inside.
    expect(seen[0]!.inputs.source).toMatchObject({
        value: { url: "https://golden.invalid/images/orders.bak", sasToken: "sv=1&sig=abcdefgh" },
    });
});
