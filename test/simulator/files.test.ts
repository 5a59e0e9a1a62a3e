import { type ShareClient, ShareServiceClient } from "@azure/storage-file-share";
import { beforeEach, describe, expect, test } from "vitest";
import type { AccountHandle, ManualClock, Simulator } from "../../simulator";
import { outcome } from "./support/copies";
import { attributes, fileOf, filesByHost, filesOf, rawFile, shareOf, textOf } from "./support/files";
import { send } from "./support/raw";
import { failure, simulate } from "./support/simulate";

let golden: AccountHandle;
let simulator: Simulator;
let clock: ManualClock;

beforeEach(async () => {
    ({ golden, simulator, clock } = await simulate());
});

const share = () => shareOf(golden);

/** A file of a text, through the SDK. */
async function uploadTo(path: string, text: string, to: ShareClient) {
    const file = fileOf(to, path);
    await file.create(Buffer.byteLength(text));
    if (text !== "") {
        await file.uploadRange(text, 0, Buffer.byteLength(text));
    }
    return file;
}

const upload = (path: string, text: string) => uploadTo(path, text, share());

describe("the service", () => {
    test("is another port, or another host name on either port", async () => {
        golden.createShare("docs");
        const [blobPort, filePort] = [simulator.url, simulator.fileUrl].map((url) => new URL(url).port);
        expect(blobPort).not.toBe(filePort);
        expect(golden.fileEndpoint).toBe(`${simulator.fileUrl}/golden`);
        const byPort = await rawFile(golden, "", { query: "comp=list" });
        expect(byPort.body).toContain("<Name>docs</Name>");
        expect(byPort.headers.server).toMatch(/^Windows-Azure-File/);
        for (const port of [blobPort, filePort]) {
            const url = `http://127.0.0.1:${port}/docs?restype=share`;
            const { status } = await send(url, "GET", { host: `golden.file.localhost:${port}` });
            expect(status).toBe(404);
            expect(simulator.requests.all().at(-1)).toMatchObject({
                operation: "Get Share Properties",
                account: "golden",
                share: "docs",
            });
        }
    });

    test("takes the connection string as it is", async () => {
        const client = ShareServiceClient.fromConnectionString(golden.connectionString);
        await client.getShareClient("made").create();
        const names = [];
        for await (const { name } of client.listShares()) {
            names.push(name);
        }
        expect(names).toEqual(["made"]);
        const properties = await client.getProperties();
        expect(properties.hourMetrics?.enabled).toBe(false);
    });

    test("runs into faults by share and path", async () => {
        await upload("a.txt", "hello");
        simulator.faults.add({ operation: "Get File", share: "docs", path: "a.txt", status: 503, times: 1 });
        expect(await failure(fileOf(share(), "a.txt").downloadToBuffer())).toEqual({ status: 503, code: "ServerBusy" });
        expect(await textOf(fileOf(share(), "a.txt"))).toBe("hello");
    });

    test("says of what isn't simulated that it isn't", async () => {
        await upload("a.txt", "");
        const answer = await rawFile(golden, "/docs/a.txt", { query: "comp=listhandles" });
        expect(outcome(answer)).toEqual([501, "NotImplemented"]);
        expect(answer.body).toContain("List Handles is not simulated.");
    });
});

