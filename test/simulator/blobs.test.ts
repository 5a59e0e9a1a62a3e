import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { generated } from "../../simulator";
import { elementText, raw, send } from "./support/raw";
import { containerOf, failure, serviceClient, simulate } from "./support/simulate";

const MD5_HELLO = "XUFAKrxLKna5cZ2REBfFkg==";

describe("Put Blob and Get Blob", () => {
    test("a block blob comes back with its headers, metadata and tags", async () => {
        const { golden } = await simulate();
        const blob = containerOf(golden).getBlockBlobClient("folder/hello.txt");
        const put = await blob.upload("hello", 5, {
            blobHTTPHeaders: {
                blobContentType: "text/plain",
                blobCacheControl: "no-store",
                blobContentDisposition: "attachment",
                blobContentEncoding: "identity",
                blobContentLanguage: "en",
            },
            metadata: { owner: "me" },
            tags: { env: "dev" },
            tier: "Cool",
        });
        expect(put._response.status).toBe(201);
        const got = await blob.getProperties();
        expect(got).toMatchObject({
            contentLength: 5,
            contentType: "text/plain",
            cacheControl: "no-store",
            contentDisposition: "attachment",
            contentEncoding: "identity",
            contentLanguage: "en",
            metadata: { owner: "me" },
            tagCount: 1,
            accessTier: "Cool",
            blobType: "BlockBlob",
            etag: put.etag,
            isServerEncrypted: true,
            leaseState: "available",
        });
        expect(Buffer.from(got.contentMD5!).toString("base64")).toBe(MD5_HELLO);
        expect((await blob.downloadToBuffer()).toString()).toBe("hello");
    });

    test("fails if the Content-MD5 isn't that of the body", async () => {
        const { golden } = await simulate();
        golden.createContainer("images");
        const answer = await raw(golden, "/images/a", {
            method: "PUT",
            headers: { "x-ms-blob-type": "BlockBlob", "content-md5": MD5_HELLO },
            body: "hullo",
        });
        expect(answer.status).toBe(400);
        expect(answer.headers["x-ms-error-code"]).toBe("Md5Mismatch");
        expect(elementText(answer, "UserSpecifiedMd5")).toBe(MD5_HELLO);
        expect(answer.body.startsWith("\uFEFF<?xml")).toBe(true);
    });

    test.each([
        ["x-ms-blob-type", "Blob", "InvalidHeaderValue"],
        ["x-ms-access-tier", "P20", "InvalidHeaderValue"],
        ["x-ms-tags", "a=1&a=2", "DuplicateTagNames"],
        ["x-ms-tags", "a=%24", "InvalidTag"],
        ["x-ms-meta-1st", "x", "InvalidMetadata"],
        ["x-ms-version", "2027-01-06", "InvalidHeaderValue"],
        ["x-ms-version", "latest", "InvalidHeaderValue"],
    ])("fails with %s: %s", async (name, value, code) => {
        const { golden } = await simulate();
        golden.createContainer("images");
        const headers = { "x-ms-blob-type": "BlockBlob", [name]: value };
        const answer = await raw(golden, "/images/a", { method: "PUT", headers, body: "x" });
        expect([answer.status, answer.headers["x-ms-error-code"]]).toEqual([400, code]);
        if (code === "InvalidHeaderValue") {
            expect([elementText(answer, "HeaderName"), elementText(answer, "HeaderValue")]).toEqual([name, value]);
        }
    });

    test("a body larger than memory is wanted for comes back byte for byte", async () => {
        const { golden } = await simulate();
        const content = generated({ length: 20 * 1024 * 1024 + 7, seed: 3 });
        const bytes = await content.read(0, content.length);
        const blob = containerOf(golden).getBlockBlobClient("large");
        await blob.upload(bytes, bytes.length);
        expect((await blob.downloadToBuffer()).equals(bytes)).toBe(true);
    });

    test("overwriting keeps the creation time and nothing else", async () => {
        const { golden, clock } = await simulate();
        const blob = containerOf(golden).getBlockBlobClient("a");
        await blob.upload("one", 3, { metadata: { a: "1" }, tags: { a: "1" } });
        const first = await blob.getProperties();
        clock.advance(60_000);
        await blob.upload("two", 3);
        const second = await blob.getProperties();
        expect(second.createdOn).toEqual(first.createdOn);
        expect(second.lastModified!.getTime()).toBeGreaterThan(first.lastModified!.getTime());
        expect(second.etag! > first.etag!).toBe(true);
        expect([second.metadata, second.tagCount]).toEqual([{}, undefined]);
    });

    test("names may hold slashes, spaces, percent signs and any letters", async () => {
        const { golden } = await simulate();
        const container = containerOf(golden);
        const names = ["a/b//c", "ü ö%20.txt", "日本/😀", "a+b&c=d", "dots/./x/../y", "tail."];
        for (const name of names) {
            golden.putBlob("images", name, name);
            const path = `/images/${name.split("/").map(encodeURIComponent).join("%2F")}`;
            expect((await raw(golden, path)).body).toBe(name);
        }
        const listed: string[] = [];
        for await (const blob of container.listBlobsFlat()) {
            listed.push(blob.name);
        }
        expect(listed).toEqual([...names].sort());
    });

    test("a blob at the top belongs to $root", async () => {
        const { golden } = await simulate();
        golden.createContainer("$root");
        const put = await raw(golden, "/logo.png", {
            method: "PUT",
            headers: { "x-ms-blob-type": "BlockBlob" },
            body: "png",
        });
        expect(put.status).toBe(201);
        expect((await raw(golden, "/$root/logo.png")).body).toBe("png");
    });

    test("an account is also found by its host name", async () => {
        const { golden, simulator } = await simulate();
        golden.createContainer("images");
        golden.putBlob("images", "a", "hello");
        const answer = await send(`${simulator.url}/images/a`, "GET", {
            host: "golden.blob.core.windows.net",
            "x-ms-version": "2018-11-09",
        });
        expect([answer.status, answer.headers["x-ms-error-code"]]).toEqual([409, "PublicAccessNotPermitted"]);
        expect(simulator.requests.of("Get Blob")[0]).toMatchObject({
            account: "golden",
            container: "images",
            blob: "a",
        });
    });
});

