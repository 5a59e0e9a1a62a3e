// What a program has marked as secret, through the provider's calls: in no message, and secret in what is recorded.

import { afterEach, beforeEach, expect, it } from "vitest";
import { check, create, delete as delete_, diff, read, update } from "../../src/provider/host";
import { startStorage, type TestStorage } from "../helpers/storage";

let storage: TestStorage;

beforeEach(async () => {
    storage = await startStorage({ realTime: true });
    storage.simulator.account("golden").putBlob("images", "secret folder/orders.bak", "first");
});

afterEach(() => storage.close());

const secretly = (value: unknown) => ({
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    value,
});

/** What the engine hands to a provider. */
const plain = (outs: object) =>
    Object.fromEntries(
        Object.entries(outs).map(([name, value]) => [name, (value as { value?: unknown })?.value ?? value]),
    );

function inputs(change: object = {}): Record<string, unknown> {
    return {
        ...storage.inputs,
        source: { ...storage.inputs.source, blobName: "secret folder/orders.bak" },
        metadata: { owner: "somebody" },
        __secrets: ["metadata.owner", "source.blobName"],
        ...change,
    };
}

it("marks what follows from them in create, read and update, and remembers the paths", async () => {
    const sourceUrl = `${storage.simulator.account("golden").blobEndpoint}/images/secret%20folder/orders.bak`;
    const { id, outs } = await create("BlobCopy", inputs());
    expect(await storage.content("dev")).toBe("first");
    expect(outs).toMatchObject({ sourceUrl: secretly(sourceUrl), url: id, __secrets: inputs().__secrets });
    const { props } = await read("BlobCopy", id, plain(outs));
    expect(props).toMatchObject({ sourceUrl: secretly(sourceUrl), __secrets: inputs().__secrets });
    const later = await update("BlobCopy", id, plain(props), inputs({ metadata: { owner: "another" } }));
    expect(later.outs).toMatchObject({ sourceUrl: secretly(sourceUrl), __secrets: inputs().__secrets });
    const unmarked = await update("BlobCopy", id, plain(later.outs), inputs({ __secrets: undefined }));
    expect(unmarked.outs).toMatchObject({ sourceUrl });
    await delete_("BlobCopy", id, plain(unmarked.outs));
    expect(await storage.blob("dev").exists()).toBe(false);
});

it("records what was marked meanwhile, or is no longer, and nothing else", async () => {
    const { id, outs } = await create("BlobCopy", inputs());
    const changes = async (__secrets: string[] | undefined) =>
        (await diff("BlobCopy", id, plain(outs), inputs({ __secrets }))).changes;
    expect(await changes(["metadata.owner", "source.blobName"])).toBe(false);
    expect(await changes(["metadata.owner"])).toBe(true);
    expect(await changes(undefined)).toBe(true);
    storage.operations();
    await update("BlobCopy", id, plain(outs), inputs({ __secrets: ["metadata.owner"] }));
    expect(storage.operations()).toEqual([]);
});

it("fails without telling them, and keeps them secret in what is recorded of a failure", async () => {
    storage.simulator.copies.add({ fail: "500 secret folder/orders.bak of somebody" });
    const error = await create("BlobCopy", inputs()).catch((failure) => failure);
    expect(error.message).toContain("ended as failed: 500 REDACTED of REDACTED");
    expect(error.message).not.toMatch(/secret folder|secret%20folder|somebody/);
    const blocked = storage.simulator.faults.add({ account: "golden", status: 403, errorCode: "AuthorizationFailure" });
    const refused = await create("BlobCopy", inputs({ method: "fromUrl" })).catch((failure) => failure);
    expect(refused.message).toContain("403");
    expect(refused.message).not.toMatch(/secret folder|secret%20folder/);
    blocked.remove();
});

it("fails a check by their names alone", async () => {
    const { failures } = await check(
        "BlobCopy",
        {},
        inputs({ timeout: "soon", accessTier: "Lukewarm", __secrets: ["timeout", "accessTier"] }),
    );
    expect(failures).toEqual([
        { property: "", reason: expect.stringMatching(/^accessTier must be one of [\w, ]+$/) },
        { property: "", reason: 'timeout must be a duration from "1s" to "14d", such as "90s", "30m" or "1h30m"' },
    ]);
});

it("reads what a secret ID names without telling it", async () => {
    const { blobEndpoint, key } = storage.simulator.account("dev");
    const refuses = storage.simulator.faults.add({ account: "dev", status: 403, errorCode: "AuthorizationFailure" });
    const props = { destination: { accountKey: key }, __secrets: ["id"] };
    const refused = await read("BlobCopy", `${blobEndpoint}/seed/found%20there`, props).catch((failure) => failure);
    expect(refused.message).toContain("403");
    expect(refused.message).not.toMatch(/found(?: |%20)there/);
    refuses.remove();
});
