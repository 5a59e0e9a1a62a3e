import { BlobServiceClient, ContainerSASPermissions } from "@azure/storage-blob";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { zeros } from "../../simulator";
import { checkBlobCopy } from "../../src/provider/blobCopyCheck";
import { createSourceReader, type SourceReader } from "../../src/provider/sourceReader";
import { type BlobAddress, resolveAddress } from "../../src/storage/address";
import type { Clients } from "../../src/storage/clients";
import { type Credential, explicitCredential } from "../../src/storage/credential";
import type { BlobLocation } from "../../src/storage/location";
import { startStorage, type TestStorage } from "../helpers/storage";

let storage: TestStorage;
let reader: SourceReader;

beforeEach(async () => {
    storage = await startStorage();
    reader = createSourceReader(storage.context.clients, storage.context.clock);
});

afterEach(async () => {
    await storage.close();
});

const golden = () => storage.simulator.account("golden");
const location = (blobName: string): BlobLocation => ({ ...storage.inputs.source, blobName }) as BlobLocation;
const images = () => BlobServiceClient.fromConnectionString(golden().connectionString).getContainerClient("images");
const counts = () => ({
    heads: storage.simulator.requests.count("Get Blob Properties"),
    lists: storage.simulator.requests.count("List Blobs"),
});

function read(from: BlobLocation, through = reader) {
    const address = resolveAddress(from) as BlobAddress;
    return through.read(address, explicitCredential(from, address)!, new AbortController().signal);
}

function put(names: readonly string[]): readonly string[] {
    for (const name of names) {
        golden().putBlob("images", name, `content of ${name}`);
    }
    return names;
}

/** The handful that is read one by one. */
const handful = (folder = "") => put(Array.from({ length: 8 }, (_, index) => `${folder}handful-${index}`));

async function readAll(names: readonly string[]) {
    const all = [];
    for (const name of names) {
        all.push(await read(location(name)));
    }
    return all;
}

/** What Get Blob Properties answers, as far as a source is asked. */
async function told(blobName: string) {
    const { etag, lastModified, contentLength, contentMD5, blobType, accessTier } = await storage
        .blob("golden", blobName)
        .getProperties();
    return Object.fromEntries(
        Object.entries({ etag, lastModified, contentLength, contentMD5, blobType, accessTier }).filter(
            ([, value]) => value !== undefined,
        ),
    );
}

