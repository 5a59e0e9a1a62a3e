import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { blobCopyHandler as handler } from "../../src/provider/blobCopy";
import type { BlobCopyInputs, BlobCopyState } from "../../src/provider/blobCopyTypes";
import { startAzureFile, type TestAzureFile } from "../helpers/azureFiles";
import { startStorage, type TestStorage } from "../helpers/storage";
import { upOnce, writesOf } from "../helpers/up";

let storage: TestStorage;
let file: TestAzureFile;

beforeEach(async () => {
    [storage, file] = await Promise.all([startStorage({ copySeconds: 10 }), startAzureFile()]);
    file.write("what the share holds", { owner: "infra" });
});

afterEach(async () => {
    await Promise.all([storage.close(), file.close()]);
});

const inputs = (change: Partial<BlobCopyInputs> = {}, query = ""): BlobCopyInputs => ({
    ...storage.inputs,
    source: { url: `${file.url}${query}`, sasToken: file.sasToken },
    ...change,
});

const up = (state: BlobCopyState | undefined, change: Partial<BlobCopyInputs> = {}, query = "") =>
    upOnce(storage, state, inputs(change, query));

const destination = () => storage.blob("dev").getProperties();

describe.each(["copyBlob", "fromUrl"] as const)("a file in Azure Files, by %s", (method) => {
    it("is copied by its SAS, with its headers and metadata, and without any condition", async () => {
        const state = await up(undefined, { method });
        for (const { headers } of storage.simulator.requests.all()) {
            expect(Object.keys(headers).filter((name) => name.startsWith("x-ms-source-if-"))).toEqual([]);
        }
        expect(await storage.content("dev")).toBe("what the share holds");
        expect(await destination()).toMatchObject({
            contentType: "application/x-backup",
            metadata: { owner: "infra" },
        });
        const { source: _, destination: __, ...rest } = state;
        expect(JSON.stringify(rest)).not.toContain("sig=");
        expect(state.sourceUrl).toBe(file.url);
    });

    it("is left alone while it stays as it is, and copied again when it changes", async () => {
        const first = await up(undefined, { method });
        expect(await up(first, { method })).toBe(first);
        file.write("something newer");
        const second = await up(first, { method });
        expect(await storage.content("dev")).toBe("something newer");
        expect(second.sourceEtag).not.toBe(first.sourceEtag);
    });

    it("is read from a share snapshot, which is not looked at again", async () => {
        const sharesnapshot = file.snapshot();
        file.write("something newer");
        const query = `?sharesnapshot=${sharesnapshot}`;
        const first = await up(undefined, { method }, query);
        expect(await storage.content("dev")).toBe("what the share holds");
        expect(first.sourceUrl).toBe(file.url + query);
        file.requests();
        expect(await up(first, { method }, query)).toBe(first);
        expect(file.requests()).toEqual([]);
        expect(handler.diff(first, inputs({ method })).changes).toBe(true);
    });

    it("fails where it changes meanwhile, keeps the old blob, and is copied again", async () => {
        const first = await up(undefined, { method });
        file.write(Buffer.alloc(1_024, "one "));
        let reads = 0;
        file.onRequest((request) => {
            // The service's own reads name no user agent.
            if (request.headers["user-agent"] === undefined && ++reads === 1) {
                file.write(Buffer.alloc(1_024, "two "));
            }
        });
        const failure = await up(first, { method }).catch((thrown) => thrown);
        expect(failure.message).toMatch(
            /source changed during the copy.*its ETag was "0x8DAA71EFB6D1002", is "0x8DAA71EFB6D1003"/,
        );
        expect(await storage.content("dev")).toBe("what the share holds");
        await up(failure.state ?? first, { method });
        expect((await storage.blob("dev").downloadToBuffer()).equals(Buffer.alloc(1_024, "two "))).toBe(true);
    });

    it("fails with a wrong SAS, and says so", async () => {
        const source = { url: file.url, sasToken: file.sasToken.replace("c2ln", "AAAA") };
        await handler.check({}, inputs({ method, source }), storage.context);
        expect(storage.warnings.join()).toMatch(
            /403 AuthenticationFailed.*check the account key or SAS.*request ID 9c1c8f0d/,
        );
        await expect(handler.create(inputs({ method, source }), storage.context)).rejects.toThrow(/403/);
        await expect(destination()).rejects.toMatchObject({ statusCode: 404 });
    });
});

it("is written anew by a single request, whose result is not believed where the file changed meanwhile", async () => {
    file.write("");
    file.onRequest(({ headers }) => {
        if (headers["user-agent"] === undefined) {
            file.write(""); // as the service reads
        }
    });
    const failure = await up(undefined, { method: "fromUrl" }).catch((thrown) => thrown);
    expect(writesOf(storage)).toContain("Put Blob From URL");
    expect(failure.message).toMatch(/source changed during the copy/);
    file.onRequest(() => {});
    file.write("no longer empty");
    const state = await up(failure.state, { method: "fromUrl" });
    expect(await storage.content("dev")).toBe("no longer empty");
    await handler.delete(state, storage.context);
    await expect(destination()).rejects.toMatchObject({ statusCode: 404 });
});

it.each(["copyBlob", "fromUrl"] as const)(
    "is named by its parts and read with the account's key, by %s",
    async (method) => {
        const golden = storage.simulator.account("golden");
        golden.createShare("docs");
        golden.putFile("docs", "a folder/orders.bak", "what the share holds", { metadata: { owner: "infra" } });
        const source = {
            connectionString: golden.connectionString,
            shareName: "docs",
            filePath: "a folder/orders.bak",
        };
        const first = await upOnce(storage, undefined, { ...storage.inputs, source, method });
        expect(await storage.content("dev")).toBe("what the share holds");
        expect(await destination()).toMatchObject({ metadata: { owner: "infra" } });
        expect(first.sourceUrl).toBe(`${golden.fileEndpoint}/docs/a%20folder/orders.bak`);
        expect(await upOnce(storage, first, { ...storage.inputs, source, method })).toBe(first);
        golden.putFile("docs", "a folder/orders.bak", "something newer");
        await upOnce(storage, first, { ...storage.inputs, source, method });
        expect(await storage.content("dev")).toBe("something newer");
    },
);
