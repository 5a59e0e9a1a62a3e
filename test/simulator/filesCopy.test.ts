import { createHmac } from "node:crypto";
import type { ShareClient } from "@azure/storage-file-share";
import { beforeEach, describe, expect, test } from "vitest";
import { type AccountHandle, generated, type ManualClock, type Simulator } from "../../simulator";
import { blobOf, inDays, outcome, sasUrl } from "./support/copies";
import {
    attributes,
    copyFile,
    fileOf,
    fileSasUrl,
    filesOf,
    rawFile,
    shareBySas,
    shareOf,
    textOf,
} from "./support/files";
import { send } from "./support/raw";
import { failure, serviceClient, simulate } from "./support/simulate";

let golden: AccountHandle;
let dev: AccountHandle;
let simulator: Simulator;
let clock: ManualClock;
let from: ShareClient;
let to: ShareClient;

beforeEach(async () => {
    ({ golden, dev, simulator, clock } = await simulate({ copySeconds: 8 }));
    from = shareOf(golden, "docs");
    to = shareOf(dev, "seed");
    golden.putFile("docs", "sub/source.txt", "hello", { contentType: "text/plain", metadata: { stage: "golden" } });
    dev.putFile("seed", "near.txt", "nearby", { contentType: "text/near" });
    golden.createContainer("images");
    golden.putBlob("images", "blob", "a blob", { contentType: "text/blob", metadata: { kind: "blob" } });
    dev.createContainer("images");
    dev.createContainer("public", { publicAccess: "blob" });
    dev.putBlob("public", "blob", "for all");
});

const source = (path = "sub/source.txt") => fileOf(from, path);
const at = (path = "copy.txt") => fileOf(to, path);
const near = () => at("near.txt").url;

/** Starts a copy from the other account; gives its answer. */
async function start(path = "copy.txt", headers = {}) {
    const answer = await copyFile(dev, `/seed/${path}`, fileSasUrl(source()), headers);
    expect([answer.status, answer.headers["x-ms-copy-status"]]).toEqual([202, "pending"]);
    return answer;
}

const idOf = (answer: Awaited<ReturnType<typeof start>>) => answer.headers["x-ms-copy-id"] as string;
const stateOf = async (path = "copy.txt") => {
    const { copyStatus, copyStatusDescription, contentLength } = await at(path).getProperties();
    return [copyStatus, copyStatusDescription, contentLength];
};

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

