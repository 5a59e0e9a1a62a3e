// Every kind of credential at each end, within an account and across, by every method: it passes, and the service reads the source with
// the authorization that these tables say.

import { BlobServiceClient } from "@azure/storage-blob";
import { ShareServiceClient } from "@azure/storage-file-share";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { blobCopyHandler } from "../../src/provider/blobCopy";
import { fileCopyHandler } from "../../src/provider/fileCopy";
import type { Handler } from "../../src/provider/handler";
import { incrementalSnapshotCopyHandler } from "../../src/provider/incrementalSnapshotCopy";
import type { BlobLocation, EntraIdCredential } from "../../src/storage/location";
import type { AccountName } from "../helpers/accounts";
import {
    asTests,
    type CredentialScene,
    locationOf,
    type Row,
    readingAcrossServices,
    readingBySas,
    readingWithinService,
    startCredentialScene,
    tableOf,
} from "../helpers/credentials";
import { readings, startEntraIdStorage } from "../helpers/entraId";
import { sourceContent } from "../helpers/storage";
import { FABRIKAM } from "../simulator/support/identity";

let scene: CredentialScene;

beforeAll(async () => {
    scene = await startCredentialScene();
});

afterAll(() => scene.close());

beforeEach(() => scene.storage.simulator.requests.clear());

const blob = (kind: string, blobName = "a") => ({
    containerName: kind === "anonymous" ? "public" : "private",
    blobName,
});
const file = { shareName: "docs", filePath: "a" };
const copiedBlob = { containerName: "seed", blobName: "copied" };
const copiedFile = { shareName: "docs", filePath: "copied" };

/** Runs a resource's whole life with the credentials of a row, and compares how the service was let read the source. */
async function passes(
    handler: Handler<never, never>,
    { end, kind, account, reading }: Row<string>,
    names: { readonly source: Partial<BlobLocation>; readonly destination: Partial<BlobLocation> },
    inputs: object,
    operation: string,
    copied: () => Promise<string>,
): Promise<void> {
    const { storage, user, credential } = scene;
    const more = await credential(kind, end === "source" ? account : "dev");
    const source = locationOf(storage, account, names.source, end === "source" ? more : {});
    const destination = locationOf(storage, "dev", names.destination, end === "destination" ? more : {});
    const { context } = user;
    const checked = await handler.check({} as never, { source, destination, ...inputs } as never, context);
    expect(checked.failures).toEqual([]);
    const { id, state } = await handler.create(checked.inputs, context);
    expect(readings(storage)).toEqual([`${operation}: ${reading}`]);
    const { source: _, destination: __, ...outputs } = state as Record<string, unknown>;
    expect(JSON.stringify(outputs)).not.toMatch(/sig=|Bearer|eyJ/);
    expect(await copied()).toBe(sourceContent);
    expect(await handler.read(id, state, context)).not.toMatchObject({ drifted: true });
    await handler.delete(state, context);
    await expect(copied()).rejects.toMatchObject({ statusCode: 404 });
}

const blobText = () => scene.storage.content("dev", "copied");

async function fileText(): Promise<string> {
    const service = ShareServiceClient.fromConnectionString(scene.storage.simulator.account("dev").connectionString);
    const { rootDirectoryClient } = service.getShareClient("docs");
    return (await rootDirectoryClient.getFileClient("copied").downloadToBuffer()).toString();
}

const blobMethods = ["copyBlob", "fromUrl"] as const;
const fileMethods = ["copyFile", "fromUrl"] as const;
const blobOperations = { copyBlob: "Copy Blob", fromUrl: "Put Blob From URL" };
const fileOperations = { copyFile: "Copy File", fromUrl: "Put Range From URL" };

describe("BlobCopy from a blob", () => {
    it.each(asTests(tableOf(blobMethods, readingWithinService, "fromUrl")))("%s", async (_, row) => {
        const names = { source: blob(row.kind), destination: copiedBlob };
        const { method } = row;
        await passes(blobCopyHandler as never, row, names, { method }, blobOperations[method], blobText);
    });
});

