// What Incremental Copy Blob is asked with, as its reference names it, and what its answers come to.

import { BlobServiceClient, type PageBlobClient } from "@azure/storage-blob";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PartialFailure } from "../../src/provider/handler";
import { incrementalSnapshotCopyHandler as handler } from "../../src/provider/incrementalSnapshotCopy";
import type {
    IncrementalSnapshotCopyInputs,
    IncrementalSnapshotCopyState,
} from "../../src/provider/incrementalSnapshotCopyTypes";
import { startStorage, type TestStorage } from "../helpers/storage";
import { upOnceWith } from "../helpers/up";

let storage: TestStorage;
let disk: PageBlobClient;
let backup: PageBlobClient;

beforeEach(async () => {
    storage = await startStorage({ copySeconds: 10 });
    disk = storage.container("golden").getPageBlobClient("disk.vhd");
    backup = storage.container("dev").getPageBlobClient("disk.vhd");
    await disk.create(8_192);
    await disk.uploadPages(Buffer.alloc(2_048, "a"), 0, 2_048);
});

afterEach(async () => {
    await storage.close();
});

async function snapshot(): Promise<string> {
    storage.clock.advance(1_000);
    return (await disk.createSnapshot()).snapshot!;
}

const up = (change: Partial<IncrementalSnapshotCopyInputs>, state?: IncrementalSnapshotCopyState) =>
    upOnceWith(handler, storage, state, {
        source: { ...storage.inputs.source, blobName: "disk.vhd" },
        destination: { ...storage.inputs.destination, blobName: "disk.vhd" },
        ...change,
    } as IncrementalSnapshotCopyInputs);

const requests = () => storage.simulator.requests.of("Incremental Copy Blob");
const headers = () => requests().at(-1)!.headers;

describe("the request of Incremental Copy Blob", () => {
    it("says who asks, when, by which version, and by an ID of its own", async () => {
        await up({ snapshot: await snapshot() });
        expect(headers()).toMatchObject({
            authorization: "SharedKey REDACTED",
            "x-ms-date": expect.stringMatching(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/),
            "x-ms-version": expect.stringMatching(/^20(2[6-9]|[3-9]\d)-\d\d-\d\d$/),
            "x-ms-client-request-id": expect.stringMatching(/^[\x21-\x7e]{1,1024}$/),
        });
        // Neither a timeout nor a body.
        expect(requests().map(({ query, bytesIn }) => [query, bytesIn])).toEqual([["comp=incrementalcopy", 0]]);
    });

    it("names the snapshot's URL, with a SAS of its base blob that reads only and outlasts the timeout", async () => {
        const taken = await snapshot();
        await up({ snapshot: taken, timeout: "3h" });
        const { origin, pathname, searchParams } = new URL(headers()["x-ms-copy-source"]!);
        expect(origin + pathname).toBe(disk.url);
        expect(["snapshot", "sr", "sp"].map((name) => searchParams.get(name))).toEqual([taken, "b", "r"]);
        const lasts = Date.parse(searchParams.get("se")!) - storage.clock.now();
        expect(lasts).toBeGreaterThan(26 * 3_600_000);
    });

    it("wants the name free at first, and then the blob that was looked at", async () => {
        const state = await up({ snapshot: await snapshot() });
        expect(headers()).toMatchObject({ "if-none-match": "*" });
        await up({ snapshot: await snapshot() }, state);
        expect(headers()).toMatchObject({ "if-match": state.etag });
        expect(headers()["if-none-match"]).toBeUndefined();
    });

    it("reads a source that everybody may read by its URL alone", async () => {
        const open = storage.simulator.account("open");
        open.createContainer("public", { publicAccess: "blob" });
        open.putBlob("public", "disk.vhd", Buffer.alloc(8_192, "o"), { blobType: "PageBlob" });
        const { snapshot: taken } = await BlobServiceClient.fromConnectionString(open.connectionString)
            .getContainerClient("public")
            .getBlobClient("disk.vhd")
            .createSnapshot();
        const source = { endpoint: open.blobEndpoint, containerName: "public", blobName: "disk.vhd" };
        const state = await up({ source, snapshot: taken! });
        const { searchParams } = new URL(headers()["x-ms-copy-source"]!);
        expect([...searchParams.keys()]).toEqual(["snapshot"]);
        const copied = await backup.withSnapshot(state.destinationSnapshot!).downloadToBuffer();
        expect(copied.equals(Buffer.alloc(8_192, "o"))).toBe(true);
    });

    it("fails for a private source without a credential, and leaves no empty blob", async () => {
        const { blobEndpoint } = storage.simulator.account("golden");
        const source = { endpoint: blobEndpoint, containerName: "images", blobName: "disk.vhd" };
        await expect(up({ source, snapshot: await snapshot() })).rejects.toThrow(/401 NoAuthenticationInformation/);
        expect(await backup.exists()).toBe(false);
    });
});

