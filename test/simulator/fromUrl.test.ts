import { createHash } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { type AccountHandle, generated, type ManualClock } from "../../simulator";
import { blobOf, outcome, sasUrl } from "./support/copies";
import { elementText, type RawAnswer, raw } from "./support/raw";
import { containerOf, failure, simulate } from "./support/simulate";

const MIB = 2 ** 20;
let golden: AccountHandle;
let dev: AccountHandle;
let clock: ManualClock;
let sourceUrl: string;

beforeEach(async () => {
    ({ golden, dev, clock } = await simulate({ copySeconds: 60 }));
    golden.createContainer("images");
    dev.createContainer("images");
    golden.putBlob("images", "source", "0123456789", {
        contentType: "text/plain",
        tags: { a: "1" },
        accessTier: "Cool",
    });
    sourceUrl = await sasUrl(blobOf(golden, "/images/source"), "rt");
});

const md5 = (text: string | Buffer) => createHash("md5").update(text).digest("base64");
const inFuture = () => new Date(clock.now() + 3600_000).toUTCString();
const inPast = () => new Date(clock.now() - 3600_000).toUTCString();
const at = (name: string) => blobOf(dev, `/images/${name}`);

type Send = (name: string, headers?: Record<string, string>, source?: string) => Promise<RawAnswer>;

const put =
    (fixed: Record<string, string>, query = ""): Send =>
    (name, headers = {}, source = sourceUrl) =>
        raw(dev, `/images/${name}`, {
            method: "PUT",
            query,
            headers: { "x-ms-copy-source": source, ...fixed, ...headers },
        });

const copyBlobFromUrl = put({ "x-ms-requires-sync": "true" });
const putBlobFromUrl = put({ "x-ms-blob-type": "BlockBlob" });
const putBlockFromUrl = put({}, `comp=block&blockid=${encodeURIComponent(btoa("0001"))}`);
const appendBlockFromUrl = put({}, "comp=appendblock");
const putPageFromUrl = put(
    { "x-ms-page-write": "update", "x-ms-range": "bytes=0-511", "x-ms-source-range": "bytes=512-1023" },
    "comp=page",
);

describe("every From-URL operation", () => {
    const operations: [string, Send][] = [
        ["Copy Blob From URL", copyBlobFromUrl],
        ["Put Blob From URL", putBlobFromUrl],
        ["Put Block From URL", putBlockFromUrl],
        ["Append Block From URL", appendBlockFromUrl],
    ];

    test.each(operations)("%s authorizes the source, also within one account", async (_, send) => {
        dev.putBlob("images", "near", "near");
        const near = `${dev.blobEndpoint}/images/near`;
        const old = { "x-ms-version": "2019-10-10" };
        const answer = await send("copy", old, near);
        expect(outcome(answer)).toEqual([404, "CannotVerifyCopySource"]);
        expect(answer.body).toContain("The specified resource does not exist.");
        const newer = await send("copy", {}, near);
        expect(outcome(newer)).toEqual([401, "CannotVerifyCopySource"]);
        expect(newer.headers["x-ms-copy-source-status-code"]).toBe("401");
    });

    test.each(operations)("%s of a missing source is 404 CannotVerifyCopySource", async (_, send) => {
        const missing = await sasUrl(blobOf(golden, "/images/none"));
        const answer = await send("copy", {}, missing);
        expect(outcome(answer)).toEqual([404, "CannotVerifyCopySource"]);
        expect(answer.body).toContain("The specified blob does not exist.");
        expect(answer.headers["x-ms-copy-source-error-code"]).toBe("BlobNotFound");
    });

    test.each(operations)("%s tells unmet source conditions by 304 without a body, and by 412", async (_, send) => {
        const { etag } = await blobOf(golden, "/images/source").getProperties();
        const same: Record<string, string>[] = [
            { "x-ms-source-if-modified-since": inFuture() },
            { "x-ms-source-if-none-match": etag! },
        ];
        for (const headers of same) {
            const answer = await send("copy", headers);
            expect(outcome(answer)).toEqual([304, "CannotVerifyCopySource"]);
            expect(answer.body).toBe("");
        }
        for (const headers of [
            { "x-ms-source-if-unmodified-since": inPast() },
            { "x-ms-source-if-match": '"0x1"' },
        ] as Record<string, string>[]) {
            const answer = await send("copy", headers);
            expect(outcome(answer)).toEqual([412, "CannotVerifyCopySource"]);
            expect(answer.body).toContain("The condition specified using HTTP conditional header(s) is not met.");
        }
    });

    test.each(operations)("%s refuses bytes with another MD5 than the one given", async (_, send) => {
        const answer = await send("copy", { "x-ms-source-content-md5": md5("other") });
        expect(outcome(answer)).toEqual([400, "Md5Mismatch"]);
        expect([elementText(answer, "UserSpecifiedMd5"), elementText(answer, "ServerCalculatedMd5")]).toEqual([
            md5("other"),
            md5("0123456789"),
        ]);
    });

    test.each(operations)("%s of an archived source is 409", async (_, send) => {
        golden.putBlob("images", "cold", "x", { accessTier: "Archive" });
        const answer = await send("copy", {}, await sasUrl(blobOf(golden, "/images/cold")));
        expect(outcome(answer)).toEqual([409, "CannotVerifyCopySource"]);
        expect(answer.headers["x-ms-copy-source-error-code"]).toBe("BlobArchived");
    });

    test.each(operations)("%s takes no bearer token for a source by http", async (_, send) => {
        const answer = await send("copy", { "x-ms-copy-source-authorization": "Bearer abc" });
        expect(outcome(answer)).toEqual([403, "CannotVerifyCopySource"]);
        expect(answer.headers["x-ms-copy-source-error-code"]).toBe("AuthenticationFailed");
    });

    test.each(operations)("%s refuses a source that is no URL by 400", async (_, send) => {
        expect(outcome(await send("copy", {}, "ftp://nowhere/x"))).toEqual([400, "InvalidHeaderValue"]);
    });
});

