import { beforeEach, describe, expect, test } from "vitest";
import type { AccountHandle } from "../../simulator";
import { containerOf, failure, serviceClient, simulate } from "./support/simulate";

let account: AccountHandle;

beforeEach(async () => {
    ({ golden: account } = await simulate());
    for (const container of ["images", "other"]) {
        account.createContainer(container);
        for (let i = 0; i < 5; i++) {
            account.putBlob(container, `blob-${i}`, "x", { tags: { number: String(i), kind: "test" } });
        }
    }
    account.putBlob("images", "untagged", "x");
});

async function found(where: string): Promise<string[]> {
    const items: string[] = [];
    for await (const { containerName, name, tags } of serviceClient(account).findBlobsByTags(where)) {
        items.push(`${containerName}/${name} ${JSON.stringify(tags)}`);
    }
    return items;
}

describe("Find Blobs by Tags", () => {
    test("finds in all containers, and tells the tags that were asked for", async () => {
        expect(await found(`"number" >= '3' AND number < '4'`)).toEqual([
            'images/blob-3 {"number":"3"}',
            'other/blob-3 {"number":"3"}',
        ]);
        expect(await found(`"number" = '9'`)).toEqual([]);
    });

    test("is limited to a container by the expression or the request", async () => {
        expect(await found(`@container = 'other' AND "number" = '1'`)).toEqual(['other/blob-1 {"number":"1"}']);
        const names: string[] = [];
        for await (const { name } of containerOf(account).findBlobsByTags(`"kind" = 'test'`)) {
            names.push(name);
        }
        expect(names).toEqual(["blob-0", "blob-1", "blob-2", "blob-3", "blob-4"]);
    });

    test("goes on at the marker, across containers", async () => {
        const pages: number[] = [];
        for await (const page of serviceClient(account).findBlobsByTags(`"kind" = 'test'`).byPage({ maxPageSize: 4 })) {
            pages.push(page.blobs.length);
        }
        expect(pages).toEqual([4, 4, 2]);
    });

    test.each([`"a" = '1' OR "b" = '2'`, `"a" <> '1'`, `("a" = '1')`, "a"])("%s is 400", async (where) => {
        expect(await failure(found(where))).toMatchObject({ status: 400 });
    });

    test("old versions and snapshots aren't found", async () => {
        const blob = containerOf(account).getBlockBlobClient("blob-0");
        await blob.createSnapshot();
        expect(await found(`@container='images' AND "number" = '0'`)).toHaveLength(1);
    });
});
