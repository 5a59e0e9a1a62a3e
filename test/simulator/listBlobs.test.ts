import { describe, expect, test } from "vitest";
import { elementText, raw } from "./support/raw";
import { containerOf, failure, simulate } from "./support/simulate";

async function listed(names: readonly string[]) {
    const simulated = await simulate();
    const container = containerOf(simulated.golden);
    for (const name of names) {
        simulated.golden.putBlob("images", name, name);
    }
    return { ...simulated, container };
}

describe("List Blobs", () => {
    test("lists by name, upper case first, by prefix", async () => {
        const { container } = await listed(["b", "B", "a/2", "a/1", "a", "ä"]);
        const all: string[] = [];
        for await (const { name } of container.listBlobsFlat()) {
            all.push(name);
        }
        expect(all).toEqual(["B", "a", "a/1", "a/2", "b", "ä"]);
        const some: string[] = [];
        for await (const { name } of container.listBlobsFlat({ prefix: "a/" })) {
            some.push(name);
        }
        expect(some).toEqual(["a/1", "a/2"]);
    });

    test("gives pages of at most 5,000, joined by opaque markers", async () => {
        const names = Array.from({ length: 12_001 }, (_, i) => `n${String(i).padStart(5, "0")}`);
        const { container } = await listed(names);
        const pages: string[][] = [];
        for await (const page of container.listBlobsFlat().byPage()) {
            pages.push(page.segment.blobItems.map((item) => item.name));
        }
        expect(pages.map((page) => page.length)).toEqual([5000, 5000, 2001]);
        expect(pages.flat()).toEqual(names);
    });

    test("a page begins where the last one ended, even if that blob is gone", async () => {
        const { container } = await listed(["a", "b", "c", "d"]);
        const pages = container.listBlobsFlat().byPage({ maxPageSize: 2 });
        const first = (await pages.next()).value!;
        await container.getBlobClient("c").delete();
        const second = (await pages.next()).value!;
        const names = [first, second].map((page) => page.segment.blobItems.map((item: { name: string }) => item.name));
        expect(names).toEqual([["a", "b"], ["d"]]);
    });

    test("a delimiter folds names into prefixes", async () => {
        const { container } = await listed(["a", "f/1", "f/2", "f/g/3", "f0", "h/4"]);
        const list = async (prefix: string, maxPageSize: number) => {
            const found: string[][] = [];
            for await (const page of container.listBlobsByHierarchy("/", { prefix }).byPage({ maxPageSize })) {
                const prefixes = (page.segment.blobPrefixes ?? []).map((item) => item.name);
                found.push([...page.segment.blobItems.map((item) => item.name), ...prefixes]);
            }
            return found;
        };
        expect(await list("", 100)).toEqual([["a", "f0", "f/", "h/"]]);
        expect(await list("", 1)).toEqual([["a"], ["f/"], ["f0"], ["h/"]]);
        expect(await list("f/", 2)).toEqual([["f/1", "f/2"], ["f/g/"]]);
    });

    test("lists snapshots before their blob, across pages", async () => {
        const { container } = await listed(["a", "b"]);
        const blob = container.getBlobClient("a");
        const ids = [(await blob.createSnapshot()).snapshot, (await blob.createSnapshot()).snapshot];
        const found: [string, string | undefined][] = [];
        for await (const page of container.listBlobsFlat({ includeSnapshots: true }).byPage({ maxPageSize: 1 })) {
            found.push(...page.segment.blobItems.map((item) => [item.name, item.snapshot || undefined] as never));
        }
        expect(found).toEqual([
            ["a", ids[0]],
            ["a", ids[1]],
            ["a", undefined],
            ["b", undefined],
        ]);
    });

    test("includes metadata, tags and copy properties only if asked to", async () => {
        const { golden, container } = await listed([]);
        golden.putBlob("images", "a", "x", { metadata: { Owner: "me" }, tags: { env: "dev" } });
        await container
            .getBlobClient("b")
            .syncCopyFromURL(container.getBlobClient("a").url)
            .catch(() => undefined);
        const poller = await container.getBlobClient("b").beginCopyFromURL(container.getBlobClient("a").url);
        await poller.pollUntilDone();
        const bare = (await container.listBlobsFlat().next()).value!;
        expect([bare.metadata, bare.tags]).toEqual([undefined, undefined]);
        const found = [];
        for await (const item of container.listBlobsFlat({
            includeMetadata: true,
            includeTags: true,
            includeCopy: true,
        })) {
            found.push(item);
        }
        expect(found[0]).toMatchObject({
            metadata: { Owner: "me" },
            tags: { env: "dev" },
            properties: { tagCount: 1 },
        });
        expect(found[1]).toMatchObject({ properties: { copyStatus: "success", copyProgress: "1/1" } });
        expect(found[1]?.tags).toBeUndefined();
    });

    test("has the elements the service has, in its order", async () => {
        const { golden } = await listed(["a"]);
        const { body, headers } = await raw(golden, "/images", { query: "restype=container&comp=list&maxresults=9" });
        const shape = body.replace(/>[^<>]+</g, "><").replace(/"[^"]*"/g, '""');
        expect(shape).toBe(
            '\uFEFF<?xml version="" encoding=""?><EnumerationResults ServiceEndpoint="" ContainerName=""><MaxResults></MaxResults><Blobs><Blob><Name></Name><Properties>' +
                "<Creation-Time></Creation-Time><Last-Modified></Last-Modified><Etag></Etag><Content-Length></Content-Length>" +
                "<Content-Type></Content-Type><Content-Encoding /><Content-Language /><Content-CRC64 /><Content-MD5></Content-MD5>" +
                "<Cache-Control /><Content-Disposition /><BlobType></BlobType><AccessTier></AccessTier>" +
                "<AccessTierInferred></AccessTierInferred><LeaseStatus></LeaseStatus><LeaseState></LeaseState>" +
                "<ServerEncrypted></ServerEncrypted></Properties><OrMetadata /></Blob></Blobs><NextMarker /></EnumerationResults>",
        );
        expect(headers["transfer-encoding"]).toBe("chunked");
    });

    test("fails for parameters that make no sense", async () => {
        const { golden, container } = await listed(["a"]);
        for (const query of ["maxresults=0", "maxresults=x", "include=nothing", "marker=a"]) {
            const answer = await raw(golden, "/images", { query: `restype=container&comp=list&${query}` });
            expect([query, answer.status, elementText(answer, "QueryParameterName")]).toEqual([
                query,
                400,
                query.split("=")[0],
            ]);
        }
        await container.delete();
        expect(await failure(container.listBlobsFlat().next())).toEqual({ status: 404, code: "ContainerNotFound" });
    });

    test("escapes names in XML", async () => {
        const names = ["a&b<c>", 'q"uote', "x\u0001y"];
        const { golden } = await listed(names);
        const { body } = await raw(golden, "/images", { query: "restype=container&comp=list" });
        expect(body).toContain("<Name>a&amp;b&lt;c&gt;</Name>");
        expect(body).toContain('<Name>q"uote</Name>');
        expect(body).toContain('<Name Encoded="true">x%01y</Name>');
    });
});