describe("ranges", () => {
    async function blobOf(content: string) {
        const { golden } = await simulate();
        golden.createContainer("images");
        golden.putBlob("images", "a", content);
        return (headers: Record<string, string>) => raw(golden, "/images/a", { headers });
    }

    test("x-ms-range takes precedence over Range, and an end beyond the blob is cut", async () => {
        const get = await blobOf("0123456789");
        const answer = await get({ range: "bytes=0-1", "x-ms-range": "bytes=7-99" });
        expect([answer.status, answer.body]).toEqual([206, "789"]);
        expect(answer.headers["content-range"]).toBe("bytes 7-9/10");
        expect(answer.headers["x-ms-blob-content-md5"]).toBeDefined();
        expect(answer.headers["content-md5"]).toBeUndefined();
    });

    test("x-ms-range-get-content-md5 gives the MD5 of the range", async () => {
        const get = await blobOf("0123456789");
        const answer = await get({ "x-ms-range": "bytes=0-2", "x-ms-range-get-content-md5": "true" });
        expect(answer.headers["content-md5"]).toBe(createHash("md5").update("012").digest("base64"));
        expect((await get({ "x-ms-range-get-content-md5": "true" })).status).toBe(400);
    });

    test("a range that begins behind the end is 416 InvalidRange with the length", async () => {
        const get = await blobOf("0123456789");
        const answer = await get({ "x-ms-range": "bytes=10-" });
        expect([answer.status, answer.headers["x-ms-error-code"]]).toEqual([416, "InvalidRange"]);
        expect(answer.headers["content-range"]).toBe("bytes */10");
        expect(answer.reason).toBe("The range specified is invalid for the current size of the resource.");
    });
});

describe("conditions", () => {
    test("a read answers 304 or 412, a write 412, by header", async () => {
        const { golden, clock } = await simulate();
        const blob = containerOf(golden).getBlockBlobClient("a");
        const { etag } = await blob.upload("x", 1);
        const before = new Date(clock.now() - 5000);
        const after = new Date(clock.now() + 5000);
        const notMet = (status: number) => ({ status, code: "ConditionNotMet" });
        for (const [conditions, read, write] of [
            [{ ifMatch: '"0x8D0"' }, 412, 412],
            [{ ifNoneMatch: etag }, 304, 412],
            [{ ifModifiedSince: after }, 304, 412],
            [{ ifUnmodifiedSince: before }, 412, 412],
            [{ tagConditions: "\"env\" = 'prod'" }, 412, 412],
        ] as const) {
            expect(await failure(blob.download(0, undefined, { conditions }))).toEqual(notMet(read));
            expect(await failure(blob.setMetadata({}, { conditions }))).toEqual(notMet(write));
        }
        await blob.getProperties({ conditions: { ifMatch: etag, ifUnmodifiedSince: after, ifModifiedSince: before } });
        expect((await blob.setMetadata({}, { conditions: { ifMatch: etag } }))._response.status).toBe(200);
    });

    test("If-None-Match: * creates only what isn't there", async () => {
        const { golden } = await simulate();
        const blob = containerOf(golden).getBlockBlobClient("a");
        const conditions = { ifNoneMatch: "*" };
        await blob.upload("x", 1, { conditions });
        expect(await failure(blob.upload("y", 1, { conditions }))).toEqual({ status: 409, code: "BlobAlreadyExists" });
    });

    test("If-Match fails where there is nothing to match", async () => {
        const { golden } = await simulate();
        const blob = containerOf(golden).getBlockBlobClient("a");
        const conditions = { ifMatch: "*" };
        expect(await failure(blob.upload("y", 1, { conditions }))).toEqual({ status: 412, code: "ConditionNotMet" });
    });

    test("two conditions that a write can't combine are 400", async () => {
        const { golden } = await simulate();
        const blob = containerOf(golden).getBlockBlobClient("a");
        const conditions = { ifMatch: "*", ifNoneMatch: '"0x8D0"' };
        expect(await failure(blob.upload("y", 1, { conditions }))).toEqual({
            status: 400,
            code: "MultipleConditionHeadersNotSupported",
        });
    });

    test("x-ms-if-tags that is no expression is 400", async () => {
        const { golden } = await simulate();
        golden.createContainer("images");
        golden.putBlob("images", "a", "x");
        const answer = await raw(golden, "/images/a", { headers: { "x-ms-if-tags": "env = = 'x'" } });
        expect([answer.status, elementText(answer, "HeaderName")]).toEqual([400, "x-ms-if-tags"]);
    });
});