describe("BlobCopy from a file", () => {
    // Without an MD5 a small file goes by a block, by which it is recognized.
    const operations = { ...blobOperations, fromUrl: "Put Block From URL" };
    it.each(asTests(tableOf(blobMethods, readingAcrossServices, "fromUrl", false)))("%s", async (_, row) => {
        const names = { source: file, destination: copiedBlob };
        const { method } = row;
        await passes(blobCopyHandler as never, row, names, { method }, operations[method], blobText);
    });
});

describe("FileCopy from a file", () => {
    it.each(asTests(tableOf(fileMethods, readingWithinService, "fromUrl", false)))("%s", async (_, row) => {
        const names = { source: file, destination: copiedFile };
        const { method } = row;
        await passes(fileCopyHandler as never, row, names, { method }, fileOperations[method], fileText);
    });
});

describe("FileCopy from a blob", () => {
    it.each(asTests(tableOf(fileMethods, readingAcrossServices, "fromUrl")))("%s", async (_, row) => {
        const names = { source: blob(row.kind), destination: copiedFile };
        const { method } = row;
        await passes(fileCopyHandler as never, row, names, { method }, fileOperations[method], fileText);
    });
});

describe("IncrementalSnapshotCopy", () => {
    async function snapshotOf(account: AccountName, containerName: string): Promise<string> {
        const service = BlobServiceClient.fromConnectionString(
            scene.storage.simulator.account(account).connectionString,
        );
        const { snapshot } = await service.getContainerClient(containerName).getBlobClient("page").createSnapshot();
        return snapshot!;
    }

    /** What the destination's one snapshot holds: its base can't be read. */
    async function snapshotText(): Promise<string> {
        const container = scene.storage.container("dev");
        await container.getBlobClient("copied").getProperties();
        for await (const { name, snapshot } of container.listBlobsFlat({ includeSnapshots: true })) {
            if (name === "copied" && snapshot) {
                const content = await container.getBlobClient(name).withSnapshot(snapshot).downloadToBuffer();
                return content.toString().replace(/\0+$/, "");
            }
        }
        throw new Error("the destination has no snapshot");
    }

    it.each(asTests(tableOf(["Incremental Copy Blob"], readingBySas, undefined)))("%s", async (_, row) => {
        const names = { source: blob(row.kind, "page"), destination: copiedBlob };
        const snapshot = await snapshotOf(row.account, names.source.containerName);
        const inputs = { snapshot, deleteSnapshots: true };
        await passes(incrementalSnapshotCopyHandler as never, row, names, inputs, row.method, snapshotText);
    });
});

it.each<["copyBlob" | "fromUrl", string]>([
    ["copyBlob", "Copy Blob: user delegation SAS"],
    ["fromUrl", "Put Blob From URL: token"],
])("copies between accounts of two tenants with a service principal in each, by %s", async (method, reading) => {
    const { simulator, ...two } = await startEntraIdStorage({ golden: { tenantId: FABRIKAM } });
    try {
        vi.stubEnv("AZURE_AUTHORITY_HOST", simulator.entra.authorityHost);
        const credential = (account: AccountName, tenant?: string): EntraIdCredential => {
            const { tenantId, clientId, clientSecret } = two.principal(
                { [account]: "Storage Blob Data Contributor" },
                tenant,
            );
            return { type: "servicePrincipal", tenantId, clientId, clientSecret: clientSecret! };
        };
        const source = { ...two.inputs.source, credential: credential("golden", FABRIKAM) };
        const destination = { ...two.inputs.destination, credential: credential("dev") };
        await blobCopyHandler.create({ source, destination, method }, two.context);
        expect(readings({ simulator, ...two })).toEqual([reading]);
        expect(await two.content("dev")).toBe(sourceContent);
    } finally {
        await simulator.close();
    }
});
