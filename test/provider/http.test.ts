// Plain http to Azure itself, over which everybody on the way reads what authorizes: no resource makes a request over it.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { blobCopyHandler } from "../../src/provider/blobCopy";
import { fileCopyHandler } from "../../src/provider/fileCopy";
import type { Handler } from "../../src/provider/handler";
import { incrementalSnapshotCopyHandler } from "../../src/provider/incrementalSnapshotCopy";
import { startFiles, type TestFiles } from "../helpers/files";

let storage: TestFiles;
let blobs: object;

beforeAll(async () => {
    storage = await startFiles();
    const { simulator } = storage;
    const blob = (account: string, containerName: string) => ({
        connectionString: simulator.account(account).connectionString,
        containerName,
        blobName: "orders.bak",
    });
    blobs = { source: blob("golden", "images"), destination: blob("dev", "seed") };
});

afterAll(() => storage.close());

const blobUrl = "http://contoso.blob.core.windows.net/seed/orders.bak";
const fileUrl = "http://contoso.file.core.windows.net/seed/orders.bak";

type AnyHandler = Handler<object, object>;
const handlers: [name: string, handler: AnyHandler, inputs: () => object, url: string][] = [
    ["BlobCopy", blobCopyHandler as unknown as AnyHandler, () => blobs, blobUrl],
    ["FileCopy", fileCopyHandler as unknown as AnyHandler, () => storage.inputs, fileUrl],
    [
        "IncrementalSnapshotCopy",
        incrementalSnapshotCopyHandler as unknown as AnyHandler,
        () => ({ ...blobs, takeSnapshot: {} }),
        blobUrl,
    ],
];

describe.each(handlers)("%s over http", (_, handler, secure, url) => {
    const ends = ["source", "destination"] as const;
    const insecure = (end: (typeof ends)[number]) => ({
        ...secure(),
        [end]: { url, sasToken: "sv=2026-04-06&sr=c&sp=rwcd&se=2999-12-31T00:00:00Z&sig=c2lnbmF0dXJl" },
    });

    it.each(ends)("fails a create that asks for it at the %s, without a request", async (end) => {
        storage.operations();
        const failed = await handler.create(insecure(end), storage.context).catch((error: Error) => error.message);
        expect(failed).toBe(`${end} must use https, got "${url}"; write https, which every storage account has`);
        expect(storage.operations()).toEqual([]);
    });

    it("warns in check of a source that is not read over it, and refuses nothing that a policy may mend", async () => {
        storage.warnings.length = 0;
        const inputs = insecure("source");
        const { failures } = await handler.check(
            { ...inputs, takeSnapshot: { triggers: ["older"] } },
            inputs,
            storage.context,
        );
        expect(failures).toEqual([]);
        expect(storage.warnings.join()).toContain(`source must use https, got "${url}"`);
    });

    it("makes no request to read or delete what a state has there", async () => {
        const state = { ...insecure("destination"), url, copyStatus: "success" };
        await expect(handler.read(url, state, storage.context)).rejects.toThrow("destination must use https");
        await expect(handler.delete(state, storage.context)).rejects.toThrow("destination must use https");
    });
});
