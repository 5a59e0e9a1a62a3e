import { statusCode } from "./errors";

interface WithHeaders {
    readonly response?: { readonly headers?: { get(name: string): string | undefined } };
}

function header(error: unknown, name: string): string | undefined {
    return error instanceof Error ? (error as WithHeaders).response?.headers?.get(name) : undefined;
}

function passes(status: number): boolean {
    return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}

/**
 * Whether the same request may do better a little later: the network failed, the service is busy or stumbled, or the source
 * of a From-URL operation was (`x-ms-copy-source-status-code`). The SDK tries again by itself only some of these, and only so often.
 */
export function isTransient(error: unknown): boolean {
    const status = statusCode(error);
    if (status === undefined) {
        return error instanceof Error && error.name === "RestError";
    }
    return passes(status) || passes(Number(header(error, "x-ms-copy-source-status-code") ?? 0));
}

/** How long the service asks to be left alone (`Retry-After`), in milliseconds; 0 where it does not say. The SDK's own retries do not heed it. */
export function retryAfterMilliseconds(error: unknown): number {
    return Math.max(0, Number(header(error, "retry-after") ?? 0) * 1_000) || 0;
}
