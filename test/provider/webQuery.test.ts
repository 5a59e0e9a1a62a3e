// A web server's query says which file is meant: another one is another source, in every way in which a copy is recognized.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { copyBlocks } from "../../src/copy/blocks";
import { blobCopyHandler as handler } from "../../src/provider/blobCopy";
import type { BlobCopyInputs, BlobCopyState } from "../../src/provider/blobCopyTypes";
import type { PartialFailure } from "../../src/provider/handler";
import { startStorage, type TestStorage } from "../helpers/storage";
import { upOnce, writesOf } from "../helpers/up";
import { type Download, startDownloads, type WebServer } from "../helpers/webServer";

const MIB = 1024 * 1024;
const first = "file=tool-1.0.zip";
const second = "file=tool-2.0.zip";
const files: Record<string, Download> = {};
let storage: TestStorage;
let server: WebServer;

beforeEach(async () => {
    Object.assign(files, { [first]: { content: "tool 1.0" }, [second]: { content: "tool 2.0" } });
    [storage, server] = await Promise.all([startStorage({ copySeconds: 10 }), startDownloads(files)]);
});

afterEach(async () => {
    for (const name of Object.keys(files)) {
        delete files[name];
    }
    await Promise.all([storage.close(), server.close()]);
});

const inputs = (query: string | undefined, change: Partial<BlobCopyInputs> = {}): BlobCopyInputs => ({
    ...storage.inputs,
    method: "auto",
    ...change,
    source: { url: server.url, ...(query !== undefined && { sasToken: query }) },
});

const up = (state: BlobCopyState | undefined, query: string | undefined, change: Partial<BlobCopyInputs> = {}) =>
    upOnce(storage, state, inputs(query, change));

const failureOf = (promise: Promise<unknown>) =>
    promise.then(
        () => expect.fail("did not fail"),
        (error: Error) => error,
    );

/** A state as version 0.1 has written it. */
function asOf01(state: BlobCopyState): BlobCopyState {
    const { sourceQueryHash: _, ...old } = state;
    return old;
}

const sameEtags = { [first]: { content: "tool 1.0", etag: '"1"' }, [second]: { content: "tool 2.0", etag: '"1"' } };

describe.each(["auto", "fromUrl", "copyBlob"] as const)("a web server's file by its query, by %s", (method) => {
    it.each([
        ["without ETags", {}],
        ["with one ETag for all", sameEtags],
    ])("is copied again for another query, %s", async (_, change) => {
        Object.assign(files, change);
        const state = await up(undefined, first, { method });
        expect(await storage.content("dev")).toBe("tool 1.0");
        const next = await up(state, second, { method });
        expect(await storage.content("dev")).toBe("tool 2.0");
        expect(await up(next, second, { method })).toEqual(next);
    });

    it("is copied again for another query where changes of the source are ignored", async () => {
        const state = await up(undefined, first, { method, onSourceChange: "ignore" });
        await up(state, second, { method, onSourceChange: "ignore" });
        expect(await storage.content("dev")).toBe("tool 2.0");
    });

    it("is not taken for the finished copy of another query", async () => {
        Object.assign(files, sameEtags);
        await up(undefined, first, { method });
        storage.clock.advance(60_000);
        expect((await failureOf(up(undefined, second, { method }))).message).toMatch(/did not make is at the dest/);
        expect(await storage.content("dev")).toBe("tool 1.0");
    });

    it("is left alone under a URL that was signed anew", async () => {
        const signed = (date: string, file = "a") =>
            `file=${file}&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=${date}&X-Amz-Signature=${date}ff`;
        for (const query of [signed("1"), signed("2")]) {
            files[query] = { content: "tool a", etag: '"a"' };
        }
        files[signed("3", "b")] = { content: "tool b", etag: '"a"' };
        const state = await up(undefined, signed("1"), { method });
        const renewed = await up(state, signed("2"), { method });
        expect(writesOf(storage)).toEqual([]);
        expect(renewed.source.sasToken).toBe(signed("2"));
        await up(renewed, signed("3", "b"), { method });
        expect(await storage.content("dev")).toBe("tool b");
    });
});

