// How long a web server can hold whoever reads what it tells: as long as it is waited for, and no longer.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, it, vi } from "vitest";
import { oidcToken } from "../../src/storage/oidc";
import { beginningOf, readWebProperties } from "../../src/storage/webSource";
import { untilAborted, withinTime } from "../../src/storage/withinTime";
import { startWebServer, type WebServer } from "../helpers/webServer";

let server: WebServer | undefined;

afterEach(async () => {
    vi.useRealTimers();
    vi.restoreAllMocks();
    await server?.close();
    server = undefined;
});

/** Tidies memory up, as happens by itself in a while; `fetch` forgets its signal then. */
function tidyUp(): void {
    setFlagsFromString("--expose-gc");
    runInNewContext("gc")();
}

/** Starts a server that sends a text again and again until nobody listens. */
async function startDripping(begin: string, text = "x") {
    let [started, closed] = [() => {}, () => {}];
    const dripping = new Promise<void>((done) => {
        started = done;
    });
    const hungUp = new Promise<void>((done) => {
        closed = done;
    });
    server = await startWebServer(({ method, socket }, response) => {
        if (method === "HEAD" && text === "x") {
            response.writeHead(403).end();
            return;
        }
        socket.write(begin);
        const timer = setInterval(() => socket.write(text, started), 5);
        socket.on("close", () => {
            clearInterval(timer);
            closed();
        });
    });
    return { url: server.url, dripping, hungUp };
}

/** Waits for the answer to a request of a method, as whoever has made it got it. */
function answerTo(method: string): Promise<void> {
    const { fetch: original } = globalThis;
    return new Promise((done) => {
        vi.spyOn(globalThis, "fetch").mockImplementation(async (url, init) => {
            const response = await original(url, init);
            if (init?.method === method) {
                done();
            }
            return response;
        });
    });
}

describe("a server that answers a byte at a time", () => {
    // Without a length or chunks, each byte is a part of the body.
    const refuse = "HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n";

    it("holds nobody whose signal fires in the midst of a refusal's body, and is hung up on", async () => {
        const { url, hungUp } = await startDripping(refuse);
        const stopped = new AbortController();
        const answered = answerTo("GET");
        const reading = readWebProperties(url, stopped.signal).catch((error: unknown) => error);
        await answered;
        tidyUp();
        stopped.abort();
        expect(await reading).toMatchObject({ statusCode: 403 });
        await hungUp;
    });

    it("holds nobody whose signal fires in the midst of its headers", async () => {
        const { url, dripping, hungUp } = await startDripping("HTTP/1.1 200 OK\r\n", "x: y\r\n");
        const stopped = new AbortController();
        const reading = readWebProperties(url, stopped.signal).catch((error: unknown) => error);
        await dripping;
        tidyUp();
        stopped.abort(new Error("enough"));
        expect(await reading).toEqual(new Error("enough"));
        await hungUp;
    });

    it("is heard out for a time alone, where no signal fires", async () => {
        const { url } = await startDripping(refuse);
        const response = await fetch(url);
        expect(await beginningOf(response, new AbortController().signal, 50)).toMatch(/^x*$/);
    });

    it("is heard until the signal fires, whether or not fetch remembers it", async () => {
        const { url, dripping, hungUp } = await startDripping(refuse);
        const stopped = new AbortController();
        const reading = beginningOf(await fetch(url), stopped.signal, 3_600_000);
        await dripping;
        stopped.abort();
        expect(await reading).toMatch(/^x*$/);
        await hungUp;
    });

    it("is not heard where the signal has fired before", async () => {
        const { url } = await startDripping(refuse);
        const stopped = new AbortController();
        const response = await fetch(url);
        stopped.abort();
        expect(await beginningOf(response, stopped.signal)).toBe("");
    });
});

it("reads no more of a refusal than its beginning", async () => {
    server = await startWebServer((_, response) => {
        response.writeHead(403);
        const more = () => {
            while (response.writable && response.write("y".repeat(65_536))) {}
        };
        response.on("drain", more);
        more();
    });
    const text = await beginningOf(await fetch(server.url), new AbortController().signal);
    expect(text).toMatch(/^y{16384}$/);
});

describe("withinTime", () => {
    const never = () => new Promise<never>(() => {});

    it("ends what heeds no signal at its time, and tells the time", async () => {
        vi.useFakeTimers();
        const ending = withinTime(20_000, new AbortController().signal, never).catch((error: Error) => error.message);
        await vi.advanceTimersByTimeAsync(20_000);
        expect(await ending).toBe("it took longer than 20 seconds");
        expect(vi.getTimerCount()).toBe(0);
    });

    it("ends once its signal fires, and tells what runs", async () => {
        const stopped = new AbortController();
        let inner: AbortSignal | undefined;
        const ending = withinTime(20_000, stopped.signal, (signal) => {
            inner = signal;
            return never();
        });
        stopped.abort(new Error("enough"));
        await expect(ending).rejects.toThrow("enough");
        expect(inner!.aborted).toBe(true);
        await expect(withinTime(1, stopped.signal, never)).rejects.toThrow("enough");
        await expect(untilAborted(stopped.signal, never)).rejects.toThrow("enough");
    });

    it("gives the result, or the failure, of what ends in time", async () => {
        await expect(withinTime(20_000, undefined, async () => 1)).resolves.toBe(1);
        await expect(withinTime(20_000, undefined, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    });
});

describe("a service that gives OIDC tokens", () => {
    const ask = (url: string) =>
        oidcToken({ type: "oidc", tenantId: "t", clientId: "c", request: { url, token: "t0ken" } });

    it("is not followed elsewhere with the token that authorizes", async () => {
        server = await startWebServer((request, response) => {
            const elsewhere = request.url!.startsWith("/download");
            response.writeHead(elsewhere ? 302 : 200, elsewhere ? { Location: "/elsewhere" } : {});
            response.end(elsewhere ? "" : '{"value":"x"}');
        });
        await expect(ask(server.url)).rejects.toThrow(/gave none \(status 302\)/);
        expect(server.requests()).toHaveLength(1);
    });

    it("gives what it answers, and fails where that is no token", async () => {
        let answer = '{"value":"token"}';
        server = await startWebServer((_, response) => response.end(answer));
        await expect(ask(server.url)).resolves.toBe("token");
        for (const wrong of ["", "null", "[", '{"value":""}', `{"value":"${"x".repeat(20_000)}"}`]) {
            answer = wrong;
            await expect(ask(server.url)).rejects.toThrow(/gave none \(status 200\)/);
        }
    });
});
