/** What authorizes, wherever it stands in a text. */
const patterns = [/((?:[?&;\s]|^)sig=)[^&;\s"'<>]+/gi, /(AccountKey=)[^;\s"'<>]+/gi];

/** A text without secrets: those that are known, and whatever looks like one. Shorter ones than 8 characters would blank out half of it. */
export function redact(text: string, secrets: readonly string[]): string {
    const shown = secrets
        .filter((secret) => secret.length >= 8)
        .reduce((all, secret) => all.replaceAll(secret, "REDACTED"), text);
    return patterns.reduce((all, pattern) => all.replace(pattern, "$1REDACTED"), shown);
}