describe("shares", () => {
    test("are created, described, changed and deleted", async () => {
        const client = filesOf(golden).getShareClient("docs");
        await client.create({ quota: 10, metadata: { stage: "dev" }, accessTier: "Hot" });
        expect(await failure(client.create())).toEqual({ status: 409, code: "ShareAlreadyExists" });
        const created = await client.getProperties();
        expect(created).toMatchObject({ quota: 10, metadata: { stage: "dev" }, accessTier: "Hot" });
        expect(created).toMatchObject({ leaseState: "available", leaseStatus: "unlocked" });
        await client.setQuota(20);
        await client.setMetadata({ stage: "test" });
        const changed = await client.getProperties();
        expect([changed.quota, changed.metadata]).toEqual([20, { stage: "test" }]);
        expect(changed.etag! > created.etag!).toBe(true);
        await client.delete();
        expect(await failure(client.getProperties())).toEqual({ status: 404, code: "ShareNotFound" });
    });

    test("fail with names, quotas and tiers that can't be", async () => {
        const create = (name: string, headers = {}) =>
            rawFile(golden, `/${name}`, { method: "PUT", query: "restype=share", headers });
        expect(outcome(await create("UPPER"))).toEqual([400, "InvalidResourceName"]);
        expect(outcome(await create("ab"))).toEqual([400, "OutOfRangeInput"]);
        expect(outcome(await create("docs", { "x-ms-share-quota": "0" }))).toEqual([400, "InvalidHeaderValue"]);
        expect(outcome(await create("docs", { "x-ms-access-tier": "Archive" }))).toEqual([400, "InvalidHeaderValue"]);
    });

    test("are listed with prefix, metadata and snapshots, page by page", async () => {
        for (const name of ["docs-a", "docs-b", "docs-c", "else"]) {
            golden.createShare(name, { metadata: { of: name.replace("-", "") } });
        }
        const { snapshot } = await filesOf(golden).getShareClient("docs-b").createSnapshot();
        const pages = filesOf(golden)
            .listShares({ prefix: "docs", includeMetadata: true, includeSnapshots: true })
            .byPage({ maxPageSize: 2 });
        const listed: unknown[] = [];
        let count = 0;
        for await (const page of pages) {
            count++;
            listed.push(...(page.shareItems ?? []).map((each) => [each.name, each.snapshot, each.metadata?.of]));
        }
        expect(count).toBe(2);
        expect(listed).toEqual([
            ["docs-a", undefined, "docsa"],
            ["docs-b", snapshot, "docsb"],
            ["docs-b", undefined, "docsb"],
            ["docs-c", undefined, "docsc"],
        ]);
    });

    test("keep access policies, and tell how much is in them", async () => {
        await upload("a.txt", "hello");
        await share().setAccessPolicy([
            {
                id: "reader",
                accessPolicy: { permissions: "r", startsOn: new Date(0), expiresOn: new Date(clock.now() + 3600_000) },
            },
        ]);
        const { signedIdentifiers } = await share().getAccessPolicy();
        expect(signedIdentifiers.map(({ id, accessPolicy }) => [id, accessPolicy?.permissions])).toEqual([
            ["reader", "r"],
        ]);
        expect((await share().getStatistics()).shareUsageBytes).toBe(5);
    });

    test("snapshots keep files as they were, and the share needs them gone to be deleted", async () => {
        const file = await upload("sub.txt", "old");
        const { snapshot } = await share().createSnapshot();
        await file.uploadRange("new", 0, 3);
        const kept = share().withSnapshot(snapshot!);
        expect(await textOf(fileOf(kept, "sub.txt"))).toBe("old");
        expect(await textOf(file)).toBe("new");
        expect(await failure(fileOf(kept, "other.txt").getProperties())).toMatchObject({ status: 404 });
        const write = { method: "PUT", headers: { "x-ms-content-length": "1", "x-ms-type": "file" } };
        const query = `sharesnapshot=${snapshot}`;
        expect(outcome(await rawFile(golden, "/docs/sub.txt", { ...write, query }))).toEqual([
            400,
            "InvalidQueryParameterValue",
        ]);
        expect(await failure(share().delete())).toEqual({ status: 409, code: "ShareHasSnapshots" });
        await kept.delete();
        expect(await failure(kept.getProperties())).toEqual({ status: 404, code: "ShareSnapshotNotFound" });
        await share().createSnapshot();
        await share().delete({ deleteSnapshots: "include" });
    });

    test("leased, are changed and deleted with the lease ID only; leases run out", async () => {
        const lease = share().getShareLeaseClient();
        await lease.acquireLease(15);
        expect((await share().getProperties()).leaseState).toBe("leased");
        expect(await failure(share().delete())).toEqual({ status: 412, code: "LeaseIdMissing" });
        expect(await failure(share().setMetadata({ a: "b" }))).toEqual({ status: 412, code: "LeaseIdMissing" });
        clock.advance(16_000);
        await share().setMetadata({ a: "b" });
        // The SDK for JavaScript doesn't renew what isn't a file's.
        const renewing = { "x-ms-lease-action": "renew", "x-ms-lease-id": lease.leaseId };
        const query = "restype=share&comp=lease";
        expect((await rawFile(golden, "/docs", { method: "PUT", query, headers: renewing })).status).toBe(200);
        const { leaseTimeInSeconds } = (await lease.breakLease()) as { leaseTimeInSeconds?: number };
        expect(leaseTimeInSeconds).toBe(15);
        clock.advance(15_000);
        await share().delete();
    });
});

