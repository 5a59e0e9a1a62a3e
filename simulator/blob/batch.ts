import { randomUUID } from "node:crypto";
import type { Answer } from "../http/answer";
import { readSmallBody } from "../http/body";
import { invalidHeader, storageError } from "../http/errors";
import type { InnerRequest, StorageRequest } from "../http/request";
import { errorAnswer, reasonOf } from "../http/respond";
import { XML_PROLOG } from "../http/xml";

const MAX_REQUESTS = 256;
const MAX_BODY = 4 * 1024 * 1024;
const ALLOWED = ["Delete Blob", "Set Blob Tier"];

/** One part of the body: a request, and the name its answer is known by. */
interface Part {
    readonly id: string;
    readonly inner: InnerRequest;
}

/** Blob Batch: deletes or sets the tiers of up to 256 blobs. Each request is authorized, and may fail, by itself. */
export async function submitBatch(request: StorageRequest): Promise<Answer> {
    const type = request.headers.required("content-type");
    const boundary = /^multipart\/mixed;.*boundary="?([^";]+)"?/i.exec(type)?.[1];
    if (!boundary) {
        throw invalidHeader("Content-Type", type);
    }
    const parts = readParts((await readSmallBody(request.body, MAX_BODY)).toString("utf8"), boundary);
    const answerBoundary = `batchresponse_${randomUUID()}`;
    const answers: string[] = [];
    for (const { id, inner } of parts) {
        answers.push(`--${answerBoundary}\r\n${await answerPart(request, id, inner)}`);
    }
    return {
        status: 202,
        document: {
            type: `multipart/mixed; boundary=${answerBoundary}`,
            text: `${answers.join("\r\n")}\r\n--${answerBoundary}--\r\n`,
        },
        chunked: true,
    };
}

function readParts(body: string, boundary: string): Part[] {
    const sections = body.split(new RegExp(`(?:^|\\r?\\n)--${boundary.replace(/[^\w]/g, "\\$&")}`));
    // Before the first boundary there is nothing, after the last one only "--".
    const parts = sections.slice(1, -1).map(readPart);
    if (parts.length === 0 || !sections.at(-1)!.startsWith("--")) {
        throw storageError("InvalidInput");
    }
    if (parts.length > MAX_REQUESTS) {
        throw storageError("ExceedsMaxBatchRequestCount");
    }
    return parts;
}

function readPart(section: string): Part {
    const [head, request] = section.replace(/^\r?\n/, "").split(/\r?\n\r?\n/) as [string, string | undefined];
    const [line, ...headerLines] = (request ?? "").split(/\r?\n/);
    const words = /^(\S+) (\S+) HTTP\/1\.1$/.exec(line?.trim() ?? "");
    if (!words) {
        throw storageError("InvalidInput");
    }
    const rawHeaders = headerLines
        .filter((each) => each.includes(":"))
        .flatMap((each) => [each.slice(0, each.indexOf(":")), each.slice(each.indexOf(":") + 1).trim()]);
    return {
        id: /^content-id:\s*(.+)$/im.exec(head)?.[1]?.trim() ?? "",
        inner: { method: words[1]!, url: words[2]!, rawHeaders, allowed: ALLOWED },
    };
}

async function answerPart(request: StorageRequest, id: string, inner: InnerRequest): Promise<string> {
    const requestId = randomUUID();
    const answer = await answerTo(request, inner).catch((error: unknown) =>
        errorAnswer(error, request.service.clock.now(), requestId),
    );
    const body = answer.xml === undefined ? "" : XML_PROLOG + answer.xml;
    const headers = {
        ...answer.headers,
        "x-ms-request-id": requestId,
        "x-ms-version": request.version,
        ...(body === "" ? {} : { "Content-Length": Buffer.byteLength(body), "Content-Type": "application/xml" }),
        Server: "Windows-Azure-Blob/1.0",
    };
    const lines = Object.entries(headers)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => `${name}: ${value}`);
    return [
        "Content-Type: application/http",
        ...(id === "" ? [] : [`Content-ID: ${id}`]),
        "",
        `HTTP/1.1 ${answer.status} ${reasonOf(answer)}`,
        ...lines,
        "",
        body,
    ].join("\r\n");
}

/** A batch on a container takes requests for that container only. */
async function answerTo(request: StorageRequest, inner: InnerRequest): Promise<Answer> {
    const { container } = request.address;
    const prefix = `${request.address.pathStyle ? `/${request.account.name}` : ""}/${container}/`;
    if (container !== undefined && !decodeURIComponent(inner.url).startsWith(prefix)) {
        throw storageError("InvalidInput");
    }
    return request.dispatch(inner);
}
