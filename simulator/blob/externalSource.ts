import { createWriteStream } from "node:fs";
import { get as httpGet, type IncomingHttpHeaders, type IncomingMessage, STATUS_CODES } from "node:http";
import { get as httpsGet } from "node:https";
import { pipeline } from "node:stream/promises";
import { EMPTY } from "../content/content";
import { file } from "../content/file";
import { storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import type { Transfer } from "../state/copy";
import type { BlobHeaders, Metadata } from "../state/properties";
import { DEFAULT_HEADERS } from "../state/properties";
import { sourceDetails } from "./copySourceErrors";

/** How long a source outside may take to answer. */
const ANSWER_TIMEOUT = 30_000;

/** A source that isn't simulated: any HTTP or HTTPS URL. */
export interface ExternalSource {
    readonly length: number;
    readonly headers: BlobHeaders;
    readonly md5?: string;
    readonly metadata?: Metadata;
    /** Receives the bytes into a temporary file; nobody need wait for it. */
    start(): Transfer;
    /** Hangs up without receiving the bytes. */
    cancel(): void;
}

/** Bytes of a source, end included. */
export interface SourceRange {
    readonly start: number;
    readonly end: number;
}

/** Whether the source's conditions hold; throws if they don't. */
export type ConditionCheck = (request: StorageRequest, answered: IncomingHttpHeaders) => void;

/** Asks for a URL; throws CannotVerifyCopySource unless it answers 200 with a length, and its conditions hold. */
export async function openExternalSource(
    request: StorageRequest,
    url: URL,
    range?: SourceRange,
    check: ConditionCheck = checkConditions,
): Promise<ExternalSource> {
    const response = await ask(url, range);
    try {
        checkAnswer(request, response, range ? [200, 206] : [200]);
        check(request, response.headers);
    } catch (error) {
        response.destroy();
        throw error;
    }
    const { headers } = response;
    const metadata = Object.entries(headers)
        .filter(([name]) => name.startsWith("x-ms-meta-"))
        .map(([name, value]) => [name.slice("x-ms-meta-".length), String(value)] as const);
    return {
        length: Number(headers["content-length"]),
        headers: {
            contentType: headers["content-type"] ?? DEFAULT_HEADERS.contentType,
            contentEncoding: headers["content-encoding"],
            contentLanguage: headers["content-language"],
            contentDisposition: headers["content-disposition"],
            cacheControl: headers["cache-control"],
        },
        md5: typeof headers["content-md5"] === "string" ? headers["content-md5"] : undefined,
        metadata: metadata.length > 0 ? Object.fromEntries(metadata) : undefined,
        start: () => receive(request, response, Number(headers["content-length"])),
        cancel: () => response.destroy(),
    };
}

function ask(url: URL, range: SourceRange | undefined): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
        const get = url.protocol === "https:" ? httpsGet : httpGet;
        const headers = range ? { Range: `bytes=${range.start}-${Number.isFinite(range.end) ? range.end : ""}` } : {};
        const request = get(url, { agent: false, timeout: ANSWER_TIMEOUT, headers }, resolve);
        request.on("timeout", () => request.destroy());
        request.on("error", () => reject(storageError("CannotVerifyCopySource")));
    });
}

function checkAnswer(request: StorageRequest, response: IncomingMessage, good: readonly number[]): void {
    const status = response.statusCode!;
    if (!good.includes(status)) {
        const message = response.statusMessage || STATUS_CODES[status] || "The copy source can't be read.";
        const code = response.headers["x-ms-error-code"];
        throw storageError("CannotVerifyCopySource", {
            status: Math.max(status, 400),
            message,
            ...(request.version >= "2025-01-05"
                ? sourceDetails(status, typeof code === "string" ? code : undefined, message)
                : {}),
        });
    }
    if (!/^\d+$/.test(response.headers["content-length"] ?? "")) {
        throw storageError("CannotVerifyCopySource", {
            status: 400,
            message: "The copy source doesn't state its Content-Length.",
        });
    }
}

function checkConditions({ headers }: StorageRequest, answered: IncomingHttpHeaders): void {
    const etag = answered.etag;
    const modified = Date.parse(answered["last-modified"] ?? "");
    const same = (condition: string) =>
        condition === "*" || condition.replaceAll('"', "") === etag?.replaceAll('"', "");
    const match = headers.get("x-ms-source-if-match");
    const noneMatch = headers.get("x-ms-source-if-none-match");
    const since = headers.date("x-ms-source-if-modified-since");
    const until = headers.date("x-ms-source-if-unmodified-since");
    const unmet =
        (match && !same(match)) ||
        (noneMatch && same(noneMatch)) ||
        (since !== undefined && modified <= since) ||
        (until !== undefined && modified > until);
    if (unmet) {
        throw storageError("SourceConditionNotMet");
    }
}

function receive(request: StorageRequest, response: IncomingMessage, length: number): Transfer {
    const path = request.service.files.next();
    let received = 0;
    response.on("data", (chunk: Buffer) => {
        received += chunk.length;
    });
    const transfer: Transfer = { cancel: () => response.destroy(), done: Promise.resolve() };
    transfer.done = pipeline(response, createWriteStream(path))
        .then(() => {
            if (received === length) {
                transfer.content = length === 0 ? EMPTY : file(path);
            }
        })
        .catch(() => {
            // The transfer ends without content: the copy has failed.
        })
        .finally(() => {
            transfer.ended = request.service.clock.now();
        });
    return transfer;
}
