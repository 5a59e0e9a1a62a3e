// What an error, a log line or a progress line may not contain.

/**
 * Values that authorize, wherever they stand in a text: SAS signatures, account keys, customer-provided keys, tokens, client secrets, presigned
 * S3 and Google Cloud Storage URLs, user names and passwords in URLs.
 */
const patterns: readonly RegExp[] = [
    // Also of a URL that stands in another one's query, or in JSON that escapes the &.
    /((?:[?&]|%(?:25)*(?:26|3f)|\\u0026|\b)sig(?:=|%(?:25)*3d))[^&;\s"'<>]+/gi,
    /(AccountKey=)[^;\s"'<>]+/gi,
    /(SharedKey(?:Lite)? [a-z0-9]+:)\S+/gi,
    /(x-ms-(?:source-)?encryption-key["']?\s*[:=,]\s*["']?)[A-Za-z0-9+/]+=*/gi,
    /(Bearer )[A-Za-z0-9._~+/-]+=*/g,
    // A token begins with what {" is in base64url; so does what a certificate signs to get one.
    /(\b)eyJ[\w-]+\.[\w-]+\.[\w-]+/g,
    /(client_secret=)[^&\s"'<>]+/gi,
    /(X-(?:Amz|Goog)-(?:Signature|Credential|Security-Token)=)[^&\s"'<>]+/gi,
    /(\bhttps?:\/\/)[^\s/?#@"'<>]+(?=@)/gi,
];

/** Shorter ones are left: they would blank out half the text. */
const shortestSecret = 8;

/** Values known to be secret. Their forms are made once: a process may know thousands, and redacts every line of progress. */
export class Secrets {
    readonly #values = new Set<string>();
    #forms: readonly string[] | undefined;

    constructor(values: Iterable<string> = []) {
        for (const value of values) {
            this.add(value);
        }
    }

    add(value: string): void {
        if (value.length >= shortestSecret && !this.#values.has(value)) {
            this.#values.add(value);
            this.#forms = undefined;
        }
    }

    /** What to look for. What is a part of another one comes after it, whose rest would stay. */
    get forms(): readonly string[] {
        this.#forms ??= [...this.#values].flatMap(formsOf).sort((one, other) => other.length - one.length);
        return this.#forms;
    }
}

/**
 * Replaces secrets in a text by `REDACTED`.
 * @param secrets values known to be secret, of 8 characters at least; they are found in URLs, in JSON and in base64, too
 */
export function redact(text: string, secrets: Secrets = new Secrets()): string {
    let result = text;
    for (const form of secrets.forms) {
        result = result.replaceAll(form, "REDACTED");
    }
    for (const pattern of patterns) {
        result = result.replace(pattern, "$1REDACTED");
    }
    return result;
}

/** A secret as it is, and as it stands in a URL, in JSON and in base64. */
function formsOf(secret: string): readonly string[] {
    const inUrl = encodeURIComponent(secret);
    const forms = [
        secret,
        inUrl,
        inUrl.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
        JSON.stringify(secret).slice(1, -1),
        Buffer.from(secret).toString("base64"),
        Buffer.from(secret).toString("base64url"),
    ];
    return [...new Set(forms)];
}
