import { createHash } from "node:crypto";
import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { bytes, type Content } from "../content/content";
import { file } from "../content/file";
import type { TemporaryFiles } from "../temporaryFiles";
import { storageError } from "./errors";

/** Bodies up to this many bytes stay in memory, larger ones go to a temporary file. */
const MEMORY_LIMIT = 8 * 1024 * 1024;

/** A body that was received whole. */
export interface ReceivedBody {
    readonly content: Content;
    /** The Base64 MD5 of what was received. */
    readonly md5: string;
}

/** Reads a small body, such as an XML document; 413 if it is larger than the limit. */
export async function readSmallBody(body: AsyncIterable<Buffer>, limit = 16 * 1024 * 1024): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of body) {
        length += chunk.length;
        if (length > limit) {
            throw storageError("RequestBodyTooLarge", { elements: { MaxLimit: String(limit) } });
        }
        chunks.push(chunk);
    }
    return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

/** Receives bytes that a blob shall hold; 413 if there are more than the limit. */
export async function receiveContent(
    body: AsyncIterable<Buffer>,
    limit: number,
    files: TemporaryFiles,
): Promise<ReceivedBody> {
    const hash = createHash("md5");
    const chunks: Buffer[] = [];
    let length = 0;
    let output: WriteStream | undefined;
    let path = "";
    try {
        for await (const chunk of body) {
            length += chunk.length;
            if (length > limit) {
                throw storageError("RequestBodyTooLarge", { elements: { MaxLimit: String(limit) } });
            }
            hash.update(chunk);
            if (!output && length > MEMORY_LIMIT) {
                path = files.next();
                output = fileOf(path, chunks.splice(0));
            }
            if (!output) {
                chunks.push(chunk);
            } else if (!output.write(chunk)) {
                await once(output, "drain");
            }
        }
    } finally {
        if (output) {
            output.end();
            await finished(output);
        }
    }
    const md5 = hash.digest("base64");
    return { content: output ? file(path, md5) : bytes(compact(chunks), md5), md5 };
}

/** One Buffer of its own, so that no small body keeps a whole socket buffer alive. */
function compact(chunks: readonly Buffer[]): Buffer {
    return Buffer.concat(chunks);
}

/** A file that begins with these bytes. */
function fileOf(path: string, chunks: readonly Buffer[]): WriteStream {
    const output = createWriteStream(path);
    // What goes wrong is thrown when the file is finished.
    output.on("error", () => undefined);
    for (const chunk of chunks) {
        output.write(chunk);
    }
    return output;
}
