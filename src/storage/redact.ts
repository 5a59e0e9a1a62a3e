// What an error, a log line or a progress line may not contain.

/** Values that authorize, wherever they stand in a text: SAS signatures, account keys, customer-provided keys, bearer tokens, presigned S3 and Google Cloud Storage URLs. */
const patterns: readonly RegExp[] = [
    /((?:[?&]|%26|\b)sig=)[^&;\s"'<>]+/gi,
    /(AccountKey=)[^;\s"'<>]+/gi,
    /(SharedKey(?:Lite)? [a-z0-9]+:)\S+/gi,
    /(x-ms-(?:source-)?encryption-key["']?\s*[:=,]\s*["']?)[A-Za-z0-9+/]+=*/gi,
    /(Bearer )[A-Za-z0-9._~+/-]+=*/g,
    /(X-(?:Amz|Goog)-(?:Signature|Credential|Security-Token)=)[^&\s"'<>]+/gi,
];

/**
 * Replaces secrets in a text by `REDACTED`.
 * @param secrets values known to be secret, in the forms in which they may appear; those shorter than 8 characters are left, they would blank out half the text
 */
export function redact(text: string, secrets: readonly string[] = []): string {
    let result = text;
    for (const secret of secrets) {
        if (secret.length >= 8) {
            result = result.replaceAll(secret, "REDACTED");
        }
    }
    for (const pattern of patterns) {
        result = result.replace(pattern, "$1REDACTED");
    }
    return result;
}