describe("Copy Blob From URL", () => {
    test("answers 202 success with the content's MD5, and the copy has copy properties", async () => {
        const answer = await copyBlobFromUrl("copy");
        expect([answer.status, answer.headers["x-ms-copy-status"], answer.headers["content-md5"]]).toEqual([
            202,
            "success",
            md5("0123456789"),
        ]);
        expect(await at("copy").getProperties()).toMatchObject({
            etag: answer.headers.etag,
            copyId: answer.headers["x-ms-copy-id"],
            copyStatus: "success",
            copyProgress: "10/10",
            contentType: "text/plain",
            accessTier: "Hot",
            tagCount: undefined,
        });
    });

    test("fails over 256 MiB with 409, and takes exactly 256 MiB", async () => {
        const limit = 256 * MIB;
        golden.putBlob("images", "large", generated({ length: limit + 1 }), { contentMd5: md5("known") });
        const answer = await copyBlobFromUrl("copy", {}, await sasUrl(blobOf(golden, "/images/large")));
        expect(outcome(answer)).toEqual([409, "CannotVerifyCopySource"]);
        expect(answer.body).toContain("maximum permissible limit (256MB)");
        golden.putBlob("images", "large", generated({ length: limit }), { contentMd5: md5("known") });
        expect((await copyBlobFromUrl("copy", {}, await sasUrl(blobOf(golden, "/images/large")))).status).toBe(202);
    });

    test("copies block blobs onto block blobs only, and their block list with them", async () => {
        golden.putBlob("images", "disk", Buffer.alloc(512), { blobType: "PageBlob" });
        const disk = await sasUrl(blobOf(golden, "/images/disk"));
        expect(outcome(await copyBlobFromUrl("copy", {}, disk))).toEqual([409, "CannotVerifyCopySource"]);
        dev.putBlob("images", "log", "x", { blobType: "AppendBlob" });
        expect(outcome(await copyBlobFromUrl("log"))).toEqual([409, "InvalidBlobType"]);
        const blocks = containerOf(golden).getBlockBlobClient("blocks");
        await blocks.stageBlock(btoa("a"), "one", 3);
        await blocks.commitBlockList([btoa("a")]);
        await copyBlobFromUrl("copy", {}, await sasUrl(blocks));
        expect((await at("copy").getBlockBlobClient().getBlockList("committed")).committedBlocks).toEqual([
            { name: btoa("a"), size: 3 },
        ]);
    });

    test("takes an infinite lease of the destination only", async () => {
        dev.putBlob("images", "copy", "old");
        const lease = await at("copy").getBlobLeaseClient().acquireLease(15);
        expect(outcome(await copyBlobFromUrl("copy"))).toEqual([412, "LeaseIdMissing"]);
        const withLease = { "x-ms-lease-id": lease.leaseId! };
        expect(outcome(await copyBlobFromUrl("copy", withLease))).toEqual([412, "InfiniteLeaseDurationRequired"]);
    });

    test("works through the SDK's syncCopyFromURL, with tags copied", async () => {
        await at("copy").syncCopyFromURL(sourceUrl, { copySourceTags: "COPY", metadata: { a: "b" } });
        expect((await at("copy").getTags()).tags).toEqual({ a: "1" });
        expect((await at("copy").getProperties()).metadata).toEqual({ a: "b" });
    });
});

