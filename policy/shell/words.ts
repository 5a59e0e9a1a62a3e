// Words of a shell script: what is literal in them, and what only running it would tell.

import type { Assignment, CommandArgument, WordPart } from "unbash";
import { type Maybe, Unknown } from "../known";

/** What is not known of a word, by its spelling in the script, without what could be secret in it. */
interface UnknownPart {
    readonly unknown: string;
    /** Whether it may turn out to be several words, or none. */
    readonly splits?: boolean;
}

/** A word of a command: literal text, and in between what is not known. */
export type ShellWord = readonly (string | UnknownPart)[];

/** Variables of a script, as far as they are known. */
export type Variables = ReadonlyMap<string, Maybe<string>>;

/** A word's text, where all of it is known. */
export function literal(word: ShellWord): string | undefined {
    return word.every((part) => typeof part === "string") ? word.join("") : undefined;
}

/** A word's text, or what in it is not known. */
export function textOfWord(word: ShellWord): Maybe<string> {
    const unknown = word.find((part) => typeof part !== "string");
    return unknown === undefined ? word.join("") : new Unknown((unknown as { unknown: string }).unknown);
}

/** A word before its first `?`, and after: a URL and its SAS, of which either may be unknown. */
export function splitWord(word: ShellWord): { base: Maybe<string>; query: Maybe<string> } {
    const index = word.findIndex((part) => typeof part === "string" && part.includes("?"));
    if (index < 0) {
        return { base: textOfWord(word), query: undefined };
    }
    const part = word[index] as string;
    const question = part.indexOf("?");
    return {
        base: textOfWord([...word.slice(0, index), part.slice(0, question)]),
        query: textOfWord([part.slice(question + 1), ...word.slice(index + 1)]),
    };
}

/** The program that a word names: without its folder, of which not all may be known. */
export function programOf(word: ShellWord): string | undefined {
    const end = literal(word) ?? word.at(-1);
    return typeof end === "string" ? end.replace(/^.*[\\/]/, "").replace(/\.(?:exe|cmd)$/i, "") : undefined;
}

/** Whether all of a word may turn out to be several words, or none: options perhaps. */
export function maySplit(word: ShellWord): boolean {
    return word.every((part) => typeof part !== "string" && part.splits);
}

/** How a script within a script spells what is not known of it, whichever quotes are around it. */
const [hidden, hiddenPart] = [
    (text: string) => `\uE000${Buffer.from(text).toString("hex")}\uE001`,
    /\uE000([0-9a-f]*)\uE001/,
];

/** Words as one script. */
export function scriptOf(words: readonly ShellWord[]): string {
    return words
        .map((word) => word.map((part) => (typeof part === "string" ? part : hidden(part.unknown))).join(""))
        .join(" ");
}

/** A text of a script within a script. */
function revealed(text: string): ShellWord {
    return text
        .split(hiddenPart)
        .map((part, index) => (index % 2 === 0 ? part : { unknown: Buffer.from(part, "hex").toString() }))
        .filter((part, _, { length }) => part !== "" || length === 1);
}

/** The value that an assignment gives. */
export function assigned({ name, value, append, index }: Assignment, variables: Variables): Maybe<string> {
    if (value.type !== "Word" || index) {
        return new Unknown(`$${name}`);
    }
    const before =
        append && variables.has(name) ? variable(name, `$${name}`, variables) : append ? [{ unknown: `$${name}` }] : [];
    return textOfWord([...before, ...wordOf(value, variables)]);
}

/** An argument as one word. */
export function wordOf(argument: CommandArgument, variables: Variables): ShellWord {
    if (argument.type === "Assignment") {
        const value =
            argument.value.type === "Word" ? wordOf(argument.value, variables) : [{ unknown: `$${argument.name}` }];
        return [`${argument.name}=`, ...value];
    }
    return argument.parts ? argument.parts.flatMap((part) => partOf(part, variables)) : revealed(argument.value);
}

/** The words that an argument becomes: what stands outside quotes is split at its spaces once it is known. */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one loop splits, joins and reveals, and each part decides about the words before it.
export function wordsOf(argument: CommandArgument, variables: Variables): ShellWord[] {
    if (argument.type === "Assignment") {
        return [wordOf(argument, variables)];
    }
    const words: ShellWord[] = [[]];
    const add = (...parts: ShellWord) => words.push([...words.pop()!, ...parts]);
    const { text, value, pos, end } = argument;
    for (const part of argument.parts ?? [{ type: "Literal", text, value, pos, end } as const]) {
        const isExpansion = part.type === "SimpleExpansion" || part.type === "ParameterExpansion";
        for (const one of partOf(part, variables)) {
            if (typeof one !== "string") {
                add(part.type === "DoubleQuoted" ? one : { ...one, splits: true });
            } else if (isExpansion) {
                const [first, ...others] = one.split(/\s+/);
                add(first!);
                words.push(...others.map((text) => [text]));
            } else {
                add(one);
            }
        }
    }
    const isQuoted = argument.parts?.some(({ type }) => /Quoted$/.test(type));
    return words.filter((word) => isQuoted || literal(word) !== "");
}

function partOf(part: WordPart, variables: Variables): ShellWord {
    switch (part.type) {
        case "Literal":
        case "SingleQuoted":
        case "AnsiCQuoted":
        case "Glob":
            return revealed(part.value);
        case "DoubleQuoted":
        case "LocaleString":
            return part.parts.flatMap((inner) => partOf(inner, variables));
        case "SimpleExpansion":
            return part.text === "$@"
                ? [{ unknown: part.text, splits: true }]
                : variable(part.text.slice(1), part.text, variables);
        case "ParameterExpansion":
            // What stands in for an unset variable may be a secret.
            return part.operation || part.prefix || part.index
                ? [{ unknown: `$${part.parameter}`, splits: part.index?.value === "@" }]
                : variable(part.parameter, part.text, variables);
        case "CommandExpansion":
        case "ProcessSubstitution":
            // So may the arguments of what is asked.
            return [{ unknown: `$(${/^\W*([\w./-]*)/.exec(part.text)![1]} …)` }];
        default:
            return [{ unknown: part.text }];
    }
}

function variable(name: string, spelling: string, variables: Variables): ShellWord {
    const value = variables.get(name);
    return typeof value === "string" ? [value] : [{ unknown: value instanceof Unknown ? value.property : spelling }];
}
