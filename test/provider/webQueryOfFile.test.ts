// FileCopy from a web server whose query says which file is meant.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileCopyHandler as handler } from "../../src/provider/fileCopy";
import type { FileCopyInputs, FileCopyState } from "../../src/provider/fileCopyTypes";
import type { PartialFailure } from "../../src/provider/handler";
import { startFiles, type TestFiles } from "../helpers/files";
import { startDownloads, type WebServer } from "../helpers/webServer";

const MIB = 1024 * 1024;
const first = "file=tool-1.0.zip";
const second = "file=tool-2.0.zip";
const large = (fill: number) => Buffer.alloc(10 * MIB, fill);
let storage: TestFiles;
let server: WebServer;

const up = (state: FileCopyState | undefined, query: string, change: Partial<FileCopyInputs> = {}) =>
    storage.up(state, { ...change, source: { url: server.url, sasToken: query } });

const failureOf = (promise: Promise<unknown>) =>
    promise.then(
        () => expect.fail("did not fail"),
        (error: Error) => error,
    );

async function holds(content: Buffer | string): Promise<boolean> {
    return (await storage.file().downloadToBuffer()).equals(Buffer.from(content));
}

async function start(one: Buffer | string, other: Buffer | string): Promise<void> {
    // Both have one ETag, by which nothing tells them apart.
    server = await startDownloads({
        [first]: { content: one, etag: '"1"' },
        [second]: { content: other, etag: '"1"' },
    });
}

beforeEach(async () => {
    storage = await startFiles();
});

afterEach(async () => {
    await Promise.all([storage.close(), server.close()]);
});

describe.each(["auto", "copyFile", "fromUrl"] as const)("another query, by %s", (method) => {
    beforeEach(() => start("tool 1.0", "tool 2.0"));

    it("is copied again", async () => {
        const state = await up(undefined, first, { method });
        expect(await holds("tool 1.0")).toBe(true);
        const next = await up(state, second, { method });
        expect(await holds("tool 2.0")).toBe(true);
        expect(next.sourceQueryHash).not.toBe(state.sourceQueryHash);
        const { source: _, ...rest } = next;
        expect(JSON.stringify(rest)).not.toContain("tool-2.0");
    });

    it("is not taken for the finished copy that stands there", async () => {
        await up(undefined, first, { method });
        storage.clock.advance(60_000);
        expect((await failureOf(up(undefined, second, { method }))).message).toMatch(/did not make is at the dest/);
        expect(await holds("tool 1.0")).toBe(true);
    });
});

it("does not join a pending Copy File of another query", async () => {
    await start("tool 1.0", "tool 2.0");
    const failure = await failureOf(up(undefined, first, { method: "copyFile", timeout: "2s" }));
    await up((failure as PartialFailure).state as FileCopyState, second, { method: "copyFile" });
    expect(await holds("tool 2.0")).toBe(true);
    expect(await storage.names()).toEqual(["settings.json"]);
});

describe("what a run that ended early has left of another query", () => {
    const method = "fromUrl";

    beforeEach(() => start(large(1), large(2)));

    async function fail(operation: string, nth = 1): Promise<void> {
        storage.simulator.faults.add({ operation, nth, times: 100, status: 403 });
        await failureOf(up(undefined, first, { method }));
        storage.simulator.faults.clear();
    }

    it("is not carried on with", async () => {
        await fail("Rename File");
        const state = await up(undefined, second, { method });
        expect(await holds(large(2))).toBe(true);
        await handler.delete(state, storage.context);
        expect(await storage.names()).toEqual([]);
    });

    it("is deleted with the resource where a later run of the same one was killed before its end", async () => {
        storage.simulator.faults.add({ operation: "Rename File", times: 100, status: 403 });
        const failure = (await failureOf(up(undefined, first, { method }))) as PartialFailure;
        storage.simulator.faults.clear();
        const recorded = failure.state as FileCopyState;
        storage.simulator.faults.add({ operation: "Set File Metadata", nth: 2, times: 100, status: 403 });
        await failureOf(up(recorded, first, { method })); // what it has recorded is lost
        storage.simulator.faults.clear();
        expect(await holds(large(1))).toBe(true);
        await handler.delete(recorded, storage.context);
        expect(await storage.names()).toEqual([]);
    });

    it("is not taken for a copy that lacks nothing but its end", async () => {
        // The first one marks what is staged as whole; the next one takes the mark off what was put in place.
        await fail("Set File Metadata", 2);
        expect(await holds(large(1))).toBe(true);
        expect((await failureOf(up(undefined, second, { method }))).message).toMatch(/did not make is at the dest/);
    });
});
