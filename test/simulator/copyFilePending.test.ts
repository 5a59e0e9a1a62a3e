import { beforeEach, describe, expect, test } from "vitest";
import { blobOf, inDays, outcome } from "./support/copies";
import { copyScene, idOf, type Scene } from "./support/copyFiles";
import { attributes, copyFile, fileOf, fileSasUrl, rawFile, textOf } from "./support/files";
import { failure } from "./support/simulate";

let dev: Scene["dev"];
let simulator: Scene["simulator"];
let clock: Scene["clock"];
let to: Scene["to"];
let source: Scene["source"];
let at: Scene["at"];
let near: Scene["near"];
let start: Scene["start"];
let stateOf: Scene["stateOf"];

beforeEach(async () => {
    ({ dev, simulator, clock, to, source, at, near, start, stateOf } = await copyScene());
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
