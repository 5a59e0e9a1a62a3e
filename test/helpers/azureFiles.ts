// One file in Azure Files under a name as an emulator's, which is looked up to a server on this machine. It answers as the real service was
// recorded to.

import dns from "node:dns";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { vi } from "vitest";

const host = "contosofiles.file.localhost";
const signature = "c2lnbmF0dXJlIG9mIHRoZSBmaWxlJ3MgU0FT";

export interface TestAzureFile {
    /** The file's URL, without a SAS. */
    readonly url: string;
    /** A SAS that permits reading. */
    readonly sasToken: string;
    readonly signature: string;
    /** Writes the file, which gets a new ETag. */
    write(content: string | Buffer, metadata?: Record<string, string>): void;
    /** Takes a share snapshot, and gives its DateTime. */
    snapshot(): string;
    /** The requests since the last call: method and query. */
    requests(): { method: string; query: URLSearchParams }[];
    /** Is called before each answer. */
    onRequest(callback: (request: IncomingMessage) => void): void;
    close(): Promise<void>;
}

interface File {
    readonly content: Buffer;
    readonly etag: string;
    readonly modified: Date;
    readonly metadata: Record<string, string>;
}

export async function startAzureFile(): Promise<TestAzureFile> {
    let file: File | undefined;
    let count = 0;
    const snapshots = new Map<string, File>();
    const requests: { method: string; query: URLSearchParams }[] = [];
    let callback: (request: IncomingMessage) => void = () => {};

    // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one answer, header by header, as the service gives it.
    const server = createServer((request, response) => {
        const url = new URL(request.url!, `http://${host}`);
        requests.push({ method: request.method!, query: url.searchParams });
        callback(request);
        const refuse = (status: number, code: string, message: string) => {
            response.writeHead(status, {
                "Content-Type": "application/xml",
                "x-ms-error-code": code,
                "x-ms-request-id": "9c1c8f0d-001a-0042-5a5e-2f4e5c000000",
                "x-ms-version": "2021-06-08",
            });
            const body = `\ufeff<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
            response.end(request.method === "HEAD" ? undefined : body);
        };
        const snapshot = url.searchParams.get("sharesnapshot");
        const found = snapshot === null ? file : snapshots.get(snapshot);
        if (url.searchParams.get("sig") !== signature) {
            refuse(403, "AuthenticationFailed", "Server failed to authenticate the request.");
        } else if (!found || decodeURIComponent(url.pathname) !== "/share/backups/orders (1).bak") {
            refuse(404, "ResourceNotFound", "The specified resource does not exist.");
        } else {
            const [, start, end] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
            const body = found.content.subarray(Number(start ?? 0), end ? Number(end) + 1 : undefined);
            const whole = found.content.length;
            response.writeHead(start === undefined ? 200 : 206, {
                "Content-Length": body.length,
                ...(start !== undefined && {
                    "Content-Range": `bytes ${start}-${Number(start) + body.length - 1}/${whole}`,
                }),
                "Content-Type": "application/x-backup",
                "Last-Modified": found.modified.toUTCString(),
                ETag: found.etag,
                ...Object.fromEntries(
                    Object.entries(found.metadata).map(([name, value]) => [`x-ms-meta-${name}`, value]),
                ),
                "x-ms-type": "File",
                "x-ms-server-encrypted": "true",
                "x-ms-lease-state": "available",
                "x-ms-lease-status": "unlocked",
                "x-ms-file-attributes": "Archive",
                "x-ms-file-last-write-time": found.modified.toISOString().replace("Z", "0000Z"),
                "x-ms-version": "2021-06-08",
            });
            response.end(request.method === "HEAD" ? undefined : body);
        }
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const lookup = lookUpHere();
    return {
        url: `http://${host}:${(server.address() as AddressInfo).port}/share/backups/orders%20(1).bak`,
        sasToken: `sv=2021-06-08&sr=f&sp=r&sig=${encodeURIComponent(signature)}`,
        signature,
        write(content, metadata = {}) {
            const etag = `"0x8DAA71EFB6D${(0x1000 + ++count).toString(16).toUpperCase()}"`;
            file = { content: Buffer.from(content), etag, modified: new Date(), metadata };
        },
        snapshot() {
            const taken = `2026-01-31T12:00:0${snapshots.size}.0000000Z`;
            snapshots.set(taken, file!);
            return taken;
        },
        requests: () => requests.splice(0),
        onRequest: (next) => {
            callback = next;
        },
        async close() {
            lookup.mockRestore();
            server.closeAllConnections();
            await new Promise((done) => server.close(done));
        },
    };
}

/** Looks the file service's name up to this machine, as a line in its hosts file would. */
function lookUpHere() {
    const original = dns.lookup as (...of: unknown[]) => void;
    const lookup = (name: string, options: unknown, done: unknown) => {
        original(name === host ? "127.0.0.1" : name, options, done);
    };
    return vi.spyOn(dns, "lookup").mockImplementation(lookup as unknown as typeof dns.lookup);
}
