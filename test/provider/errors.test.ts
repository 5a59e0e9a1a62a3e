// What a person reads where the service refuses: its status and code, and what to do.

import { BlobSASPermissions, ContainerSASPermissions } from "@azure/storage-blob";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { zeros } from "../../simulator";
import { blobCopyHandler as handler } from "../../src/provider/blobCopy";
import type { BlobCopyInputs } from "../../src/provider/blobCopyTypes";
import { createClients } from "../../src/storage/clients";
import { startStorage, type TestStorage } from "../helpers/storage";

let storage: TestStorage;

beforeEach(async () => {
    storage = await startStorage();
});

afterEach(async () => {
    await storage.close();
});

/** What create fails with; it finds the source's ETag itself, as where check could not read it. */
async function failure(change: Partial<BlobCopyInputs> = {}): Promise<string> {
    const error = await handler.create({ ...storage.inputs, ...change }, storage.context).then(
        () => new Error("nothing failed"),
        (error: Error) => error,
    );
    return error.message;
}

const inAnHour = () => new Date(storage.clock.now() + 3_600_000);

/** The destination by a SAS with these permissions. */
async function destinationBy(permissions: string): Promise<BlobCopyInputs["destination"]> {
    const url = await storage.container().generateSasUrl({
        permissions: ContainerSASPermissions.parse(permissions),
        expiresOn: inAnHour(),
    });
    return { url: storage.blob("dev").url, sasToken: new URL(url).search.slice(1) };
}

/** The source by a SAS with these permissions. */
async function sourceBy(permissions: string, expiresOn = inAnHour(), blobName = "orders.bak") {
    const blob = storage.blob("golden", blobName);
    const url = await blob.generateSasUrl({ permissions: BlobSASPermissions.parse(permissions), expiresOn });
    return { source: { url: blob.url, sasToken: new URL(url).search.slice(1) } };
}

describe("a source that the service can't read", () => {
    it("does not exist", async () => {
        // A SAS that only the service uses: the source can't be read from here.
        storage.simulator.faults.add({ operation: "Get Blob Properties", status: 403 });
        expect(await failure(await sourceBy("r", inAnHour(), "missing"))).toMatch(
            /: 404 CannotVerifyCopySource: The specified blob does not exist; the source answered 404 BlobNotFound: the source does not exist, or is private and was read without a credential; .*request ID/,
        );
    });

    it("has a SAS that has expired", async () => {
        const expired = await sourceBy("r", new Date(storage.clock.now() - 1_000));
        expect(await failure(expired)).toMatch(
            /the source answered 403 AuthenticationFailed: the source's SAS is wrong, has expired or lacks r.*resource instance rule/,
        );
    });

    it("has a SAS that does not let it be read", async () => {
        expect(await failure(await sourceBy("w"))).toMatch(
            /the source answered 403 AuthorizationPermissionMismatch: .*lacks r/,
        );
        expect(storage.warnings).toEqual([]);
    });

    it("is private", async () => {
        const open = storage.simulator.account("open");
        open.createContainer("images");
        open.putBlob("images", "orders.bak", "not for everybody");
        const { blobEndpoint: endpoint } = open;
        const message = await failure({ source: { endpoint, containerName: "images", blobName: "orders.bak" } });
        expect(message).toMatch(/401 NoAuthenticationInformation; the blob is private; give it a credential/);
    });

    it("is archived", async () => {
        await storage.blob("golden").setAccessTier("Archive");
        expect(await failure()).toMatch(/409 BlobArchived.*rehydrate it first, or copy it to another name/);
    });

    it.each([
        [304, "has not changed since"],
        [401, "is private; give it a credential"],
        [409, "archived .*private .*leased, or too large"],
        [412, "has changed while the copy was started"],
        [416, "became shorter"],
        [503, "source's account is throttled"],
        [500, "the service could not read the source: it may not exist"],
    ])("answers %i, told by the status alone", async (status, words) => {
        storage = { ...storage, context: { ...storage.context, clients: createClients({ maxTries: 1 }) } };
        storage.simulator.faults.add({ operation: "Copy Blob", status, errorCode: "CannotVerifyCopySource" });
        const answered = status === 500 ? "" : `the source answered ${status}: `;
        expect(await failure()).toMatch(new RegExp(`${status} CannotVerifyCopySource.*; ${answered}.*${words}`));
    });
});

