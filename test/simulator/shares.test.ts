import { ShareServiceClient } from "@azure/storage-file-share";
import { beforeEach, describe, expect, test } from "vitest";
import type { AccountHandle, ManualClock, Simulator } from "../../simulator";
import { outcome } from "./support/copies";
import { attributes, fileOf, filesOf, rawFile, shareOf, textOf, uploadTo } from "./support/files";
import { send } from "./support/raw";
import { failure, simulate } from "./support/simulate";

let golden: AccountHandle;
let simulator: Simulator;
let clock: ManualClock;

beforeEach(async () => {
    ({ golden, simulator, clock } = await simulate());
});

const share = () => shareOf(golden);
const upload = (path: string, text: string) => uploadTo(share(), path, text);

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