describe("Put Blob From URL", () => {
    test("answers 201, carries properties and MD5, but neither tier nor tags, and leaves no copy properties", async () => {
        const answer = await putBlobFromUrl("copy");
        expect([answer.status, answer.headers["content-md5"], answer.headers["x-ms-copy-id"]]).toEqual([
            201,
            undefined,
            undefined,
        ]);
        const properties = await at("copy").getProperties();
        expect(properties).toMatchObject({ contentType: "text/plain", accessTier: "Hot", accessTierInferred: true });
        expect([properties.copyId, properties.tagCount]).toEqual([undefined, undefined]);
        expect(Buffer.from(properties.contentMD5!).toString("base64")).toBe(md5("0123456789"));
        expect((await at("copy").downloadToBuffer()).toString()).toBe("0123456789");
    });

    test("leaves the properties behind where x-ms-copy-source-blob-properties is false, but not the MD5", async () => {
        await putBlobFromUrl("copy", { "x-ms-copy-source-blob-properties": "false" });
        const properties = await at("copy").getProperties();
        expect(properties.contentType).toBe("application/octet-stream");
        expect(Buffer.from(properties.contentMD5!).toString("base64")).toBe(md5("0123456789"));
    });

    test("copies tags if it is told to and the SAS reads tags, and not beside tags of its own", async () => {
        const option = { "x-ms-copy-source-tag-option": "COPY" };
        await putBlobFromUrl("copy", option);
        expect((await at("copy").getTags()).tags).toEqual({ a: "1" });
        const readOnly = await sasUrl(blobOf(golden, "/images/source"), "r");
        expect(outcome(await putBlobFromUrl("copy", option, readOnly))).toEqual([403, "CannotVerifyCopySource"]);
        const both = await putBlobFromUrl("copy", { ...option, "x-ms-tags": "b=2" });
        expect(outcome(both)).toEqual([409, "BothUserTagsAndSourceTagsCopyPresentException"]);
    });

    test("is atomic: what stood there stands until all bytes have arrived", async () => {
        dev.putBlob("images", "copy", "old");
        await putBlobFromUrl("copy", {}, await sasUrl(blobOf(golden, "/images/none")));
        expect((await at("copy").downloadToBuffer()).toString()).toBe("old");
        await putBlobFromUrl("copy");
        expect((await at("copy").downloadToBuffer()).toString()).toBe("0123456789");
    });

    test("unmet destination conditions are 412 ConditionNotMet, or 409 BlobAlreadyExists", async () => {
        dev.putBlob("images", "copy", "old");
        expect(outcome(await putBlobFromUrl("copy", { "if-match": '"0x1"' }))).toEqual([412, "ConditionNotMet"]);
        expect(outcome(await putBlobFromUrl("copy", { "if-modified-since": inFuture() }))).toEqual([
            412,
            "ConditionNotMet",
        ]);
        expect(outcome(await putBlobFromUrl("copy", { "if-none-match": "*" }))).toEqual([409, "BlobAlreadyExists"]);
    });

    test("a lease comes before If-None-Match: *, which the right lease ID overrides", async () => {
        dev.putBlob("images", "copy", "old");
        const { leaseId } = await at("copy").getBlobLeaseClient().acquireLease(-1);
        expect(outcome(await putBlobFromUrl("copy", { "if-none-match": "*" }))).toEqual([412, "LeaseIdMissing"]);
        const answer = await putBlobFromUrl("copy", { "if-none-match": "*", "x-ms-lease-id": leaseId! });
        expect(answer.status).toBe(201);
    });

    test("takes up to 5,000 MiB, and sources of any type", async () => {
        golden.putBlob("images", "large", generated({ length: 5000 * MIB }), { contentMd5: md5("known") });
        expect((await putBlobFromUrl("copy", {}, await sasUrl(blobOf(golden, "/images/large")))).status).toBe(201);
        golden.putBlob("images", "large", generated({ length: 5000 * MIB + 1 }), { contentMd5: md5("known") });
        const larger = await putBlobFromUrl("copy", {}, await sasUrl(blobOf(golden, "/images/large")));
        expect(outcome(larger)).toEqual([413, "RequestBodyTooLarge"]);
        golden.putBlob("images", "disk", Buffer.alloc(512, "d"), { blobType: "PageBlob" });
        await putBlobFromUrl("copy", {}, await sasUrl(blobOf(golden, "/images/disk")));
        expect(await at("copy").getProperties()).toMatchObject({ blobType: "BlockBlob", contentLength: 512 });
    });

    test("works through the SDK's syncUploadFromURL", async () => {
        const answer = await at("copy")
            .getBlockBlobClient()
            .syncUploadFromURL(sourceUrl, { sourceContentMD5: Buffer.from(md5("0123456789"), "base64") });
        expect(Buffer.from(answer.contentMD5!).toString("base64")).toBe(md5("0123456789"));
    });

    test("a source outside is received whole, also by ranges", async () => {
        const { dev: outside } = await simulate();
        outside.createContainer("public", { publicAccess: "blob" });
        outside.putBlob("public", "far", "abcdef", { contentType: "text/x-far" });
        const far = `${outside.blobEndpoint}/public/far`;
        expect((await putBlobFromUrl("copy", {}, far)).status).toBe(201);
        expect((await at("copy").downloadToBuffer()).toString()).toBe("abcdef");
        expect((await at("copy").getProperties()).contentType).toBe("text/x-far");
        await putBlockFromUrl("parts", { "x-ms-source-range": "bytes=2-3" }, far);
        await at("parts")
            .getBlockBlobClient()
            .commitBlockList([btoa("0001")]);
        expect((await at("parts").downloadToBuffer()).toString()).toBe("cd");
        const unmet = await putBlobFromUrl("copy", { "x-ms-source-if-match": '"0x1"' }, far);
        expect(outcome(unmet)).toEqual([412, "CannotVerifyCopySource"]);
    });
});

