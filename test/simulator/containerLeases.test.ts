import { beforeEach, describe, expect, test } from "vitest";
import type { AccountHandle, ManualClock } from "../../simulator";
import { containerOf, failure, serviceClient, simulate } from "./support/simulate";

let account: AccountHandle;
let clock: ManualClock;

beforeEach(async () => {
    ({ golden: account, clock } = await simulate());
    account.createContainer("images");
});

const container = () => containerOf(account);
const other = "5b3c1cf8-0a4e-4d29-8b0e-0d5e0f1d1c11";

describe("Lease Container", () => {
    test("locks the container against deletion only", async () => {
        const { leaseId } = await container().getBlobLeaseClient().acquireLease(-1);
        expect(await container().getProperties()).toMatchObject({
            leaseState: "leased",
            leaseStatus: "locked",
            leaseDuration: "infinite",
        });
        expect(await failure(container().delete())).toEqual({ status: 412, code: "LeaseIdMissing" });
        await container().setMetadata({ a: "b" });
        await container().getBlockBlobClient("blob").upload("x", 1);
        await container().delete({ conditions: { leaseId } });
        expect(await serviceClient(account).getContainerClient("images").exists()).toBe(false);
    });

    test("a lease ID that is given must be right", async () => {
        const metadata = (leaseId: string) => container().setMetadata({ a: "b" }, { conditions: { leaseId } });
        expect(await failure(metadata(other))).toEqual({ status: 412, code: "LeaseNotPresentWithContainerOperation" });
        const { leaseId } = await container().getBlobLeaseClient().acquireLease(15);
        expect(await failure(metadata(other))).toEqual({ status: 412, code: "LeaseIdMismatchWithContainerOperation" });
        await metadata(leaseId!);
        clock.advance(15_000);
        expect(await failure(metadata(leaseId!))).toEqual({ status: 412, code: "LeaseLost" });
    });

    test("is renewed, changed, released and broken as a blob's is, and leaves the ETag alone", async () => {
        const { etag } = await container().getProperties();
        const lease = container().getBlobLeaseClient();
        await lease.acquireLease(15);
        clock.advance(10_000);
        await lease.renewLease();
        await lease.changeLease(other);
        await lease.releaseLease();
        await lease.acquireLease(60);
        await lease.breakLease(10);
        expect(await container().getProperties()).toMatchObject({ etag, leaseState: "breaking" });
        clock.advance(10_000);
        expect((await container().getProperties()).leaseState).toBe("broken");
    });

    test("List Containers shows it", async () => {
        await container().getBlobLeaseClient().acquireLease(15);
        const found: unknown[] = [];
        for await (const { properties } of serviceClient(account).listContainers()) {
            found.push([properties.leaseState, properties.leaseStatus, properties.leaseDuration]);
        }
        expect(found).toEqual([["leased", "locked", "fixed"]]);
    });
});

describe("encryption scopes", () => {
    test("a blob has the scope it was written with, or else its container's", async () => {
        const scoped = serviceClient(account).getContainerClient("scoped");
        await scoped.create({
            containerEncryptionScope: { defaultEncryptionScope: "theirs", preventEncryptionScopeOverride: false },
        });
        expect(await scoped.getProperties()).toMatchObject({
            defaultEncryptionScope: "theirs",
            denyEncryptionScopeOverride: false,
        });
        const blob = scoped.getBlockBlobClient("blob");
        expect((await blob.upload("x", 1)).encryptionScope).toBe("theirs");
        await blob.upload("x", 1, { encryptionScope: "ours" });
        expect((await blob.getProperties()).encryptionScope).toBe("ours");
        const listed = (await scoped.listBlobsFlat().next()).value;
        expect(listed.properties.encryptionScope).toBe("ours");
    });

    test("a container may insist on its own", async () => {
        const scoped = serviceClient(account).getContainerClient("scoped");
        await scoped.create({
            containerEncryptionScope: { defaultEncryptionScope: "theirs", preventEncryptionScopeOverride: true },
        });
        const upload = scoped.getBlockBlobClient("blob").upload("x", 1, { encryptionScope: "ours" });
        expect(await failure(upload)).toEqual({ status: 403, code: "RequestForbiddenByContainerEncryptionPolicy" });
    });
});

describe("Append Blob Seal", () => {
    test("ends appending, once and for all", async () => {
        const log = container().getAppendBlobClient("log");
        const { etag } = await log.create();
        const wrong = log.seal({ conditions: { appendPosition: 1 } });
        expect(await failure(wrong)).toEqual({ status: 412, code: "AppendPositionConditionNotMet" });
        const sealed = await log.seal();
        expect(sealed.etag).not.toBe(etag);
        expect((await log.seal()).etag).toBe(sealed.etag);
        expect(await failure(log.appendBlock("x", 1))).toEqual({ status: 409, code: "BlobIsSealed" });
        expect((await log.getProperties()).isSealed).toBe(true);
    });

    test("is for append blobs", async () => {
        await container().getBlockBlobClient("log").upload("x", 1);
        const seal = container().getAppendBlobClient("log").seal();
        expect(await failure(seal)).toEqual({ status: 409, code: "InvalidBlobType" });
    });
});
