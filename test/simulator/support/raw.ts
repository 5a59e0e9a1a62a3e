import { createHmac } from "node:crypto";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { AccountHandle } from "../../../simulator";

/** What a request without any client library got for an answer. */
export interface RawAnswer {
    readonly status: number;
    readonly reason: string;
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
    readonly body: string;
}

/** A request as it goes over the wire. */
export interface RawRequest {
    readonly method?: string;
    /** Query string, without question mark. */
    readonly query?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string | Buffer;
    /** The key that signs it; `null` sends it unsigned. */
    readonly key?: string | null;
}

export const VERSION = "2025-01-05";

/** An account somewhere: its name, key and URL. */
export type Endpoint = Pick<AccountHandle, "name" | "key" | "blobEndpoint">;

/** Sends a request to `/account` + path, signed with the account's key. */
export function raw(account: Endpoint, path: string, request: RawRequest = {}): Promise<RawAnswer> {
    const url = new URL(`${account.blobEndpoint}${path}${request.query ? `?${request.query}` : ""}`);
    const method = request.method ?? "GET";
    const body = request.body === undefined ? Buffer.alloc(0) : Buffer.from(request.body);
    const headers: Record<string, string> = { "x-ms-version": VERSION, ...request.headers };
    if (method !== "GET" && method !== "HEAD") {
        headers["content-length"] = String(body.length);
    }
    if (request.key !== null) {
        headers["x-ms-date"] ??= new Date().toUTCString();
        const key = request.key ?? account.key;
        headers.authorization = `SharedKey ${account.name}:${signature(account.name, key, method, url, headers)}`;
    }
    return send(url, method, headers, body);
}

/**
 * Sends a request as it is, to any URL.
 * @param ca the certificate to trust: https instead of http
 */
export function send(
    url: URL | string,
    method = "GET",
    headers: Readonly<Record<string, string>> = {},
    body: Buffer | string = "",
    ca?: string,
): Promise<RawAnswer> {
    return new Promise((resolve, reject) => {
        const request = ca === undefined ? httpRequest : httpsRequest;
        const outgoing = request(url, { method, headers, agent: false, ca }, (response) => {
            const chunks: Buffer[] = [];
            response.on("data", (chunk: Buffer) => chunks.push(chunk));
            response.on("error", reject);
            response.on("end", () =>
                resolve({
                    status: response.statusCode!,
                    reason: response.statusMessage!,
                    headers: response.headers,
                    body: Buffer.concat(chunks).toString("utf8"),
                }),
            );
        });
        outgoing.on("error", reject);
        outgoing.end(body);
    });
}

/** The text of an XML element. */
export function elementText(answer: RawAnswer, name: string): string | undefined {
    return new RegExp(`<${name}>([^<]*)</${name}>`).exec(answer.body)?.[1];
}

/** Shared Key by the documentation; headers are sorted by character, which is right for the ones used here. */
function signature(account: string, key: string, method: string, url: URL, headers: Record<string, string>): string {
    const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    const standard = [
        "content-encoding",
        "content-language",
        "content-length",
        "content-md5",
        "content-type",
        "date",
        "if-modified-since",
        "if-match",
        "if-none-match",
        "if-unmodified-since",
        "range",
    ].map((name) => {
        const noLength = name === "content-length" && lower[name] === "0" && lower["x-ms-version"]! >= "2015-02-21";
        return noLength ? "" : (lower[name] ?? "");
    });
    const microsoft = Object.keys(lower)
        .filter((name) => name.startsWith("x-ms-"))
        .sort()
        .map((name) => `${name}:${lower[name]}\n`)
        .join("");
    const query = [...url.searchParams.keys()]
        .sort()
        .map((name) => `\n${name.toLowerCase()}:${url.searchParams.get(name)}`)
        .join("");
    const text = `${method}\n${standard.join("\n")}\n${microsoft}/${account}${url.pathname}${query}`;
    return createHmac("sha256", Buffer.from(key, "base64")).update(text, "utf8").digest("base64");
}