describe("directories", () => {
    test("are created in a parent, described, changed, and deleted when empty", async () => {
        const outer = share().getDirectoryClient("outer");
        const inner = share().getDirectoryClient("outer/inner");
        expect(await failure(inner.create())).toEqual({ status: 404, code: "ParentNotFound" });
        const made = await outer.create({ metadata: { a: "b" } });
        expect(made).toMatchObject({ fileAttributes: "Directory", fileParentId: "0" });
        const nested = await inner.create();
        expect(nested.fileParentId).toBe(made.fileId);
        expect(await failure(outer.create())).toEqual({ status: 409, code: "ResourceAlreadyExists" });
        expect(await failure(outer.delete())).toEqual({ status: 409, code: "DirectoryNotEmpty" });
        await outer.setMetadata({ c: "d" });
        await outer.setProperties({ fileAttributes: attributes("Hidden | Directory") });
        expect(await outer.getProperties()).toMatchObject({
            metadata: { c: "d" },
            fileAttributes: "Hidden | Directory",
            fileId: made.fileId,
            fileCreatedOn: made.fileCreatedOn,
        });
        await inner.delete();
        await outer.delete();
        expect(await failure(outer.getProperties())).toEqual({ status: 404, code: "ResourceNotFound" });
    });

    test("list files and directories in one order, page by page, with what is asked for", async () => {
        await share().getDirectoryClient("Beta").create();
        await upload("alpha.txt", "hello");
        await upload("Beta/inside.txt", "x");
        await upload("gamma.txt", "hello!");
        const pages = share()
            .rootDirectoryClient.listFilesAndDirectories({
                includeTimestamps: true,
                includeEtag: true,
                includeAttributes: true,
                includePermissionKey: true,
            })
            .byPage({ maxPageSize: 2 });
        const listed = [];
        for await (const { segment, directoryId } of pages) {
            expect(directoryId).toBe("0");
            listed.push([...segment.directoryItems, ...segment.fileItems].map(({ name }) => name));
            for (const { name, fileId, attributes, permissionKey, properties } of segment.fileItems) {
                const told = await fileOf(share(), name).getProperties();
                expect(told).toMatchObject({
                    contentLength: properties.contentLength,
                    fileId,
                    fileAttributes: attributes,
                    filePermissionKey: permissionKey,
                    etag: properties.etag,
                    fileLastWriteOn: properties.lastWriteTime,
                    fileChangeOn: properties.changeTime,
                });
            }
        }
        expect(listed).toEqual([["Beta", "alpha.txt"], ["gamma.txt"]]);
        const found = [];
        for await (const { name } of share().getDirectoryClient("Beta").listFilesAndDirectories({ prefix: "in" })) {
            found.push(name);
        }
        expect(found).toEqual(["inside.txt"]);
    });

    test("list as the service was seen to spell it", async () => {
        await share().getDirectoryClient("dir").create();
        const { body } = await rawFile(golden, "/docs", {
            query: "restype=directory&comp=list",
            headers: { "x-ms-version": "2019-02-02" },
        });
        const endpoint = `ServiceEndpoint="${simulator.fileUrl}/golden/"`;
        expect(body.slice(1)).toBe(
            `<?xml version="1.0" encoding="utf-8"?><EnumerationResults ${endpoint} ShareName="docs" DirectoryPath=""><Entries><Directory><Name>dir</Name><Properties /></Directory></Entries><NextMarker /></EnumerationResults>`,
        );
    });

    test("and files have names that are compared without case and without dots at their ends", async () => {
        await share().getDirectoryClient("Dir").create();
        await upload("dir/File.txt", "hello");
        expect(await textOf(fileOf(share(), "DIR/FILE.TXT"))).toBe("hello");
        expect((await rawFile(golden, "/docs/dir../file.txt..")).body).toBe("hello");
        const names = [];
        for await (const { name } of share().getDirectoryClient("dir").listFilesAndDirectories()) {
            names.push(name);
        }
        expect(names).toEqual(["File.txt"]);
    });

    test("fail where a file is, and files where a directory is", async () => {
        await share().getDirectoryClient("thing").create();
        await upload("file", "x");
        expect(await failure(fileOf(share(), "thing").create(1))).toMatchObject({ code: "ResourceTypeMismatch" });
        expect(await failure(share().getDirectoryClient("file").create())).toMatchObject({
            code: "ResourceTypeMismatch",
        });
        expect(await fileOf(share(), "thing").exists()).toBe(false);
        expect(await share().getDirectoryClient("file").exists()).toBe(false);
        expect(await failure(fileOf(share(), "file/below").create(1))).toMatchObject({ code: "ParentNotFound" });
        expect(outcome(await rawFile(golden, "/docs/a%3Fb", { method: "HEAD" }))).toEqual([400, "InvalidResourceName"]);
    });
});

