// A source that redirects: the service does not follow, and so does nobody here, since it may lead to this machine or its network.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { blobCopyHandler } from "../../src/provider/blobCopy";
import type { BlobCopyInputs, BlobCopyState } from "../../src/provider/blobCopyTypes";
import { fileCopyHandler } from "../../src/provider/fileCopy";
import type { Handler } from "../../src/provider/handler";
import { startFiles, type TestFiles } from "../helpers/files";
import { startWebServer, type WebServer } from "../helpers/webServer";

let storage: TestFiles;
let target: WebServer;
let server: WebServer;
let answer: { status: number; location?: string };

beforeEach(async () => {
    [storage, target] = await Promise.all([
        startFiles(),
        startWebServer((_, response) => response.writeHead(200, { "Content-Length": 2, ETag: '"1"' }).end("hi")),
    ]);
    answer = { status: 302, location: `${target.url}?token=s3cretOfTarget#part` };
    server = await startWebServer((_, response) =>
        response.writeHead(answer.status, answer.location === undefined ? {} : { Location: answer.location }).end(),
    );
});

afterEach(() => Promise.all([storage.close(), target.close(), server.close()]));

const blobs = (): BlobCopyInputs => ({
    source: { url: server.url },
    destination: {
        connectionString: storage.simulator.account("dev").connectionString,
        containerName: "seed",
        blobName: "orders.bak",
    },
});

type AnyHandler = Handler<object, object>;
const handlers: [name: string, handler: AnyHandler, inputs: () => object][] = [
    ["BlobCopy", blobCopyHandler as unknown as AnyHandler, blobs],
    ["FileCopy", fileCopyHandler as unknown as AnyHandler, () => ({ ...storage.inputs, source: { url: server.url } })],
];

const writes = () => storage.operations().filter((operation) => !/^(Get|List)/.test(operation));

const failureOf = (promise: Promise<unknown>) =>
    promise.then(
        () => expect.fail("did not fail"),
        (error: Error) => error.message,
    );

describe.each(handlers)("%s of a source that redirects", (_, handler, inputs) => {
    const explained = (status: number) =>
        `: ${status}: the server redirects to ${target.url}; Azure Storage follows no redirects; give the URL that this one leads to as the source`;

    it.each([301, 302, 303, 307, 308])(
        "warns in check of status %d and where it leads, without going there",
        async (status) => {
            answer.status = status;
            const { failures } = await handler.check({}, inputs(), storage.context);
            expect(failures).toEqual([]);
            expect(storage.warnings).toEqual([
                `could not read the source ${server.url}, to see whether it has changed${explained(status)}`,
            ]);
            expect(server.requests()).toEqual(["HEAD /download"]);
            expect(target.requests()).toEqual([]);
        },
    );

    it.each(["auto", "fromUrl"])("fails a create by %s in the same words, before it writes", async (method) => {
        const message = await failureOf(handler.create({ ...inputs(), method }, storage.context));
        expect(message).toBe(`could not read the source ${server.url}${explained(302)}`);
        expect(writes()).toEqual([]);
        expect(target.requests()).toEqual([]);
    });

    it("does not go there where only a GET is redirected", async () => {
        await server.close();
        server = await startWebServer(({ method }, response) =>
            response.writeHead(method === "HEAD" ? 403 : 302, { Location: answer.location! }).end(),
        );
        expect(await failureOf(handler.create(inputs(), storage.context))).toContain(explained(302));
        expect(target.requests()).toEqual([]);
    });

    it("does not show all of a long target, and no password in it", async () => {
        answer.location = `//user:s3cret@example.com/${"x".repeat(5_000)}`;
        await handler.check({}, inputs(), storage.context);
        const [warning] = storage.warnings;
        expect(warning).toMatch(/redirects to http:\/\/example\.com\/x+…;/);
        expect(warning).not.toContain("s3cret");
        expect(warning!.length).toBeLessThan(600);
    });

    it.each([undefined, "http://["])("says so where it leads nowhere: %s", async (location) => {
        answer = { status: 302, ...(location !== undefined && { location }) };
        expect(await failureOf(handler.create(inputs(), storage.context))).toContain(
            "302: the server redirects, and does not say where to",
        );
    });
});

describe("a service that is told to read it itself", () => {
    it("tells that it follows no redirect, by Copy Blob", async () => {
        const message = await failureOf(blobCopyHandler.create({ ...blobs(), method: "copyBlob" }, storage.context));
        expect(message).toContain("the source answered 302: Azure Storage follows no redirects");
        expect(target.requests()).toEqual([]);
    });

    it("is let do so by Copy Blob where it redirects this machine alone", async () => {
        await server.close();
        server = await startWebServer((request, response) => {
            // The simulated service asks without this header.
            const isOurs = request.headers["accept-encoding"] === "identity";
            response.writeHead(isOurs ? 302 : 200, isOurs ? { Location: answer.location! } : { "Content-Length": 2 });
            response.end(isOurs || request.method === "HEAD" ? undefined : "ok");
        });
        const inputs = { ...blobs(), method: "copyBlob", verify: "none" } as const;
        const { state } = (await blobCopyHandler.create(inputs, storage.context)) as { state: BlobCopyState };
        expect(state.copyStatus).toBe("success");
        expect(await storage.content("dev")).toBe("ok");
    });
});

it("is not followed where it is a server that speaks S3's protocol", async () => {
    answer.status = 307;
    const key = { accessKeyId: "AKIAQ3EGEXAMPLE0KEYS", secretAccessKey: "qBzH7xUnc8/pVn3yT+0dWm5kLs2Rf9EaJg4tXo6i" };
    const endpoint = new URL(server.url).origin;
    const source = { s3: { bucket: "backups", key: "k", region: "eu-west-1", endpoint, ...key } };
    const message = await failureOf(blobCopyHandler.create({ ...blobs(), source }, storage.context));
    expect(message).toContain(
        `backups/k: 307: the server redirects to ${target.url}; Azure Storage follows no redirects`,
    );
    expect(writes()).toEqual([]);
    expect(target.requests()).toEqual([]);
});

it("is not followed where it looks like a blob's server, on that server either", async () => {
    const requests: string[] = [];
    const lookalike = await startWebServer((request, response) => {
        requests.push(request.url!);
        response.writeHead(302, { Location: "/account/images/elsewhere" }).end();
    });
    const url = `${new URL(lookalike.url).origin}/account/images/b`;
    await blobCopyHandler.check({}, { ...blobs(), source: { url } }, storage.context);
    await lookalike.close();
    expect(requests).toEqual(["/account/images/b"]);
    expect(storage.warnings.join()).toContain(
        `302: the server redirects to ${new URL("/account/images/elsewhere", url)}; Azure Storage follows no redirects`,
    );
});
