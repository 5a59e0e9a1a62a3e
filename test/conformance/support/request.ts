import { type Endpoint, type RawAnswer, raw, send } from "../../simulator/support/raw";
import { type Sas, sasQuery } from "./sas";

/** A request as a case describes it: where the account is, and so its signature, is added when it is sent. */
export interface Request {
    /** The operation's name in the REST reference. */
    readonly operation: string;
    readonly method: string;
    /** From the slash after the account on. */
    readonly path: string;
    readonly query?: Readonly<Record<string, string>>;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string | Buffer;
    /** Who asks. @default the account's key */
    readonly by?: "wrong key" | "nobody" | Sas;
}

/** The version that requests ask for unless they say otherwise. */
export const VERSION = "2025-01-05";

/** Sends a request once, as it is, to an account. What can't be read as an answer has status 0 and the reason as code. */
export async function exchange(account: Endpoint, request: Request): Promise<RawAnswer> {
    try {
        return await sendTo(account, request);
    } catch (error) {
        const { code, message } = error as { code?: string; message: string };
        return { status: 0, reason: message, headers: { "x-ms-error-code": code ?? message }, body: "" };
    }
}

function sendTo(account: Endpoint, { method, path, query = {}, headers, body, by }: Request): Promise<RawAnswer> {
    const all: Record<string, string> = { "x-ms-version": VERSION, ...headers };
    if (typeof by === "object") {
        if (method !== "GET" && method !== "HEAD") {
            all["content-length"] = String(Buffer.from(body ?? "").length);
        }
        const text = [queryText(query), sasQuery(account, by, path)].filter((part) => part !== "").join("&");
        return send(`${account.blobEndpoint}${path}?${text}`, method, all, Buffer.from(body ?? ""));
    }
    const key = by === "nobody" ? null : by === "wrong key" ? Buffer.alloc(64, 7).toString("base64") : undefined;
    return raw(account, path, { method, query: queryText(query), headers: all, body, key });
}

/** A query as it goes over the wire. */
export function queryText(query: Readonly<Record<string, string>>): string {
    return Object.entries(query)
        .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
        .join("&");
}