describe("conditions of the destination", () => {
    const inSeconds = (seconds: number) => new Date(storage.clock.now() + seconds * 1_000).toISOString();

    it.each<[string, (etag: string) => IncrementalSnapshotCopyInputs["conditions"]]>([
        ["ifMatch", () => ({ ifMatch: '"0x8DC0123456789AB"' })],
        ["ifNoneMatch", (etag) => ({ ifNoneMatch: etag })],
        ["ifNoneMatch *", () => ({ ifNoneMatch: "*" })],
        ["ifModifiedSince", () => ({ ifModifiedSince: inSeconds(3_600) })],
        ["ifUnmodifiedSince", () => ({ ifUnmodifiedSince: inSeconds(-3_600) })],
    ])("that it does not meet fail the copy: %s", async (_, conditions) => {
        const state = await up({ snapshot: await snapshot() });
        const next = { snapshot: await snapshot(), conditions: conditions(state.etag!) };
        await expect(up(next, state)).rejects.toThrow(/whose destination does not meet conditions: 412/);
        expect((await backup.getProperties()).copyId).toBe(state.copyId);
    });

    it.each<[string, (etag: string) => IncrementalSnapshotCopyInputs["conditions"]]>([
        ["ifMatch", (etag) => ({ ifMatch: etag })],
        ["ifNoneMatch", () => ({ ifNoneMatch: '"0x8DC0123456789AB"' })],
        ["ifModifiedSince", () => ({ ifModifiedSince: inSeconds(-3_600) })],
        ["ifUnmodifiedSince", () => ({ ifUnmodifiedSince: inSeconds(3_600) })],
    ])("that it meets let it be copied: %s", async (_, conditions) => {
        const state = await up({ snapshot: await snapshot() });
        const next = await up({ snapshot: await snapshot(), conditions: conditions(state.etag!) }, state);
        expect(next.destinationSnapshots).toHaveLength(2);
    });
});

describe("the answer of Incremental Copy Blob", () => {
    it.each([
        [400, "InvalidHeaderValue"],
        [403, "AuthorizationFailure"],
        [409, "IncrementalCopyBlobMismatch"],
    ])("fails with %i %s, and leaves no empty blob", async (status, errorCode) => {
        storage.simulator.faults.add({ operation: "Incremental Copy Blob", status, errorCode });
        const failure = up({ snapshot: await snapshot(), timeout: "10s" });
        await expect(failure).rejects.toThrow(new RegExp(`${status} ${errorCode}.*request ID [0-9a-f-]{36}`));
        expect(await backup.exists()).toBe(false);
    });

    it.each([500, 503])("is asked for again where it is %i, and told where that does not pass", async (status) => {
        storage.simulator.faults.add({ operation: "Incremental Copy Blob", status, times: 2 });
        const state = await up({ snapshot: await snapshot() });
        expect(state.copyStatus).toBe("success");
        storage.simulator.faults.add({ operation: "Incremental Copy Blob", status });
        await expect(up({ snapshot: await snapshot() }, state)).rejects.toThrow(
            new RegExp(`could not copy .*${status}.*request ID`),
        );
        expect((await backup.getProperties()).copyId).toBe(state.copyId);
    });

    it("is pending, whose ID and end are the outputs'", async () => {
        storage.simulator.copies.add({ seconds: 100, times: 1 });
        const taken = await snapshot();
        const failure = await up({ snapshot: taken, timeout: "30s" }).catch((error: unknown) => error);
        expect(failure).toBeInstanceOf(PartialFailure);
        const { copyId } = await backup.getProperties();
        expect((failure as PartialFailure).state).toMatchObject({ copyId, copyStatus: "pending" });
        storage.clock.advance(100_000);
        const { destinationSnapshot, copyCompletedOn, lastModified } = await backup.getProperties();
        const state = await up({ snapshot: taken }, (failure as PartialFailure).state as IncrementalSnapshotCopyState);
        expect(state).toMatchObject({
            copyId,
            copyStatus: "success",
            destinationSnapshot,
            copyCompletedOn: copyCompletedOn!.toISOString(),
            lastModified: lastModified!.toISOString(),
        });
    });
});

it("a source that Copy Blob has written anew is another one, and replaces the resource", async () => {
    const state = await up({ snapshot: await snapshot() });
    const other = storage.container("golden").getPageBlobClient("other.vhd");
    await other.create(8_192);
    await (await disk.beginCopyFromURL(other.url)).pollUntilDone();
    const next = {
        source: { ...storage.inputs.source, blobName: "disk.vhd" },
        destination: { ...storage.inputs.destination, blobName: "disk.vhd" },
        snapshot: await snapshot(),
    };
    const { inputs } = await handler.check(state, next, storage.context);
    expect(handler.diff(state, inputs)).toEqual({ changes: true, replaces: ["sourceGeneration"] });
    await expect(handler.create(inputs, storage.context)).rejects.toThrow(
        /409 BlobOverwritten.*the source was re-created since it was copied last/,
    );
});

it.each(["source", "destination"] as const)(
    "is refused over http to Azure itself, at the %s, without a request",
    async (end) => {
        const wanted = {
            source: { ...storage.inputs.source, blobName: "disk.vhd" },
            destination: { ...storage.inputs.destination, blobName: "disk.vhd" },
            snapshot: await snapshot(),
        };
        storage.operations();
        const url = "http://contoso.blob.core.windows.net/c/disk.vhd";
        await expect(handler.create({ ...wanted, [end]: { url } }, storage.context)).rejects.toThrow(
            `${end} must use https, got "${url}"; write https`,
        );
        expect(storage.operations()).toEqual([]);
    },
);