describe("a pending destination", () => {
    test("is changed by nothing: 409", async () => {
        await start();
        clock.advance(1000);
        const changes = [
            () => at().create(1),
            () => at().uploadRange("x", 0, 1),
            () => at().uploadRangeFromURL(fileSasUrl(at("near.txt")), 0, 0, 1),
            () => at().clearRange(0, 1),
            () => at().setMetadata({ a: "b" }),
            () => at().setHttpHeaders({}),
            () => at().resize(1),
            () => at().delete(),
            () => at().startCopyFromURL(near()),
            () => at().getShareLeaseClient().acquireLease(),
        ];
        for (const change of changes) {
            expect(await failure(change())).toEqual({ status: 409, code: "PendingCopyOperation" });
        }
        clock.advance(7000);
        await at().setMetadata({ a: "b" });
        expect(await textOf(at())).toBe("hello");
    });

    test("can be read, listed, and kept in a share snapshot", async () => {
        await start();
        expect((await at().getRangeList()).rangeList).toEqual([]);
        const { snapshot } = await to.createSnapshot();
        const lengths = [];
        for await (const item of to.rootDirectoryClient.listFilesAndDirectories({ prefix: "copy" })) {
            lengths.push(item.kind === "file" && item.properties.contentLength);
        }
        expect(lengths).toEqual([5]);
        clock.advance(8000);
        expect((await fileOf(to.withSnapshot(snapshot!), "copy.txt").getProperties()).copyStatus).toBe("pending");
        expect((await stateOf())[0]).toBe("success");
    });

    test("times out after two weeks, and is empty then", async () => {
        simulator.copies.add({ stall: true });
        const url = fileSasUrl(source(), "r", inDays(60));
        await copyFile(dev, "/seed/copy.txt", url);
        clock.advance(14 * 24 * 3600_000 - 1);
        expect((await stateOf())[0]).toBe("pending");
        clock.advance(1);
        const [status, description, length] = await stateOf();
        expect([status, length]).toEqual(["failed", 0]);
        expect(description).toMatch(/^500 OperationCancelled/);
    });

    test("fails and stutters as a rule says, with the reason in its description", async () => {
        simulator.copies.add({ path: "copy.txt", fail: '500 InternalServerError "Copy failed."', seconds: 2 });
        simulator.copies.add({ share: "seed", path: "slow.txt", intermittent: '503 ServerBusy "Slow."', seconds: 5 });
        await start();
        await start("slow.txt");
        expect(await stateOf("slow.txt")).toEqual(["pending", '503 ServerBusy "Slow."', 5]);
        clock.advance(2000);
        expect(await stateOf()).toEqual(["failed", '500 InternalServerError "Copy failed."', 0]);
        const { metadata, contentType } = await at().getProperties();
        expect([metadata, contentType]).toEqual([{ stage: "golden" }, "text/plain"]);
        clock.advance(3000);
        expect(await stateOf("slow.txt")).toEqual(["success", undefined, 5]);
    });

    test("aborted has no bytes and all its metadata, and the copy can be started again", async () => {
        const answer = await start();
        const before = await at().getProperties();
        clock.advance(1000);
        const { status } = await rawFile(dev, "/seed/copy.txt", {
            method: "PUT",
            query: `comp=copy&copyid=${idOf(answer)}`,
            headers: { "x-ms-copy-action": "abort" },
        });
        expect(status).toBe(204);
        const after = await at().getProperties();
        expect(after).toMatchObject({
            copyId: idOf(answer),
            copyStatus: "aborted",
            copyStatusDescription: undefined,
            copyProgress: "0/5",
            contentLength: 0,
            metadata: { stage: "golden" },
        });
        expect(after.copyCompletedOn).toEqual(after.lastModified);
        expect(after.etag).not.toBe(before.etag);
        expect(after.fileLastWriteOn! > before.fileLastWriteOn!).toBe(true);
        expect(after.fileChangeOn).toEqual(before.fileChangeOn);
        const again = await start();
        expect(idOf(again)).not.toBe(idOf(answer));
        clock.advance(8000);
        expect(await textOf(at())).toBe("hello");
    });

    test("is aborted by its copy ID and lease only", async () => {
        await at().create(1);
        const { leaseId } = await at().getShareLeaseClient().acquireLease();
        const answer = await start("copy.txt", { "x-ms-lease-id": leaseId! });
        const id = idOf(answer);
        const abort = (copyId: string, conditions: { leaseId?: string } = { leaseId }) =>
            at().abortCopyFromURL(copyId, { leaseAccessConditions: conditions });
        const other = "11111111-1111-1111-1111-111111111111";
        expect(await failure(abort("no GUID"))).toEqual({ status: 400, code: "InvalidQueryParameterValue" });
        expect(await failure(abort(other))).toEqual({ status: 409, code: "CopyIdMismatch" });
        expect(await failure(abort(id, {}))).toEqual({ status: 412, code: "LeaseIdMissing" });
        await abort(id);
        expect(await failure(abort(id))).toEqual({ status: 409, code: "NoPendingCopyOperation" });
        const none = { method: "PUT", query: `comp=copy&copyid=${id}`, headers: { "x-ms-copy-action": "abort" } };
        expect(outcome(await rawFile(dev, "/seed/none", none))).toEqual([404, "ResourceNotFound"]);
    });
});

