// Where a copy fails after its bytes were written, the old content stands, or what was written is recorded, and the next run carries on: it
// never takes for somebody else's what this resource has written itself.

import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Fault, generated } from "../../simulator";
import { blobCopyHandler as handler } from "../../src/provider/blobCopy";
import type { BlobCopyInputs, BlobCopyState } from "../../src/provider/blobCopyTypes";
import { PartialFailure } from "../../src/provider/handler";
import { startStorage, type TestStorage } from "../helpers/storage";
import { upOnce } from "../helpers/up";

const MIB = 1024 * 1024;
let storage: TestStorage;
let server: Server;
/** What the web server has, and what it tells of it. */
let web: { body: Buffer; etag: string; headLength?: number; ranges?: "answered" | "ignored" | "refused"; md5?: Buffer };

beforeEach(async () => {
    storage = await startStorage();
    web = { body: Buffer.from("from the web"), etag: '"1"' };
    server = createServer((request, response) => {
        const { body, etag, headLength, ranges = "answered", md5 } = web;
        const isHead = request.method === "HEAD";
        const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
        const part =
            start !== undefined && ranges === "answered" ? body.subarray(Number(start), Number(end) + 1) : body;
        response.writeHead(part === body ? 200 : 206, {
            ETag: etag,
            "Content-Length": (isHead && headLength) || part.length,
            ...(ranges !== "refused" && { "Accept-Ranges": "bytes" }),
            ...(md5 && { "Content-MD5": md5.toString("base64") }),
        });
        response.end(isHead ? undefined : part);
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
});

afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await storage.close();
});

async function up(state: BlobCopyState | undefined, change: Partial<BlobCopyInputs> = {}): Promise<BlobCopyState> {
    storage.clock.advance(5_000);
    return upOnce(storage, state, { ...storage.inputs, method: "fromUrl", ...change });
}
const fromWeb = () => ({ source: { url: `http://localhost:${(server.address() as AddressInfo).port}/file` } });

async function failureOf(run: Promise<unknown>): Promise<PartialFailure & { state: BlobCopyState }> {
    return run.then(
        () => expect.fail("it succeeded"),
        (error) => error,
    );
}

const there = () => storage.blob("dev").getProperties();
const bytes = () => storage.blob("dev").downloadToBuffer();
const md5Of = (body: Buffer) => createHash("md5").update(body).digest();

/** What web servers do wrong, and what the message says of it. */
const wrongs: [name: string, what: Partial<typeof web>, message: RegExp][] = [
    ["whose HEAD tells too few bytes", { headLength: 5 }, /asked for 5 bytes, it sent 12 bytes/],
    ["whose HEAD tells too many bytes", { headLength: 50 }, /asked for 50 bytes, it sent 12 bytes/],
    [
        "whose HEAD tells too few bytes and an MD5",
        { headLength: 5, md5: md5Of(Buffer.from("from the web")) },
        /asked for 5/,
    ],
    [
        "that ignores ranges",
        { body: Buffer.alloc(20 * MIB, "a"), ranges: "ignored" },
        /asked for bytes 0 to 8388607, it sent 20971520 bytes/,
    ],
    [
        "that answers no ranges, and whose HEAD tells too few bytes",
        { body: Buffer.alloc(20 * MIB, "a"), headLength: 19 * MIB, ranges: "refused" },
        /asked for 19922944 bytes, it sent 20971520/,
    ],
];

describe.each(["auto", "fromUrl"] as const)('with method "%s" a web server', (method) => {
    it.each(wrongs)("%s replaces nothing", async (_, wrong, message) => {
        const first = await up(undefined, { ...fromWeb(), method });
        const before = await there();
        const right = web;
        web = { ...web, etag: '"2"', ...wrong };
        const failure = await failureOf(up(first, { ...fromWeb(), method }));
        expect(failure.message).toMatch(message);
        expect(await there()).toMatchObject({ etag: before.etag });
        expect((await bytes()).toString()).toBe("from the web");
        web = { ...right, etag: '"3"', body: Buffer.from("right again") };
        const second = await up(first, { ...fromWeb(), method });
        expect((await bytes()).toString()).toBe("right again");
        expect(await up(second, { ...fromWeb(), method })).toBe(second);
    });

    it.each(wrongs)(
        "%s replaces nothing of somebody else's, and leaves no snapshot of it",
        async (_, wrong, message) => {
            await storage.blob("dev").upload("precious", 8);
            Object.assign(web, wrong);
            const options = { ...fromWeb(), method, overwrite: "always", snapshotBeforeOverwrite: true } as const;
            expect((await failureOf(up(undefined, options))).message).toMatch(message);
            expect((await bytes()).toString()).toBe("precious");
            const found = [];
            for await (const blob of storage.container().listBlobsFlat({ includeSnapshots: true })) {
                found.push(blob.snapshot);
            }
            expect(found).toEqual([undefined]);
        },
    );

    it.each(wrongs)("%s is copied again by the next up, where the name was free", async (_, wrong) => {
        const right = web;
        web = { ...web, ...wrong };
        const failure = await failureOf(up(undefined, { ...fromWeb(), method }));
        web = { ...right, etag: '"2"' };
        const left = failure instanceof PartialFailure ? failure.state : undefined;
        expect(left !== undefined).toBe(await storage.blob("dev").exists());
        const second = await up(left, { ...fromWeb(), method });
        expect((await bytes()).toString()).toBe("from the web");
        await handler.delete(second, storage.context);
        expect(await storage.blob("dev").exists()).toBe(false);
    });
});

