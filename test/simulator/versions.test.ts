import { beforeEach, describe, expect, test } from "vitest";
import type { AccountHandle, ManualClock } from "../../simulator";
import { copy, outcome, sasUrl } from "./support/copies";
import { raw } from "./support/raw";
import { containerOf, failure, serviceClient, simulate } from "./support/simulate";

let account: AccountHandle;
let clock: ManualClock;

beforeEach(async () => {
    const simulated = await simulate({ accounts: [{ name: "golden", versioning: true }, { name: "dev" }] });
    ({ golden: account, clock } = simulated);
    account.createContainer("images");
});

const container = () => serviceClient(account).getContainerClient("images");
const block = (name = "blob") => container().getBlockBlobClient(name);
const upload = async (text: string, name = "blob") => (await block(name).upload(text, text.length)).versionId!;
const text = async (version: string) => (await block().withVersion(version).downloadToBuffer()).toString();

async function listed(options: object, prefix = ""): Promise<unknown[]> {
    const items: unknown[] = [];
    for await (const item of container().listBlobsFlat({ prefix, ...options })) {
        items.push({
            name: item.name,
            ...(item.versionId ? { version: item.versionId } : {}),
            ...(item.isCurrentVersion ? { current: true } : {}),
            ...(item.hasVersionsOnly ? { versionsOnly: true } : {}),
            ...(item.deleted ? { deleted: true } : {}),
        });
    }
    return items;
}

