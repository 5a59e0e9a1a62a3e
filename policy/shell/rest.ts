// Copies that are asked for by the REST API itself, with curl or `az rest`: a PUT with the header x-ms-copy-source.

import type { Copy, Credential, End } from "../copies/copy";
import { type Maybe, map, Unknown } from "../known";
import { optionsOf, wordEnd } from "./options";
import type { Invocation } from "./starters";
import { literal, type ShellWord, splitWord, textOfWord } from "./words";

type CommandCopy = Omit<Copy, "resource" | "secrets">;

/** A request's headers, names in lower case. */
type Headers = ReadonlyMap<string, ShellWord>;

/** curl's short options that take a value. */
const valued = "AbcCdDeEFHhKmoPQrtTuUwxXyYz";

/** The copy that curl asks for. */
export function curlCopy({ words }: Invocation): CommandCopy | undefined {
    const headers = new Map<string, ShellWord>();
    let [url, seconds]: [ShellWord | undefined, ShellWord | undefined] = [undefined, undefined];
    for (const [option, value] of curlOptions(words.slice(1))) {
        if (option === "H" || option === "header") {
            addHeader(headers, value, ":");
        } else if (option === "m" || option === "max-time") {
            seconds = value;
        } else if (option === "url" || option === "") {
            url ??= value;
        }
    }
    const copy = copyOf("curl", url, headers);
    const timeout = map(seconds && textOfWord(seconds), Number);
    return copy && { ...copy, ...(timeout !== undefined && { timeoutSeconds: timeout }) };
}

/** curl's arguments by the names of options; an empty name for what is none. */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one branch for each way in which curl takes an option.
function* curlOptions(words: readonly ShellWord[]): Generator<readonly [string, ShellWord]> {
    for (let index = 0; index < words.length; index++) {
        const word = words[index]!;
        const [first, ...rest] = word;
        const text = typeof first === "string" ? first : "";
        const long = /^--(url|header|max-time)(?:=([\s\S]*))?$/.exec(text);
        const short = new RegExp(`^-[^-${valued}]*([${valued}])([\\s\\S]*)$`).exec(text);
        if (long?.[2] !== undefined) {
            yield [long[1]!, [long[2], ...rest]];
        } else if (short && (short[2] !== "" || rest.length > 0)) {
            yield [short[1]!, [short[2]!, ...rest]];
        } else if (long || short) {
            yield [(long ?? short)![1]!, words[++index] ?? []];
        } else if (/^https?:/i.test(text) || (first !== undefined && typeof first !== "string")) {
            // What else stands here is the value of another long option.
            yield ["", word];
        }
    }
}

/** The copy that `az rest` asks for. */
export function azRestCopy({ words }: Invocation): CommandCopy | undefined {
    const short = { "-u": "url", "-m": "method", "-b": "body", "-o": "output" };
    const options = optionsOf(words.slice(1), new Set(["only-show-errors", "debug", "verbose"]), short);
    if (literal(options.positional[0] ?? []) !== "rest") {
        return undefined;
    }
    const headers = new Map<string, ShellWord>();
    // Several words, or one of JSON.
    for (const word of words) {
        const text = literal(word);
        for (const [name, value] of text?.startsWith("{") ? entriesOf(text) : []) {
            headers.set(name.toLowerCase(), [value]);
        }
        addHeader(headers, word, "=");
    }
    return copyOf("az rest", options.word("url") ?? options.word("uri"), headers);
}

function entriesOf(json: string): [string, string][] {
    try {
        return Object.entries(JSON.parse(json) as Record<string, unknown>).map(([name, value]) => [
            name,
            String(value),
        ]);
    } catch {
        return [];
    }
}

/** Notes a header where a word is one: `name: value`. */
function addHeader(headers: Map<string, ShellWord>, word: ShellWord, separator: string): void {
    const [first, ...rest] = word;
    const at = typeof first === "string" ? first.indexOf(separator) : -1;
    if (typeof first === "string" && at > 0) {
        headers.set(first.slice(0, at).trim().toLowerCase(), [first.slice(at + 1).trimStart(), ...rest]);
    }
}

function copyOf(tool: string, url: ShellWord | undefined, headers: Headers): CommandCopy | undefined {
    const from = headers.get("x-ms-copy-source");
    if (!from || !url) {
        return undefined;
    }
    const value = (name: string) => map(headers.get(name), textOfWord);
    const isIncremental =
        map(splitWord(url).query, (text) => /(?:^|&)comp=incrementalcopy(?:&|$)/i.test(text)) === true;
    const destination = endOf("destination", tool, url);
    const source = endOf("source", tool, from);
    return {
        tool,
        source: { ...source, credential: source.credential ?? sourceCredential(source, destination, headers) },
        destination: {
            ...destination,
            credential: destination.credential ?? credentialOfHeader(value("authorization")),
        },
        accessTier: value("x-ms-access-tier"),
        blobType: value("x-ms-blob-type"),
        rehydratePriority: value("x-ms-rehydrate-priority"),
        ...(isIncremental
            ? { incremental: true, overwrites: false }
            : { overwrites: map(value("if-none-match") ?? "", (condition) => condition !== "*") }),
    };
}

function endOf(role: End["role"], tool: string, word: ShellWord): End {
    const { base, query } = splitWord(word);
    return wordEnd(role, `${tool} (${role})`, base, query);
}

/** A source that nothing authorizes is read as by anybody, unless it is in the destination's own account. */
function sourceCredential(source: End, destination: End, headers: Headers): Maybe<Credential> {
    if (headers.has("x-ms-copy-source-authorization")) {
        return { kind: "entraId" };
    }
    return map(source.host, (host) =>
        map(destination.host, (other) => (other === host ? undefined : { kind: "anonymous" })),
    );
}

function credentialOfHeader(authorization: Maybe<string>): Maybe<Credential> {
    if (authorization instanceof Unknown) {
        return authorization;
    }
    return map(authorization, (text) => ({ kind: /^Shared/i.test(text) ? "accountKey" : "entraId" }));
}