describe("Put Block From URL", () => {
    test("takes no body", async () => {
        const query = "comp=block&blockid=MQ==";
        const headers = { "x-ms-copy-source": sourceUrl };
        const answer = await raw(dev, "/images/copy", { method: "PUT", query, headers, body: "x" });
        expect([...outcome(answer), elementText(answer, "HeaderName")]).toEqual([
            ...[400, "InvalidHeaderValue"],
            "Content-Length",
        ]);
    });

    test("a range that ends past the source is cut short; one that begins there is 416", async () => {
        const answer = await putBlockFromUrl("blob", { "x-ms-source-range": "bytes=5-10" });
        expect([answer.status, answer.headers["content-md5"]]).toEqual([201, undefined]);
        const { uncommittedBlocks } = await at("blob").getBlockBlobClient().getBlockList("uncommitted");
        expect(uncommittedBlocks).toEqual([{ name: btoa("0001"), size: 5 }]);
        const beyond = await putBlockFromUrl("blob", { "x-ms-source-range": "bytes=10-11" });
        expect(outcome(beyond)).toEqual([416, "CannotVerifyCopySource"]);
    });

    test("older versions answer with the block's MD5, newer ones if the request has one", async () => {
        const old = await putBlockFromUrl("blob", { "x-ms-version": "2018-11-09" });
        expect(old.headers["content-md5"]).toBe(md5("0123456789"));
        const sent = await putBlockFromUrl("blob", { "x-ms-source-content-md5": md5("0123456789") });
        expect(sent.headers["content-md5"]).toBe(md5("0123456789"));
    });

    test("works through the SDK's stageBlockFromURL, and the blob has no MD5 of its own", async () => {
        const blob = at("blob").getBlockBlobClient();
        await blob.stageBlockFromURL(btoa("1"), sourceUrl, 0, 5);
        await blob.stageBlockFromURL(btoa("2"), sourceUrl, 5, 5);
        await blob.commitBlockList([btoa("2"), btoa("1")]);
        expect((await blob.downloadToBuffer()).toString()).toBe("5678901234");
        expect((await blob.getProperties()).contentMD5).toBeUndefined();
    });
});

