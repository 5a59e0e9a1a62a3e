import type { PageBlobClient } from "@azure/storage-blob";
import { beforeEach, describe, expect, test } from "vitest";
import type { AccountHandle } from "../../simulator";
import { containerOf, failure, simulate } from "./support/simulate";

let disk: PageBlobClient;
let account: AccountHandle;

beforeEach(async () => {
    ({ golden: account } = await simulate());
    disk = containerOf(account).getPageBlobClient("disk");
    await disk.create(8192);
    await write(0, 4);
});

const write = (page: number, count: number) =>
    disk.uploadPages(Buffer.alloc(count * 512, "x"), page * 512, count * 512);
/** Pages as the SDK gives them: it takes the last byte for the one after it. */
const pages = (from: number, count: number) => ({ offset: from * 512, count: count * 512 - 1 });
const snapshot = async () => (await disk.createSnapshot()).snapshot!;

async function changes(since: string, of = disk): Promise<unknown> {
    const { pageRange, clearRange } = await of.getPageRangesDiff(0, 8192, since);
    return { written: pageRange, cleared: clearRange };
}

describe("Get Page Ranges with prevsnapshot", () => {
    test("tells what was written and what was cleared since the snapshot", async () => {
        const before = await snapshot();
        expect(await changes(before)).toEqual({ written: [], cleared: [] });
        await write(8, 2);
        await write(1, 1);
        await disk.clearPages(2 * 512, 512);
        expect(await changes(before)).toEqual({ written: [pages(1, 1), pages(8, 2)], cleared: [pages(2, 1)] });
    });

    test("tells the changes between two snapshots", async () => {
        const first = await snapshot();
        await write(6, 1);
        const second = await snapshot();
        await write(7, 1);
        const between = await changes(first, disk.withSnapshot(second));
        expect(between).toEqual({ written: [pages(6, 1)], cleared: [] });
        expect(await changes(second)).toEqual({ written: [pages(7, 1)], cleared: [] });
        expect(await failure(changes(second, disk.withSnapshot(first)))).toEqual({
            status: 400,
            code: "PreviousSnapshotCannotBeNewer",
        });
    });

    test("pages beyond a smaller size are gone, not cleared", async () => {
        await write(14, 2);
        const before = await snapshot();
        await disk.resize(4096);
        const { pageRange, clearRange } = await disk.getPageRangesDiff(0, 4096, before);
        expect([pageRange, clearRange]).toEqual([[], []]);
    });

    test("a snapshot that isn't there, or is of a blob that was overwritten since, is 409", async () => {
        const missing = changes("2020-01-01T00:00:00.0000000Z");
        expect(await failure(missing)).toEqual({ status: 409, code: "PreviousSnapshotNotFound" });
        const before = await snapshot();
        await disk.create(8192);
        expect(await failure(changes(before))).toEqual({ status: 409, code: "BlobOverwritten" });
    });
});

test("Get Page Ranges comes in pages of maxresults", async () => {
    await write(6, 1);
    await write(8, 1);
    const found: unknown[] = [];
    for await (const each of disk.listPageRanges(0, 8192).byPage({ maxPageSize: 2 })) {
        found.push(each.pageRange);
    }
    expect(found).toEqual([
        [
            { start: 0, end: 2047 },
            { start: 3072, end: 3583 },
        ],
        [{ start: 4096, end: 4607 }],
    ]);
});
