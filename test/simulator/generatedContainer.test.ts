import { beforeEach, describe, expect, test } from "vitest";
import type { AccountHandle } from "../../simulator";
import { containerOf, failure, serviceClient, simulate } from "./support/simulate";

let account: AccountHandle;

beforeEach(async () => {
    ({ golden: account } = await simulate());
    account.createContainer("many", {
        generated: {
            count: 1000,
            name: (index) => `blob-${String(index).padStart(4, "0")}`,
            content: (index) => `content ${index}`,
        },
    });
});

const container = () => serviceClient(account).getContainerClient("many");

async function names(prefix: string): Promise<string[]> {
    const found: string[] = [];
    for await (const item of container().listBlobsFlat({ prefix })) {
        found.push(item.name);
    }
    return found;
}

describe("a container of generated blobs", () => {
    test("lists and serves them as any others, with one ETag in both", async () => {
        expect(await names("")).toHaveLength(1000);
        const page = (await container().listBlobsFlat({ prefix: "blob-0512" }).byPage().next()).value;
        const [item] = page.segment.blobItems;
        const blob = container().getBlobClient("blob-0512");
        expect((await blob.downloadToBuffer()).toString()).toBe("content 512");
        const properties = await blob.getProperties();
        expect(properties.etag).toBe(`"${item.properties.etag}"`);
        expect(properties.contentMD5).toEqual(item.properties.contentMD5);
    });

    test("keeps what is done to them: changes, deletions, new names between", async () => {
        await container().getBlobClient("blob-0001").delete();
        await container().getBlobClient("blob-0002").setMetadata({ a: "b" });
        await container().getBlockBlobClient("blob-0002a").upload("new", 3);
        expect(await names("blob-000")).toEqual([
            ...["blob-0000", "blob-0002", "blob-0002a", "blob-0003", "blob-0004", "blob-0005", "blob-0006"],
            ...["blob-0007", "blob-0008", "blob-0009"],
        ]);
        expect((await container().getBlobClient("blob-0002").getProperties()).metadata).toEqual({ a: "b" });
        expect(await failure(container().getBlobClient("blob-0001").getProperties())).toMatchObject({ status: 404 });
        await container().getBlockBlobClient("blob-0001").upload("again", 5);
        expect((await container().getBlobClient("blob-0001").downloadToBuffer()).toString()).toBe("again");
    });

    test("goes on at the marker", async () => {
        const pages: number[] = [];
        for await (const page of container().listBlobsFlat().byPage({ maxPageSize: 300 })) {
            pages.push(page.segment.blobItems.length);
        }
        expect(pages).toEqual([300, 300, 300, 100]);
    });

    test("refuses names that don't ascend", () => {
        const generated = { count: 11, name: (index: number) => `blob-${index}` };
        expect(() => account.createContainer("wrong", { generated })).toThrow(
            'generated names must ascend, got "blob-10" after "blob-9": pad numbers with zeros',
        );
        containerOf(account, "there");
        expect(() => account.createContainer("there", { generated: { count: 1, name: () => "x" } })).toThrow(
            "is there already",
        );
    });
});
