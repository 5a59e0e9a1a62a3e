import { beforeEach, describe, expect, test } from "vitest";
import type { AccountHandle } from "../../simulator";
import { outcome } from "./support/copies";
import { attributes, fileOf, filesByHost, rawFile, shareOf, textOf, uploadTo } from "./support/files";
import { failure, simulate } from "./support/simulate";

let golden: AccountHandle;

beforeEach(async () => {
    ({ golden } = await simulate());
});

const share = () => shareOf(golden);
const upload = (path: string, text: string) => uploadTo(share(), path, text);

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
    const upload = (path: string, text: string) => uploadTo(share(), path, text);

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
