import { credentialOfQuery, placeOfUrl } from "../address";
import type { End } from "../copies/copy";
import { type Maybe, Unknown } from "../known";
import { literal, type ShellWord, textOfWord } from "./words";

/** A command's options by their long names, and what else it is given. */
export interface Options {
    readonly positional: readonly ShellWord[];
    readonly has: (name: string) => boolean;
    readonly value: (name: string) => Maybe<string>;
    readonly word: (name: string) => ShellWord | undefined;
    /** What may hold more options, and is not known. */
    readonly hidden?: ShellWord;
}

/**
 * Tells options from other arguments: `--name value`, `--name=value`, and `-n value` where `-n` is short for a name.
 * @param flags the options that take no value, though they may be given one with `=`
 * @param short long names by short ones
 */
export function optionsOf(
    words: readonly ShellWord[],
    flags: ReadonlySet<string>,
    short: Readonly<Record<string, string>> = {},
): Options {
    const values = new Map<string, ShellWord>();
    const positional: ShellWord[] = [];
    for (let index = 0; index < words.length; index++) {
        const word = words[index]!;
        const option = optionOf(word, words[index + 1], flags, short);
        if (option) {
            values.set(option.name, option.value);
            index += option.takesNext ? 1 : 0;
        } else if (literal(word) !== "--") {
            positional.push(word);
        }
    }
    const word = (name: string) => values.get(name);
    return {
        positional,
        word,
        value: (name) => word(name) && textOfWord(word(name)!),
        has: (name) => word(name) !== undefined && literal(word(name)!) !== "false",
    };
}

/** The option that a word names, with its value; nothing for other arguments. */
function optionOf(
    word: ShellWord,
    next: ShellWord | undefined,
    flags: ReadonlySet<string>,
    short: Readonly<Record<string, string>>,
): { name: string; value: ShellWord; takesNext?: boolean } | undefined {
    const [first, ...rest] = word;
    const match = typeof first === "string" ? /^--([a-z0-9-]+)(?:=([\s\S]*))?$/.exec(first) : null;
    const name = match ? match[1]! : short[literal(word) ?? ""];
    if (name === undefined) {
        return undefined;
    }
    if (match && (match[2] !== undefined || rest.length > 0)) {
        return { name, value: [match[2] ?? "", ...rest] };
    }
    const isGiven = next !== undefined && !literal(next)?.startsWith("--");
    const isFlag = match && flags.has(name);
    return isFlag || !isGiven ? { name, value: ["true"] } : { name, value: next, takesNext: true };
}

/** The same options where others may be in a word that is not known. */
export function withHidden(options: Options, hidden: ShellWord | undefined): Options {
    return hidden ? { ...options, hidden, value: (name) => options.value(name) ?? textOfWord(hidden) } : options;
}

/**
 * An end that is a URL, or a path, on a command line.
 * @param service which service a destination is in, where its host doesn't tell
 */
export function wordEnd(
    role: End["role"],
    property: string,
    base: Maybe<string>,
    query: Maybe<string>,
    service: "blob" | "file" = "blob",
): End {
    // What is written is in Azure Storage, or on this machine; as a source it may be another server's.
    const place = placeOfUrl(base, role === "destination" ? service : undefined);
    return {
        role,
        property,
        inputs: ["create", "update", "environment", "stdin"],
        ...place,
        snapshot: typeof query === "string" ? placeOfUrl(`https://host/?${query}`).snapshot : undefined,
        isTree: false,
        // What follows the question mark of a storage account's URL is a SAS, also while nobody knows which.
        credential: query instanceof Unknown ? { kind: "sas", sas: query } : credentialOfQuery(query, place.service),
        region: undefined,
        tenantId: undefined,
    };
}