describe("files", () => {
    test("hold what is written into them, zeros elsewhere", async () => {
        const file = fileOf(share(), "a.bin");
        const created = await file.create(10, {
            fileHttpHeaders: { fileContentType: "text/plain", fileCacheControl: "no-cache" },
            metadata: { a: "b" },
        });
        expect(await textOf(file)).toBe("\0".repeat(10));
        const written = await file.uploadRange("hello", 3, 5);
        expect(written.etag! > created.etag!).toBe(true);
        expect(await textOf(file)).toBe("\0\0\0hello\0\0");
        expect((await file.downloadToBuffer(4, 3)).toString()).toBe("ell");
        const { contentType, cacheControl, metadata, contentLength, contentMD5 } = await file.getProperties();
        expect({ contentType, cacheControl, metadata, contentLength, contentMD5 }).toEqual({
            contentType: "text/plain",
            cacheControl: "no-cache",
            metadata: { a: "b" },
            contentLength: 10,
            contentMD5: undefined,
        });
        expect(await failure(file.uploadRange("hello", 8, 5))).toEqual({ status: 416, code: "InvalidRange" });
        await file.delete();
        expect(await failure(file.delete())).toEqual({ status: 404, code: "ResourceNotFound" });
    });

    test("are uploaded and downloaded in ranges by the SDK", async () => {
        const file = fileOf(share(), "big.bin");
        const content = Buffer.alloc(9 * 1024 ** 2, "0123456789");
        await file.uploadData(content, { rangeSize: 4 * 1024 ** 2, concurrency: 3 });
        expect(content.equals(await file.downloadToBuffer())).toBe(true);
        const range = { method: "PUT", query: "comp=range" };
        const headers = { "x-ms-write": "update", "x-ms-range": `bytes=0-${4 * 1024 ** 2}` };
        const answer = await rawFile(golden, "/docs/big.bin", { ...range, headers, body: "x" });
        expect(outcome(answer)).toEqual([413, "RequestBodyTooLarge"]);
    });

    test("take their content with Create File in newer versions", async () => {
        const headers = { "x-ms-content-length": "8", "x-ms-type": "file" };
        const request = { method: "PUT", body: "hello" };
        const create = (version: string) =>
            rawFile(golden, "/docs/a.txt", { ...request, headers: { ...headers, "x-ms-version": version } });
        share();
        expect(outcome(await create("2025-01-05"))).toEqual([400, "InvalidHeaderValue"]);
        const created = await create("2026-04-06");
        expect([created.status, created.headers["content-md5"]]).toEqual([201, "XUFAKrxLKna5cZ2REBfFkg=="]);
        expect(await textOf(fileOf(share(), "a.txt"))).toBe("hello\0\0\0");
    });

    test("are resized, and given headers all together", async () => {
        const file = await upload("a.txt", "hello world");
        await file.setHttpHeaders({ fileContentType: "text/plain", fileContentLanguage: "en" });
        await file.resize(5);
        expect(await textOf(file)).toBe("hello");
        await file.resize(7);
        expect(await textOf(file)).toBe("hello\0\0");
        expect((await file.getProperties()).contentType).toBe("text/plain");
        await file.setHttpHeaders({ fileCacheControl: "no-cache" });
        const { contentType, contentLanguage, cacheControl } = await file.getProperties();
        expect([contentType, contentLanguage, cacheControl]).toEqual([undefined, undefined, "no-cache"]);
    });

    test("have the SMB properties that they are given", async () => {
        const file = fileOf(share(), "a.txt");
        const time = new Date("2020-02-02T02:02:02.020Z");
        const made = await file.create(1, {
            fileAttributes: attributes("Hidden|ReadOnly"),
            creationTime: time,
            lastWriteTime: time,
            changeTime: time,
        });
        expect(made).toMatchObject({ fileAttributes: "ReadOnly | Hidden | Archive", fileParentId: "0" });
        const told = await file.getProperties();
        expect([told.fileCreatedOn, told.fileLastWriteOn, told.fileChangeOn]).toEqual([time, time, time]);
        expect(told.fileId).toBe(made.fileId);
        await file.setProperties({ fileAttributes: attributes("None"), lastWriteTime: new Date(0) });
        const changed = await file.getProperties();
        expect([changed.fileAttributes, changed.fileLastWriteOn, changed.fileCreatedOn]).toEqual([
            "None",
            new Date(0),
            time,
        ]);
    });

    test("that are read-only are neither written nor deleted until they aren't", async () => {
        const file = await upload("a.txt", "hello");
        await file.setProperties({ fileAttributes: attributes("ReadOnly") });
        for (const change of [() => file.uploadRange("x", 0, 1), () => file.delete(), () => file.create(1)]) {
            expect(await failure(change())).toEqual({ status: 409, code: "ReadOnlyAttribute" });
        }
        await file.setProperties({ fileAttributes: attributes("None") });
        await file.delete();
    });

    test("tell the last write time with each range, and keep it if asked", async () => {
        const file = await upload("a.txt", "hello");
        const before = (await file.getProperties()).fileLastWriteOn;
        clock.advance(5000);
        await file.uploadRange("H", 0, 1, { fileLastWrittenMode: "Preserve" });
        expect((await file.getProperties()).fileLastWriteOn).toEqual(before);
        const { fileLastWriteTime } = (await file.uploadRange("J", 0, 1)) as { fileLastWriteTime?: Date };
        expect(fileLastWriteTime).toEqual((await file.getProperties()).fileLastWriteOn);
        expect(fileLastWriteTime! > before!).toBe(true);
    });

    test("need each SMB property from 2019-02-02 until 2021-06-08, and had none before", async () => {
        share();
        const headers = { "x-ms-content-length": "1", "x-ms-type": "file" };
        const create = (version: string) =>
            rawFile(golden, "/docs/a.txt", { method: "PUT", headers: { ...headers, "x-ms-version": version } });
        expect(outcome(await create("2019-02-02"))).toEqual([400, "MissingRequiredHeader"]);
        const old = await create("2018-11-09");
        expect([old.status, old.headers["x-ms-file-attributes"]]).toEqual([201, undefined]);
        expect((await create("2021-06-08")).headers["x-ms-file-attributes"]).toBe("Archive");
    });
});

