import { createHash } from "node:crypto";
import { ShareSASPermissions } from "@azure/storage-file-share";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { generated } from "../../simulator";
import { fileCopyHandler as handler } from "../../src/provider/fileCopy";
import type { FileCopyState } from "../../src/provider/fileCopyTypes";
import { PartialFailure } from "../../src/provider/handler";
import { beforeRequest } from "../helpers/beforeRequest";
import { sourceText, startFiles, type TestFiles } from "../helpers/files";
import { until } from "../helpers/until";

let files: TestFiles;

beforeEach(async () => {
    files = await startFiles();
});

afterEach(async () => {
    await files.close();
});

const failureOf = (promise: Promise<unknown>) =>
    promise.then(
        () => expect.fail("did not fail"),
        (error: Error) => error,
    );
const md5Of = (content: string) => createHash("md5").update(content).digest("base64");
const refresh = (state: FileCopyState) => handler.read(state.url, state, files.context);
const leases = () => files.simulator.requests.of("Lease File").map(({ headers }) => headers["x-ms-lease-action"]);

describe.each(["copyFile", "fromUrl"] as const)("FileCopy by %s", (method) => {
    const up = (state?: FileCopyState, change = {}) => files.up(state, { method, ...change });

    it("copies a file with its headers and metadata, and makes its directories", async () => {
        const state = await up();
        expect(await files.text()).toBe(sourceText);
        const there = await files.file().getProperties();
        expect(there).toMatchObject({
            contentType: "application/json",
            metadata: { origin: "golden" },
            leaseState: "available",
        });
        expect(Object.keys(there.metadata!)).toEqual(["origin"]);
        expect(await files.names()).toEqual(["settings.json"]);
        expect(state).toMatchObject({
            url: files.file().url,
            etag: there.etag,
            lastWriteEtag: there.etag,
            contentLength: sourceText.length,
            contentType: "application/json",
            fileId: there.fileId,
            smbProperties: { fileAttributes: there.fileAttributes, filePermissionKey: there.filePermissionKey },
            copyStatus: "success",
            copyOperation: method === "copyFile" ? "Copy File" : "Put Range From URL",
            sourceUrl: `${files.simulator.account("golden").fileEndpoint}/docs/app/settings.json`,
            sourceEtag: expect.stringMatching(/^"0x/),
        });
        const { source: _, destination: __, ...rest } = state;
        expect(JSON.stringify(rest)).not.toContain("sig=");
    });

    it("does nothing while the source stays, and copies again when it changes, leaving no lease and nothing beside", async () => {
        const first = await up();
        expect(await up(first)).toBe(first);
        files.clock.advance(5_000);
        files.write("something newer");
        const second = await up(first);
        expect(await files.text()).toBe("something newer");
        expect(second.sourceEtag).not.toBe(first.sourceEtag);
        expect(leases().at(-1)).toBe("release");
        expect((await files.file().getProperties()).leaseState).toBe("available");
        expect(await files.names()).toEqual(["settings.json"]);
    });

    it("leaves the old file as it is until the new one is whole", async () => {
        const first = await up();
        files.write("something newer, which is longer");
        files.onProgress(() => {
            expect(files.simulator.requests.count("Rename File")).toBe(0);
        });
        const fault = files.simulator.faults.add({
            operation: method === "copyFile" ? "Copy File" : "Put Range From URL",
            status: 403,
            errorCode: "AuthorizationFailure",
        });
        const failure = await failureOf(up(first));
        expect(failure.message).toMatch(/could not copy .*403/);
        expect(await files.text()).toBe(sourceText);
        fault.remove();
        await up(first);
        expect(await files.text()).toBe("something newer, which is longer");
    });

    it("compares the ETag under the lease, and looks again where somebody was faster", async () => {
        const first = await up();
        files.write("something newer");
        // Somebody writes between the look and the lease.
        const operation = "Lease File";
        const happened = beforeRequest(files.simulator, { operation }, () => files.file().setMetadata({ mine: "yes" }));
        expect((await failureOf(up(first))).message).toMatch(/was changed by somebody else since/);
        expect(happened()).toBe(true);
        expect((await files.file().getProperties()).metadata).toEqual({ mine: "yes" });
        expect((await files.file().getProperties()).leaseState).toBe("available");
        expect(await files.text()).toBe(sourceText);
    });

    it("names the program's own lease, which stays", async () => {
        const first = await up();
        const leaseId = "11111111-2222-4333-8444-555555555555";
        await files.file().getShareLeaseClient(leaseId).acquireLease(-1);
        files.write("something newer");
        expect((await failureOf(up(first))).message).toMatch(/LeaseAlreadyPresent/);
        const second = await up(first, { leaseId });
        expect(await files.text()).toBe("something newer");
        expect((await files.file().getProperties()).leaseStatus).toBe("locked");
        await handler.delete(second, files.context);
        expect(await files.names()).toEqual([]);
    });

    it("takes over a lease that a killed run has left", async () => {
        const first = await up();
        files.write("something newer");
        files.operations();
        files.simulator.faults.add({
            operation: "Rename File",
            status: 403,
            errorCode: "AuthorizationFailure",
            times: 1,
        });
        files.simulator.faults.add({
            operation: "Lease File",
            status: 403,
            errorCode: "AuthorizationFailure",
            nth: 2,
        });
        await failureOf(up(first));
        await up(first);
        expect(await files.text()).toBe("something newer");
        expect((await files.file().getProperties()).leaseState).toBe("available");
    });

    it("sets metadata, headers and SMB properties in place", async () => {
        const first = await up();
        const second = await up(first, {
            metadata: { stage: "dev" },
            fileHttpHeaders: { fileCacheControl: "no-store" },
            fileAttributes: "Hidden",
            fileLastWriteTime: "2020-01-02T03:04:05Z",
        });
        const there = await files.file().getProperties();
        expect(there).toMatchObject({
            metadata: { stage: "dev" },
            cacheControl: "no-store",
            contentType: "application/json",
            fileAttributes: "Hidden",
            fileLastWriteOn: new Date("2020-01-02T03:04:05Z"),
        });
        expect(second).toMatchObject({ etag: there.etag, lastWriteEtag: there.etag, copyStatus: "success" });
        expect(second.smbProperties?.fileAttributes).toBe("Hidden");
        files.operations();
        expect(
            await up(second, {
                metadata: { stage: "dev" },
                fileHttpHeaders: { fileCacheControl: "no-store" },
                fileAttributes: "Hidden",
                fileLastWriteTime: "2020-01-02T03:04:05Z",
            }),
        ).toBe(second);
        const third = await up(second, { fileAttributes: "Hidden", fileLastWriteTime: "2020-01-02T03:04:05Z" });
        expect(await files.file().getProperties()).toMatchObject({
            metadata: { origin: "golden" },
            contentType: "application/json",
        });
        expect((await files.file().getProperties()).cacheControl).toBeUndefined();
        expect(third.etag).toBe((await files.file().getProperties()).etag);
    });

    it("sets headers in place without the MD5 of what the source has come to hold, by one read of it", async () => {
        files.write(sourceText, { contentMd5: md5Of(sourceText) });
        const ignore = { onSourceChange: "ignore" } as const;
        const first = await up(undefined, { ...ignore, metadata: { stage: "dev" } });
        files.write("something newer", { contentMd5: md5Of("something newer") });
        const second = await up(first, { ...ignore, fileHttpHeaders: { fileCacheControl: "no-store" } });
        expect(second).toMatchObject({ contentMd5: md5Of(sourceText), contentType: "application/json" });
        expect((await files.file().getProperties()).metadata).toEqual({ origin: "golden" });
        expect(files.simulator.requests.all().filter(({ account }) => account === "golden")).toHaveLength(1);
        const own = { fileHttpHeaders: { fileContentMD5: md5Of("any") } };
        const third = await up(second, { ...ignore, ...own });
        expect(third.contentMd5).toBe(md5Of("any"));
        expect((await up(third, ignore)).contentMd5).toBeUndefined();
    });

    it("only records options and credentials", async () => {
        const first = await up();
        files.operations();
        const second = await up(first, { timeout: "2h", setArchiveAttribute: true });
        expect(files.operations().filter((operation) => !/^Get/.test(operation))).toEqual([]);
        expect(second).toMatchObject({ timeout: "2h", etag: first.etag, lastWriteEtag: first.lastWriteEtag });
    });

    it("takes SMB properties from the source, or as they are given", async () => {
        const source = files.share("golden").getDirectoryClient("app").getFileClient("settings.json");
        const { filePermissionKey } = await files
            .share("golden")
            .createPermission("O:S-1-5-32-544G:S-1-5-32-544D:(A;;FA;;;WD)");
        await source.setProperties({
            creationTime: new Date("2001-01-01T00:00:00Z"),
            lastWriteTime: new Date("2002-01-01T00:00:00Z"),
            changeTime: new Date("2003-01-01T00:00:00Z"),
            filePermissionKey: filePermissionKey!,
        });
        await up(undefined, {
            fileAttributes: "source",
            fileCreationTime: "source",
            fileLastWriteTime: "source",
            fileChangeTime: "source",
            filePermission: "source",
        });
        const there = await files.file().getProperties();
        expect(there).toMatchObject({
            fileAttributes: "Hidden | Archive",
            fileCreatedOn: new Date("2001-01-01T00:00:00Z"),
            fileLastWriteOn: new Date("2002-01-01T00:00:00Z"),
            fileChangeOn: new Date("2003-01-01T00:00:00Z"),
        });
        const { permission } = await files.share("dev").getPermission(there.filePermissionKey!);
        expect(permission).toBe("O:S-1-5-32-544G:S-1-5-32-544D:(A;;FA;;;WD)");
        const reads = files.simulator.requests.of("Get File Properties").filter(({ account }) => account === "golden");
        expect(reads.length).toBe(2); // by check and by create
    });

    it("makes a read-only file, overwrites it when told so, and deletes it", async () => {
        const wanted = { fileAttributes: "ReadOnly", setArchiveAttribute: true };
        const first = await up(undefined, wanted);
        expect((await files.file().getProperties()).fileAttributes).toBe("ReadOnly | Archive");
        files.write("something newer");
        expect((await failureOf(up(first, wanted))).message).toMatch(/ReadOnlyAttribute.*set ignoreReadOnly/);
        const second = await up(first, { ...wanted, ignoreReadOnly: true });
        expect(await files.text()).toBe("something newer");
        expect((await files.file().getProperties()).fileAttributes).toBe("ReadOnly | Archive");
        await handler.delete(second, files.context);
        expect(await files.names()).toEqual([]);
    });

    it("deletes only what it made and nobody has changed, and leaves the directories", async () => {
        const first = await up();
        await files.file().setMetadata({ mine: "yes" });
        await handler.delete(first, files.context);
        expect(files.warnings.join()).toMatch(/was changed by somebody else.*left alone/);
        expect(await files.names()).toEqual(["settings.json"]);
        await handler.delete(
            (await refresh({ ...first, lastWriteEtag: (await files.file().getProperties()).etag! }))!,
            files.context,
        );
        expect(await files.names()).toEqual([]);
        await handler.delete(first, files.context);
    });

    it("copies again what others have written into, though the file's MD5 and times tell nothing of it", async () => {
        files.write(sourceText, { contentMd5: md5Of(sourceText) });
        const first = await up();
        files.clock.advance(60_000);
        await files.file().uploadRange("WHAT", 0, 4);
        await files.file().setProperties({
            fileHttpHeaders: { fileContentMD5: Buffer.from(md5Of(sourceText), "base64") },
            lastWriteTime: new Date("2010-01-01T00:00:00Z"),
        });
        const drifted = (await refresh(first))!;
        expect(drifted.drifted).toBe(true);
        files.write(sourceText, { contentMd5: md5Of(sourceText) });
        expect((await failureOf(up(first))).message).toMatch(/was changed by somebody else since/);
        await up(drifted, { onDestinationDrift: "copyAgain" });
        expect(await files.text()).toBe(sourceText);
    });

    it("keeps in mind what it could not put in place, and deletes it", async () => {
        files.simulator.faults.add({ operation: "Rename File", status: 403, errorCode: "AuthorizationFailure" });
        const failure = await failureOf(up());
        expect(failure.message).toMatch(/could not copy .*403 AuthorizationFailure/);
        expect(failure).toBeInstanceOf(PartialFailure);
        const state = (failure as PartialFailure).state as FileCopyState;
        expect(state.copyStatus).toBe("pending");
        expect(await files.names()).toHaveLength(1);
        await handler.delete(state, files.context);
        expect(await files.names()).toEqual([]);
    });

    it("deletes what an update has left beside that was killed", async () => {
        const first = await up();
        files.write("something newer");
        files.simulator.faults.add({ operation: "Rename File", status: 403, errorCode: "AuthorizationFailure" });
        await failureOf(up(first));
        await handler.delete(first, files.context);
        expect(await files.names()).toEqual([]);
    });

    it("leaves nothing beside a file that somebody else was faster to make", async () => {
        const happened = beforeRequest(files.simulator, { operation: "Rename File" }, () => files.file().create(3));
        expect((await failureOf(up())).message).toMatch(/that this resource did not make/);
        expect(happened()).toBe(true);
        expect(await files.names()).toEqual(["settings.json"]);
    });

    it("says that a directory is at the destination", async () => {
        await files.share("dev").createDirectory("app");
        await files.share("dev").createDirectory("app/settings.json");
        expect((await failureOf(up())).message).toMatch(/a directory is at the destination .*copy to another name/);
        expect(await files.names()).toEqual(["settings.json"]);
    });

    it("stays the owner of a file of which it could set some properties only", async () => {
        const first = await up();
        const failure = await failureOf(up(first, { metadata: { stage: "dev" }, filePermissionKey: "1*2" }));
        expect(failure.message).toMatch(/400 FileInvalidPermissionKey/);
        const half = (failure as PartialFailure).state as FileCopyState;
        expect(half.metadata).toEqual({ stage: "dev" });
        const second = await up(half);
        expect((await files.file().getProperties()).metadata).toEqual({ origin: "golden" });
        await handler.delete(second, files.context);
        expect(files.warnings).toEqual([]);
        expect(await files.names()).toEqual([]);
    });

    it("stays the owner of a read-only file that it could not delete at once", async () => {
        const first = await up(undefined, { fileAttributes: "ReadOnly" });
        files.simulator.faults.add({
            operation: "Delete File",
            status: 409,
            errorCode: "SharingViolation",
            times: 1,
        });
        expect((await failureOf(handler.delete(first, files.context))).message).toMatch(/SharingViolation.*close/);
        expect((await files.file().getProperties()).contentType).toBe("application/json");
        await handler.delete(first, files.context);
        expect(await files.names()).toEqual([]);
    });

    it.each(["Copy File", "Create File", "Put Range From URL", "Lease File", "Rename File", "Set File Metadata"])(
        "goes on where the answer to %s is lost",
        async (operation) => {
            const leaseId = "11111111-2222-4333-8444-555555555555";
            const first = await up();
            await files.file().getShareLeaseClient(leaseId).acquireLease(-1);
            files.write("something newer");
            files.simulator.faults.add({ operation, resetAfter: true, times: 1 });
            const second = await up(first, { leaseId });
            expect(await files.text()).toBe("something newer");
            expect(await files.names()).toEqual(["settings.json"]);
            expect((await files.file().getProperties()).leaseStatus).toBe("locked");
            expect(await up(second, { leaseId })).toBe(second);
        },
    );

    it("finds the copy that a run has finished and not recorded", async () => {
        const wanted = { fileAttributes: "Hidden", setArchiveAttribute: true };
        const older = await up(undefined, wanted);
        const { fileId } = await files.file().getProperties();
        if (method === "fromUrl") {
            return; // its marker is gone by then; the next test is about the moment before
        }
        files.clock.advance(5_000);
        const state = await up(undefined, wanted);
        expect(files.operations()).not.toContain("Copy File");
        expect(state).toMatchObject({ copyStatus: "success", fileId });
        expect(state.smbProperties?.fileAttributes).toBe("Hidden | Archive");
        // So that the older owner's delete misses it: a rename without an alias, `up --replace`.
        expect(state.etag).not.toBe(older.etag);
        await handler.delete(older, files.context);
        expect(await files.text()).toBe(sourceText);
    });

    it("carries on from any request at which it was killed, and leaves nothing behind", async () => {
        let finished = false;
        let refused = 0;
        for (let killedAt = 1; !finished; killedAt++) {
            const one = await startFiles({ copySeconds: 0 });
            const old = await one.up(undefined, { method });
            one.clock.advance(5_000);
            one.write("something newer");
            one.clock.advance(5_000);
            const dead = new AbortController();
            const checked = await handler.check(old, { ...one.inputs, method }, one.context);
            // This request is carried out. Its answer never comes, and no later request is carried out, as of a process that is gone.
            let gone = false;
            const isGone = () => {
                gone = true;
            };
            one.simulator.faults.add({ nth: killedAt, times: 1, resetAfter: true });
            one.simulator.faults.add({ nth: killedAt + 1, times: 1_000, hang: true, before: isGone });
            const killed = handler.update(old, checked.inputs, { ...one.context, signal: dead.signal }).then(() => {
                finished = true;
            }, isGone);
            await until(() => gone || finished);
            one.simulator.faults.clear();
            const error = await one.up(old, { method }).then(
                () => undefined,
                (failure: Error) => failure,
            );
            if (error && method === "fromUrl" && /was changed by somebody else/.test(error.message)) {
                // All was done but its record, and no MD5 tells what the file holds.
                expect(await one.text()).toBe("something newer");
                refused++;
                await one.up(old, { method, overwrite: "always" });
            } else {
                expect(error).toBeUndefined();
            }
            expect(await one.text(), `killed at ${killedAt}`).toBe("something newer");
            expect(await one.names()).toEqual(["settings.json"]);
            expect((await one.file().getProperties()).leaseState).toBe("available");
            dead.abort();
            await one.close();
            await killed;
        }
        expect(refused).toBeLessThanOrEqual(4);
    });

    it("refreshes: gone, unchanged, or changed in its properties only", async () => {
        const first = await up();
        expect(await refresh(first)).toMatchObject({ etag: first.etag, lastWriteEtag: first.lastWriteEtag });
        await files.file().setMetadata({ mine: "yes" });
        const changed = await refresh({ ...first, metadata: { origin: "golden" } });
        expect(changed).toMatchObject({ metadata: { mine: "yes" } });
        expect(changed?.drifted).toBeUndefined();
        await files.file().delete();
        expect(await refresh(first)).toBeUndefined();
        const again = await up(first, { metadata: { a: "b" } });
        expect(await files.text()).toBe(sourceText);
        expect(again.copyStatus).toBe("success");
    });

    it("reads a file that no resource has made, by its URL and a credential, and shows no SAS", async () => {
        const made = await up();
        const { connectionString } = files.inputs.destination;
        const lookup = { destination: { connectionString } } as Partial<FileCopyState>;
        const found = (await handler.read(made.url, lookup, files.context))!;
        const { etag, contentLength, contentType, fileId, smbProperties } = made;
        expect(found).toMatchObject({ url: made.url, etag, contentLength, contentType, fileId, smbProperties });
        expect(found.drifted).toBeUndefined();
        if (method === "copyFile") {
            // The service tells of the copy that made it, with its source's SAS.
            expect(found).toMatchObject({ copyId: made.copyId, copyStatus: "success", sourceUrl: made.sourceUrl });
        }
        expect(JSON.stringify({ ...found, destination: {} })).not.toContain("sig=");
        expect(await handler.read(`${made.url}.none`, lookup, files.context)).toBeUndefined();
    });

    it("fails where the source is not there, or can't be read, and writes nothing", async () => {
        const source = { ...files.inputs.source, filePath: "app/other.json" };
        await handler.check({}, { ...files.inputs, source, method }, files.context);
        expect(files.warnings.join()).toContain("404");
        const failure = await failureOf(handler.create({ ...files.inputs, source, method }, files.context));
        expect(failure.message).toMatch(/could not read the source .*other.json.*404/);
        expect(files.simulator.requests.count("Copy File")).toBe(0);
    });

    it("fails without the parent directory where it may not make it", async () => {
        expect((await failureOf(up(undefined, { createDirectories: false }))).message).toMatch(
            /ParentNotFound.*create the directory/,
        );
    });

    it("fails without the share", async () => {
        const destination = { ...files.inputs.destination, shareName: "other" };
        expect((await failureOf(up(undefined, { destination }))).message).toMatch(
            /ShareNotFound.*create the share first/,
        );
    });

    it("copies blobs, and snapshots of shares and blobs", async () => {
        const golden = files.simulator.account("golden");
        const blob = { connectionString: golden.connectionString, containerName: "images", blobName: "orders.bak" };
        const first = await up(undefined, { source: blob });
        expect(await files.text()).toBe("what the golden account holds");
        expect((await files.file().getProperties()).metadata).toEqual({ origin: "golden" });
        const { snapshot } = await files.share("golden").createSnapshot();
        files.write("something newer");
        const source = { ...files.inputs.source, shareSnapshot: snapshot! };
        const second = await up(first, { source });
        expect(await files.text()).toBe(sourceText);
        expect(await up(second, { source })).toBe(second);
    });
});

describe.each(["copyFile", "fromUrl"] as const)("FileCopy by %s, at its edges", (method) => {
    it("needs no more than a SAS for each share, also to overwrite and delete", async () => {
        const expiresOn = new Date(Date.now() + 30 * 86_400_000);
        const sasOf = (account: "golden" | "dev", letters: string) =>
            new URL(
                files.share(account).generateSasUrl({ permissions: ShareSASPermissions.parse(letters), expiresOn }),
            ).search.slice(1);
        const located = (account: "golden" | "dev", shareName: string, sasToken: string) => ({
            endpoint: files.simulator.account(account).fileEndpoint,
            shareName,
            filePath: "settings (1).json",
            sasToken,
        });
        files.simulator.account("golden").putFile("docs", "settings (1).json", sourceText);
        const change = {
            method,
            source: located("golden", "docs", sasOf("golden", "r")),
            destination: located("dev", "seed", sasOf("dev", "rcwdl")),
        };
        const first = await files.up(undefined, change);
        expect(await files.text("settings (1).json")).toBe(sourceText);
        files.simulator.account("golden").putFile("docs", "settings (1).json", "something newer");
        const second = await files.up(first, change);
        expect(await files.text("settings (1).json")).toBe("something newer");
        const { source: _, destination: __, ...rest } = second;
        expect(JSON.stringify(rest)).not.toContain("sig=");
        await handler.delete(second, files.context);
        expect(await files.file("settings (1).json").exists()).toBe(false);
    });

    it("does not put in place what it copied while the source changed", async () => {
        const first = await files.up(undefined, { method });
        files.write("something newer");
        let changed = false;
        files.onProgress(() => {
            if (!changed) {
                changed = true;
                files.write("something newest");
            }
        });
        const failure = await failureOf(files.up(first, { method }));
        expect(failure.message).toMatch(/source .*changed|ended as failed/);
        expect(await files.text()).toBe(sourceText);
        await files.up(failure instanceof PartialFailure ? (failure.state as FileCopyState) : first, { method });
        expect(await files.text()).toBe("something newest");
        expect(await files.names()).toEqual(["settings.json"]);
    });

    it("copies onto names side by side that differ at their long ends alone", async () => {
        const destination = (end: number) => ({
            ...files.inputs.destination,
            filePath: `app/${"ü".repeat(230)}${end}`,
        });
        await Promise.all([1, 2, 3].map((end) => files.up(undefined, { method, destination: destination(end) })));
        expect(await files.names()).toHaveLength(3);
    });

    it("gives a file the attributes of a new one where none are asked for any more", async () => {
        const first = await files.up(undefined, { method, fileAttributes: "ReadOnly" });
        const second = await files.up(first, { method });
        expect(second.smbProperties?.fileAttributes).toBe("Archive");
        expect(await files.up(second, { method })).toBe(second);
    });

    it("takes files of any name, of no bytes, and metadata of none", async () => {
        files.simulator.account("golden").putFile("docs", "ä b/100%.txt", "", { metadata: { origin: "golden" } });
        const source = { ...files.inputs.source, filePath: "ä b/100%.txt" };
        const destination = { ...files.inputs.destination, filePath: "ü/c d/#1 100%.txt" };
        const state = await files.up(undefined, { method, source, destination, metadata: {} });
        const there = await files.file("ü/c d/#1 100%.txt").getProperties();
        expect(there).toMatchObject({ contentLength: 0, etag: state.etag });
        expect(there.metadata ?? {}).toEqual({});
        expect(await files.up(state, { method, source, destination, metadata: {} })).toBe(state);
    });
});

describe("FileCopy by auto", () => {
    it.each<[string, () => object, string, RegExp]>([
        ["small", () => ({}), "Copy File", /small/],
        ["within the account", () => ({ source: near() }), "Copy File", /one account/],
        ["large", large, "Put Range From URL", /large/],
        ["large, with an MD5 to compare", () => ({ ...large(), verify: "md5" }), "Copy File", /MD5/],
    ])("moves a source that is %s", async (_, change, operation, reason) => {
        const state = await files.up(undefined, change());
        expect(state.copyOperation).toBe(operation);
        expect(state.copyOperationReason).toMatch(reason);
    });

    function near() {
        files.simulator.account("dev").putFile("seed", "near.txt", "nearby");
        return { ...files.inputs.destination, filePath: "near.txt" };
    }

    function large() {
        files.simulator.account("golden").putFile("docs", "large.bin", generated({ length: 9 * 1024 * 1024 }), {
            contentMd5: Buffer.alloc(16, 7).toString("base64"),
        });
        return { source: { ...files.inputs.source, filePath: "large.bin" } };
    }

    it("writes only the ranges of a sparse file that hold something", async () => {
        const sparse = files.share("golden").rootDirectoryClient.getFileClient("sparse.bin");
        await sparse.create(64 * 1024 * 1024);
        await sparse.uploadRange("end", 64 * 1024 * 1024 - 3, 3);
        await files.up(undefined, { source: { ...files.inputs.source, filePath: "sparse.bin" } });
        expect(files.simulator.requests.count("Put Range From URL")).toBe(1);
        expect((await files.file().downloadToBuffer(64 * 1024 * 1024 - 4, 4)).toString()).toBe("\0end");
    });
});

it("notes the ETag of a source that could not be read when it was copied, and copies nothing again", async () => {
    const hidden = files.hideSource("Get File Properties");
    files.clock.advance(5_000);
    const first = await files.up(undefined);
    expect(first.sourceEtag).toBeUndefined();
    hidden.remove();
    const second = await files.up(first);
    expect(files.operations()).not.toContain("Copy File");
    expect(second.sourceEtag).toMatch(/^"0x/);
    expect(await files.up(second)).toBe(second);
});

it.each(["up", "destroy"])(
    "leaves no lease on a file that %s takes for somebody else's after a kill",
    async (command) => {
        const first = await files.up(undefined, { method: "fromUrl" });
        files.write("something newer");
        // All is done but the release of the last lease and the record.
        files.simulator.faults.add({
            operation: "Lease File",
            status: 403,
            errorCode: "AuthorizationFailure",
            nth: 4,
            times: 1,
        });
        await files.up(first, { method: "fromUrl" });
        expect((await files.file().getProperties()).leaseState).toBe("leased");
        if (command === "up") {
            expect((await failureOf(files.up(first, { method: "fromUrl" }))).message).toMatch(
                /changed by somebody else/,
            );
        } else {
            await handler.delete(first, files.context);
            expect(files.warnings.join()).toMatch(/left alone/);
        }
        expect((await files.file().getProperties()).leaseState).toBe("available");
        await files.file().getShareLeaseClient("11111111-2222-4333-8444-555555555555").acquireLease(-1);
        await failureOf(files.up(first, { method: "fromUrl" }));
        expect((await files.file().getProperties()).leaseState).toBe("leased");
    },
);

describe("a FileCopy that is interrupted", () => {
    const timedOut = async (change: object, state?: FileCopyState) => {
        const failure = await failureOf(files.up(state, { method: "copyFile", timeout: "5s", ...change }));
        return failure;
    };

    it("is kept at its timeout, joined, and copied once", async () => {
        const failure = await timedOut({});
        expect(failure.message).toMatch(/still pending at its timeout/);
        expect(failure).toBeInstanceOf(PartialFailure);
        const state = (failure as PartialFailure).state as FileCopyState;
        expect(state.copyStatus).toBe("pending");
        expect((await refresh(state))?.copyStatus).toBe("pending");
        const done = await files.up(state, { method: "copyFile" });
        expect(files.operations()).not.toContain("Copy File");
        expect(await files.text()).toBe(sourceText);
        expect(done.copyStatus).toBe("success");
    });

    it("is joined by a run that has no record of it", async () => {
        await timedOut({});
        await files.up(undefined, { method: "auto" });
        expect(files.operations()).not.toContain("Copy File");
        expect(await files.text()).toBe(sourceText);
    });

    it("gets what is asked for now, where it was started with something else", async () => {
        const failure = await timedOut({ metadata: { old: "yes" }, fileAttributes: "Hidden" });
        const change = {
            metadata: { stage: "dev" },
            fileHttpHeaders: { fileCacheControl: "no-store" },
            fileAttributes: "System",
            setArchiveAttribute: true,
            fileLastWriteTime: "2020-01-02T03:04:05Z",
        };
        await files.up((failure as PartialFailure).state as FileCopyState, { method: "copyFile", ...change });
        expect(files.operations()).not.toContain("Copy File");
        expect(await files.file().getProperties()).toMatchObject({
            metadata: { stage: "dev" },
            cacheControl: "no-store",
            contentType: "application/json",
            fileAttributes: "System | Archive",
            fileLastWriteOn: new Date("2020-01-02T03:04:05Z"),
        });
    });

    it("gets the source's metadata and a new file's attributes, where it was started with others", async () => {
        const failure = await timedOut({ metadata: { old: "yes" }, fileAttributes: "Hidden" });
        await files.up((failure as PartialFailure).state as FileCopyState, { method: "copyFile" });
        expect(await files.file().getProperties()).toMatchObject({
            metadata: { origin: "golden" },
            fileAttributes: "Archive",
        });
    });

    it("is joined where this machine may not read its source", async () => {
        files.hideSource("Get File Properties");
        const change = { fileAttributes: "source", fileLastWriteTime: "source" };
        const failure = (await timedOut(change)) as PartialFailure;
        await files.up(failure.state as FileCopyState, { ...change, metadata: { stage: "dev" } });
        expect(await files.file().getProperties()).toMatchObject({
            metadata: { stage: "dev" },
            contentType: "application/json",
            fileAttributes: "Hidden | Archive",
        });
    });

    it("is deleted where it was put in place before the run was killed", async () => {
        const failure = (await timedOut({})) as PartialFailure;
        await files.up(failure.state as FileCopyState, { method: "copyFile" });
        await handler.delete(failure.state as FileCopyState, files.context);
        expect(await files.names()).toEqual([]);
    });

    it("is aborted at its timeout where that is asked for, and nothing is left", async () => {
        const failure = await timedOut({ onTimeout: "abort" });
        expect(failure.message).toMatch(/was aborted since onTimeout is "abort"; nothing was written/);
        expect(failure).not.toBeInstanceOf(PartialFailure);
        expect(await files.names()).toEqual([]);
    });

    it("keeps the old file over an update that timed out, and deletes both", async () => {
        const first = await files.up(undefined, { method: "copyFile" });
        files.write("something newer");
        const failure = (await timedOut({}, first)) as PartialFailure;
        expect(await files.text()).toBe(sourceText);
        await handler.delete(failure.state as FileCopyState, files.context);
        expect(await files.names()).toEqual([]);
    });

    it("gives up the pending copy of a source that has changed since", async () => {
        const failure = (await timedOut({})) as PartialFailure;
        files.write("something newer");
        await files.up(failure.state as FileCopyState, { method: "copyFile" });
        expect(await files.text()).toBe("something newer");
        expect(await files.names()).toEqual(["settings.json"]);
    });

    it("tells a copy that failed, by the service's own words, and leaves nothing", async () => {
        files.simulator.copies.add({ seconds: 5, fail: "500 InternalServerError" });
        const failure = await failureOf(files.up(undefined, { method: "copyFile" }));
        expect(failure.message).toMatch(/ended as failed.*nothing was written to the destination; copy ID/);
        expect(await files.names()).toEqual([]);
    });

    it.each(["keep", "abort"] as const)("ends its ranges at the timeout, with onTimeout %s", async (onTimeout) => {
        files.simulator.account("golden").putFile("docs", "large.bin", generated({ length: 40 * 1024 * 1024 }));
        const change = { method: "fromUrl", source: { ...files.inputs.source, filePath: "large.bin" } } as const;
        files.onProgress(() => void files.clock.advance(3_600_000));
        const failure = await failureOf(files.up(undefined, { ...change, timeout: "1h", onTimeout }));
        files.onProgress(() => {});
        expect(failure.message).toContain(
            onTimeout === "abort" ? "was removed, since onTimeout" : "is kept, and the next",
        );
        expect(failure instanceof PartialFailure).toBe(onTimeout === "keep");
        expect(await files.names()).toHaveLength(onTimeout === "keep" ? 1 : 0);
        await files.up(undefined, change);
        expect((await files.file().getProperties()).contentLength).toBe(40 * 1024 * 1024);
        expect(await files.names()).toEqual(["settings.json"]);
    });

    it("is kept in mind where it is told to stop amid its ranges", async () => {
        files.simulator.account("golden").putFile("docs", "large.bin", generated({ length: 40 * 1024 * 1024 }));
        const inputs = { ...files.inputs, source: { ...files.inputs.source, filePath: "large.bin" } };
        const stop = new AbortController();
        files.onProgress(() => {
            if (files.simulator.requests.count("Put Range From URL") > 1) {
                stop.abort();
            }
        });
        const failure = await failureOf(handler.create(inputs, { ...files.context, signal: stop.signal }));
        expect(failure.message).toMatch(/stopped during the copy/);
        expect(failure).toBeInstanceOf(PartialFailure);
        await handler.delete((failure as PartialFailure).state as FileCopyState, files.context);
        expect(await files.names()).toEqual([]);
    });

    it("gets the metadata and headers that are asked for now, where its ranges were begun with others", async () => {
        files.simulator.account("golden").putFile("docs", "large.bin", generated({ length: 20 * 1024 * 1024 }), {
            contentType: "application/x-backup",
            metadata: { origin: "golden" },
        });
        const source = { ...files.inputs.source, filePath: "large.bin" };
        const fault = files.simulator.faults.add({
            operation: "Put Range From URL",
            status: 403,
            errorCode: "AuthorizationFailure",
            nth: 3,
            times: 10,
        });
        const old = { metadata: { old: "yes" }, fileHttpHeaders: { fileContentType: "text/old" } };
        const failure = (await failureOf(files.up(undefined, { source, ...old }))) as PartialFailure;
        fault.remove();
        await files.up(failure.state as FileCopyState, {
            source,
            fileHttpHeaders: { fileCacheControl: "no-store" },
        });
        const there = await files.file().getProperties();
        expect(there).toMatchObject({ contentType: "application/x-backup", cacheControl: "no-store" });
        expect(there.metadata).toEqual({ origin: "golden" });
    });

    it("goes on with the ranges that it has", async () => {
        const length = 20 * 1024 * 1024;
        files.simulator.account("golden").putFile("docs", "large.bin", generated({ length }));
        const source = { ...files.inputs.source, filePath: "large.bin" };
        files.simulator.faults.add({
            operation: "Put Range From URL",
            status: 403,
            errorCode: "AuthorizationFailure",
            nth: 4,
            times: 10,
        });
        const failure = (await failureOf(files.up(undefined, { source }))) as PartialFailure;
        expect(failure).toBeInstanceOf(PartialFailure);
        expect((await files.names()).length).toBe(1);
        files.simulator.faults.clear();
        const before = files.simulator.requests.of("Put Range From URL").filter(({ status }) => status === 201).length;
        files.operations();
        await files.up(failure.state as FileCopyState, { source });
        expect(before + files.simulator.requests.count("Put Range From URL")).toBe(5);
        expect((await files.file().getProperties()).contentLength).toBe(length);
        expect(await files.names()).toEqual(["settings.json"]);
    });
});
