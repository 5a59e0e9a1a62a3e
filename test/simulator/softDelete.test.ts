import { beforeEach, describe, expect, test } from "vitest";
import type { AccountHandle, ManualClock } from "../../simulator";
import { copy, outcome } from "./support/copies";
import { elementText, raw } from "./support/raw";
import { failure, serviceClient, simulate } from "./support/simulate";

const DAY = 24 * 3600_000;
let account: AccountHandle;
let clock: ManualClock;

beforeEach(async () => {
    await setUp({});
});

async function setUp(options: object): Promise<void> {
    const accounts = [{ name: "golden", softDeleteDays: 7, ...options }, { name: "dev" }];
    ({ golden: account, clock } = await simulate({ accounts }));
    account.createContainer("images");
}

const container = () => serviceClient(account).getContainerClient("images");
const block = () => container().getBlockBlobClient("blob");
const upload = (content: string) => block().upload(content, content.length);

async function listed(options: object = { includeDeleted: true, includeSnapshots: true }): Promise<string[]> {
    const items: string[] = [];
    for await (const item of container().listBlobsFlat(options)) {
        items.push(`${item.name}${item.snapshot ? " snapshot" : ""}${item.deleted ? " deleted" : ""}`);
    }
    return items;
}

describe("soft delete", () => {
    test("a deleted blob can't be read, is listed only if deleted ones are, and comes back", async () => {
        const { etag } = await upload("hello");
        const answer = await raw(account, "/images/blob", { method: "DELETE" });
        expect([answer.status, answer.headers["x-ms-delete-type-permanent"]]).toEqual([202, "false"]);
        expect(await failure(block().downloadToBuffer())).toMatchObject({ status: 404 });
        expect(await listed({})).toEqual([]);
        expect(await listed()).toEqual(["blob deleted"]);
        await block().undelete();
        expect((await block().getProperties()).etag).toBe(etag);
        expect(await listed()).toEqual(["blob"]);
    });

    test("a list tells when it was deleted and how many whole days are left", async () => {
        await upload("hello");
        await block().delete();
        const list = () => raw(account, "/images", { query: "restype=container&comp=list&include=deleted" });
        expect(elementText(await list(), "DeletedTime")).toBe(new Date(clock.now()).toUTCString());
        expect(elementText(await list(), "RemainingRetentionDays")).toBe("6");
        clock.advance(3 * DAY);
        expect(elementText(await list(), "RemainingRetentionDays")).toBe("3");
    });

    test("after the days that the account keeps it, it is gone for good", async () => {
        await upload("hello");
        await block().delete();
        clock.advance(7 * DAY);
        expect(await listed()).toEqual([]);
        expect(await failure(block().undelete())).toEqual({ status: 404, code: "BlobNotFound" });
    });

    test("an overwrite keeps the old state as a soft-deleted snapshot, which comes back", async () => {
        await upload("one");
        await upload("two");
        expect(await listed()).toEqual(["blob snapshot deleted", "blob"]);
        await block().undelete();
        const snapshots: string[] = [];
        for await (const item of container().listBlobsFlat({ includeSnapshots: true })) {
            if (item.snapshot) {
                snapshots.push((await block().withSnapshot(item.snapshot).downloadToBuffer()).toString());
            }
        }
        expect(snapshots).toEqual(["one"]);
    });

    test("Set Blob Metadata keeps nothing", async () => {
        await upload("one");
        await block().setMetadata({ a: "b" });
        expect(await listed()).toEqual(["blob"]);
    });

    test("a copy onto a blob keeps what was there", async () => {
        await upload("one");
        account.putBlob("images", "source", "two");
        await copy(account, "/images/blob", `${account.blobEndpoint}/images/source`);
        expect(await listed()).toEqual(["blob snapshot deleted", "blob", "source"]);
    });

    test("snapshots deleted with their blob come back with it", async () => {
        await upload("one");
        await block().createSnapshot();
        await block().delete({ deleteSnapshots: "include" });
        expect(await listed()).toEqual(["blob snapshot deleted", "blob deleted"]);
        await block().undelete();
        expect(await listed()).toEqual(["blob snapshot", "blob"]);
    });

    test("a new blob of the same type keeps a soft-deleted one as a snapshot, one of another type doesn't", async () => {
        await upload("one");
        await block().delete();
        await upload("two");
        expect(await listed()).toEqual(["blob snapshot deleted", "blob"]);
        await block().delete();
        await container().getPageBlobClient("blob").create(512);
        expect(await listed()).toEqual(["blob"]);
    });

    test("undeleting what isn't deleted does nothing; what never was is 404", async () => {
        await upload("one");
        expect((await block().undelete())._response.status).toBe(200);
        expect(await failure(container().getBlobClient("none").undelete())).toEqual({
            status: 404,
            code: "BlobNotFound",
        });
    });
});

describe("soft delete and versions together", () => {
    beforeEach(async () => {
        await setUp({ versioning: true, allowPermanentDelete: true });
    });

    const versions = { includeDeleted: true, includeVersions: true };

    test("a deleted version is soft-deleted and comes back, the blob itself stays a version", async () => {
        const { versionId } = await upload("one");
        await upload("two");
        await block().withVersion(versionId!).delete();
        expect(await listed(versions)).toEqual(["blob deleted", "blob"]);
        await block().delete();
        expect(await listed(versions)).toEqual(["blob deleted", "blob"]);
        await block().undelete();
        expect(await listed(versions)).toEqual(["blob", "blob"]);
        expect(await block().exists()).toBe(false);
    });

    test("deletetype=permanent takes what is soft-deleted, and nothing else", async () => {
        const { versionId } = await upload("one");
        await upload("two");
        const query = `versionid=${encodeURIComponent(versionId!)}`;
        const permanently = () =>
            raw(account, "/images/blob", { method: "DELETE", query: `${query}&deletetype=permanent` });
        expect(outcome(await permanently())).toEqual([409, "BlobSnapshotNotSoftDeleted"]);
        await raw(account, "/images/blob", { method: "DELETE", query });
        const answer = await permanently();
        expect([answer.status, answer.headers["x-ms-delete-type-permanent"]]).toEqual([202, "true"]);
        expect(await listed(versions)).toEqual(["blob"]);
    });
});

test("softDeleteDays must be 0 to 365 whole days", async () => {
    await expect(simulate({ accounts: [{ name: "golden", softDeleteDays: 366 }, { name: "dev" }] })).rejects.toThrow(
        "softDeleteDays must be a whole number from 0 to 365, got 366",
    );
});
