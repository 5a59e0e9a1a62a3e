// Names of hosts that lead to this machine.

import dns from "node:dns";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import {
    createServer as createHttpServer,
    request as httpRequest,
    type IncomingHttpHeaders,
    type Server,
} from "node:http";
import { createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";
import type { AccountHandle } from "../../simulator";
import { trusted } from "../simulator/support/certificate";

const { lookup } = dns;

/** Has every name looked up to this machine, as a private DNS zone does with an account's name, until the test ends. */
export function resolveToThisMachine(): void {
    const local = (_name: string, ...rest: unknown[]) => (lookup as (...all: unknown[]) => void)("127.0.0.1", ...rest);
    vi.spyOn(dns, "lookup").mockImplementation(local as never);
    onTestFinished(() => {
        vi.restoreAllMocks();
    });
}

/** The same for the processes that the CLI starts, until the test ends. */
export function resolveToThisMachineInProcesses(): void {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-azure-copy-hosts-"));
    const path = join(folder, "hosts.cjs");
    writeFileSync(
        path,
        'const dns = require("node:dns"); const { lookup } = dns; dns.lookup = (name, ...rest) => lookup("127.0.0.1", ...rest);\n',
    );
    vi.stubEnv("NODE_OPTIONS", `--require ${path}`);
    onTestFinished(() => {
        vi.unstubAllEnvs();
        rmSync(folder, { recursive: true });
    });
}

/** Serves a simulated account under whatever name it is asked for, as under a domain of its owner's, until the test ends. */
export async function serveDomain(account: AccountHandle): Promise<{ port: string }> {
    const { port } = new URL(account.blobEndpoint);
    const server = createServer(trusted(), (incoming, outgoing) => {
        const { method, url, headers } = incoming;
        // The service knows the account by the domain; the simulator by the account's own name.
        const host = `${account.name}.blob.core.windows.net`;
        const asked = { host: "127.0.0.1", servername: host, port, method, path: url, headers: { ...headers, host } };
        const handedOn = request(asked, (answer) => {
            outgoing.writeHead(answer.statusCode!, answer.statusMessage, answer.headers);
            answer.pipe(outgoing);
        });
        handedOn.on("error", () => outgoing.destroy());
        incoming.pipe(handedOn);
    });
    return { port: await listening(server) };
}

/**
 * Serves what a simulated account serves over http at another port of this machine, until the test ends.
 * @param host the account's own host, where the port is reached under a domain, so that no account is in the path
 * @param refuses a method that is answered 403 here, as by a firewall that lets the service alone through
 */
export async function serveAgain(endpoint: string, host?: string, refuses?: string): Promise<{ port: string }> {
    const { port } = new URL(endpoint);
    const server = createHttpServer((incoming, outgoing) => {
        const { method, url, headers } = incoming;
        if (method === refuses) {
            outgoing.writeHead(403, { "x-ms-error-code": "AuthorizationFailure" }).end();
            return;
        }
        const asked = { host: "127.0.0.1", port, method, path: url, headers: { ...headers, ...(host && { host }) } };
        const handedOn = httpRequest(asked, (answer) => {
            outgoing.writeHead(answer.statusCode!, answer.statusMessage, answer.headers);
            answer.pipe(outgoing);
        });
        handedOn.on("error", () => outgoing.destroy());
        incoming.pipe(handedOn);
    });
    return { port: await listening(server) };
}

/** What a server was asked. */
export interface Asked {
    readonly url: string;
    readonly headers: IncomingHttpHeaders;
}

/** A server that refuses everything, and keeps what it was asked, until the test ends. */
export async function recordRequests(): Promise<{ port: string; asked: Asked[] }> {
    const asked: Asked[] = [];
    const server = createHttpServer(({ url = "", headers }, outgoing) => {
        asked.push({ url, headers });
        outgoing.writeHead(403, { "x-ms-error-code": "AuthorizationFailure" }).end();
    });
    return { port: await listening(server), asked };
}

async function listening(server: Server): Promise<string> {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
        server.close();
        server.closeAllConnections();
    });
    return String((server.address() as AddressInfo).port);
}
