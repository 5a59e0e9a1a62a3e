import { beforeEach, describe, expect, test } from "vitest";
import type { AccountHandle, ManualClock, Simulator } from "../../simulator";
import { blobOf, copy, outcome } from "./support/copies";
import { containerOf, simulate } from "./support/simulate";

// The titles in quotation marks are the sentences of the REST reference.

let golden: AccountHandle;
let simulator: Simulator;
let clock: ManualClock;

beforeEach(async () => {
    ({ golden, simulator, clock } = await simulate());
    golden.createContainer("images");
});

const url = (name: string) => `${golden.blobEndpoint}/images/${name}`;
const at = (name: string) => blobOf(golden, `/images/${name}`);
const put = (name: string, content = "hello", options = {}) => golden.putBlob("images", name, content, options);
const copyTo = (name: string, source: string, headers = {}) => copy(golden, `/images/${name}`, source, headers);

describe("a copy within one account", () => {
    test("ends at once: 202 says success, with the ETag of the finished blob", async () => {
        put("source");
        const answer = await copyTo("copy", url("source"));
        expect([answer.status, answer.headers["x-ms-copy-status"]]).toEqual([202, "success"]);
        const got = await at("copy").getProperties();
        expect(got).toMatchObject({
            etag: answer.headers.etag,
            copyId: answer.headers["x-ms-copy-id"],
            copyStatus: "success",
            copyProgress: "5/5",
            contentLength: 5,
        });
        expect([got.copyCompletedOn?.getTime(), got.copyStatusDescription]).toEqual([
            Math.floor(clock.now() / 1000) * 1000,
            undefined,
        ]);
    });

    test("reports an http source as https, and keeps its query", async () => {
        put("source");
        await copyTo("copy", `${url("source")}?x=1`);
        const { copySource } = await at("copy").getProperties();
        expect(copySource).toBe(`${url("source").replace("http:", "https:")}?x=1`);
    });

    test("the source's host name may be the account's own", async () => {
        put("source");
        expect((await copyTo("copy", "https://golden.blob.core.windows.net/images/source")).status).toBe(202);
    });

    test("a source that isn't there is 404 BlobNotFound", async () => {
        expect(outcome(await copyTo("copy", url("none")))).toEqual([404, "BlobNotFound"]);
        expect(await at("copy").exists()).toBe(false);
    });

    test("the destination's container must be there", async () => {
        put("source");
        const answer = await copy(golden, "/nothing/copy", url("source"));
        expect(outcome(answer)).toEqual([404, "ContainerNotFound"]);
    });
});

