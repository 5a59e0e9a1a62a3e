// A web server whose files are told apart by the query of their URL, as many a download page has it.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface WebServer {
    /** Its only path, without a query. */
    readonly url: string;
    /** What was asked for since the last call: `GET /download?file=1`. */
    requests(): string[];
    close(): Promise<void>;
}

/** Starts a server with an answer to everything. */
export async function startWebServer(
    answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<WebServer> {
    let log: string[] = [];
    const server = createServer((request, response) => {
        log.push(`${request.method} ${request.url}`);
        answer(request, response);
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return {
        url: `http://localhost:${(server.address() as AddressInfo).port}/download`,
        requests() {
            const requests = log;
            log = [];
            return requests;
        },
        close: () =>
            new Promise((done) => {
                server.close(() => done());
                server.closeAllConnections();
            }),
    };
}

/** What a {@link startDownloads} server has under a query. */
export interface Download {
    readonly content: string | Buffer;
    readonly etag?: string;
}

const lastModified = new Date("2020-01-01T00:00:00Z").toUTCString();

/** Starts a server that has a file for each query; 404 for any other. */
export function startDownloads(files: Readonly<Record<string, Download>>): Promise<WebServer> {
    return startWebServer((request, response) => {
        const file = files[new URL(request.url!, "http://localhost").search.slice(1)];
        if (!file) {
            response.writeHead(404).end();
            return;
        }
        const content = Buffer.from(file.content);
        const [, start, end] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
        const part = start === undefined ? content : content.subarray(Number(start), end ? Number(end) + 1 : undefined);
        response.writeHead(start === undefined ? 200 : 206, {
            "Content-Length": part.length,
            "Content-Type": "application/zip",
            "Accept-Ranges": "bytes",
            "Last-Modified": lastModified,
            ...(start !== undefined && {
                "Content-Range": `bytes ${start}-${Number(start) + part.length - 1}/${content.length}`,
            }),
            ...(file.etag && { ETag: file.etag }),
        });
        response.end(request.method === "HEAD" ? undefined : part);
    });
}
