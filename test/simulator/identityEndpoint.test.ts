// Who is heard by Microsoft Entra ID and the managed-identity endpoints, and how much of what they send.

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../simulator";
import { answersTo } from "../../simulator/entra/hosts";
import { until } from "../helpers/until";
import { send } from "./support/raw";

afterEach(() => {
    vi.useRealTimers();
});

async function start(options: Partial<SimulatorOptions> = {}): Promise<Simulator> {
    const simulator = await startSimulator({ accounts: [{ name: "golden" }], ...options });
    onTestFinished(() => simulator.close());
    return simulator;
}

/** Every request that hands out something, with all that makes it be answered. */
function requestsOf({ entra }: Simulator) {
    const { tenantId, clientId, clientSecret } = entra.addServicePrincipal();
    entra.addManagedIdentity();
    const form = new URLSearchParams({
        grant_type: "client_credentials",
        client_id: clientId,
        client_secret: clientSecret!,
        scope: "https://storage.azure.com/.default",
    });
    const resource = "api-version=2019-08-01&resource=https://storage.azure.com";
    return {
        token: { path: `/${tenantId}/oauth2/v2.0/token`, method: "POST", headers: {}, body: form.toString() },
        "virtual machine": {
            path: `/metadata/identity/oauth2/token?${resource}`,
            method: "GET",
            headers: { Metadata: "true" },
            body: "",
        },
        "App Service": {
            path: `/msi/token?${resource}`,
            method: "GET",
            headers: { "X-IDENTITY-HEADER": entra.identityHeader },
            body: "",
        },
        configuration: {
            path: `/${tenantId}/v2.0/.well-known/openid-configuration`,
            method: "GET",
            headers: {},
            body: "",
        },
        discovery: { path: "/common/discovery/instance", method: "GET", headers: {}, body: "" },
    } as const;
}

/** The status of each request under a name. */
async function statuses(simulator: Simulator, host: string) {
    const asked = Object.entries(requestsOf(simulator));
    const answers = asked.map(async ([name, { path, method, headers, body }]) => {
        const length: Record<string, string> = body === "" ? {} : { "content-length": String(body.length) };
        const answer = await send(`${simulator.url}${path}`, method, { ...headers, ...length, host }, body);
        return [name, answer.status, /access_token":/.test(answer.body)];
    });
    return Promise.all(answers);
}

const all = (status: number) => [
    ["token", status, status === 200],
    ["virtual machine", status, status === 200],
    ["App Service", status, status === 200],
    ["configuration", status, false],
    ["discovery", status, false],
];

describe("Microsoft Entra ID", () => {
    test.each([
        "127.0.0.1",
        "127.1.2.3",
        "localhost",
        "LOCALHOST:80",
        "localhost.:80",
        "simulator.localhost",
        "[::1]:8080",
        "host.docker.internal:10000",
        "login.microsoftonline.com",
        "169.254.169.254",
    ])("answers to %s", async (host) => {
        expect(await statuses(await start(), host)).toEqual(all(200));
    });

    test.each([
        "evil.example",
        "evil.example:10000",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "login.microsoftonline.com.evil.example",
        "evil-login.microsoftonline.com",
        "10.0.0.4",
        "127.0.0.1@evil.example",
        "evil.example#localhost",
        "evil.example/localhost",
    ])("fails under the name %j, which a page may have looked up to this machine", async (host) => {
        const answers = await statuses(await start(), host);
        expect(answers.filter(([, status, token]) => status === 200 || token)).toEqual([]);
    });

    test("answers to the names that it is told", async () => {
        const simulator = await start({ host: "0.0.0.0", entra: { hosts: ["simulator", "azure.test"] } });
        for (const host of ["simulator:10000", "Azure.Test", "127.0.0.1"]) {
            expect(await statuses(await start({ entra: { hosts: ["simulator", "azure.test"] } }), host)).toEqual(
                all(200),
            );
        }
        expect((await statuses(simulator, "evil.example"))[1]).toEqual(["virtual machine", 421, false]);
    });

    test.each([
        ["10.0.0.4:10000", "10.0.0.4", true],
        ["10.0.0.4", "::ffff:10.0.0.4", true],
        ["[FD00::1]:10000", "fd00::1", true],
        ["10.0.0.5", "10.0.0.4", false],
        ["10.0.0.4.evil.example", "10.0.0.4", false],
        ["", "", false],
        [undefined, undefined, false],
    ])("takes %s for the address %s that a request came to: %s", (host, localAddress, expected) => {
        expect(answersTo(host, [""], localAddress)).toBe(expected);
    });

    test("keeps answering to an account by whichever name it has", async () => {
        const simulator = await start();
        const { status } = await send(`${simulator.url}/`, "GET", { host: "golden.blob.core.windows.net" });
        expect(status).not.toBe(421);
    });
});

/** Lets no sender become too slow by itself, however busy the machine is. */
const stopTimers = () => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });

/** Opens a request for a token, of which the body is not sent. */
async function open(simulator: Simulator, ...headers: string[]): Promise<Socket> {
    const { port } = new URL(simulator.url);
    const socket = connect(Number(port), "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    socket.on("error", () => undefined);
    await once(socket, "connect");
    const { tenantId } = simulator.entra.addServicePrincipal();
    socket.write([`POST /${tenantId}/oauth2/v2.0/token HTTP/1.1`, "Host: 127.0.0.1", ...headers, "", ""].join("\r\n"));
    return socket;
}

describe("the token endpoint", () => {
    test("fails by 413 for a body that says it is too large, unread", async () => {
        const socket = await open(await start(), `Content-Length: ${4 * 1024 * 1024}`);
        expect(await text(socket)).toMatch(/^HTTP\/1\.1 413 .*larger than 65536 bytes/s);
        expect(socket.bytesWritten).toBeLessThan(500);
    });

    test("fails by 413 for a body that turns out to be too large", async () => {
        const socket = await open(await start(), "Transfer-Encoding: chunked");
        const chunk = "a".repeat(0x4000);
        for (let index = 0; index < 5; index++) {
            socket.write(`4000\r\n${chunk}\r\n`);
        }
        expect(await text(socket)).toMatch(/^HTTP\/1\.1 413 .*larger than 65536 bytes/s);
    });

    test("takes as much as a certificate's chain needs", async () => {
        const simulator = await start();
        const { path, body } = requestsOf(simulator).token;
        const form = `${body}&padding=${"a".repeat(60_000)}`;
        const headers = { "content-length": String(form.length) };
        expect((await send(`${simulator.url}${path}`, "POST", headers, form)).status).toBe(200);
    });

    test("fails by 429 while as many are under way as it takes, and answers again afterwards", async () => {
        const simulator = await start();
        stopTimers();
        const sockets = [];
        for (let index = 0; index < 64; index++) {
            sockets.push(await open(simulator, "Content-Length: 9"));
        }
        await until(() => simulator.requests.count("Token") === 64);
        const late = await open(simulator, "Content-Length: 9");
        expect(await text(late)).toMatch(/^HTTP\/1\.1 429 [\s\S]*Retry-After: 1/i);
        const [first] = sockets;
        first!.write("something");
        await once(first!, "data");
        const next = await open(simulator, "Content-Length: 9", "Connection: close");
        next.write("something");
        expect(await text(next)).toMatch(/^HTTP\/1\.1 400 /);
    });

    test("frees the place of one whose sender hangs up", async () => {
        const simulator = await start();
        stopTimers();
        for (let index = 0; index < 70; index++) {
            const socket = await open(simulator, "Content-Length: 9");
            await until(() => simulator.requests.count("Token") === index + 1);
            socket.destroy();
            await once(socket, "close");
        }
        await until(async () => {
            const next = await open(simulator, "Content-Length: 9", "Connection: close");
            next.write("something");
            const answer = await text(next);
            expect(answer).toMatch(/^HTTP\/1\.1 (400|429) /);
            return answer.startsWith("HTTP/1.1 400");
        });
    });

    test("cuts off a sender that is too slow", async () => {
        const simulator = await start();
        stopTimers();
        const socket = await open(simulator, "Content-Length: 9");
        const received = text(socket);
        await until(() => vi.getTimerCount() > 0);
        vi.advanceTimersByTime(10_000);
        expect(await received).toBe("");
    });
});