describe("a pending Copy Blob of another query", () => {
    const method = "copyBlob";
    const pending = async () => {
        const failure = (await failureOf(up(undefined, first, { method, timeout: "2s" }))) as PartialFailure;
        return failure.state as BlobCopyState;
    };

    it("is not joined by a create", async () => {
        await pending();
        const { message } = await failureOf(up(undefined, second, { method }));
        expect(message).toContain(`another copy from ${server.url} with another query onto `);
        expect(message).not.toContain("tool-");
    });

    it("is not joined by a create that may choose", async () => {
        await pending();
        expect((await failureOf(up(undefined, second))).message).toContain("with another query");
    });

    it("is ended by an update of the resource that had started it", async () => {
        const state = await up(await pending(), second, { method });
        expect(await storage.content("dev")).toBe("tool 2.0");
        expect(state.copyStatus).toBe("success");
    });

    it("is joined where it is of the same query", async () => {
        const state = await pending();
        const next = await up(state, first, { method });
        expect(writesOf(storage)).not.toContain("Copy Blob");
        expect(next.copyId).toBe(state.copyId);
    });
});

describe("blocks of another query", () => {
    const change = { method: "fromUrl" } as const;
    const large = (fill: number) => ({ content: Buffer.alloc(20 * MIB, fill), etag: '"1"' });

    beforeEach(() => {
        Object.assign(files, { [first]: large(1), [second]: large(2) });
    });

    it("are not resumed", async () => {
        storage.simulator.faults.add({ operation: "Put Block List", status: 403 });
        await failureOf(up(undefined, first, change));
        storage.simulator.faults.clear();
        await up(undefined, second, change);
        expect((await storage.blob("dev").downloadToBuffer()).equals(Buffer.alloc(20 * MIB, 2))).toBe(true);
    });

    it("are not taken for a finished copy", async () => {
        await up(undefined, first, change);
        expect((await failureOf(up(undefined, second, change))).message).toMatch(/did not make is at the destination/);
    });

    it("are proof for a copy of the same one by Copy Blob, too", async () => {
        await up(undefined, first, change);
        const { adopted } = await up(undefined, first, { method: "copyBlob" });
        expect(adopted).toBeUndefined();
        expect((await storage.blob("dev").getProperties()).copyId).toBeUndefined();
    });

    it("are resumed for the same one", async () => {
        storage.simulator.faults.add({ operation: "Put Block List", status: 403 });
        await failureOf(up(undefined, first, change));
        storage.simulator.faults.clear();
        await up(undefined, first, change);
        expect(writesOf(storage)).toEqual(["Put Block List"]);
    });

    it("tell that nobody has changed a copy, also one of version 0.1, whose IDs lack the query", async () => {
        const state = await up(undefined, first, change);
        await storage.blob("dev").setMetadata({ by: "somebody" });
        expect((await handler.read(state.url, state, storage.context))!.drifted).toBeUndefined();
        // The block IDs of version 0.1 named neither the query nor the destination.
        const written = await copyBlocks({
            destination: storage.blob("dev"),
            source: {
                authorize: async () => ({ url: `${server.url}?${first}` }),
                identity: state.sourceEtag!,
                contentLength: 20 * MIB,
            },
            target: { conditions: {} },
            run: { ...storage.context, progress: () => {} },
        });
        const old = asOf01({ ...state, etag: written.etag, lastWriteEtag: written.etag });
        await storage.blob("dev").setMetadata({ by: "somebody else" });
        const recorded = { ...old, source: { url: server.url, sasToken: first } };
        expect((await handler.read(old.url, recorded, storage.context))!.drifted).toBeUndefined();
    });
});