describe("a refused request", () => {
    it("has the wrong key", async () => {
        const wrong = Buffer.alloc(64).toString("base64");
        const { blobEndpoint: endpoint } = storage.simulator.account("dev");
        const destination = { endpoint, accountKey: wrong, containerName: "seed", blobName: "orders.bak" };
        expect(await failure({ destination })).toMatch(/403 AuthenticationFailed.*check the account key or SAS/);
    });

    it("has a SAS without the permission, and is not waited for: a SAS never gains rights", async () => {
        expect(await failure({ destination: await destinationBy("r") })).toMatch(
            /403 AuthorizationPermissionMismatch.*SAS: cw/,
        );
        expect(storage.warnings).toEqual([]);
        expect(storage.simulator.requests.count("Copy Blob")).toBe(1);
    });

    it("meets a lease", async () => {
        await storage.blob("dev").upload("precious", 8);
        await storage.blob("dev").getBlobLeaseClient().acquireLease(-1);
        expect(await failure({ overwrite: "always" })).toMatch(/412 LeaseIdMissing.*conditions\.leaseId/);
    });

    it.each([
        ["BlobImmutableDueToPolicy", /retention policy protects the blob; wait for its end, copy to another name/],
        ["BlobImmutableDueToLegalHold", /legal hold protects the blob; have it cleared, copy to another name/],
    ])("meets protection: %s", async (code, words) => {
        const blob = storage.blob("dev");
        await blob.upload("precious", 8);
        await (code.endsWith("Hold")
            ? blob.setLegalHold(true)
            : blob.setImmutabilityPolicy({ expiriesOn: inAnHour(), policyMode: "Unlocked" }));
        expect(await failure({ overwrite: "always" })).toMatch(new RegExp(`409 ${code}.*${words.source}`));
        expect(await storage.content("dev")).toBe("precious");
    });

    it("meets a blob of another type", async () => {
        storage.simulator.account("golden").putBlob("images", "orders.bak", zeros(512), { blobType: "PageBlob" });
        await storage.blob("dev").upload("precious", 8);
        storage.hideSource(); // whose type would be compared here
        expect(await failure({ overwrite: "always" })).toMatch(/409 InvalidBlobType.*must be blobs of one type/);
    });

    it.each([
        [403, "AccountIsDisabled", "account or its subscription is disabled"],
        [403, "InsufficientAccountPermissions", "read-only lock, a disabled subscription, or a secondary endpoint"],
        [403, "AuthorizationFailure", "account's firewall, the permissions of the credential, .*allowedCopyScope"],
        [403, "AuthorizationProtocolMismatch", "allows https only"],
        [403, "AuthorizationSourceIPMismatch", "other IP addresses"],
        [403, "AuthorizationResourceTypeMismatch", "srt=o"],
        [403, "AuthorizationServiceMismatch", "ss=b"],
        [403, "KeyBasedAuthenticationNotPermitted", "leave the key out to use Entra ID"],
        [400, "CopyAcrossAccountsNotSupported", "allowedCopyScope"],
        [409, "FeatureVersionMismatch", "update pulumi-azure-copy"],
        [409, "FeatureNotYetSupportedForHierarchicalNamespaceAccounts", "hierarchical namespace"],
        [409, "BlobOperationNotSupported", "Data Lake endpoint"],
        [400, "InvalidBlobTier", "give an accessTier that this blob type and account have"],
        [400, "BlobAccessTierNotSupportedForAccountType", "kind has no such tier"],
        [409, "CannotChangeToLowerTier", "can only rise"],
        [409, "BlobBeingRehydrated", "up to 15 hours"],
        [409, "BlobUsesCustomerSpecifiedEncryption", "customerProvidedKey"],
        [409, "BlobDoesNotUseCustomerSpecifiedEncryption", "leave sourceCustomerProvidedKey out"],
        [409, "BlobCustomerSpecifiedEncryptionMismatch", "give the one it was written with"],
        [403, "RequestForbiddenByContainerEncryptionPolicy", "give that scope as encryptionScope"],
        [409, "ContainerDisabled", "disabled the container"],
        [412, "LeaseIdMismatchWithBlobOperation", "another lease"],
        [412, "LeaseNotPresentWithBlobOperation", "lease has ended"],
        [409, "SnapshotCountExceeded", "delete some"],
        [409, "SnaphotOperationRateExceeded", "too many snapshots"],
        [503, "ServerBusy", "ingress or egress"],
    ])("is told as %i %s, with what to do", async (status, errorCode, words) => {
        storage = { ...storage, context: { ...storage.context, clients: createClients({ maxTries: 1 }) } };
        storage.simulator.faults.add({ operation: "Copy Blob", status, errorCode });
        expect(await failure()).toMatch(
            new RegExp(`could not copy .* onto .*: ${status} ${errorCode}.*; .*${words}.*; request ID [0-9a-f-]{36}$`),
        );
        expect(storage.warnings).toEqual([]);
    });
});

describe("a container that is being deleted", () => {
    const deleting = { operation: "Copy Blob", status: 409, errorCode: "ContainerBeingDeleted" };

    it("is waited for, which is told once", async () => {
        storage.simulator.faults.add({ ...deleting, times: 3 });
        const before = storage.clock.now();
        await handler.create(storage.inputs, storage.context);
        expect(storage.clock.now() - before).toBeGreaterThanOrEqual(14_000); // 2, 4 and 8 seconds
        expect(storage.warnings).toEqual([
            expect.stringMatching(
                /^waiting for the end of the container's deletion, 120 seconds at most: could not copy .*409 ContainerBeingDeleted/,
            ),
        ]);
    });

    it("is waited for two minutes at most, in few requests, and only once by many resources", async () => {
        storage.simulator.faults.add(deleting);
        const before = storage.clock.now();
        expect(await failure()).toMatch(/409 ContainerBeingDeleted.*run pulumi up again/);
        expect(storage.clock.now() - before).toBe(120_000);
        expect(storage.simulator.requests.count("Copy Blob")).toBeLessThan(10);
        expect(await failure()).toMatch(/409 ContainerBeingDeleted/);
        expect(storage.clock.now() - before).toBe(120_000);
    });

    it("is not waited for longer than the timeout", async () => {
        storage.simulator.faults.add(deleting);
        const before = storage.clock.now();
        expect(await failure({ timeout: "5s" })).toMatch(/409 ContainerBeingDeleted/);
        expect(storage.clock.now() - before).toBe(5_000);
    });

    it("is waited for by a read too", async () => {
        const { id, state } = await handler.create(storage.inputs, storage.context);
        storage.simulator.faults.add({ ...deleting, operation: "Get Blob Properties", times: 2 });
        expect(await handler.read(id, state, storage.context)).toMatchObject({ etag: state.etag });
        expect(storage.warnings).toHaveLength(1);
    });
});
