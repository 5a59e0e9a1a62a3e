// The form that a token is asked for with: anybody may send one, so that little is read, not for long, and not of many at once.

import type { IncomingMessage } from "node:http";
import type { Answer } from "../http/answer";
import { jsonAnswer } from "./entraError";

/** Bytes. One with a certificate's whole chain has some 16 KiB. */
const LIMIT = 64 * 1024;
/** How long its sender may take, in real seconds. */
const SECONDS = 10;
/** How many are read at once. */
const AT_ONCE = 64;

/** Reads the forms of one simulator. */
export class FormReader {
    private reading = 0;

    /** The form, or the answer that refuses it. A sender that is too slow loses the connection. */
    async read(message: IncomingMessage): Promise<URLSearchParams | Answer> {
        if (Number(message.headers["content-length"] ?? 0) > LIMIT) {
            return tooLarge();
        }
        if (this.reading >= AT_ONCE) {
            return refusal(429, "temporarily_unavailable", `More than ${AT_ONCE} requests for a token are under way.`, {
                "Retry-After": "1",
            });
        }
        this.reading++;
        const slow = setTimeout(() => message.socket.destroy(), SECONDS * 1000);
        try {
            const chunks: Buffer[] = [];
            let length = 0;
            // Destroying the message would take the connection, over which it is answered.
            for await (const chunk of message.iterator({ destroyOnReturn: false })) {
                length += chunk.length;
                if (length > LIMIT) {
                    return tooLarge();
                }
                chunks.push(chunk);
            }
            return new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
        } finally {
            clearTimeout(slow);
            this.reading--;
        }
    }
}

function tooLarge(): Answer {
    return refusal(413, "invalid_request", `The request's body is larger than ${LIMIT} bytes.`);
}

/** Ends the connection, of which nothing more is read. */
function refusal(status: number, error: string, description: string, headers: Record<string, string> = {}): Answer {
    const answer = jsonAnswer(status, { error, error_description: description });
    return { ...answer, headers: { ...answer.headers, ...headers, Connection: "close" } };
}