describe("ranges", () => {
    const ranges = async (file: ReturnType<typeof fileOf>, options = {}) =>
        (await file.getRangeList(options)).rangeList.map(({ start, end }) => [start, end]);

    test("that are cleared are freed by whole 512 bytes, and zeros elsewhere", async () => {
        const file = await upload("a.bin", "x".repeat(65_536));
        await file.clearRange(768, 1537);
        expect(await ranges(file)).toEqual([
            [0, 1023],
            [2048, 65_535],
        ]);
        const content = await textOf(file);
        expect(content.slice(760, 2312)).toBe(`xxxxxxxx${"\0".repeat(1537)}xxxxxxx`);
        expect(await ranges(file, { range: { offset: 512, count: 1600 } })).toEqual([
            [512, 1023],
            [2048, 2111],
        ]);
    });

    test("are as the service was seen to list them", async () => {
        const small = await upload("small", "HelloWorld");
        await small.clearRange(1, 8);
        expect(await ranges(small)).toEqual([[0, 9]]);
        expect(await textOf(small)).toBe(`H${"\0".repeat(8)}d`);
        const file = await upload("odd", "");
        await file.resize(513);
        await file.uploadRange("HelloWorld", 0, 10);
        await file.clearRange(0, 513);
        expect(await ranges(file)).toEqual([[512, 512]]);
    });

    test("are compared with a share snapshot", async () => {
        const file = await upload("a.bin", "x".repeat(4096));
        const { snapshot } = await share().createSnapshot();
        await file.uploadRange("y", 0, 1);
        await file.clearRange(1024, 1024);
        const changes = await file.getRangeListDiff(snapshot!);
        expect(changes.ranges).toEqual([{ start: 0, end: 0 }]);
        expect(changes.clearRanges).toEqual([{ start: 1024, end: 2047 }]);
        expect(changes.fileContentLength).toBe(4096);
        const later = await upload("later", "x");
        expect(await failure(later.getRangeListDiff(snapshot!))).toMatchObject({ status: 404 });
        const again = await upload("a.bin", "z");
        expect(await failure(again.getRangeListDiff(snapshot!))).toEqual({
            status: 409,
            code: "FileGenerationMismatch",
        });
        expect(await failure(again.getRangeListDiff("2020-01-01T00:00:00.0000000Z"))).toMatchObject({ status: 404 });
    });

    test("of a renamed file are compared if asked", async () => {
        golden.createShare("docs");
        const file = await uploadTo("a.bin", "x".repeat(1024), filesByHost(golden).getShareClient("docs"));
        const { snapshot } = await share().createSnapshot();
        const { destinationFileClient: renamed } = await file.rename("b.bin");
        expect(await failure(renamed.getRangeListDiff(snapshot!))).toMatchObject({ status: 404 });
        const changes = await renamed.getRangeListDiff(snapshot!, { includeRenames: true });
        expect(changes.ranges ?? []).toEqual([]);
    });
});

