// A preview waits 20 seconds for a source, whatever the source does meanwhile.

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { blobCopyHandler } from "../../src/provider/blobCopy";
import { fileCopyHandler } from "../../src/provider/fileCopy";
import type { Handler } from "../../src/provider/handler";
import { incrementalSnapshotCopyHandler } from "../../src/provider/incrementalSnapshotCopy";
import { createSourceReader } from "../../src/provider/sourceReader";
import { startFiles, type TestFiles } from "../helpers/files";
import { until } from "../helpers/until";
import { startWebServer } from "../helpers/webServer";

let storage: TestFiles;

beforeEach(async () => {
    storage = await startFiles();
});

afterEach(async () => {
    vi.useRealTimers();
    await storage.close();
});

const blob = (account: string, containerName: string, blobName = "orders.bak") => ({
    connectionString: storage.simulator.account(account).connectionString,
    containerName,
    blobName,
});
const blobs = () => ({ source: blob("golden", "images"), destination: blob("dev", "seed") });

const stopTimers = () => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });

type AnyHandler = Handler<object, object>;
const handlers: [name: string, handler: AnyHandler, inputs: () => object, hangs: string][] = [
    ["BlobCopy", blobCopyHandler as unknown as AnyHandler, blobs, "Get Blob Properties"],
    ["FileCopy", fileCopyHandler as unknown as AnyHandler, () => storage.inputs, "Get File Properties"],
    [
        "IncrementalSnapshotCopy",
        incrementalSnapshotCopyHandler as unknown as AnyHandler,
        () => ({ ...blobs(), takeSnapshot: { triggers: ["a"] } }),
        "Get Blob Properties",
    ],
];

it.each(handlers)("%s's check ends after 20 seconds, and tells them", async (_, handler, inputs, operation) => {
    storage.simulator.faults.add({ operation, hang: true });
    stopTimers();
    const checking = handler.check({ ...inputs(), takeSnapshot: { triggers: [] } }, inputs(), storage.context);
    await until(() => storage.simulator.requests.count(operation) > 0);
    vi.advanceTimersByTime(20_000);
    expect((await checking).failures).toEqual([]);
    expect(storage.warnings.join()).toContain("it took longer than 20 seconds; the copy itself will tell");
});

it("BlobCopy's check hears a refusal out for 5 seconds, and tells the status", async () => {
    let dripping = false;
    const server = await startWebServer(({ method, socket }, response) => {
        if (method === "HEAD") {
            response.writeHead(403).end();
            return;
        }
        socket.write("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n");
        const timer = setInterval(() => {
            dripping = socket.write("x");
        }, 5);
        socket.on("close", () => clearInterval(timer));
    });
    const { fetch: original } = globalThis;
    let answers = 0;
    const asked = vi.spyOn(globalThis, "fetch").mockImplementation(async (url, init) => {
        const response = await original(url, init);
        answers++;
        return response;
    });
    try {
        stopTimers();
        const checking = blobCopyHandler.check({}, { ...blobs(), source: { url: server.url } }, storage.context);
        await until(() => answers === 2 && dripping);
        // By now whoever has the answer reads its body.
        await new Promise((done) => setImmediate(done));
        vi.advanceTimersByTime(5_000);
        await checking;
        expect(storage.warnings.join()).toMatch(/could not read the source .*: 403: Forbidden; the copy itself/);
    } finally {
        asked.mockRestore();
        await server.close();
    }
});

it("a list of a container ends after 8 seconds, and its blobs are read one by one", async () => {
    const sources = createSourceReader(storage.context.clients, storage.context.clock);
    const names = Array.from({ length: 9 }, (_, index) => `${index}.bak`);
    for (const name of names) {
        storage.simulator.account("golden").putBlob("images", name, name);
    }
    const check = (name: string) =>
        blobCopyHandler.check(
            {},
            { ...blobs(), source: blob("golden", "images", name) },
            { ...storage.context, sources },
        );
    for (const name of names.slice(0, 8)) {
        await check(name);
    }
    storage.simulator.faults.add({ operation: "List Blobs", hang: true });
    stopTimers();
    const checking = check(names[8]!);
    await until(() => storage.simulator.requests.count("List Blobs") > 0);
    vi.advanceTimersByTime(8_000);
    expect((await checking).inputs.sourceContentLength).toBe(5);
    expect(storage.warnings).toEqual([]);
});