it("of a web server's file with verify md5 replaces nothing that has another MD5", async () => {
    web.md5 = md5Of(web.body);
    const options = { ...fromWeb(), verify: "md5" } as const;
    const first = await up(undefined, options);
    const body = Buffer.from("newer!");
    web = { body, etag: '"2"', md5: md5Of(Buffer.from("others")) };
    expect((await failureOf(up(first, options))).message).toMatch(/Md5Mismatch/);
    expect((await bytes()).toString()).toBe("from the web");
    web.md5 = md5Of(body);
    const second = await up(first, options);
    expect((await bytes()).toString()).toBe("newer!");
    expect(second.contentMd5).toBe(md5Of(body).toString("base64"));
});

it("of a large file whose server answers no ranges is known again by its one block", async () => {
    await up(undefined, fromWeb());
    web = { body: Buffer.alloc(20 * MIB, "a"), etag: '"2"', ranges: "refused" };
    const state = await up(undefined, { ...fromWeb(), overwrite: "always" });
    const { committedBlocks } = await storage.blob("dev").getBlockList("committed");
    expect(committedBlocks!.map(({ size }) => Number(size))).toEqual([20 * MIB]);
    await storage.blob("dev").setMetadata({ by: "somebody" });
    expect((await handler.read(state.url, state, storage.context))!.drifted).toBeUndefined();
});

/** Requests after the bytes were written, of which each may fail. */
interface After {
    readonly name: string;
    readonly fault: Fault;
    readonly change?: Partial<BlobCopyInputs>;
    readonly blobType?: "BlockBlob" | "PageBlob" | "AppendBlob";
}

const many = Object.fromEntries(
    Array.from({ length: 10 }, (_, index) => [`k${index}`.padEnd(128, "k"), "v".repeat(256)]),
);
const refused = { status: 403, errorCode: "AuthorizationPermissionMismatch" };
const after: After[] = [
    { name: "it can't be looked at", fault: { operation: "Get Blob Properties", account: "dev", ...refused } },
    {
        name: "the source's metadata can't be taken off",
        fault: { operation: "Set Blob Metadata", ...refused },
        change: { metadata: {} },
    },
    {
        name: "its tags can't be set",
        fault: { operation: "Set Blob Tags", ...refused },
        change: { tags: many },
    },
    {
        name: "it can't be put under a legal hold",
        fault: { operation: "Set Blob Legal Hold", ...refused },
        change: { legalHold: true },
    },
    {
        name: "a page blob can't be put under a legal hold",
        fault: { operation: "Set Blob Legal Hold", ...refused },
        change: { legalHold: true },
        blobType: "PageBlob",
    },
    {
        name: "a page blob can't be looked at",
        fault: { operation: "Get Blob Properties", account: "dev", nth: 4, times: 100, ...refused },
        blobType: "PageBlob",
    },
    {
        name: "an append blob can't be sealed",
        fault: { operation: "Append Blob Seal", ...refused },
        change: { sealBlob: true },
        blobType: "AppendBlob",
    },
    {
        name: "an append blob can't be put under a legal hold after its seal",
        fault: { operation: "Set Blob Legal Hold", ...refused },
        change: { sealBlob: true, legalHold: true },
        blobType: "AppendBlob",
    },
];