describe("leases of files", () => {
    test("keep writes from others, and stay through Create File", async () => {
        const file = await upload("a.txt", "hello");
        const lease = file.getShareLeaseClient();
        const { leaseId } = await lease.acquireLease();
        const properties = await file.getProperties();
        expect(properties).toMatchObject({ leaseState: "leased", leaseStatus: "locked", leaseDuration: "infinite" });
        const conditions = { leaseAccessConditions: { leaseId } };
        const wrong = { leaseAccessConditions: { leaseId: "11111111-1111-1111-1111-111111111111" } };
        const writes = [
            (options = {}) => file.uploadRange("J", 0, 1, options),
            (options = {}) => file.setMetadata({ a: "b" }, options),
            (options = {}) => file.setHttpHeaders({}, options),
            (options = {}) => file.create(5, options),
        ];
        for (const write of writes) {
            expect(await failure(write())).toEqual({ status: 412, code: "LeaseIdMissing" });
            expect(await failure(write(wrong))).toEqual({ status: 412, code: "LeaseIdMismatchWithFileOperation" });
            await write(conditions);
        }
        expect(await failure(file.delete())).toEqual({ status: 412, code: "LeaseIdMissing" });
        expect(await failure(file.getRangeList(wrong))).toMatchObject({ status: 412 });
        expect((await file.getProperties()).leaseState).toBe("leased");
        await lease.releaseLease();
        expect(await failure(file.getProperties(conditions))).toEqual({
            status: 412,
            code: "LeaseNotPresentWithFileOperation",
        });
        await file.delete();
    });

    test("are changed, broken at once and taken over; there is nothing to renew", async () => {
        const file = await upload("a.txt", "hello");
        const [a, b] = ["a", "b"].map((letter) => "11111111-1111-1111-1111-111111111111".replaceAll("1", letter));
        await file.getShareLeaseClient(a).acquireLease();
        expect(await failure(file.getShareLeaseClient(b).acquireLease())).toMatchObject({
            code: "LeaseAlreadyPresent",
        });
        await file.getShareLeaseClient(a).changeLease(b!);
        await file.getShareLeaseClient(b).breakLease();
        expect((await file.getProperties()).leaseState).toBe("broken");
        await file.getShareLeaseClient(a).acquireLease();
        const act = (headers: Record<string, string>) =>
            rawFile(golden, "/docs/a.txt", { method: "PUT", query: "comp=lease", headers });
        const renew = await act({ "x-ms-lease-action": "renew", "x-ms-lease-id": a! });
        expect(outcome(renew)).toEqual([400, "InvalidHeaderValue"]);
        const timed = await act({ "x-ms-lease-action": "acquire", "x-ms-lease-duration": "15" });
        expect(outcome(timed)).toEqual([400, "InvalidHeaderValue"]);
        const missing = await rawFile(golden, "/docs/a.txt", { method: "DELETE" });
        expect(missing.reason).toBe(
            "There is currently a lease on the file and no lease ID was specified in the request.",
        );
    });
});

