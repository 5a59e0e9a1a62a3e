/** Takes the signature out of a URL or query string: `sig=REDACTED`. */
export function redactSignature(text: string): string {
    return text.replace(/([?&]|^)(sig)=[^&#\s]*/gi, "$1$2=REDACTED");
}

/** Headers as they may be logged: no Authorization, no encryption key, no SAS signature in a copy source. */
export function redactHeaders(entries: Iterable<[string, string]>): Record<string, string> {
    const headers: Record<string, string> = {};
    for (const [name, value] of entries) {
        if (name === "authorization" || name === "x-ms-copy-source-authorization") {
            headers[name] = `${value.split(" ", 1)[0]} REDACTED`;
        } else if (name === "x-ms-encryption-key" || name === "x-ms-source-encryption-key") {
            headers[name] = "REDACTED";
        } else {
            headers[name] = value.includes("sig=") ? redactSignature(value) : value;
        }
    }
    return headers;
}