it("is copied, and not only completed, where a run had left the copy of another query without its tags", async () => {
    Object.assign(files, sameEtags);
    const tags = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`t${index}`, "x".repeat(240)]));
    storage.simulator.faults.add({ operation: "Set Blob Tags", status: 403 });
    const failure = (await failureOf(up(undefined, first, { method: "fromUrl", tags }))) as PartialFailure;
    storage.simulator.faults.clear();
    expect(failure.state).toMatchObject({ copyStatus: "pending", sourceEtag: '"1"' });
    await up(failure.state as BlobCopyState, second, { method: "fromUrl", tags });
    expect(await storage.content("dev")).toBe("tool 2.0");
});

describe("the state", () => {
    it("has a hash in place of the query, which check fills in", async () => {
        const { inputs: checked } = await handler.check({}, inputs(first), storage.context);
        expect(checked.sourceQueryHash).toMatch(/^[0-9a-f]{32}$/);
        const state = await up(undefined, first);
        expect(state.sourceQueryHash).toBe(checked.sourceQueryHash);
        const { source, ...rest } = state;
        expect(JSON.stringify(rest)).not.toContain("tool-1.0");
        expect(JSON.stringify({ ...source, sasToken: undefined })).not.toContain("tool-1.0");
    });

    it("has none for what is no web server's", async () => {
        const state = await upOnce(storage, undefined, storage.inputs);
        expect(state.sourceQueryHash).toBeUndefined();
    });

    it("of version 0.1 counts as unchanged until the source's ETag changes, and is completed then", async () => {
        files[first] = { content: "tool 1.0", etag: '"1"' };
        const old = asOf01(await up(undefined, first));
        expect(await up(old, first)).toBe(old);
        files[first] = { content: "tool 1.0.1", etag: '"2"' };
        const next = await up(old, first);
        expect(await storage.content("dev")).toBe("tool 1.0.1");
        expect(next.sourceQueryHash).toMatch(/^[0-9a-f]{32}$/);
    });

    it("of version 0.1 tells by its inputs of another query", async () => {
        Object.assign(files, sameEtags);
        const old = asOf01(await up(undefined, first));
        await up(old, second);
        expect(await storage.content("dev")).toBe("tool 2.0");
    });

    it("of version 0.1 that has no query at all takes over the program's without a request", async () => {
        Object.assign(files, sameEtags);
        const old = { ...asOf01(await up(undefined, first)), source: { url: server.url } };
        const next = await up(old, first);
        expect(writesOf(storage)).toEqual([]);
        expect(next.sourceQueryHash).toMatch(/^[0-9a-f]{32}$/);
        await up(next, second);
        expect(await storage.content("dev")).toBe("tool 2.0");
    });

    it("of a copy that was found takes its query from the service", async () => {
        const made = await up(undefined, first, { method: "copyBlob" });
        const found = (await handler.read(made.url, { destination: made.destination }, storage.context))!;
        expect(found).toMatchObject({ source: { url: server.url }, sourceQueryHash: made.sourceQueryHash });
        const kept = await up(found, first, { method: "copyBlob", onSourceChange: "ignore" });
        expect(writesOf(storage)).toEqual([]);
        await up(kept, second, { method: "copyBlob" });
        expect(await storage.content("dev")).toBe("tool 2.0");
    });
});

it("is told apart where a transformation has put the query back into the URL", async () => {
    const whole = (query: string) => ({ ...inputs(undefined), source: { url: `${server.url}?${query}` } });
    const state = await upOnce(storage, undefined, whole(first));
    expect(await storage.content("dev")).toBe("tool 1.0");
    expect(state.sourceQueryHash).toBe((await up(state, first)).sourceQueryHash);
    await upOnce(storage, state, whole(second));
    expect(await storage.content("dev")).toBe("tool 2.0");
    expect(state.sourceUrl).toBe(server.url);
});