describe("permissions", () => {
    const SDDL = "O:S-1-5-21-1-2-3-4G:S-1-5-21-1-2-3-513D:AI(A;;FA;;;SY)";

    test("are kept by the share, and taken by key or as they are", async () => {
        const { filePermissionKey: key } = await share().createPermission(SDDL);
        expect((await share().getPermission(key!)).permission).toBe(SDDL);
        const byKey = fileOf(share(), "key.txt");
        expect((await byKey.create(1, { filePermissionKey: key })).filePermissionKey).toBe(key);
        const given = fileOf(share(), "given.txt");
        expect((await given.create(1, { filePermission: SDDL })).filePermissionKey).toBe(key);
        const inherited = await fileOf(share(), "inherited.txt").create(1, { filePermission: "inherit" });
        const root = await share().rootDirectoryClient.getProperties();
        expect(inherited.filePermissionKey).toBe(root.filePermissionKey);
        await byKey.setProperties({ filePermission: "preserve" });
        expect((await byKey.getProperties()).filePermissionKey).toBe(key);
    });

    test("fail without owner, group and DACL, and by keys that aren't there", async () => {
        expect(await failure(share().createPermission("D:AI"))).toEqual({ status: 400, code: "FileInvalidPermission" });
        const file = fileOf(share(), "a.txt");
        expect(await failure(file.create(1, { filePermissionKey: "1*2" }))).toEqual({
            status: 400,
            code: "FileInvalidPermissionKey",
        });
        const both = { "x-ms-file-permission": SDDL, "x-ms-file-permission-key": "1*2" };
        const headers = { "x-ms-content-length": "1", "x-ms-type": "file", ...both };
        expect(outcome(await rawFile(golden, "/docs/a.txt", { method: "PUT", headers }))).toEqual([
            400,
            "InvalidHeaderValue",
        ]);
    });
});