describe("in an account that keeps versions", () => {
    test("each write makes a version, which stays readable by its ID", async () => {
        const first = await upload("one");
        const second = await upload("two");
        expect([await text(first), await text(second)]).toEqual(["one", "two"]);
        expect(await block().getProperties()).toMatchObject({ versionId: second, isCurrentVersion: true });
        const old = await block().withVersion(first).getProperties();
        expect([old.versionId, old.isCurrentVersion]).toEqual([first, undefined]);
    });

    test("Put Block List, Copy Blob, From-URL operations, Set Blob Metadata and Snapshot Blob make versions", async () => {
        const source = await sasUrl(block("source"));
        await upload("source", "source");
        const made = [await upload("one")];
        await block().stageBlock(btoa("a"), "x", 1);
        made.push((await block().commitBlockList([btoa("a")])).versionId!);
        const copied = await copy(account, "/images/blob", `${account.blobEndpoint}/images/source`);
        made.push(copied.headers["x-ms-version-id"] as string);
        made.push((await block().syncCopyFromURL(source)).versionId!);
        made.push((await block().setMetadata({ a: "b" })).versionId!);
        made.push((await block().createSnapshot()).versionId!);
        const expected = made.map((version, i) => ({ name: "blob", version, ...(i === 5 ? { current: true } : {}) }));
        expect(await listed({ includeVersions: true }, "blob")).toEqual(expected);
    });

    test("the old version keeps the metadata, and Set Blob Properties, Tags and Tier make no version", async () => {
        const first = await upload("one");
        await block().setMetadata({ a: "b" });
        expect((await block().withVersion(first).getProperties()).metadata).toEqual({});
        await block().setHTTPHeaders({ blobContentType: "text/plain" });
        await block().setTags({ a: "b" });
        await block().setAccessTier("Cool");
        expect(await listed({ includeVersions: true })).toHaveLength(2);
    });

    test("Put Page and Append Block make no version, creating the blob does", async () => {
        const log = container().getAppendBlobClient("log");
        const { versionId } = await log.create();
        await log.appendBlock("x", 1);
        expect((await log.getProperties()).versionId).toBe(versionId);
        expect(await listed({ includeVersions: true })).toEqual([{ name: "log", version: versionId, current: true }]);
    });

    test("a delete leaves the versions, and no current one", async () => {
        const first = await upload("one");
        const answer = await raw(account, "/images/blob", { method: "DELETE" });
        expect([answer.status, answer.headers["x-ms-delete-type-permanent"]]).toEqual([202, "false"]);
        expect(await block().exists()).toBe(false);
        expect(await text(first)).toBe("one");
        expect(await listed({})).toEqual([]);
        expect(await listed({ includeVersions: true })).toEqual([{ name: "blob", version: first }]);
        expect(await listed({ includeDeletedWithVersions: true })).toEqual([{ name: "blob", versionsOnly: true }]);
        const second = await upload("two");
        expect(await listed({ includeVersions: true })).toEqual([
            { name: "blob", version: first },
            { name: "blob", version: second, current: true },
        ]);
    });

    test("a version is deleted by its ID, but the current one can't be", async () => {
        const first = await upload("one");
        const second = await upload("two");
        expect(await failure(block().withVersion(second).delete())).toEqual({
            status: 403,
            code: "OperationNotAllowedOnRootBlob",
        });
        await block().withVersion(first).delete();
        expect(await failure(block().withVersion(first).getProperties())).toMatchObject({ status: 404 });
        expect(await failure(block().withVersion(first).delete())).toMatchObject({ status: 404 });
        expect((await block().downloadToBuffer()).toString()).toBe("two");
    });

    test("copying a version over its blob promotes it", async () => {
        const first = await upload("one");
        await upload("two");
        const source = `${account.blobEndpoint}/images/blob?versionid=${encodeURIComponent(first)}`;
        expect((await copy(account, "/images/blob", source)).status).toBe(202);
        expect((await block().downloadToBuffer()).toString()).toBe("one");
        expect(await listed({ includeVersions: true })).toHaveLength(3);
    });

    test("a pending copy that reads a version doesn't mind what becomes of the blob", async () => {
        const { simulator, clock } = await simulate({
            accounts: [
                { name: "golden", versioning: true },
                { name: "dev", copySeconds: 60 },
            ],
        });
        const [golden, dev] = [simulator.account("golden"), simulator.account("dev")];
        dev.createContainer("images");
        const source = containerOf(golden).getBlockBlobClient("blob");
        const { versionId } = await source.upload("one", 3);
        await source.upload("two", 3);
        await copy(dev, "/images/copy", await sasUrl(source.withVersion(versionId!)));
        await source.upload("three", 5);
        clock.advance(60_000);
        const copied = serviceClient(dev).getContainerClient("images").getBlobClient("copy");
        expect((await copied.getProperties()).copyStatus).toBe("success");
        expect((await copied.downloadToBuffer()).toString()).toBe("one");
    });

    test("a version has a tier and tags of its own, but can't be written to", async () => {
        const first = await upload("one");
        await upload("two");
        await block().withVersion(first).setAccessTier("Archive");
        await block().withVersion(first).setTags({ a: "b" });
        expect((await block().withVersion(first).getProperties()).accessTier).toBe("Archive");
        expect((await block().getProperties()).accessTier).toBe("Hot");
        const query = `comp=metadata&versionid=${encodeURIComponent(first)}`;
        const answer = await raw(account, "/images/blob", { method: "PUT", query });
        expect(outcome(answer)).toEqual([400, "InvalidQueryParameterValue"]);
        clock.advance(16 * 3600_000);
        expect((await block().withVersion(first).getProperties()).accessTier).toBe("Archive");
    });

    test("'All versions of a blob must be of the same blob type'", async () => {
        await upload("one");
        await block().delete();
        const page = container().getPageBlobClient("blob").create(512);
        expect(await failure(page)).toEqual({ status: 409, code: "InvalidBlobType" });
    });

    test("pages of a list go on within the versions of one name", async () => {
        const made: string[] = [];
        for (const content of ["one", "two", "three", "four"]) {
            made.push(await upload(content));
        }
        const versions: string[] = [];
        for await (const page of container().listBlobsFlat({ includeVersions: true }).byPage({ maxPageSize: 2 })) {
            expect(page.segment.blobItems).toHaveLength(2);
            versions.push(...page.segment.blobItems.map((item) => item.versionId!));
        }
        expect(versions).toEqual(made);
    });
});

test("an account without versions answers none", async () => {
    const { dev } = await simulate();
    const answer = await containerOf(dev).getBlockBlobClient("blob").upload("x", 1);
    expect(answer.versionId).toBeUndefined();
});