describe("SMB properties of a copy", () => {
    const SDDL = "O:S-1-5-21-1-2-3-4G:S-1-5-21-1-2-3-513D:AI(A;;FA;;;SY)";
    const time = new Date("2020-02-02T02:02:02.020Z");
    const smb = async (path = "copy.txt") => {
        const told = await at(path).getProperties();
        return [told.fileAttributes, told.fileCreatedOn, told.fileLastWriteOn, told.fileChangeOn];
    };

    beforeEach(async () => {
        await source().setProperties({
            fileAttributes: attributes("ReadOnly|Hidden"),
            creationTime: time,
            lastWriteTime: time,
            changeTime: time,
            filePermission: SDDL,
        });
        clock.advance(60_000);
    });

    test("are new ones, with the permission of the directory, if nothing is asked for", async () => {
        await start();
        const now = new Date(clock.now());
        expect(await smb()).toEqual(["Archive", now, now, now]);
        const root = await to.rootDirectoryClient.getProperties();
        expect((await at().getProperties()).filePermissionKey).toBe(root.filePermissionKey);
    });

    test("are the source's where it says so", async () => {
        await at().startCopyFromURL(fileSasUrl(source()), {
            copyFileSmbInfo: {
                fileAttributes: "source",
                fileCreationTime: "source",
                fileLastWriteTime: "source",
                fileChangeTime: "source",
                filePermissionCopyMode: "source",
            },
        });
        expect(await smb()).toEqual(["ReadOnly | Hidden", time, time, time]);
        const { filePermissionKey } = await at().getProperties();
        expect((await to.getPermission(filePermissionKey!)).permission).toBe(SDDL);
        clock.advance(8000);
        expect(await smb()).toEqual(["ReadOnly | Hidden", time, time, time]);
    });

    test("are values where values are given, with Archive if that is asked for", async () => {
        const iso = "2021-03-04T05:06:07.1234567Z";
        const times = { fileCreationTime: iso, fileLastWriteTime: iso, fileChangeTime: iso };
        const { filePermissionKey } = await to.createPermission(SDDL);
        const copy = (path: string, info: object, options = {}) =>
            at(path).startCopyFromURL(near(), { copyFileSmbInfo: { ...times, ...info }, ...options });
        await copy("plain", { fileAttributes: "System|Hidden" });
        await copy("archived", { fileAttributes: "Hidden", setArchiveAttribute: true });
        await copy("none", { fileAttributes: "none" });
        await copy("key", { filePermissionCopyMode: "override" }, { filePermissionKey });
        await copy("sddl", { filePermissionCopyMode: "override" }, { filePermission: SDDL });
        const at7 = new Date("2021-03-04T05:06:07.123Z");
        expect(await smb("plain")).toEqual(["Hidden | System", at7, at7, at7]);
        const exact = await rawFile(dev, "/seed/plain", { method: "HEAD" });
        expect(exact.headers["x-ms-file-creation-time"]).toBe(iso);
        expect((await smb("archived"))[0]).toBe("Hidden | Archive");
        expect((await smb("none"))[0]).toBe("None");
        for (const path of ["key", "sddl"]) {
            expect((await at(path).getProperties()).filePermissionKey).toBe(filePermissionKey);
        }
    });

    test("fail where they can't be", async () => {
        const code = async (headers: Record<string, string>, url = near()) =>
            outcome(await copyFile(dev, "/seed/copy.txt", url, headers));
        const override = { "x-ms-file-permission-copy-mode": "override" };
        expect(await code(override)).toEqual([400, "MissingRequiredHeader"]);
        expect(await code({ ...override, "x-ms-file-permission-key": "1*2" })).toEqual([
            400,
            "FileInvalidPermissionKey",
        ]);
        expect(await code({ ...override, "x-ms-file-permission": "D:" })).toEqual([400, "FileInvalidPermission"]);
        expect(await code({ "x-ms-file-permission-copy-mode": "keep" })).toEqual([400, "InvalidHeaderValue"]);
        expect(await code({ "x-ms-file-attributes": "Purple" })).toEqual([400, "InvalidHeaderValue"]);
        expect(await code({ "x-ms-file-creation-time": "yesterday" })).toEqual([400, "InvalidHeaderValue"]);
        const blob = blobOf(dev, "/public/blob").url;
        expect(await code({ "x-ms-file-attributes": "source" }, blob)).toEqual([400, "InvalidHeaderValue"]);
        expect(await failure(at().getProperties())).toMatchObject({ status: 404 });
    });

    test("of a read-only destination keep it from being overwritten unless that is ignored", async () => {
        await at().create(1, { fileAttributes: attributes("ReadOnly") });
        expect(await failure(at().startCopyFromURL(near()))).toEqual({ status: 409, code: "ReadOnlyAttribute" });
        const { copyStatus } = await at().startCopyFromURL(near(), { copyFileSmbInfo: { ignoreReadOnly: true } });
        expect([copyStatus, (await smb())[0]]).toEqual(["success", "Archive"]);
    });

    test("were the source's before 2019-07-07, but for the creation time", async () => {
        const answer = await copyFile(dev, "/seed/copy.txt", fileSasUrl(source()), { "x-ms-version": "2019-02-02" });
        expect(answer.status).toBe(202);
        expect(await smb()).toEqual(["ReadOnly | Hidden", new Date(clock.now()), time, time]);
    });
});