describe("what is copied", () => {
    test("'the following system properties are copied to the destination blob'", async () => {
        await containerOf(golden)
            .getBlockBlobClient("source")
            .upload("hello", 5, {
                blobHTTPHeaders: {
                    blobContentType: "text/plain",
                    blobContentEncoding: "identity",
                    blobContentLanguage: "en",
                    blobCacheControl: "no-store",
                    blobContentDisposition: "attachment",
                },
            });
        await copyTo("copy", url("source"));
        const [a, b] = [await at("source").getProperties(), await at("copy").getProperties()];
        const system = (got: typeof a) => [
            got.contentType,
            got.contentEncoding,
            got.contentLanguage,
            got.contentLength,
            got.cacheControl,
            Buffer.from(got.contentMD5!).toString("base64"),
            got.contentDisposition,
        ];
        expect(system(b)).toEqual(system(a));
        expect(b.contentType).toBe("text/plain");
    });

    test("'If no name/value pairs are specified, the operation copies the metadata from the source'", async () => {
        put("source", "x", { metadata: { a: "1", b: "2" } });
        await copyTo("copy", url("source"));
        expect((await at("copy").getProperties()).metadata).toEqual({ a: "1", b: "2" });
    });

    test("'If one or more name/value pairs are specified, … metadata is not copied from the source'", async () => {
        put("source", "x", { metadata: { a: "1", b: "2" } });
        await copyTo("copy", url("source"), { "x-ms-meta-b": "3" });
        expect((await at("copy").getProperties()).metadata).toEqual({ b: "3" });
    });

    test("'Tags are not copied from the copy source'", async () => {
        put("source", "x", { tags: { a: "1" } });
        await copyTo("copy", url("source"));
        expect((await at("copy").getTags()).tags).toEqual({});
        await copyTo("copy", url("source"), { "x-ms-tags": "b=2&c%20d=3+4" });
        expect((await at("copy").getTags()).tags).toEqual({ b: "2", "c d": "3 4" });
    });

    test("'The source blob's committed blocklist is also copied'; 'Any uncommitted blocks are not copied'", async () => {
        const source = containerOf(golden).getBlockBlobClient("source");
        await source.stageBlock("MDE=", "one", 3);
        await source.stageBlock("MDI=", "two", 3);
        await source.commitBlockList(["MDE=", "MDI="]);
        await source.stageBlock("MDM=", "three", 5);
        await copyTo("copy", url("source"));
        const list = await containerOf(golden).getBlockBlobClient("copy").getBlockList("all");
        expect(list.committedBlocks).toEqual([
            { name: "MDE=", size: 3 },
            { name: "MDI=", size: 3 },
        ]);
        expect(list.uncommittedBlocks).toEqual([]);
    });

    test("a page blob's sequence number and an append blob's block count go along", async () => {
        const container = containerOf(golden);
        await container.getPageBlobClient("disk").create(512, { blobSequenceNumber: 7 });
        await container.getAppendBlobClient("log").create();
        await container.getAppendBlobClient("log").appendBlock("x", 1);
        await copyTo("disk2", url("disk"));
        await copyTo("log2", url("log"));
        expect((await at("disk2").getProperties()).blobSequenceNumber).toBe(7);
        expect((await at("log2").getProperties()).blobCommittedBlockCount).toBe(1);
    });

    test("'any snapshots … of the source blob are not copied', those of the destination 'stay intact'", async () => {
        put("source", "new");
        put("copy", "old");
        await at("source").createSnapshot();
        const { snapshot } = await at("copy").createSnapshot();
        await copyTo("copy", url("source"));
        expect((await at("copy").withSnapshot(snapshot!).downloadToBuffer()).toString()).toBe("old");
        const snapshots: string[] = [];
        for await (const item of containerOf(golden).listBlobsFlat({ prefix: "copy", includeSnapshots: true })) {
            snapshots.push(item.snapshot ?? "");
        }
        expect(snapshots.filter(Boolean)).toEqual([snapshot]);
    });

    test("overwriting keeps the destination's creation time", async () => {
        put("source");
        put("copy");
        const { createdOn } = await at("copy").getProperties();
        clock.advance(60_000);
        await copyTo("copy", url("source"));
        expect((await at("copy").getProperties()).createdOn).toEqual(createdOn);
    });

    test("immutability and legal hold are kept with the destination", async () => {
        put("source");
        await copyTo("copy", url("source"), {
            "x-ms-immutability-policy-until-date": "Tue, 01 Jan 2030 00:00:00 GMT",
            "x-ms-immutability-policy-mode": "unlocked",
            "x-ms-legal-hold": "true",
        });
        expect(await at("copy").getProperties()).toMatchObject({
            immutabilityPolicyExpiresOn: new Date("2030-01-01T00:00:00Z"),
            immutabilityPolicyMode: "unlocked",
            legalHold: true,
        });
    });
});

