import { statusCode } from "./errors";

interface WithHeaders {
    readonly response?: { readonly headers?: { get(name: string): string | undefined } };
}

const transientStatuses = new Set([408, 429, 500, 502, 503, 504]);

function header(error: unknown, name: string): string | undefined {
    return error instanceof Error ? (error as WithHeaders).response?.headers?.get(name) : undefined;
}

/**
 * Whether the same request may do better a little later: the network failed, the service is busy or stumbled, or the source
 * of a From-URL operation was (`x-ms-copy-source-status-code`).
 */
export function isTransient(error: unknown): boolean {
    const status = statusCode(error);
    if (status === undefined) {
        return error instanceof Error && error.name === "RestError";
    }
    return (
        transientStatuses.has(status) ||
        transientStatuses.has(Number(header(error, "x-ms-copy-source-status-code") ?? Number.NaN))
    );
}

/** How long the service asks to be left alone (`Retry-After`), in milliseconds; 0 where it does not say. */
export function retryAfterMilliseconds(error: unknown): number {
    return Math.max(0, Number(header(error, "retry-after") ?? 0) * 1_000) || 0;
}
