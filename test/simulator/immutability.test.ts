import { beforeEach, describe, expect, test } from "vitest";
import type { AccountHandle, ManualClock } from "../../simulator";
import { copy, outcome } from "./support/copies";
import { raw } from "./support/raw";
import { containerOf, failure, simulate } from "./support/simulate";

const DAY = 24 * 3600_000;
const POLICY = { status: 409, code: "BlobImmutableDueToPolicy" };
const HOLD = { status: 409, code: "BlobImmutableDueToLegalHold" };
let account: AccountHandle;
let clock: ManualClock;

beforeEach(async () => {
    ({ golden: account, clock } = await simulate());
    account.createContainer("images");
    account.putBlob("images", "blob", "hello");
});

const block = (name = "blob") => containerOf(account).getBlockBlobClient(name);
const inDays = (days: number) => new Date(Math.ceil(clock.now() / 1000) * 1000 + days * DAY);
const retain = (days: number, policyMode: "Unlocked" | "Locked" = "Unlocked") =>
    block().setImmutabilityPolicy({ expiriesOn: inDays(days), policyMode });

describe("Set Blob Immutability Policy", () => {
    test("is shown, doesn't change the ETag, and lets nobody delete, overwrite or change the blob", async () => {
        const { etag } = await block().getProperties();
        const answer = await retain(2);
        expect([answer.immutabilityPolicyExpiry, answer.immutabilityPolicyMode]).toEqual([inDays(2), "unlocked"]);
        expect(await block().getProperties()).toMatchObject({
            etag,
            immutabilityPolicyExpiresOn: inDays(2),
            immutabilityPolicyMode: "unlocked",
        });
        expect(await failure(block().delete())).toEqual(POLICY);
        expect(await failure(block().upload("x", 1))).toEqual(POLICY);
        expect(await failure(block().setMetadata({ a: "b" }))).toEqual(POLICY);
        account.putBlob("images", "source", "x");
        const copied = await copy(account, "/images/blob", `${account.blobEndpoint}/images/source`);
        expect(outcome(copied)).toEqual([409, "BlobImmutableDueToPolicy"]);
        await block().setAccessTier("Cool");
    });

    test("once it has run out, the blob can be deleted but not be changed in place", async () => {
        await retain(2);
        clock.advance(3 * DAY);
        expect(await failure(block().setMetadata({ a: "b" }))).toEqual(POLICY);
        await block().delete();
        expect(await block().exists()).toBe(false);
    });

    test("an unlocked policy can be shortened and deleted, a locked one only prolonged", async () => {
        await retain(5);
        await retain(2);
        await block().deleteImmutabilityPolicy();
        await retain(5);
        await retain(5, "Locked");
        expect(await failure(retain(4, "Locked"))).toEqual(POLICY);
        expect(await failure(retain(6, "Unlocked"))).toEqual(POLICY);
        expect(await failure(block().deleteImmutabilityPolicy())).toEqual(POLICY);
        await retain(6, "Locked");
        expect((await block().getProperties()).immutabilityPolicyExpiresOn).toEqual(inDays(6));
    });

    test("a time that has passed is 400", async () => {
        expect(await failure(retain(-1))).toEqual({ status: 400, code: "InvalidHeaderValue" });
    });

    test("a deleted policy protects no more", async () => {
        await retain(2);
        await block().deleteImmutabilityPolicy();
        await block().delete();
        expect(await block().exists()).toBe(false);
    });

    test("a container with a retained blob can't be deleted", async () => {
        await retain(2);
        expect(await failure(containerOf(account).delete())).toEqual(POLICY);
    });
});

describe("Set Blob Legal Hold", () => {
    test("holds until it is taken away, and counts before a policy", async () => {
        await retain(2);
        expect((await block().setLegalHold(true)).legalHold).toBe(true);
        expect((await block().getProperties()).legalHold).toBe(true);
        expect(await failure(block().delete())).toEqual(HOLD);
        await block().deleteImmutabilityPolicy();
        clock.advance(1000 * DAY);
        expect(await failure(block().delete())).toEqual(HOLD);
        await block().setLegalHold(false);
        await block().delete();
        expect(await block().exists()).toBe(false);
    });

    test("needs its header", async () => {
        const answer = await raw(account, "/images/blob", { method: "PUT", query: "comp=legalhold" });
        expect(outcome(answer)).toEqual([400, "MissingRequiredHeader"]);
    });
});

test("where versions are kept, what is retained may be overwritten and deleted: it stays as a version", async () => {
    const { golden } = await simulate({ accounts: [{ name: "golden", versioning: true }, { name: "dev" }] });
    const blob = containerOf(golden).getBlockBlobClient("blob");
    const { versionId } = await blob.upload("one", 3);
    await blob.setLegalHold(true);
    await blob.upload("two", 3);
    expect(await failure(blob.withVersion(versionId!).delete())).toEqual(HOLD);
    await blob.delete();
    expect((await blob.withVersion(versionId!).downloadToBuffer()).toString()).toBe("one");
});

test("a list shows policies and legal holds if it is asked to", async () => {
    await retain(2);
    await block().setLegalHold(true);
    const list = (include: string) => raw(account, "/images", { query: `restype=container&comp=list${include}` });
    const asked = (await list("&include=immutabilitypolicy,legalhold")).body;
    expect(asked).toContain("<ImmutabilityPolicyMode>unlocked</ImmutabilityPolicyMode>");
    expect(asked).toContain("<LegalHold>true</LegalHold>");
    expect((await list("")).body).not.toMatch(/Immutability|LegalHold/);
});
