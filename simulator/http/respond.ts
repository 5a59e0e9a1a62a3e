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
    const isHead = context.method === "HEAD";
    const body = isHead ? undefined : documentOf(answer);
    response.writeHead(answer.status, reasonOf(answer), {
        ...headersOf(answer, context),
        ...bodyHeaders(answer, body),
    });
    const part = isHead ? undefined : answer.part;
    const length = part ? part.end - part.start : (body?.length ?? 0);
    if (context.bytesPerSecond !== undefined && length > 0) {
        const whole = part ?? { content: bytes(body!), start: 0, end: length };
        await stream(response, paced(whole, context.bytesPerSecond));
    } else if (part) {
        await sendPart(response, part);
    } else if (answer.chunked && body) {
        response.write(body);
        response.end();
    } else {
        response.end(body);
    }
    return length;
}

async function sendPart(response: ServerResponse, { content, start, end }: ContentPart): Promise<void> {
    if (end - start > SMALL) {
        await stream(response, pieces(content, start, end));
    } else {
        response.end(start === end ? undefined : await content.read(start, end));
    }
}

function documentOf({ document, xml }: Answer): Buffer | undefined {
    const text = document?.text ?? (xml === undefined ? undefined : XML_PROLOG + xml);
    return text === undefined ? undefined : Buffer.from(text, "utf8");
}

/** The answer's own headers, and those that every answer has. */
function headersOf(answer: Answer, context: AnswerContext): Record<string, string | number> {
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
    return headers;
}

/**
 * What tells of the body.
 * @param document the document to send, which a HEAD has none of
 */
function bodyHeaders(answer: Answer, document: Buffer | undefined): Record<string, string | number> {
    if (document) {
        const type = { "Content-Type": answer.document?.type ?? "application/xml" };
        return answer.chunked ? type : { ...type, "Content-Length": document.length };
    }
    if (answer.part) {
        return { "Content-Length": answer.part.end - answer.part.start };
    }
    const hasLength = answer.status !== 204 && answer.status !== 304 && !answer.chunked;
    return hasLength ? { "Content-Length": answer.length ?? 0 } : {};
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