describe("metadata, properties and tags", () => {
    test("Set Blob Metadata and Set Blob Properties replace the whole set", async () => {
        const { golden } = await simulate();
        const blob = containerOf(golden).getBlockBlobClient("a");
        await blob.upload("x", 1, { metadata: { Kept: "no" }, blobHTTPHeaders: { blobContentType: "text/plain" } });
        await blob.setMetadata({ new: "yes" });
        await blob.setHTTPHeaders({ blobCacheControl: "no-cache" });
        const got = await blob.getProperties();
        expect(got.metadata).toEqual({ new: "yes" });
        expect([got.cacheControl, got.contentType, got.contentMD5]).toEqual(["no-cache", undefined, undefined]);
    });

    test("Set Blob Tags changes neither ETag nor Last-Modified", async () => {
        const { golden, clock } = await simulate();
        const blob = containerOf(golden).getBlockBlobClient("a");
        const { etag } = await blob.upload("x", 1);
        clock.advance(5000);
        await blob.setTags({ one: "1", "two words": "a b" });
        expect((await blob.getTags()).tags).toEqual({ one: "1", "two words": "a b" });
        expect((await blob.getProperties()).etag).toBe(etag);
    });

    test("fails for more than ten tags", async () => {
        const { golden } = await simulate();
        const blob = containerOf(golden).getBlockBlobClient("a");
        await blob.upload("x", 1);
        const tags = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`t${i}`, "x"]));
        expect(await failure(blob.setTags(tags))).toEqual({ status: 400, code: "TagsTooLarge" });
    });
});

describe("snapshots and Delete Blob", () => {
    test("a snapshot keeps content and properties while the blob changes", async () => {
        const { golden } = await simulate();
        const blob = containerOf(golden).getBlockBlobClient("a");
        await blob.upload("one", 3, { metadata: { v: "1" } });
        const { snapshot } = await blob.createSnapshot();
        expect(snapshot).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/);
        await blob.upload("two", 3);
        const old = blob.withSnapshot(snapshot!);
        expect((await old.downloadToBuffer()).toString()).toBe("one");
        expect((await old.getProperties()).metadata).toEqual({ v: "1" });
        expect(
            (await blob.withSnapshot((await blob.createSnapshot({ metadata: { n: "2" } })).snapshot!).getProperties())
                .metadata,
        ).toEqual({ n: "2" });
    });

    test("a blob with snapshots is deleted only with them", async () => {
        const { golden } = await simulate();
        const container = containerOf(golden);
        const blob = container.getBlockBlobClient("a");
        await blob.upload("one", 3);
        const { snapshot } = await blob.createSnapshot();
        await blob.createSnapshot();
        expect(await failure(blob.delete())).toEqual({ status: 409, code: "SnapshotsPresent" });
        await blob.withSnapshot(snapshot!).delete();
        expect(await failure(blob.withSnapshot(snapshot!).getProperties())).toMatchObject({ status: 404 });
        await blob.delete({ deleteSnapshots: "only" });
        expect(await blob.exists()).toBe(true);
        await blob.createSnapshot();
        await blob.delete({ deleteSnapshots: "include" });
        expect(await blob.exists()).toBe(false);
        const left: string[] = [];
        for await (const item of container.listBlobsFlat({ includeSnapshots: true })) {
            left.push(item.name);
        }
        expect(left).toEqual([]);
    });

    test("a delete under If-Match misses a blob that was changed", async () => {
        const { golden } = await simulate();
        const blob = containerOf(golden).getBlockBlobClient("a");
        const { etag } = await blob.upload("one", 3);
        await blob.setMetadata({ a: "b" });
        expect(await failure(blob.delete({ conditions: { ifMatch: etag } }))).toEqual({
            status: 412,
            code: "ConditionNotMet",
        });
    });
});