describe("Put Range From URL", () => {
    test("writes ranges of files and blobs, with their CRC64", async () => {
        await at().create(20);
        await at().uploadRangeFromURL(fileSasUrl(source()), 1, 2, 3);
        await at().uploadRangeFromURL(await sasUrl(blobOf(golden, "/images/blob")), 0, 10, 6);
        expect(await textOf(at())).toBe("\0\0ell\0\0\0\0\0a blob\0\0\0\0");
        golden.putFile("docs", "check", "123456789");
        const headers = {
            "x-ms-write": "update",
            "x-ms-range": "bytes=0-8",
            "x-ms-source-range": "bytes=0-8",
            "x-ms-copy-source": fileSasUrl(source("check")),
        };
        const put = (more = {}) =>
            rawFile(dev, "/seed/copy.txt", { method: "PUT", query: "comp=range", headers: { ...headers, ...more } });
        // The check value of CRC-64/NVME is AE8B14860A799888.
        const crc64 = Buffer.from("8898790a86148bae", "hex").toString("base64");
        const [right, wrong] = [crc64, Buffer.alloc(8).toString("base64")];
        expect((await put({ "x-ms-source-content-crc64": right })).headers["x-ms-content-crc64"]).toBe(crc64);
        expect(outcome(await put({ "x-ms-source-content-crc64": wrong }))).toEqual([400, "Crc64Mismatch"]);
        expect((await put({ "x-ms-source-if-match-crc64": right })).status).toBe(201);
        expect((await put({ "x-ms-source-if-match-crc64": wrong })).status).toBe(412);
        expect((await put({ "x-ms-source-if-none-match-crc64": right })).status).toBe(412);
        expect((await put({ "x-ms-source-if-none-match-crc64": wrong })).status).toBe(201);
    });

    test("fails where the source ends before, or isn't to be read, or the sizes differ", async () => {
        await at().create(20);
        const url = fileSasUrl(source());
        const write = (from: string, offset: number, count: number) => at().uploadRangeFromURL(from, 0, offset, count);
        expect(await failure(write(url, 0, 6))).toEqual({ status: 409, code: "CannotVerifyCopySource" });
        expect(await failure(write(url, 18, 5))).toEqual({ status: 416, code: "InvalidRange" });
        expect(await failure(write(source().url, 0, 5))).toEqual({ status: 404, code: "CannotVerifyCopySource" });
        const range = { "x-ms-write": "update", "x-ms-range": "bytes=0-3", "x-ms-copy-source": url };
        const put = (more: object) =>
            rawFile(dev, "/seed/copy.txt", { method: "PUT", query: "comp=range", headers: { ...range, ...more } });
        expect(outcome(await put({ "x-ms-source-range": "bytes=0-4" }))).toEqual([400, "InvalidHeaderValue"]);
        expect(outcome(await put({}))).toEqual([400, "MissingRequiredHeader"]);
        const large = { "x-ms-range": "bytes=0-4194304", "x-ms-source-range": "bytes=0-4194304" };
        expect(outcome(await put(large))).toEqual([413, "RequestBodyTooLarge"]);
        expect(outcome(await put({ "x-ms-write": "clear" }))).toEqual([400, "InvalidHeaderValue"]);
    });
});