describe("reading sources for check", () => {
    it("takes a handful of reads and one list for 200 sources", async () => {
        const names = put(Array.from({ length: 200 }, (_, index) => `vm/blob-${index}`));
        const all = await readAll(names);
        expect(counts()).toEqual({ heads: 8, lists: 1 });
        const [list] = storage.simulator.requests.of("List Blobs");
        expect(new URLSearchParams(list!.query).get("prefix")).toBe("vm/");
        expect(new Set(all.map(({ etag }) => etag)).size).toBe(200);
        expect(all[150]!.etag).toBe((await told("vm/blob-150")).etag);
    });

    it("is what check uses", async () => {
        const names = put(Array.from({ length: 20 }, (_, index) => `blob-${index}`));
        for (const name of names) {
            const inputs = { ...storage.inputs, source: location(name) };
            const checked = await checkBlobCopy({}, inputs, { ...storage.context, sources: reader });
            expect(checked.failures).toEqual([]);
            expect(checked.inputs.sourceEtag).toMatch(/^"0x[0-9A-F]+"$/);
        }
        expect(counts()).toEqual({ heads: 8, lists: 1 });
    });

    it("tells of a listed blob what Get Blob Properties tells", async () => {
        golden().putBlob("images", "block", "a block blob", { metadata: { owner: "infra" }, tags: { env: "dev" } });
        golden().putBlob("images", "page", zeros(4096), { blobType: "PageBlob" });
        golden().putBlob("images", "append", "an append blob", { blobType: "AppendBlob" });
        golden().putBlob("images", "empty", "");
        const committed = storage.blob("golden", "committed");
        const blockId = Buffer.from("0001").toString("base64");
        await committed.stageBlock(blockId, "a block", 7);
        await committed.commitBlockList([blockId]);
        for (const tier of ["Cool", "Archive"] as const) {
            golden().putBlob("images", tier, "with a tier");
            await storage.blob("golden", tier).setAccessTier(tier);
        }
        await readAll(handful());
        storage.operations();
        for (const name of ["block", "page", "append", "empty", "committed", "Cool", "Archive"]) {
            expect(await read(location(name)), name).toEqual(await told(name));
        }
        expect(counts().lists).toBe(1);
        expect(counts().heads).toBe(7); // those that it was compared with
    });

    it("finds names with special characters, and takes none for another", async () => {
        const names = put([
            "with space",
            " leading",
            "leading",
            "trailing ",
            "trailing",
            "0012",
            "12",
            "1e3",
            "true",
            "a&b<c>'\"",
            "%41",
            "A",
            "plus+sign",
            "Zoë/ünïcode/日本語",
            "control\u0001",
            "twice//slash",
            "😀",
            "[x]{y}",
            "__proto__",
        ]);
        await readAll(handful());
        storage.operations();
        const all = await readAll(names);
        expect(counts()).toEqual({ heads: 0, lists: 1 });
        for (const [index, name] of names.entries()) {
            expect(all[index]!.etag, name).toBe((await told(name)).etag);
        }
    });

    it("reads a blob by itself that the list lacks, and does not list again for such", async () => {
        await readAll(handful());
        await readAll(["handful-0", "handful-1"]);
        storage.operations();
        await readAll(put(Array.from({ length: 20 }, (_, index) => `younger-${index}`)));
        expect(counts()).toEqual({ heads: 20, lists: 0 });
    });

    it("reads one by one where nothing may be listed, and asks once", async () => {
        const container = images().url;
        const sas = await sasOfContainer("r");
        const names = put(Array.from({ length: 30 }, (_, index) => `blob-${index}`));
        for (const name of names) {
            await read({ url: `${container}/${name}`, sasToken: sas });
        }
        expect(counts()).toEqual({ heads: 30, lists: 1 });
        storage.clock.advance(600_000);
        for (const name of names) {
            await read({ url: `${container}/${name}`, sasToken: sas });
        }
        expect(counts()).toEqual({ heads: 60, lists: 1 });
    });

    it("lists again, a minute later, where the service was out of order", async () => {
        const fault = storage.simulator.faults.add({ operation: "List Blobs", status: 500 });
        const names = put(Array.from({ length: 20 }, (_, index) => `blob-${index}`));
        await readAll(names);
        expect(counts().heads).toBe(20);
        fault.remove();
        storage.clock.advance(61_000);
        storage.operations();
        await readAll(names);
        expect(counts()).toEqual({ heads: 0, lists: 1 });
    });

    it("sees a changed blob once its list is a minute old", async () => {
        const [name] = put(["orders.bak"]) as [string];
        await readAll(handful());
        const before = await read(location(name));
        storage.clock.advance(59_000);
        put([name]);
        expect(await read(location(name))).toEqual(before);
        storage.clock.advance(1_000);
        expect(await read(location(name))).toMatchObject(await told(name));
        expect((await told(name)).etag).not.toBe(before.etag);
    });

    it("reads snapshots by themselves", async () => {
        await readAll(handful());
        const { snapshot } = await storage.blob("golden").createSnapshot();
        await read(location("orders.bak"));
        storage.operations();
        await read({ ...location("orders.bak"), snapshot: snapshot! });
        expect(counts()).toEqual({ heads: 1, lists: 0 });
    });

    it("lists what several folders have in common", async () => {
        const folders = Array.from({ length: 20 }, (_, index) => `tenants/${index}/`);
        const names = folders.flatMap((folder) => put(Array.from({ length: 20 }, (_, index) => `${folder}${index}`)));
        await readAll(names);
        expect(counts()).toEqual({ heads: 16, lists: 2 }); // tenants/0/, then tenants/
    });

    it("reads page after page of a large container, no more than its reads are worth", async () => {
        golden().createContainer("many", {
            generated: { count: 250, name: (index) => String(index).padStart(6, "0"), content: () => "x" },
        });
        const paged = createSourceReader(storage.context.clients, storage.context.clock, 100);
        for (let index = 200; index < 250; index++) {
            await read({ ...location(String(index).padStart(6, "0")), containerName: "many" }, paged);
        }
        expect(counts()).toEqual({ heads: 24, lists: 3 });
    });

    it("keeps lists of large containers in bounds", async () => {
        golden().createContainer("many", {
            generated: { count: 1_000_000, name: (index) => String(index).padStart(7, "0"), content: () => "x" },
        });
        const paged = createSourceReader(storage.context.clients, storage.context.clock, 100);
        for (let index = 0; index < 200; index++) {
            await read({ ...location(String(999_000 + index).padStart(7, "0")), containerName: "many" }, paged);
        }
        expect(counts()).toEqual({ heads: 200, lists: 8 });
    });

    it("has one list under way for a container", async () => {
        const names = put(Array.from({ length: 100 }, (_, index) => `blob-${index}`));
        await readAll(handful());
        storage.operations();
        await Promise.all(names.map((name) => read(location(name))));
        expect(counts()).toEqual({ heads: 0, lists: 1 });
    });

    it("tries a container anonymously once, where its sources carry no credential", async () => {
        const asked: string[] = [];
        const clients = {
            blob: (_: BlobAddress, { kind }: Credential) => ({
                getProperties: async () => {
                    asked.push(kind);
                    if (kind === "anonymous") {
                        throw Object.assign(new Error(), { statusCode: 409, code: "PublicAccessNotPermitted" });
                    }
                    return { etag: '"0x8D"' };
                },
            }),
            container: () => ({
                listBlobsFlat: () => ({ byPage: () => ({ next: async () => ({ value: onePage }) }) }),
            }),
            defaultCredential: () => ({ kind: "entraId" }),
        } as unknown as Clients;
        const context = { ...storage.context, clients, sources: createSourceReader(clients, storage.context.clock) };
        for (let index = 0; index < 9; index++) {
            const source = { url: `https://contoso.blob.core.windows.net/images/${index === 8 ? "listed" : index}` };
            const checked = await checkBlobCopy({}, { ...storage.inputs, source }, context);
            expect(checked.inputs.sourceEtag).toBe('"0x8D"'); // lists tell it without quotation marks
        }
        expect(asked).toEqual(["anonymous", ...Array.from({ length: 8 }, () => "entraId")]);
    });
});

/** A list of one blob, with its ETag as the service writes it there. */
const onePage = {
    segment: { blobItems: [{ name: "listed", properties: { etag: "0x8D", lastModified: new Date(0) } }] },
};

async function sasOfContainer(permissions: string): Promise<string> {
    const url = await images().generateSasUrl({
        permissions: ContainerSASPermissions.parse(permissions),
        expiresOn: new Date(storage.clock.now() + 3_600_000),
    });
    return new URL(url).search.slice(1);
}