describe("Set Blob Tier", () => {
    test("changes between online tiers at once, without a new ETag", async () => {
        const { golden } = await simulate();
        const blob = containerOf(golden).getBlockBlobClient("a");
        const { etag } = await blob.upload("x", 1);
        expect(await blob.getProperties()).toMatchObject({ accessTier: "Hot", accessTierInferred: true });
        expect((await blob.setAccessTier("Cool"))._response.status).toBe(200);
        const got = await blob.getProperties();
        expect([got.accessTier, got.accessTierInferred, got.etag]).toEqual(["Cool", undefined, etag]);
    });

    test("isn't there in a classic account", async () => {
        const { golden } = await simulate({ accounts: [{ name: "golden", kind: "Storage" }, { name: "dev" }] });
        const blob = containerOf(golden).getBlockBlobClient("a");
        await blob.upload("x", 1);
        expect(await failure(blob.setAccessTier("Cool"))).toEqual({
            status: 400,
            code: "BlobAccessTierNotSupportedForAccountType",
        });
    });

    test("an archived blob can be looked at, not read or changed", async () => {
        const { golden } = await simulate();
        const blob = containerOf(golden).getBlockBlobClient("a");
        await blob.upload("x", 1, { tier: "Archive" });
        expect((await blob.getProperties()).accessTier).toBe("Archive");
        const archived = { status: 409, code: "BlobArchived" };
        expect(await failure(blob.download())).toEqual(archived);
        expect(await failure(blob.upload("y", 1))).toEqual(archived);
        expect(await failure(blob.setHTTPHeaders({}))).toEqual(archived);
        expect(await failure(blob.createSnapshot())).toEqual(archived);
        await blob.setTags({ still: "possible" });
        await blob.delete();
    });

    test("rehydration answers 202, stays Archive, and is done when the clock says so", async () => {
        const { golden, clock } = await simulate();
        const blob = containerOf(golden).getBlockBlobClient("a");
        await blob.upload("x", 1, { tier: "Archive" });
        expect((await blob.setAccessTier("Hot"))._response.status).toBe(202);
        expect(await blob.getProperties()).toMatchObject({
            accessTier: "Archive",
            archiveStatus: "rehydrate-pending-to-hot",
            rehydratePriority: "Standard",
        });
        expect(await failure(blob.setAccessTier("Cool"))).toEqual({ status: 409, code: "BlobBeingRehydrated" });
        clock.advance(2 * 3600_000);
        expect((await blob.getProperties()).accessTier).toBe("Archive");
        expect((await blob.setAccessTier("Hot", { rehydratePriority: "High" }))._response.status).toBe(202);
        clock.advance(3600_000);
        const done = await blob.getProperties();
        expect([done.accessTier, done.archiveStatus]).toEqual(["Hot", undefined]);
        expect((await blob.downloadToBuffer()).toString()).toBe("x");
    });

    test("premium page blobs have tiers of their own, which only go up", async () => {
        const { golden } = await simulate({ accounts: [{ name: "golden", sku: "Premium_LRS" }, { name: "dev" }] });
        const blob = containerOf(golden).getPageBlobClient("disk");
        await blob.create(1024, { tier: "P20" });
        expect((await blob.getProperties()).accessTier).toBe("P20");
        await blob.setAccessTier("P30");
        expect(await failure(blob.setAccessTier("P10"))).toMatchObject({ status: 409 });
        expect(await failure(blob.setAccessTier("Cool"))).toEqual({ status: 400, code: "InvalidHeaderValue" });
    });
});

test("errors of a HEAD have no body, but the code in a header", async () => {
    const { golden } = await simulate();
    golden.createContainer("images");
    const answer = await raw(golden, "/images/none", { method: "HEAD", headers: { "x-ms-client-request-id": "mine" } });
    expect([answer.status, answer.body, answer.headers["x-ms-error-code"]]).toEqual([404, "", "BlobNotFound"]);
    expect(answer.headers["x-ms-client-request-id"]).toBe("mine");
    expect(answer.headers["x-ms-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.headers["x-ms-version"]).toBe("2025-01-05");
    expect(answer.headers.server).toBe("Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0");
});

test("old versions have ETags without quotes", async () => {
    const { golden } = await simulate();
    golden.createContainer("images");
    golden.putBlob("images", "a", "x");
    const head = (version: string) =>
        raw(golden, "/images/a", { method: "HEAD", headers: { "x-ms-version": version } });
    expect((await head("2009-09-19")).headers.etag).toMatch(/^0x8D/);
    expect((await head("2011-08-18")).headers.etag).toMatch(/^"0x8D/);
    expect(serviceClient(golden).accountName).toBe("golden");
});