describe("a file as source of a blob", () => {
    const blob = (name: string) => serviceClient(dev).getContainerClient("images").getBlockBlobClient(name);

    test("of Copy Blob, Put Blob From URL and the operations on parts", async () => {
        const url = fileSasUrl(source());
        const poller = await blob("copied").beginCopyFromURL(url, { intervalInMs: 1 });
        expect((await blob("copied").getProperties()).copyStatus).toBe("pending");
        clock.advance(8000);
        await poller.pollUntilDone();
        await blob("put").syncUploadFromURL(url);
        await blob("staged").stageBlockFromURL("AAAA", url, 1, 4);
        await blob("staged").commitBlockList(["AAAA"]);
        const append = blob("appended");
        const appended = serviceClient(dev).getContainerClient("images").getAppendBlobClient("appended");
        await appended.create();
        await appended.appendBlockFromURL(url, 0, 5);
        const texts = [blob("copied"), blob("put"), blob("staged"), append].map(async (each) =>
            (await each.downloadToBuffer()).toString(),
        );
        expect(await Promise.all(texts)).toEqual(["hello", "hello", "ello", "hello"]);
        for (const name of ["copied", "put"]) {
            expect(await blob(name).getProperties()).toMatchObject({
                blobType: "BlockBlob",
                contentType: "text/plain",
                metadata: { stage: "golden" },
            });
        }
    });

    test("needs a SAS even in the same account, and takes no conditions", async () => {
        const copy = (url: string, conditions = {}) => blob("copy").beginCopyFromURL(url, conditions);
        expect(await failure(copy(near()))).toEqual({ status: 404, code: "CannotVerifyCopySource" });
        const { etag } = await at("near.txt").getProperties();
        const conditions = { sourceConditions: { ifMatch: etag } };
        expect(await failure(copy(fileSasUrl(at("near.txt")), conditions))).toEqual({
            status: 400,
            code: "CannotVerifyCopySource",
        });
    });

    test("fails the pending copy when it changes", async () => {
        const poller = await blob("copy").beginCopyFromURL(fileSasUrl(source()));
        poller.stopPolling();
        await source().uploadRange("J", 0, 1);
        clock.advance(8000);
        expect((await blob("copy").getProperties()).copyStatus).toBe("failed");
    });
});

describe("SAS of Azure Files", () => {
    test("of a share grant what they say, and nothing of the service", async () => {
        const [reading, listing, writing, deleting] = ["r", "l", "w", "d"].map((each) => shareBySas(to, each));
        expect(await textOf(fileOf(reading!, "near.txt"))).toBe("nearby");
        const mismatch = { status: 403, code: "AuthorizationPermissionMismatch" };
        expect(await failure(fileOf(reading!, "near.txt").uploadRange("N", 0, 1))).toEqual(mismatch);
        const names = [];
        for await (const { name } of listing!.rootDirectoryClient.listFilesAndDirectories()) {
            names.push(name);
        }
        expect(names).toEqual(["near.txt"]);
        await fileOf(writing!, "near.txt").uploadRange("N", 0, 1);
        expect(await failure(fileOf(writing!, "near.txt").delete())).toEqual(mismatch);
        await fileOf(deleting!, "near.txt").delete();
        expect(await failure(reading!.getProperties())).toEqual({ status: 403, code: "AuthorizationFailure" });
    });

    test("of a file are for that file alone, and name a policy of the share", async () => {
        dev.putFile("seed", "other.txt", "other");
        const { search } = new URL(fileSasUrl(at("near.txt")));
        const read = (path: string, query = search) => send(`${dev.fileEndpoint}/seed/${path}${query}`);
        expect((await read("near.txt")).body).toBe("nearby");
        expect((await read("other.txt")).status).toBe(403);
        await to.setAccessPolicy([
            { id: "reader", accessPolicy: { permissions: "r", startsOn: new Date(0), expiresOn: inDays(1) } },
        ]);
        const url = new URL(at("near.txt").generateSasUrl({ identifier: "reader" }));
        expect((await read("near.txt", url.search)).body).toBe("nearby");
        await to.setAccessPolicy([]);
        expect((await read("near.txt", url.search)).status).toBe(403);
    });

    test("of an account are for Azure Files only if they name them", async () => {
        const { AccountSASPermissions, ShareServiceClient } = await import("@azure/storage-file-share");
        const permissions = AccountSASPermissions.parse("rl");
        const files = filesOf(dev).generateAccountSasUrl(inDays(1), permissions, "sco");
        const names = [];
        for await (const { name } of new ShareServiceClient(files).listShares()) {
            names.push(name);
        }
        expect(names).toEqual(["seed"]);
        const blobs = serviceClient(dev).generateAccountSasUrl(inDays(1), permissions as never, "sco");
        const answer = await send(`${dev.fileEndpoint}/seed/near.txt${new URL(blobs).search}`);
        expect(outcome(answer)).toEqual([403, "AuthorizationServiceMismatch"]);
    });

    test("nobody without one reads anything", async () => {
        expect(outcome(await send(`${dev.fileEndpoint}/seed/near.txt`))).toEqual([404, "ResourceNotFound"]);
    });
});
