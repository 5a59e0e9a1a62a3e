// Servers that answer what they should not: the secrets that they were asked with, controls of a terminal, pages of text.

import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkBlobCopy } from "../../src/provider/blobCopyCheck";
import type { BlobCopyInputs } from "../../src/provider/blobCopyTypes";
import { check, create, read, update } from "../../src/provider/host";
import { explain } from "../../src/storage/errors";
import { startStorage, type TestStorage } from "../helpers/storage";

const secret = "open-sesame-1234";
const steering = "\u009b31m\u001b[2J\r\u202e\u200b\ud800";

let storage: TestStorage;
let url: string;
let close: () => Promise<unknown>;
/** What the web server answers with. */
let answer: (response: ServerResponse, query: string) => void;

beforeEach(async () => {
    storage = await startStorage({ realTime: true });
    const server = createServer((request, response) => answer(response, (request.url ?? "").split("?")[1] ?? ""));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tool.zip`;
    close = () => new Promise((resolve) => server.close(resolve));
});

afterEach(async () => {
    await Promise.all([storage.close(), close()]);
});

const inputs = (method: BlobCopyInputs["method"] = "auto") => ({
    source: { url, sasToken: `file=tool-1.0.zip&t=${secret}` },
    destination: storage.inputs.destination,
    method,
});

describe("a web server that answers with the secret in its URL", () => {
    beforeEach(() => {
        answer = (response, query) =>
            response
                .writeHead(200, {
                    "Content-Type": `text/${query}`,
                    "Content-Length": 5,
                    "Content-Language": secret,
                    "Cache-Control": encodeURIComponent(`private=${query}`),
                    ETag: `"${Buffer.from(query).toString("base64")}"`,
                    "Last-Modified": "Mon, 01 Jun 2026 00:00:00 GMT",
                })
                .end("bytes");
    });

    it.each(["auto", "copyBlob"] as const)("leaves none in the state, by method %s", async (method) => {
        const checked = await check("BlobCopy", {}, inputs(method));
        expect(checked.failures).toEqual([]);
        expect(checked.inputs).not.toHaveProperty("sourceEtag");
        const { id, outs } = await create("BlobCopy", checked.inputs);
        expect(await storage.content("dev")).toBe("bytes");
        const seen = await read("BlobCopy", id, outs);
        const { outs: later } = await update("BlobCopy", id, seen.props, { ...checked.inputs, metadata: { a: "b" } });
        for (const { source, ...state } of [outs, seen.props, later] as Record<string, unknown>[]) {
            expect(source).toEqual(inputs().source);
            expect(JSON.stringify(state)).not.toContain(secret);
            expect(JSON.stringify(state)).not.toContain(Buffer.from(`t=${secret}`).toString("base64").slice(4, -4));
        }
    });
});

it.each([
    ["controls", '"\u009b31m"'],
    ["thousands of letters", `"${"x".repeat(3_000)}"`],
])("an ETag with %s is none", async (_, etag) => {
    answer = (response) => response.writeHead(200, { "Content-Length": 5, ETag: etag }).end("bytes");
    const { inputs: checked, failures } = await check("BlobCopy", {}, inputs());
    expect(failures).toEqual([]);
    expect(checked).toMatchObject({ sourceContentLength: 5 });
    expect(checked).not.toHaveProperty("sourceEtag");
});

describe("a content type", () => {
    it.each([
        ["a signature", "text/plain; u=https://h/c?sig=c2lnbmF0dXJl", "text/plain; u=https://h/c?sig=REDACTED"],
        ["controls", "text/\u009b31mplain", "text/\\u009b31mplain"],
        ["thousands of letters", `text/${"x".repeat(3_000)}`, `text/${"x".repeat(1_019)}…`],
    ])("with %s is recorded without it", async (_, contentType, recorded) => {
        const { source, destination } = storage.inputs;
        const { id, outs } = await create("BlobCopy", { source, destination });
        await storage.blob("dev").setHTTPHeaders({ blobContentType: "text/plain" });
        storage.simulator.account("dev").putBlob("seed", "orders.bak", "other", { contentType });
        const { props } = await read("BlobCopy", id, outs);
        expect(props).toMatchObject({ contentType: recorded });
    });
});

describe("a refusal", () => {
    const refuse = (status: number, headers: Record<string, string>, body = "") => {
        answer = (response) => response.writeHead(status, headers).end(body);
    };

    it("of a web server is told on one line, without controls, and cut", async () => {
        const words = `${steering}${"long ".repeat(2_400)}`;
        refuse(500, {}, `<Error><Code>Odd\u001b[2J</Code><Message>${words.replace("\ud800", "")}</Message></Error>`);
        await checkBlobCopy({}, inputs() as BlobCopyInputs, storage.context);
        const [warning] = storage.warnings;
        expect(warning).toContain("500 Odd\\u001b[2J: \\u009b31m\\u001b[2J\\u000d\\u202e\\u200blong long");
        expect(warning!.length).toBeLessThan(800);
    });

    it("of a web server that says the secret in its URL again is told without it", async () => {
        refuse(
            403,
            {},
            `<Error><Code>No</Code><Message>${"x".repeat(395)}${encodeURIComponent(secret)}</Message></Error>`,
        );
        const { failures } = await check("BlobCopy", {}, inputs());
        expect(failures).toEqual([]);
        await checkBlobCopy({}, inputs() as BlobCopyInputs, storage.context);
        expect(storage.warnings.join()).toMatch(/xxxREDAC?…/);
        expect(storage.warnings.join()).not.toContain("open");
    });

    it("of the service is told so too, its code and request ID included", () => {
        const error = Object.assign(new Error("whole"), {
            statusCode: 403,
            details: {
                errorCode: `Odd${steering}`,
                requestId: `${steering}${"1".repeat(120_000)}`,
                message: `${steering}${"x".repeat(120_000)}\nRequestId:1`,
            },
        });
        const { message } = explain("read it", error);
        const escaped = "\\u009b31m\\u001b[2J\\u000d\\u202e\\u200b\\ud800";
        expect(message).toContain(`403 Odd${escaped}: ${escaped}xxx`);
        expect(message).toContain(`; request ID ${escaped}111`);
        expect(message.length).toBeLessThan(1_000);
    });

    it("of a copy that has failed is told so too", async () => {
        const description = `500 InternalServerError \u009b31m${"x".repeat(5_000)}`;
        storage.simulator.copies.add({ fail: description });
        const failed = await create("BlobCopy", { ...storage.inputs }).catch((error: Error) => error.message);
        expect(failed).toContain("ended as failed: 500 InternalServerError \\u009b31mxxx");
        expect(failed).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        expect((failed as string).length).toBeLessThan(1_200);
    });
});

describe("a value of the program", () => {
    it("is shown in a mistake without what is not seen", async () => {
        const accountName = `dev\u001b[2J${steering}`;
        const destination = { accountName, containerName: `a\u202e`, blobName: "b" };
        const { failures } = await check("BlobCopy", {}, { source: storage.inputs.source, destination });
        expect(failures.map(({ reason }) => reason).join("\n")).toMatch(/\\u001b\[2J\\u009b31m/);
        expect(failures.map(({ reason }) => reason).join("")).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
    });

    it("is shown without it in the name of an input, too", async () => {
        const { failures } = await check("BlobCopy", {}, { ...storage.inputs, [`a${steering}`]: 1 });
        expect(failures.map(({ reason }) => reason).join("")).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
    });
});
