// A BlobCopy from a web server under the real Pulumi CLI: a query that names the file, and a redirect.

import { afterEach, beforeEach, expect, it } from "vitest";
import { type Program, withStack } from "../helpers/stack";
import { startStorage, type TestStorage } from "../helpers/storage";
import { startDownloads, startWebServer, type WebServer } from "../helpers/webServer";

let storage: TestStorage;
let server: WebServer | undefined;

beforeEach(async () => {
    storage = await startStorage({ realTime: true });
});

afterEach(async () => {
    await Promise.all([storage.close(), server?.close()]);
    server = undefined;
});

/** A program whose source a test can change. */
function programOf(args: { source: string }): Program {
    return ({ copy }) => {
        const tool = new copy.BlobCopy("tool", {
            source: args.source,
            destination: storage.inputs.destination as never,
        });
        return { sourceUrl: tool.sourceUrl };
    };
}

it("copies again for another query, does nothing for a URL that was signed anew, and writes no query to the state", async () => {
    const signed = (query: string, date: string) => `${query}&X-Amz-Date=${date}&X-Amz-Signature=${date}ff`;
    const [first, second] = ["file=tool-1.0.zip", "file=tool-2.0.zip"];
    const etag = '"1"'; // by which nothing tells them apart
    server = await startDownloads({
        [first]: { content: "tool 1.0", etag },
        [second]: { content: "tool 2.0", etag },
        [signed(second, "20260101")]: { content: "tool 2.0", etag },
        [signed(second, "20260102")]: { content: "tool 2.0", etag },
    });
    const { url } = server;
    const args = { source: `${url}?${first}` };
    await withStack(programOf(args), async ({ up, preview, refresh, exported, history, destroy }) => {
        const created = await up();
        expect(created.error).toBeUndefined();
        expect(created.outputs).toEqual({ sourceUrl: url });
        expect(await storage.content("dev")).toBe("tool 1.0");
        expect((await up()).steps).toEqual({ tool: ["same"] });

        args.source = `${url}?${second}`;
        const previewed = await preview();
        expect(previewed.steps).toEqual({ tool: ["update"] });
        expect(previewed.transcript).toContain("sourceQueryHash");
        const updated = await up();
        expect(updated.error).toBeUndefined();
        expect(await storage.content("dev")).toBe("tool 2.0");
        expect((await refresh()).error).toBeUndefined();
        expect((await up()).steps).toEqual({ tool: ["same"] });

        for (const date of ["20260101", "20260102"]) {
            args.source = `${url}?${signed(second, date)}`;
            storage.operations();
            expect((await up()).steps).toEqual({ tool: ["update"] });
            expect(storage.operations().filter((operation) => !/^(Get|List)/.test(operation))).toEqual([]);
        }
        const written = [exported(), ...history(), created.transcript, previewed.transcript, updated.transcript].join();
        expect(written).toContain("sourceQueryHash");
        expect(written).not.toMatch(/tool-\d\.0|2026010\dff/);
        expect((await destroy()).error).toBeUndefined();
        expect(await storage.blob("dev").exists()).toBe(false);
    });
});

it("fails where the source redirects, with where it leads, and goes there in no operation", async () => {
    const target = await startWebServer((_, response) => response.writeHead(200, { "Content-Length": 2 }).end("hi"));
    server = await startWebServer((_, response) =>
        response.writeHead(302, { Location: `${target.url}?token=s3cretOfTarget` }).end(),
    );
    try {
        await withStack(programOf({ source: server.url }), async ({ preview, up }) => {
            const words = `302: the server redirects to ${target.url}; Azure Storage follows no redirects`;
            const previewed = await preview();
            expect(previewed.error).toBeUndefined();
            expect(previewed.warnings.join()).toContain(words);
            const failed = await up();
            expect(failed.error).toContain(words);
            expect(failed.transcript + previewed.transcript).not.toContain("s3cretOfTarget");
            expect(await storage.blob("dev").exists()).toBe(false);
        });
        expect(target.requests()).toEqual([]);
    } finally {
        await target.close();
    }
});
