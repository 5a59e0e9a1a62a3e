// What an error, a log line, a progress line or a policy's message may not contain.

import { type Decoded, decode } from "./decode";

/**
 * A parameter by name, as it stands in a query, a form, a connection string, a header or JSON: `name=value`, `"name": "value"`, `<name>value`.
 * An unquoted name with a colon and an unquoted value is prose: "no token: …".
 */
function parameter(name: string): RegExp {
    const separator = `(?:["']?\\s{0,4}=\\s{0,4}|["']\\s{0,4}:\\s{0,4}|\\s{0,4}:\\s{0,4}(?=["'])|>)`;
    return new RegExp(`(${name}${separator})${value}`, "gi");
}

/** A value in quotation marks, or up to what ends one in a URL, a connection string or a sentence. */
const value = `(?:"(?:[^"\\\\\\r\\n]|\\\\.)+|'(?:[^'\\\\\\r\\n]|\\\\.)+|(?:[^&;\\s"'<>\\\\]|\\\\(?!["'nrtu]))+)`;

/**
 * What authorizes by its looks, wherever it stands. The first group, where there is one, stays. Nothing that can
 * fail comes after a part of unlimited length, so that the time that they take grows as the text does.
 */
export const redactionPatterns: Readonly<Record<string, RegExp>> = {
    // Of SAS, Amazon CloudFront and presigned URLs, and of signed requests.
    sig: new RegExp(`((?<![A-Za-z0-9_])sig["']?\\s{0,4}[=:]\\s{0,4})${value}`, "gi"),
    signature: parameter("(?<!SharedAccess)Signature(?:Provided)?"),
    accessKeyId: parameter("access[_-]?key[_-]?id"),
    googleAccessId: parameter("GoogleAccessId"),
    presignedCredential: parameter("X-(?:Amz|Goog)-Credential"),
    // Of connection strings.
    accountKey: parameter("AccountKey"),
    // Of headers.
    sharedKey: /(SharedKey(?:Lite)? [a-z0-9]{1,63}:)[^\s"']+/gi,
    encryptionKey: /(x-ms-(?:source-)?encryption-key["']?\s{0,4}[:=,]\s{0,4}["']?)[A-Za-z0-9+/]+=*/gi,
    bearer: /(\b(?:Bearer {1,4}|bearer {1,4}(?=[\w.~+/-]{16})))[\w.~+/-]+=*/g,
    basic: /(authorization["']?\s{0,4}[:=,]\s{0,4}["']?Basic {1,4})[\w+/-]+=*/gi,
    cookie: /((?:set-)?cookie["']?\s{0,4}[:=,]\s{0,4}["']?)[^"'\r\n]+/gi,
    // Of sign-in, of other servers' APIs and of commands. What comes before belongs to the name: access_token, clientSecret.
    password: parameter("pass(?:word|wd|phrase)"),
    pwd: parameter("pwd"),
    secret: parameter("secret"),
    token: parameter("token"),
    assertion: parameter("assertion"),
    apiKey: parameter("api[_-]?key"),
    accessKey: parameter("access[_-]?key"),
    key: new RegExp(`([?&](?:subscription-)?key=)${value}`, "gi"),
    code: new RegExp(`([?&]code=)${value}`, "gi"),
    // A user name and a password in a URL. A password may hold what ends a host, which is no port then.
    user: /(:\/\/)(?:[^\s/?#"'<>]{1,1024}(?=@)|[^\s/?#@"'<>:[]{1,256}:(?!\d{0,5}(?:[/?#]|$))[^\s"'<>]{1,512}(?=@))/g,
    // A token begins with what {" is in base64url; so does what a certificate signs to get one.
    jsonWebToken: /(?<![A-Za-z0-9])eyJ(?:[\w-]{20,}(?:\.{1,2}[\w-]+)*|[\w-]{0,19}(?:\.{1,2}[\w-]+)+)/g,
    privateKey: /(-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----)[^-]+/g,
    // 64 bytes in base64, as an account's keys are.
    storageKey: /(?<![A-Za-z0-9+])[A-Za-z0-9+/]{86}==/g,
    awsKeyId: /(?<![A-Z0-9])A(?:KI|SI)A[A-Z0-9]{16}(?![A-Z0-9])/g,
    entraIdSecret: /(?<![\w.~-])[\w.~-]{3}\dQ~[\w.~-]{31,34}/g,
    googleApiKey: /AIza[\w-]{35}/g,
    googleToken: /ya29\.[\w-]{8,}/g,
};

/** Shorter ones are found only where no letter or digit stands beside them: they would blank out half the words of a text. */
const shortestAnywhere = 8;

/** Shorter ones are left, since they are in every second word and number. */
const shortestSecret = 4;

/** What is looked for of a secret. */
interface Form {
    readonly text: string;
    /** Whether it is found only where no letter or digit stands beside it. */
    readonly whole: boolean;
}

/** Values known to be secret. Their forms are made once: a process may know thousands, and redacts every line of progress. */
export class Secrets {
    readonly #values = new Set<string>();
    #forms: readonly Form[] | undefined;

    constructor(values: Iterable<string> = []) {
        for (const value of values) {
            this.add(value);
        }
    }

    /** @param value a secret; one of 4 to 7 characters counts as a word of its own only, a shorter one not at all */
    add(value: string): void {
        if (value.length >= shortestSecret && !this.#values.has(value)) {
            this.#values.add(value);
            this.#forms = undefined;
        }
    }

    /** What to look for in a text and in what it says once it is decoded. */
    get forms(): readonly Form[] {
        this.#forms ??= [...new Set([...this.#values].flatMap(formsOf))].map((text) => ({
            text,
            whole: text.length < shortestAnywhere,
        }));
        return this.#forms;
    }
}

/** As many characters of a text are shown at most. */
const longestText = 65_536;

/** What a secret that is cut at {@link longestText} may have beyond it, so that it is recognized. */
const longestSecret = 16_384;

/** How often a text may be encoded: a URL in JSON in another one's query. One kind of encoding any number of times counts once. */
const deepest = 3;

/**
 * Replaces secrets in a text by `REDACTED`: those that are known, and those that look like one; in URLs, JSON, HTML and base64, too, and encoded more
 * than once. What is longer than 64 Ki characters is cut.
 * @param secrets values known to be secret, of 4 characters at least
 * @param patterns what secrets look like; none where a text must stay as it is but for known ones
 */
export function redact(
    text: string,
    secrets: Secrets = new Secrets(),
    patterns: Iterable<RegExp> = Object.values(redactionPatterns),
): string {
    const whole: Decoded = { text: text.slice(0, longestText + longestSecret) };
    const levels = [whole];
    for (let last = decode(whole); last && levels.length <= deepest; last = decode(last)) {
        levels.push(last);
    }
    const found = levels.flatMap((level) => {
        const ranges = [...knownIn(level.text, secrets), ...likelyIn(level.text, patterns)];
        return ranges.map(([from, to]): Range => [level.starts?.[from] ?? from, level.starts?.[to] ?? to]);
    });
    return replaceRanges(text, found);
}

type Range = readonly [from: number, to: number];

function* knownIn(text: string, secrets: Secrets): Iterable<Range> {
    for (const { text: form, whole } of secrets.forms) {
        for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + form.length)) {
            const to = at + form.length;
            if (
                !whole ||
                !(
                    /^[\p{L}\p{N}_]/u.test(text.slice(to, to + 2)) ||
                    /[\p{L}\p{N}_]$/u.test(text.slice(Math.max(0, at - 2), at))
                )
            ) {
                yield [at, to];
            }
        }
    }
}

function* likelyIn(text: string, patterns: Iterable<RegExp>): Iterable<Range> {
    for (const pattern of patterns) {
        for (const match of text.matchAll(pattern)) {
            const kept = match[1]?.length ?? 0;
            // The quotation mark that a value begins with.
            const quote = kept > 0 && /["']/.test(match[0][kept] ?? "") ? 1 : 0;
            yield [match.index + kept + quote, match.index + match[0].length];
        }
    }
}

function replaceRanges(text: string, found: readonly Range[]): string {
    const end = Math.min(text.length, longestText);
    let result = "";
    let at = 0;
    let last = -1;
    for (const [from, to] of [...found].sort(([one], [other]) => one - other)) {
        if (from >= end) {
            break;
        }
        if (from > last) {
            result += `${text.slice(at, from)}REDACTED`;
        }
        last = Math.max(last, to);
        at = last;
    }
    result += text.slice(at, end);
    return text.length > end ? `${result}… (${text.length - end} characters more)` : result;
}

/** A secret as it is, as it reads once it is decoded (a SAS is encoded itself), and in base64. */
function formsOf(secret: string): readonly string[] {
    const readings = [secret];
    for (let last = decode({ text: secret }); last && readings.length <= deepest; last = decode(last)) {
        readings.push(last.text);
    }
    const bytes = Buffer.from(secret);
    const short = secret.length < shortestAnywhere;
    return [
        ...readings.filter(({ length }) => length >= shortestSecret),
        // A form writes a space so.
        ...(secret.includes(" ") ? [secret.replaceAll(" ", "+")] : []),
        bytes.toString("base64"),
        bytes.toString("base64url"),
        bytes.toString("hex"),
        ...(short ? [] : [0, 1, 2].flatMap((before) => inBase64After(before, bytes))),
    ];
}

/** A secret amid other text in base64, but for the characters at its ends, which depend on that text. */
function inBase64After(before: number, bytes: Buffer): string[] {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
        .toString("base64")
        .replace(/=+$/, "");
    const certain = encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    return certain.length >= shortestAnywhere ? [certain, certain.replaceAll("+", "-").replaceAll("/", "_")] : [];
}