describe("Put Page From URL", () => {
    const pages = Buffer.concat([Buffer.alloc(512, "a"), Buffer.alloc(512, "b")]);
    let disk: string;

    beforeEach(async () => {
        golden.putBlob("images", "disk", pages, { blobType: "PageBlob" });
        disk = await sasUrl(blobOf(golden, "/images/disk"));
        await at("disk").getPageBlobClient().create(1024, { blobSequenceNumber: 10 });
    });

    test("writes the source's bytes over the range", async () => {
        const answer = await putPageFromUrl("disk", {}, disk);
        expect([answer.status, answer.headers["x-ms-blob-sequence-number"]]).toEqual([201, "10"]);
        const content = await at("disk").downloadToBuffer();
        expect(content.equals(Buffer.concat([Buffer.alloc(512, "b"), Buffer.alloc(512)]))).toBe(true);
    });

    test("conditions on the sequence number and the source hold, or it is 412 and 304", async () => {
        const number = await putPageFromUrl("disk", { "x-ms-if-sequence-number-lt": "10" }, disk);
        expect(outcome(number)).toEqual([412, "SequenceNumberConditionNotMet"]);
        const source = await putPageFromUrl("disk", { "x-ms-source-if-modified-since": inFuture() }, disk);
        expect(outcome(source)).toEqual([304, "CannotVerifyCopySource"]);
        const target = await putPageFromUrl("disk", { "if-match": '"0x1"' }, disk);
        expect(outcome(target)).toEqual([412, "ConditionNotMet"]);
    });

    test("both ranges are of one length, in whole pages, up to 4 MiB", async () => {
        const lengths = { "x-ms-source-range": "bytes=0-1023" };
        expect(outcome(await putPageFromUrl("disk", lengths, disk))).toEqual([400, "InvalidHeaderValue"]);
        const outside = { "x-ms-range": "bytes=1024-1535" };
        expect(outcome(await putPageFromUrl("disk", outside, disk))).toEqual([416, "InvalidPageRange"]);
        const none = raw(dev, "/images/disk", {
            method: "PUT",
            query: "comp=page",
            headers: { "x-ms-copy-source": disk, "x-ms-page-write": "update", "x-ms-range": "bytes=0-511" },
        });
        expect(outcome(await none)).toEqual([400, "MissingRequiredHeader"]);
    });

    test("works through the SDK's uploadPagesFromURL", async () => {
        await at("disk").getPageBlobClient().uploadPagesFromURL(disk, 0, 512, 512);
        expect((await at("disk").downloadToBuffer(512)).equals(Buffer.alloc(512, "a"))).toBe(true);
    });
});

describe("Append Block From URL", () => {
    test("appends the source, whole or a range of it, where the conditions hold", async () => {
        const log = at("log").getAppendBlobClient();
        await log.create();
        const answer = await log.appendBlockFromURL(sourceUrl, 2, 3, { conditions: { appendPosition: 0 } });
        expect([answer.blobAppendOffset, answer.blobCommittedBlockCount]).toEqual(["0", 1]);
        const again = log.appendBlockFromURL(sourceUrl, 2, 3, { conditions: { appendPosition: 0 } });
        expect(await failure(again)).toEqual({ status: 412, code: "AppendPositionConditionNotMet" });
        const large = log.appendBlockFromURL(sourceUrl, 0, 10, { conditions: { maxSize: 12 } });
        expect(await failure(large)).toEqual({ status: 412, code: "MaxBlobSizeConditionNotMet" });
        expect((await appendBlockFromUrl("log")).status).toBe(201);
        expect((await log.downloadToBuffer()).toString()).toBe("2340123456789");
    });
});