describe("where a copy was written and", () => {
    it.each(after)("$name, it is recorded, and finished by the next up", async ({ fault, change, blobType }) => {
        if (blobType) {
            storage.simulator
                .account("golden")
                .putBlob("images", "orders.bak", generated({ length: 4_096 }), { blobType });
        }
        storage.simulator.faults.add(fault);
        const failure = await failureOf(up(undefined, change));
        storage.simulator.faults.clear();
        expect(failure).toBeInstanceOf(PartialFailure);
        expect(failure.state.lastWriteEtag).toBe((await there()).etag);
        const second = await up(failure.state, change);
        expect(second.copyStatus).toBe("success");
        const found = await there();
        expect(found.etag).toBe(second.lastWriteEtag);
        expect(found.legalHold ?? false).toBe(change?.legalHold ?? false);
        expect(found.isSealed ?? false).toBe(change?.sealBlob ?? false);
        expect(found.metadata).toEqual(change?.metadata ?? (blobType ? {} : { origin: "golden" }));
        if (change?.tags) {
            expect((await storage.blob("dev").getTags()).tags).toEqual(change.tags);
        }
        const golden = await storage.blob("golden").downloadToBuffer();
        expect((await bytes()).equals(golden)).toBe(true);
        await storage.blob("dev").setLegalHold(false);
        await handler.delete(second, storage.context);
        expect(await storage.blob("dev").exists()).toBe(false);
    });

    it.each<[operation: string, change: Partial<BlobCopyInputs>, blobType: "BlockBlob" | "AppendBlob"]>([
        ["Set Blob Metadata", { metadata: {} }, "BlockBlob"],
        ["Append Blob Seal", { sealBlob: true }, "AppendBlob"],
    ])("the answer to %s is lost, it is this resource's own", async (operation, change, blobType) => {
        storage.simulator.account("golden").putBlob("images", "orders.bak", generated({ length: 4_096 }), {
            metadata: { origin: "golden" },
            blobType,
        });
        storage.simulator.faults.add({ operation, resetAfter: true, times: 1 });
        const state = await up(undefined, change);
        expect((await there()).etag).toBe(state.lastWriteEtag);
        expect(await up(state, change)).toBe(state);
    });

    it("the answer to a seal in place is lost, it is this resource's own", async () => {
        storage.simulator
            .account("golden")
            .putBlob("images", "orders.bak", generated({ length: 4_096 }), { blobType: "AppendBlob" });
        const state = await up(undefined);
        storage.simulator.faults.add({ operation: "Append Blob Seal", resetAfter: true, times: 1 });
        const sealed = await up(state, { sealBlob: true });
        expect(await there()).toMatchObject({ etag: sealed.lastWriteEtag, isSealed: true });
    });

    it("its source, which the service can't be held to, can't be read again, it is recorded and copied anew", async () => {
        web.md5 = md5Of(web.body);
        let heads = 0;
        const [listener] = server.listeners("request") as [(...of: unknown[]) => void];
        server.removeAllListeners("request");
        server.on("request", (request, response) => {
            if (request.method === "HEAD" && ++heads === 3) {
                request.socket.destroy();
                return;
            }
            listener(request, response);
        });
        const failure = await failureOf(up(undefined, fromWeb()));
        expect(failure).toBeInstanceOf(PartialFailure);
        expect(failure.state.lastWriteEtag).toBe((await there()).etag);
        await up(failure.state, fromWeb());
        expect((await bytes()).toString()).toBe("from the web");
    });
});

describe("where Copy Blob has brought what does not pass for a copy of its source", () => {
    const options = () => ({ ...storage.inputs, method: "copyBlob", verify: "md5" }) as const;
    const pages = (seed: number, contentMd5?: string) =>
        storage.simulator.account("golden").putBlob("images", "orders.bak", generated({ length: 4_096, seed }), {
            blobType: "PageBlob",
            ...(contentMd5 && { contentMd5 }),
        });

    it("and it can't be taken away, it is recorded, and replaced by the next up", async () => {
        pages(1);
        storage.simulator.faults.add({ operation: "Delete Blob", ...refused });
        const failure = await failureOf(handler.create(options(), storage.context));
        storage.simulator.faults.clear();
        expect(failure.message).toMatch(/the Content-MD5 of the source is absent.*its blob was left/);
        expect(failure.state.lastWriteEtag).toBe((await there()).etag);
        // Nor does it pass later.
        const again = await failureOf(handler.update(failure.state, options(), storage.context));
        expect(again.message).toMatch(/the Content-MD5 of the source is absent.*old content was put back/);
        storage.clock.advance(5_000);
        pages(2, "q+qO8HExCPVPRVO5JTNlBQ==");
        await up(again.state, options());
        expect((await bytes()).equals(await storage.blob("golden").downloadToBuffer())).toBe(true);
    });

    it("since the source can't be read then, it is recorded, and compared by the next up", async () => {
        pages(1, "q+qO8HExCPVPRVO5JTNlBQ==");
        const hidden = storage.hideSource();
        const failure = await failureOf(handler.create(options(), storage.context));
        hidden.remove();
        expect(failure).toBeInstanceOf(PartialFailure);
        expect(failure.state.copyId).toBe((await there()).copyId);
        const state = await up(failure.state, options());
        expect(state.copyStatus).toBe("success");
        expect((await there()).etag).toBe(state.lastWriteEtag);
    });
});