describe("renaming", () => {
    const share = () => {
        golden.createShare("docs");
        return filesByHost(golden).getShareClient("docs");
    };
    const upload = (path: string, text: string) => uploadTo(path, text, share());

    test("moves a file with all that it has", async () => {
        const file = await upload("a.txt", "hello");
        await file.setMetadata({ a: "b" });
        await share().getDirectoryClient("sub").create();
        const before = await file.getProperties();
        const { destinationFileClient: moved } = await file.rename("sub/b.txt");
        expect(await textOf(moved)).toBe("hello");
        const after = await moved.getProperties();
        expect([after.fileId, after.metadata, after.fileCreatedOn]).toEqual([
            before.fileId,
            { a: "b" },
            before.fileCreatedOn,
        ]);
        expect(after.fileParentId).not.toBe("0");
        expect(await failure(file.getProperties())).toMatchObject({ status: 404 });
    });

    test("replaces a file only if asked, a read-only one only if asked for that too", async () => {
        const file = await upload("a.txt", "new");
        const old = await upload("b.txt", "old");
        await old.setProperties({ fileAttributes: attributes("ReadOnly") });
        expect(await failure(file.rename("b.txt"))).toEqual({ status: 409, code: "ResourceAlreadyExists" });
        expect(await failure(file.rename("b.txt", { replaceIfExists: true }))).toEqual({
            status: 409,
            code: "ReadOnlyAttribute",
        });
        await file.rename("b.txt", { replaceIfExists: true, ignoreReadOnly: true });
        expect(await textOf(old)).toBe("new");
    });

    test("needs the leases at both ends", async () => {
        const file = await upload("a.txt", "new");
        const old = await upload("b.txt", "old");
        const [from, to] = [file, old].map((each) => each.getShareLeaseClient());
        const { leaseId: sourceLeaseId } = await from!.acquireLease();
        const { leaseId: destinationLeaseId } = await to!.acquireLease();
        const rename = (options = {}) => file.rename("b.txt", { replaceIfExists: true, ...options });
        expect(await failure(rename())).toEqual({ status: 412, code: "LeaseIdMissing" });
        const source = { sourceLeaseAccessConditions: { leaseId: sourceLeaseId } };
        expect(await failure(rename(source))).toEqual({ status: 412, code: "LeaseIdMissing" });
        await rename({ ...source, destinationLeaseAccessConditions: { leaseId: destinationLeaseId } });
        expect(await textOf(old)).toBe("new");
    });

    test("moves a directory with all that is in it, but not into itself", async () => {
        await share().getDirectoryClient("one").create();
        await share().getDirectoryClient("one/two").create();
        await upload("one/two/a.txt", "hello");
        const one = share().getDirectoryClient("one");
        expect(await failure(one.rename("one/two/three"))).toMatchObject({ status: 400 });
        const { destinationDirectoryClient: renamed } = await one.rename("uno");
        expect(await textOf(fileOf(share(), "uno/two/a.txt"))).toBe("hello");
        expect((await renamed.getProperties()).fileAttributes).toBe("Directory");
        expect(await failure(one.getProperties())).toMatchObject({ status: 404 });
        await share().getDirectoryClient("dos").create();
        expect(await failure(renamed.rename("dos"))).toEqual({ status: 409, code: "ResourceAlreadyExists" });
    });
});
