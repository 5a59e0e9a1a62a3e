import { createHmac } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { generated } from "../../simulator";
import { blobOf, outcome, sasUrl } from "./support/copies";
import { copyScene, idOf, type Scene } from "./support/copyFiles";
import { copyFile, fileOf, fileSasUrl, rawFile, shareBySas, textOf } from "./support/files";
import { send } from "./support/raw";
import { failure } from "./support/simulate";

let golden: Scene["golden"];
let dev: Scene["dev"];
let simulator: Scene["simulator"];
let clock: Scene["clock"];
let from: Scene["from"];
let to: Scene["to"];
let source: Scene["source"];
let at: Scene["at"];
let near: Scene["near"];
let start: Scene["start"];
let stateOf: Scene["stateOf"];

beforeEach(async () => {
    ({ golden, dev, simulator, clock, from, to, source, at, near, start, stateOf } = await copyScene());
});

describe("the answer of Copy File", () => {
    test("is 202 with success within an account, and its ETag is the copy's", async () => {
        const answer = await copyFile(dev, "/seed/copy.txt", near(), { "x-ms-client-request-id": "mine" });
        expect([answer.status, answer.reason, answer.body]).toEqual([202, "Accepted", ""]);
        const { headers } = answer;
        expect(headers["x-ms-copy-status"]).toBe("success");
        expect(headers["x-ms-copy-id"]).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
        expect(headers["x-ms-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
        expect(headers).toMatchObject({ "x-ms-version": "2025-01-05", "x-ms-client-request-id": "mine" });
        expect(new Date(headers.date as string).getTime()).toBe(Math.floor(clock.now() / 1000) * 1000);
        expect(await at().getProperties()).toMatchObject({
            etag: headers.etag,
            lastModified: new Date(headers["last-modified"] as string),
            copyId: headers["x-ms-copy-id"],
            copyStatus: "success",
            copyProgress: "6/6",
            copySource: near().replace("http:", "https:"),
            copyCompletedOn: new Date(headers["last-modified"] as string),
            contentLength: 6,
        });
        expect(await textOf(at())).toBe("nearby");
    });

    test("is 202 with pending across accounts, and ETags change on the way", async () => {
        const answer = await start();
        const pending = await at().getProperties();
        expect(pending).toMatchObject({
            copyId: idOf(answer),
            copyStatus: "pending",
            copyProgress: "0/5",
            copySource: expect.stringContaining("/docs/sub/source.txt?") as unknown,
            copyCompletedOn: undefined,
            contentLength: 5,
            contentType: "text/plain",
        });
        expect(pending.etag! > (answer.headers.etag as string)).toBe(true);
        expect(await textOf(at())).toBe("\0".repeat(5));
        clock.advance(7999);
        expect((await at().getProperties()).copyStatus).toBe("pending");
        clock.advance(1);
        const done = await at().getProperties();
        expect(done).toMatchObject({ copyStatus: "success", copyProgress: "5/5", copyStatusDescription: undefined });
        expect(done.copyCompletedOn).toEqual(done.lastModified);
        expect(done.etag! > pending.etag!).toBe(true);
        expect(await textOf(at())).toBe("hello");
    });

    test("is seen by the SDK the same", async () => {
        const { copyId, copyStatus, etag } = await at().startCopyFromURL(fileSasUrl(source()));
        expect([copyStatus, typeof copyId, etag?.startsWith('"0x')]).toEqual(["pending", "string", true]);
        clock.advance(8000);
        expect((await at().getProperties()).copyStatus).toBe("success");
    });

    test("ETags change with each step of the progress", async () => {
        simulator.copies.add({ share: "seed", path: "copy.txt", seconds: 10, progress: "steps" });
        golden.putFile("docs", "sub/source.txt", generated({ length: 1000 }));
        await start();
        const etags = new Set<string>();
        for (const percent of [0, 25, 50, 75, 100]) {
            const { copyProgress, etag } = await at().getProperties();
            expect(copyProgress).toBe(`${percent * 10}/1000`);
            etags.add(etag!);
            clock.advance(2500);
        }
        expect(etags.size).toBe(5);
    });

    test("is Create File's where the header is empty, or the version older than the operation", async () => {
        const headers = { "x-ms-type": "file" };
        const empty = await copyFile(dev, "/seed/copy.txt", "", headers);
        expect(outcome(empty)).toEqual([400, "MissingRequiredHeader"]);
        const old = await copyFile(dev, "/seed/copy.txt", near(), { ...headers, "x-ms-version": "2014-02-14" });
        expect(outcome(old)).toEqual([400, "MissingRequiredHeader"]);
    });
});

describe("the source", () => {
    test("may be anything that its SAS reads: a file, a blob, one in a share snapshot", async () => {
        const { snapshot } = await from.createSnapshot();
        await source().uploadRange("J", 0, 1);
        await copyFile(dev, "/seed/file", fileSasUrl(source()));
        await copyFile(dev, "/seed/blob", await sasUrl(blobOf(golden, "/images/blob")));
        const kept = new URL(fileSasUrl(source()));
        kept.searchParams.set("sharesnapshot", snapshot!);
        await copyFile(dev, "/seed/kept", kept.href);
        clock.advance(8000);
        expect(await Promise.all(["file", "blob", "kept"].map((path) => textOf(at(path))))).toEqual([
            "Jello",
            "a blob",
            "hello",
        ]);
        expect(await at("blob").getProperties()).toMatchObject({
            contentType: "text/blob",
            metadata: { kind: "blob" },
            fileAttributes: "Archive",
        });
    });

    test("may be named as in Azure, by its host", async () => {
        const { search } = new URL(fileSasUrl(source()));
        const url = `https://golden.file.core.windows.net/docs/sub/source.txt${search}`;
        await copyFile(dev, "/seed/copy.txt", url);
        clock.advance(8000);
        expect((await at().getProperties()).copySource).toBe(url);
        expect(await textOf(at())).toBe("hello");
    });

    test("in the same account, key or SAS will do for a file; a blob needs a SAS unless it is public", async () => {
        dev.putBlob("images", "private", "secret");
        expect((await copyFile(dev, "/seed/a", near())).status).toBe(202);
        expect((await copyFile(dev, "/seed/b", fileSasUrl(at("near.txt")))).status).toBe(202);
        const blob = blobOf(dev, "/images/private");
        expect(outcome(await copyFile(dev, "/seed/c", blob.url))).toEqual([401, "CannotVerifyCopySource"]);
        expect((await copyFile(dev, "/seed/d", await sasUrl(blob))).headers["x-ms-copy-status"]).toBe("pending");
        expect((await copyFile(dev, "/seed/e", blobOf(dev, "/public/blob").url)).status).toBe(202);
        clock.advance(8000);
        expect(await textOf(at("d"))).toBe("secret");
        expect(await textOf(at("e"))).toBe("for all");
    });

    test("in another account isn't read without SAS, nor with one that doesn't read", async () => {
        expect(outcome(await copyFile(dev, "/seed/copy.txt", source().url))).toEqual([404, "CannotVerifyCopySource"]);
        const writes = await copyFile(dev, "/seed/copy.txt", fileSasUrl(source(), "w"));
        expect(outcome(writes)).toEqual([403, "CannotVerifyCopySource"]);
        const tells = { code: "x-ms-copy-source-error-code", status: "x-ms-copy-source-status-code" };
        expect(writes.headers[tells.code]).toBe("AuthorizationPermissionMismatch");
        expect(writes.headers[tells.status]).toBe("403");
        const ended = fileSasUrl(source(), "r", new Date(clock.now() - 1000));
        expect(outcome(await copyFile(dev, "/seed/copy.txt", ended))).toEqual([403, "CannotVerifyCopySource"]);
        expect(await failure(at().getProperties())).toMatchObject({ status: 404 });
    });

    test("that isn't there, is no URL or too long a one, or no file: fails", async () => {
        expect(outcome(await copyFile(dev, "/seed/copy.txt", at("none").url))).toEqual([404, "ResourceNotFound"]);
        expect(outcome(await copyFile(dev, "/seed/copy.txt", fileSasUrl(source("sub/none"))))).toEqual([
            404,
            "CannotVerifyCopySource",
        ]);
        const [none, long] = ["near.txt", `${near()}?${"x".repeat(2048)}`];
        expect(outcome(await copyFile(dev, "/seed/copy.txt", none!))).toEqual([400, "InvalidHeaderValue"]);
        expect(outcome(await copyFile(dev, "/seed/copy.txt", long!))).toEqual([400, "InvalidHeaderValue"]);
        expect(outcome(await copyFile(dev, "/seed/copy.txt", to.url))).toEqual([400, "CannotVerifyCopySource"]);
    });

    test("that is leased is read all the same", async () => {
        await source().getShareLeaseClient().acquireLease();
        await start();
        await blobOf(golden, "/images/blob").getBlobLeaseClient().acquireLease(-1);
        await copyFile(dev, "/seed/blob", await sasUrl(blobOf(golden, "/images/blob")));
        clock.advance(8000);
        expect([await textOf(at()), await textOf(at("blob"))]).toEqual(["hello", "a blob"]);
    });

    test.each([
        ["a range", () => source().uploadRange("J", 0, 1), "412 ConditionNotMet"],
        ["metadata", () => source().setMetadata({ a: "b" }), "412 ConditionNotMet"],
        ["another file", () => source().create(3), "412 ConditionNotMet"],
        ["its end", () => source().delete(), "404 ResourceNotFound"],
        ["the share's end", () => from.delete(), "404 ResourceNotFound"],
    ])("that gets %s while the copy is pending fails it", async (_, change, description) => {
        await start();
        clock.advance(3000);
        await change();
        clock.advance(5000);
        const [status, told, length] = await stateOf();
        expect([status, length]).toEqual(["failed", 0]);
        expect(told).toBe(`${description} "Copy failed when reading the source."`);
        const { copyCompletedOn, copyProgress } = await at().getProperties();
        expect([copyCompletedOn!.getTime(), copyProgress]).toEqual([
            Math.floor((clock.now() - 5000) / 1000) * 1000,
            "0/5",
        ]);
    });

    test("that is a blob fails the copy when it changes, and not while a lease keeps it", async () => {
        const blob = blobOf(golden, "/images/blob").getBlockBlobClient();
        await copyFile(dev, "/seed/copy.txt", await sasUrl(blob));
        await blob.getBlobLeaseClient().acquireLease(-1);
        expect(await failure(blob.upload("x", 1))).toMatchObject({ status: 412 });
        clock.advance(8000);
        expect((await stateOf())[0]).toBe("success");
        await copyFile(dev, "/seed/other.txt", await sasUrl(blob));
        await blob.getBlobLeaseClient().breakLease(0);
        await blob.upload("x", 1);
        expect((await stateOf("other.txt"))[0]).toBe("failed");
    });

    test("in a share snapshot may change in its share", async () => {
        const { snapshot } = await from.createSnapshot();
        const kept = new URL(fileSasUrl(source()));
        kept.searchParams.set("sharesnapshot", snapshot!);
        await copyFile(dev, "/seed/copy.txt", kept.href);
        await source().delete();
        clock.advance(8000);
        expect(await textOf(at())).toBe("hello");
    });

    test("whose SAS ends while the copy is pending fails it", async () => {
        await copyFile(dev, "/seed/copy.txt", fileSasUrl(source(), "r", new Date(clock.now() + 5000)));
        clock.advance(8000);
        expect(await stateOf()).toEqual([
            "failed",
            '403 AuthenticationFailed "Copy failed when reading the source."',
            0,
        ]);
    });
});

describe("the destination", () => {
    test("is authorized by Shared Key, Shared Key Lite, or a SAS that creates or writes", async () => {
        const url = fileSasUrl(at("near.txt"));
        const bySas = (permissions: string, path: string) =>
            fileOf(shareBySas(to, permissions), path).startCopyFromURL(url);
        expect((await bySas("c", "a")).copyStatus).toBe("success");
        expect((await bySas("w", "a")).copyStatus).toBe("success");
        expect(await failure(bySas("c", "a"))).toEqual({ status: 403, code: "AuthorizationPermissionMismatch" });
        expect(await failure(bySas("r", "b"))).toEqual({ status: 403, code: "AuthorizationPermissionMismatch" });
        const date = new Date().toUTCString();
        const version = "2025-01-05";
        const headers = `x-ms-copy-source:${near()}\nx-ms-date:${date}\nx-ms-version:${version}\n`;
        const text = `PUT\n\n\n\n${headers}/dev/dev/seed/lite`;
        const signature = createHmac("sha256", Buffer.from(dev.key, "base64")).update(text).digest("base64");
        const answer = await send(`${dev.fileEndpoint}/seed/lite`, "PUT", {
            authorization: `SharedKeyLite dev:${signature}`,
            "x-ms-copy-source": near(),
            "x-ms-date": date,
            "x-ms-version": version,
            "content-length": "0",
        });
        expect(answer.status).toBe(202);
    });

    test("authorized by a SAS doesn't authorize the source, even in the same share", async () => {
        const copy = fileOf(shareBySas(to, "rcw"), "copy.txt").startCopyFromURL(near());
        expect(await failure(copy)).toEqual({ status: 404, code: "CannotVerifyCopySource" });
    });

    test("takes the metadata given, or else the source's", async () => {
        await start();
        await start("given.txt", { "x-ms-meta-owner": "me" });
        expect((await at().getProperties()).metadata).toEqual({ stage: "golden" });
        expect((await at("given.txt").getProperties()).metadata).toEqual({ owner: "me" });
        const wrong = await copyFile(dev, "/seed/wrong.txt", near(), { "x-ms-meta-no-identifier": "x" });
        expect(outcome(wrong)).toEqual([400, "InvalidMetadata"]);
    });

    test("takes all HTTP headers of the source, and its length", async () => {
        const contentMd5 = Buffer.alloc(16, 7).toString("base64");
        const headers = {
            contentType: "text/x",
            contentEncoding: "gzip",
            contentLanguage: "en",
            contentDisposition: "attachment",
            cacheControl: "no-store",
        };
        golden.putFile("docs", "sub/source.txt", "hello", { ...headers, contentMd5 });
        await start();
        clock.advance(8000);
        const copy = await at().getProperties();
        expect(copy).toMatchObject({ ...headers, contentLength: 5 });
        expect(Buffer.from(copy.contentMD5!).toString("base64")).toBe(contentMd5);
    });

    test("is overwritten as a whole, and keeps its file ID", async () => {
        const { fileId, etag } = await at().create(100, { metadata: { old: "1" } });
        clock.advance(1000);
        const answer = await start();
        const pending = await at().getProperties();
        expect(pending).toMatchObject({ fileId, metadata: { stage: "golden" }, contentLength: 5 });
        expect((answer.headers.etag as string) > etag!).toBe(true);
    });

    test("needs a share and a parent, and is no directory", async () => {
        const code = async (path: string) => outcome(await copyFile(dev, path, near()))[1];
        expect(await code("/none/copy.txt")).toBe("ShareNotFound");
        expect(await code("/seed/none/copy.txt")).toBe("ParentNotFound");
        await to.getDirectoryClient("directory").create();
        expect(await code("/seed/directory")).toBe("ResourceTypeMismatch");
    });

    test("isn't in a share snapshot", async () => {
        const { snapshot } = await to.createSnapshot();
        const headers = { "x-ms-copy-source": near() };
        const answer = await rawFile(dev, "/seed/copy.txt", {
            method: "PUT",
            query: `sharesnapshot=${snapshot}`,
            headers,
        });
        expect(outcome(answer)).toEqual([400, "InvalidQueryParameterValue"]);
    });

    test("needs its lease, which stays", async () => {
        await at().create(1);
        const { leaseId } = await at().getShareLeaseClient().acquireLease();
        const [missing, other] = [{}, { leaseId: "11111111-1111-1111-1111-111111111111" }];
        const copy = (leaseAccessConditions: { leaseId?: string }, path = "copy.txt") =>
            at(path).startCopyFromURL(near(), { leaseAccessConditions });
        expect(await failure(copy(missing))).toEqual({ status: 412, code: "LeaseIdMissing" });
        expect(await failure(copy(other))).toEqual({ status: 412, code: "LeaseIdMismatchWithFileOperation" });
        expect(await failure(copy({ leaseId }, "new.txt"))).toEqual({
            status: 412,
            code: "LeaseNotPresentWithFileOperation",
        });
        expect((await copy({ leaseId })).copyStatus).toBe("success");
        expect((await at().getProperties()).leaseState).toBe("leased");
    });

    test("takes a timeout in the query, of which nothing comes here", async () => {
        const headers = { "x-ms-copy-source": near() };
        const answer = await rawFile(dev, "/seed/copy.txt", { method: "PUT", query: "timeout=30", headers });
        expect(answer.status).toBe(202);
    });
});