describe("copies onto itself and from snapshots", () => {
    test("'When the source blob and destination blob are the same, Copy Blob removes any uncommitted blocks'", async () => {
        const blob = containerOf(golden).getBlockBlobClient("a");
        put("a", "hello", { metadata: { old: "1" } });
        await blob.stageBlock("MDE=", "x", 1);
        expect((await copyTo("a", url("a"), { "x-ms-meta-new": "2" })).status).toBe(202);
        const got = await blob.getProperties();
        expect([got.metadata, got.contentLength]).toEqual([{ new: "2" }, 5]);
        expect((await blob.getBlockList("all")).uncommittedBlocks).toEqual([]);
    });

    test("'You can copy a snapshot over its base blob'", async () => {
        put("a", "old");
        const { snapshot } = await at("a").createSnapshot();
        put("a", "new");
        expect((await copyTo("a", `${url("a")}?snapshot=${snapshot}`)).status).toBe(202);
        expect((await at("a").downloadToBuffer()).toString()).toBe("old");
        expect((await at("a").withSnapshot(snapshot!).downloadToBuffer()).toString()).toBe("old");
    });

    test("fails for a snapshot that isn't there", async () => {
        put("a");
        const answer = await copyTo("b", `${url("a")}?snapshot=2020-01-01T00:00:00.0000000Z`);
        expect(outcome(answer)).toEqual([404, "BlobNotFound"]);
    });

    test("a snapshot carries the copy properties of its blob", async () => {
        put("source");
        const answer = await copyTo("copy", url("source"));
        const { snapshot } = await at("copy").createSnapshot();
        await at("copy").setHTTPHeaders({});
        expect((await at("copy").withSnapshot(snapshot!).getProperties()).copyId).toBe(answer.headers["x-ms-copy-id"]);
    });
});

describe("conditions", () => {
    test("every source condition that fails is 412 SourceConditionNotMet, never 304", async () => {
        put("source");
        const { etag } = await at("source").getProperties();
        const [past, future] = [-60_000, 60_000].map((ms) => new Date(clock.now() + ms).toUTCString());
        for (const [name, value] of [
            ["x-ms-source-if-match", '"0x8D0"'],
            ["x-ms-source-if-none-match", etag!],
            ["x-ms-source-if-modified-since", future!],
            ["x-ms-source-if-unmodified-since", past!],
        ] as const) {
            const answer = await copyTo("copy", url("source"), { [name]: value });
            expect([name, ...outcome(answer)]).toEqual([name, 412, "SourceConditionNotMet"]);
        }
        const tags = await copyTo("copy", url("source"), { "x-ms-source-if-tags": "\"a\" = '1'" });
        expect(outcome(tags)).toEqual([412, "ConditionNotMet"]);
        expect(await at("copy").exists()).toBe(false);
        expect((await copyTo("copy", url("source"), { "x-ms-source-if-match": etag! })).status).toBe(202);
    });

    test("every destination condition that fails is 412 TargetConditionNotMet", async () => {
        put("source");
        put("copy", "old");
        const { etag } = await at("copy").getProperties();
        const [past, future] = [-60_000, 60_000].map((ms) => new Date(clock.now() + ms).toUTCString());
        for (const [name, value] of [
            ["if-match", '"0x8D0"'],
            ["if-none-match", etag!],
            ["if-modified-since", future!],
            ["if-unmodified-since", past!],
        ] as const) {
            const answer = await copyTo("copy", url("source"), { [name]: value });
            expect([name, ...outcome(answer)]).toEqual([name, 412, "TargetConditionNotMet"]);
        }
        const tags = await copyTo("copy", url("source"), { "x-ms-if-tags": "\"a\" = '1'" });
        expect(outcome(tags)).toEqual([412, "ConditionNotMet"]);
        expect((await at("copy").downloadToBuffer()).toString()).toBe("old");
    });

    test("If-None-Match: * 'only if the destination blob doesn't exist': 409 if it does", async () => {
        put("source");
        expect((await copyTo("copy", url("source"), { "if-none-match": "*" })).status).toBe(202);
        expect(outcome(await copyTo("copy", url("source"), { "if-none-match": "*" }))).toEqual([
            409,
            "BlobAlreadyExists",
        ]);
    });
});

