// A copy onto its own source, under another name, by the real Pulumi CLI: refused, and what stands there stands after a destroy.

import {
    AccountSASPermissions,
    generateAccountSASQueryParameters,
    StorageSharedKeyCredential,
} from "@azure/storage-blob";
import { ShareServiceClient } from "@azure/storage-file-share";
import { afterEach, beforeEach, expect, it } from "vitest";
import { serveAgain } from "../helpers/hosts";
import { type Program, withStack } from "../helpers/stack";
import { startStorage, type TestStorage } from "../helpers/storage";

const text = "what stands at the destination";

let storage: TestStorage;

beforeEach(async () => {
    storage = await startStorage({ realTime: true });
    dev().putBlob("seed", "orders.bak", text);
    dev().putBlob("seed", "disk.vhd", "p".repeat(512), { blobType: "PageBlob" });
    dev().createShare("seed");
    dev().putFile("seed", "orders.bak", text);
});

afterEach(() => storage.close());

const dev = () => storage.simulator.account("dev");

function sasToken(): string {
    const values = {
        services: "bf",
        resourceTypes: "sco",
        permissions: AccountSASPermissions.parse("rwdcl"),
        expiresOn: new Date(Date.now() + 3_600_000),
    };
    return generateAccountSASQueryParameters(values, new StorageSharedKeyCredential("dev", dev().key)).toString();
}

/** Copies each of the three onto itself. */
function onto(endpoints: { blob: string; file: string }): Program {
    const blob = (blobName: string) => ({ containerName: "seed", blobName });
    const file = { shareName: "seed", filePath: "orders.bak" };
    const destination = { connectionString: dev().connectionString };
    const source = (kind: "blob" | "file") => ({ endpoint: endpoints[kind], sasToken: sasToken() });
    return ({ copy }) => {
        new copy.BlobCopy("blob", {
            source: { ...source("blob"), ...blob("orders.bak") },
            destination: { ...destination, ...blob("orders.bak") },
            overwrite: "always",
        });
        new copy.FileCopy("file", {
            source: { ...source("file"), ...file },
            destination: { ...destination, ...file },
            overwrite: "always",
        });
        new copy.IncrementalSnapshotCopy("backup", {
            source: { ...source("blob"), ...blob("disk.vhd") },
            destination: { ...destination, ...blob("disk.vhd") },
            takeSnapshot: {},
            deleteSnapshots: true,
        });
        return undefined;
    };
}

async function etags(): Promise<(string | undefined)[]> {
    const share = ShareServiceClient.fromConnectionString(dev().connectionString).getShareClient("seed");
    const all = await Promise.all([
        storage.blob("dev").getProperties(),
        storage.blob("dev", "disk.vhd").getProperties(),
        share.rootDirectoryClient.getFileClient("orders.bak").getProperties(),
    ]);
    return all.map(({ etag }) => etag);
}

it("fails in the preview where names tell, and nothing is lost by a destroy", async () => {
    const before = await etags();
    const asLocalhost = (endpoint: string) => endpoint.replace("127.0.0.1", "localhost");
    const endpoints = { blob: asLocalhost(dev().blobEndpoint), file: asLocalhost(dev().fileEndpoint) };
    await withStack(onto(endpoints), async ({ preview, up, destroy, resources }) => {
        for (const run of [preview, up]) {
            const { error, transcript } = await run();
            expect(error).toBeDefined();
            expect(transcript).toContain("is the source itself, under another name than");
            expect(await resources()).toEqual([]);
        }
        expect((await destroy()).error).toBeUndefined();
        expect(await etags()).toEqual(before);
    });
});

it("fails in the up where only the service tells, and nothing is lost by a destroy", async () => {
    const before = await etags();
    const [blob, file] = await Promise.all([dev().blobEndpoint, dev().fileEndpoint].map((each) => serveAgain(each)));
    const endpoints = { blob: `http://127.0.0.1:${blob!.port}/dev`, file: `http://127.0.0.1:${file!.port}/dev` };
    await withStack(onto(endpoints), async ({ up, destroy, resources }) => {
        const { failed, transcript } = await up({ continueOnError: true });
        expect(failed).toEqual(["backup", "blob", "file"]);
        expect(transcript).toContain("are one blob under two names");
        expect(transcript).toContain("are one file under two names");
        expect(await resources()).toEqual([]);
        expect((await destroy()).error).toBeUndefined();
        expect(await etags()).toEqual(before);
    });
});
