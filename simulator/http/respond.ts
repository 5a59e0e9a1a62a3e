import { type ServerResponse, STATUS_CODES } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { httpDate, ticksOf, timestampOf } from "../clock";
import { bytes, pieces } from "../content/content";
import type { StorageService } from "./address";
import type { Answer, ContentPart } from "./answer";
import { StorageError, storageError } from "./errors";
import { element, XML_PROLOG } from "./xml";

/** Content up to this many bytes is sent in one piece. */
const SMALL = 64 * 1024;

/** What every answer says about the request. */
export interface AnswerContext {
    readonly service: StorageService;
    readonly method: string;
    readonly version: string | undefined;
    readonly requestId: string;
    readonly clientRequestId: string | undefined;
    readonly now: number;
    /** How fast the body is sent. @default as fast as the client takes it */
    readonly bytesPerSecond?: number;
}

/** An error as an answer: its code in a header, and an XML document unless there may be no body. */
export function errorAnswer(error: unknown, now: number, requestId: string): Answer {
    const known =
        error instanceof StorageError
            ? error
            : storageError("InternalError", {
                  message: error instanceof Error ? (error.stack ?? error.message) : String(error),
              });
    const message = `${known.message}\nRequestId:${requestId}\nTime:${timestampOf(ticksOf(now))}`;
    const elements = Object.entries(known.elements).map(([name, value]) => element(name, value));
    return {
        status: known.status,
        headers: { "x-ms-error-code": known.code, ...known.headers },
        xml:
            known.status === 304
                ? undefined
                : `<Error>${element("Code", known.code)}${element("Message", message)}${elements.join("")}</Error>`,
    };
}

/** Sends an answer, as fast as the client takes it; gives the number of bytes of its body. */
export async function send(response: ServerResponse, answer: Answer, context: AnswerContext): Promise<number> {
    const headers: Record<string, string | number> = {};
    for (const [name, value] of Object.entries(answer.headers ?? {})) {
        if (value !== undefined) {
            headers[name] = value;
        }
    }
    headers.Server = `Windows-Azure-${context.service === "file" ? "File" : "Blob"}/1.0 Microsoft-HTTPAPI/2.0`;
    headers["x-ms-request-id"] = context.requestId;
    if (context.version !== undefined) {
        headers["x-ms-version"] = context.version;
    }
    if (context.clientRequestId !== undefined && /^[\x21-\x7e]{1,1024}$/.test(context.clientRequestId)) {
        headers["x-ms-client-request-id"] = context.clientRequestId;
    }
    headers.Date = httpDate(context.now);
    const isHead = context.method === "HEAD";
    let body: Buffer | undefined;
    const text = answer.document?.text ?? (answer.xml === undefined ? undefined : XML_PROLOG + answer.xml);
    if (text !== undefined && !isHead) {
        body = Buffer.from(text, "utf8");
        headers["Content-Type"] = answer.document?.type ?? "application/xml";
        if (!answer.chunked) {
            headers["Content-Length"] = body.length;
        }
    } else if (answer.part) {
        headers["Content-Length"] = answer.part.end - answer.part.start;
    } else if (answer.status !== 204 && answer.status !== 304 && !answer.chunked) {
        headers["Content-Length"] = answer.length ?? 0;
    }
    response.writeHead(answer.status, reasonOf(answer), headers);
    const part = isHead ? undefined : answer.part;
    const length = part ? part.end - part.start : (body?.length ?? 0);
    if (context.bytesPerSecond !== undefined && length > 0) {
        const whole = part ?? { content: bytes(body!), start: 0, end: length };
        await stream(response, paced(whole, context.bytesPerSecond));
    } else if (part && length > SMALL) {
        await stream(response, pieces(part.content, part.start, part.end));
    } else if (part) {
        response.end(length === 0 ? undefined : await part.content.read(part.start, part.end));
    } else if (answer.chunked && body) {
        response.write(body);
        response.end();
    } else {
        response.end(body);
    }
    return length;
}

/** The reason phrase of an error is its message, as the service has it. */
export function reasonOf(answer: Answer): string {
    if (answer.status >= 400 && answer.xml !== undefined) {
        const message = /<Message>([^\n<]*)/.exec(answer.xml)?.[1];
        if (message && /^[\x20-\x7e]+$/.test(message)) {
            return message;
        }
    }
    return STATUS_CODES[answer.status] ?? "";
}

async function stream(response: ServerResponse, body: AsyncIterable<Buffer>): Promise<void> {
    try {
        await pipeline(Readable.from(body), response);
    } catch {
        // The client hung up, or the content can't be read: either way the connection is over.
        response.destroy();
    }
}

/** Bytes as they come at a rate, 20 pieces a second. */
async function* paced({ content, start, end }: ContentPart, bytesPerSecond: number): AsyncGenerator<Buffer> {
    const size = Math.max(1, Math.floor(bytesPerSecond / 20));
    for (let at = start; at < end; at += size) {
        const to = Math.min(at + size, end);
        await delay(((to - at) / bytesPerSecond) * 1000);
        yield await content.read(at, to);
    }
}