describe("leases", () => {
    const id = "11111111-1111-1111-1111-111111111111";

    test("'If the destination blob has an active infinite lease, you must specify its lease ID'", async () => {
        put("source");
        put("copy");
        await at("copy").getBlobLeaseClient(id).acquireLease(-1);
        expect(outcome(await copyTo("copy", url("source")))).toEqual([412, "LeaseIdMissing"]);
        const other = { "x-ms-lease-id": "22222222-2222-2222-2222-222222222222" };
        expect(outcome(await copyTo("copy", url("source"), other))).toEqual([412, "LeaseIdMismatchWithBlobOperation"]);
        expect((await copyTo("copy", url("source"), { "x-ms-lease-id": id })).status).toBe(202);
        expect((await at("copy").getProperties()).leaseState).toBe("leased");
    });

    test("'A finite-duration lease ID fails with status code 412'", async () => {
        put("source");
        put("copy");
        await at("copy").getBlobLeaseClient(id).acquireLease(60);
        const answer = await copyTo("copy", url("source"), { "x-ms-lease-id": id });
        expect(outcome(answer)).toEqual([412, "InfiniteLeaseDurationRequired"]);
    });

    test("'If the client specifies a lease ID on a blob that doesn't yet exist, … 412'", async () => {
        put("source");
        const headers = { "x-ms-lease-id": id };
        expect(outcome(await copyTo("copy", url("source"), headers))).toEqual([
            412,
            "LeaseNotPresentWithBlobOperation",
        ]);
        const old = { ...headers, "x-ms-version": "2012-02-12" };
        expect((await copyTo("copy", url("source"), old)).status).toBe(202);
    });

    test("'the lease state of the source blob doesn't matter', and its lease isn't copied", async () => {
        put("source");
        await at("source").getBlobLeaseClient(id).acquireLease(-1);
        expect((await copyTo("copy", url("source"))).status).toBe(202);
        expect((await at("copy").getProperties()).leaseState).toBe("available");
    });
});

describe("the copy properties afterwards", () => {
    test("vanish with Set Blob Properties, Put Blob and Put Block List, with nothing else", async () => {
        put("source");
        const block = containerOf(golden).getBlockBlobClient("copy");
        const copyId = async () => (await block.getProperties()).copyId;
        const again = async () => {
            await copyTo("copy", url("source"));
            expect(await copyId()).toBeDefined();
        };
        await again();
        await block.setMetadata({ a: "b" });
        await block.setTags({ a: "b" });
        await block.setAccessTier("Cool");
        expect(await copyId()).toBeDefined();
        for (const change of [
            () => block.setHTTPHeaders({}),
            () => block.upload("x", 1),
            () => block.commitBlockList([]),
        ]) {
            await again();
            await change();
            expect(await copyId()).toBeUndefined();
        }
    });
});

describe("the x-ms-copy-source header", () => {
    test.each([["images/source"], ["/golden/images/source"], ["ftp://golden/x"], [`http://a/${"x".repeat(2048)}`]])(
        "fails for %.40s",
        async (source) => {
            expect(outcome(await copyTo("copy", source))).toEqual([400, "InvalidHeaderValue"]);
        },
    );

    test("may be up to 2 KiB long", async () => {
        const name = "x".repeat(900);
        put(name);
        const base = `${url(name)}?pad=`;
        expect((await copyTo("copy", base + "x".repeat(2048 - base.length))).status).toBe(202);
        expect((await copyTo("copy", base + "x".repeat(2049 - base.length))).status).toBe(400);
    });

    test("x-ms-source-lease-id is 'unsupported in 2012-02-12 and later'", async () => {
        put("source");
        const answer = await copyTo("copy", url("source"), { "x-ms-source-lease-id": "x" });
        expect(outcome(answer)).toEqual([400, "UnsupportedHeader"]);
        expect(simulator.requests.count("Copy Blob")).toBe(1);
    });
});
