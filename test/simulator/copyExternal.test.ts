import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { AccountHandle, ManualClock } from "../../simulator";
import { blobOf, copy, outcome } from "./support/copies";
import { simulate } from "./support/simulate";

let dev: AccountHandle;
let clock: ManualClock;

beforeEach(async () => {
    ({ dev, clock } = await simulate({ copySeconds: 8 }));
    dev.createContainer("images");
});

const at = (name: string) => blobOf(dev, `/images/${name}`);

describe("a source outside", () => {
    /** A web server with one page. */
    async function website(body: Buffer, headers: Record<string, string> = {}, statusCode = 200): Promise<string> {
        const server = createServer((_, response) => {
            response.writeHead(statusCode, {
                "content-type": "text/html",
                "content-length": String(body.length),
                ...headers,
            });
            response.end(body);
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        onTestFinished(() => void server.close());
        return `http://127.0.0.1:${(server.address() as AddressInfo).port}/page`;
    }

    async function settled(name: string) {
        for (;;) {
            const got = await at(name).getProperties();
            if (got.copyStatus !== "pending") {
                return got;
            }
        }
    }

    test("is fetched while the copy is pending, and keeps its headers and its http", async () => {
        const body = Buffer.alloc(300_000, "abc");
        const url = await website(body, { "cache-control": "no-store" });
        const answer = await copy(dev, "/images/page", url);
        expect([answer.status, answer.headers["x-ms-copy-status"]]).toEqual([202, "pending"]);
        expect(await at("page").getProperties()).toMatchObject({
            copyStatus: "pending",
            copySource: url,
            contentLength: 0,
            contentType: "text/html",
            copyProgress: "0/300000",
        });
        clock.advance(8000);
        expect(await settled("page")).toMatchObject({ copyStatus: "success", cacheControl: "no-store" });
        expect((await at("page").downloadToBuffer()).equals(body)).toBe(true);
    });

    test("fails with the source's own status", async () => {
        const url = await website(Buffer.from("no"), {}, 403);
        const answer = await copy(dev, "/images/page", url);
        expect(outcome(answer)).toEqual([403, "CannotVerifyCopySource"]);
        expect(answer.headers["x-ms-copy-source-status-code"]).toBe("403");
        expect(answer.body).toContain("<CopySourceErrorMessage>Forbidden</CopySourceErrorMessage>");
        const old = await copy(dev, "/images/page", url, { "x-ms-version": "2020-10-02" });
        expect(old.headers["x-ms-copy-source-status-code"]).toBeUndefined();
    });

    test("fails when nobody answers", async () => {
        const answer = await copy(dev, "/images/page", "http://127.0.0.1:1/page");
        expect(outcome(answer)).toEqual([500, "CannotVerifyCopySource"]);
    });

    test("a transfer that breaks off makes a failed copy", async () => {
        const server = createServer((_, response) => {
            response.writeHead(200, { "content-length": "1000" });
            response.write("only this");
            setImmediate(() => response.destroy());
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        onTestFinished(() => void server.close());
        await copy(dev, "/images/page", `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
        clock.advance(8000);
        expect(await settled("page")).toMatchObject({
            copyStatus: "failed",
            copyStatusDescription: '500 InternalServerError "Copy failed."',
            contentLength: 0,
        });
    });

    test("has conditions too", async () => {
        const url = await website(Buffer.from("x"), { etag: '"v1"' });
        const answer = await copy(dev, "/images/page", url, { "x-ms-source-if-match": '"v2"' });
        expect(outcome(answer)).toEqual([412, "SourceConditionNotMet"]);
        expect((await copy(dev, "/images/page", url, { "x-ms-source-if-match": '"v1"' })).status).toBe(202);
    });
});
