import { randomUUID } from "node:crypto";
import type { Answer } from "../http/answer";

/** How the token endpoint refuses: an OAuth 2.0 error with a code of Microsoft Entra ID. */
export class EntraError extends Error {
    override readonly name = "EntraError";

    constructor(
        readonly status: number,
        /** The OAuth 2.0 error: `invalid_client`. */
        readonly error: string,
        /** The number of the AADSTS code. */
        readonly code: number,
        message: string,
    ) {
        super(message);
    }
}

/** A JSON document as an answer that mustn't be kept. */
export function jsonAnswer(status: number, document: unknown): Answer {
    return {
        status,
        headers: { "Cache-Control": "no-store, no-cache", Pragma: "no-cache" },
        document: { type: "application/json; charset=utf-8", text: JSON.stringify(document) },
    };
}

/** The error as the token endpoint words it. */
export function entraErrorAnswer({ status, error, code, message }: EntraError): Answer {
    const timestamp = `${new Date().toISOString().slice(0, 19).replace("T", " ")}Z`;
    const [traceId, correlationId] = [randomUUID(), randomUUID()];
    return jsonAnswer(status, {
        error,
        error_description: `AADSTS${code}: ${message} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
        error_codes: [code],
        timestamp,
        trace_id: traceId,
        correlation_id: correlationId,
        error_uri: `https://login.microsoftonline.com/error?code=${code}`,
    });
}
