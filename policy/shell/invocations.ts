// What programs a shell script starts, and with which arguments. The script is parsed, never run: what only running it would tell
// (a command's output, a variable from elsewhere) stays unknown, by name.

import type { CommandArgument, SyntaxNode, Word, WordPart } from "unbash";
import { type Maybe, Unknown } from "../known";

/** A word of a command: literal text, and in between what is not known, by its spelling in the script. */
export type ShellWord = readonly (string | { readonly unknown: string })[];

/** A program that a script starts. */
export interface Invocation {
    readonly words: readonly ShellWord[];
    /** The variables that it can see, as far as they are known. */
    readonly variables: ReadonlyMap<string, Maybe<string>>;
    /** Seconds after which `timeout` ends it. */
    readonly timeoutSeconds?: number;
}

/** A script that is no Bourne shell's. */
export class UnreadableScript extends Error {}

/**
 * Every program that a script starts, whichever way it takes.
 * @param environment variables that are set before it runs
 * @throws UnreadableScript where it can't be parsed
 */
export async function invocationsOf(
    script: string,
    environment: ReadonlyMap<string, Maybe<string>>,
): Promise<Invocation[]> {
    const { parse, forEachChild } = await import("unbash");
    const found: Invocation[] = [];
    const variables = new Map(environment);

    function visitScript(text: string): void {
        const tree = parse(text);
        if (tree.errors && tree.errors.length > 0) {
            throw new UnreadableScript(tree.errors[0]!.message);
        }
        visit(tree);
    }
    function visit(node: SyntaxNode): void {
        if (node.type === "Command") {
            const own = new Map(node.name ? variables : []);
            const scope = node.name ? own : variables;
            for (const one of node.prefix) {
                if (one.type === "Assignment") {
                    scope.set(one.name, assigned(one.value, variables));
                }
            }
            if (node.name) {
                const words = [node.name, ...node.args].map((argument) => wordOf(argument, variables));
                start({ words, variables: own });
            }
        }
        forEachChild(node, visit);
    }
    function start(invocation: Invocation): void {
        const { script: nested, ...inner } = unwrap(invocation);
        if (nested !== undefined) {
            visitScript(nested);
        } else if (inner.words.length > 0) {
            found.push(inner);
            setVariables(inner, variables);
        }
    }
    visitScript(script);
    return found;
}

/** `export X=y` and its kin set variables for what follows. */
function setVariables({ words }: Invocation, variables: Map<string, Maybe<string>>): void {
    if (!["export", "declare", "readonly", "local", "typeset"].includes(literal(words[0]!) ?? "")) {
        return;
    }
    for (const word of words.slice(1)) {
        const [first, ...rest] = word;
        const equals = typeof first === "string" ? first.indexOf("=") : -1;
        if (typeof first === "string" && equals > 0) {
            variables.set(first.slice(0, equals), textOfWord([first.slice(equals + 1), ...rest]));
        }
    }
}

/** Takes off what only starts another program: `sudo`, `env X=y`, `timeout 30m`, `sh -c "…"`. */
function unwrap(invocation: Invocation): Invocation & { readonly script?: string } {
    const [name, ...rest] = invocation.words;
    const program = name && literal(name)?.replace(/^.*\//, "");
    switch (program) {
        case "sudo":
        case "nohup":
        case "exec":
        case "command":
        case "time":
        case "nice":
            return unwrap({ ...invocation, words: withoutOptions(rest, /^-[ugnCDhpRrTt]$/) });
        case "env": {
            const words = withoutOptions(rest, /^-[uCS]$/);
            const start = words.findIndex((word) => !/^\w+=/.test(String(word[0])));
            return unwrap({ ...invocation, words: start < 0 ? [] : words.slice(start) });
        }
        case "timeout": {
            const [duration, ...words] = withoutOptions(rest, /^-[ks]$/);
            const seconds = secondsOfTimeout(duration && literal(duration));
            return unwrap({ ...invocation, words, ...(seconds !== undefined && { timeoutSeconds: seconds }) });
        }
        case "sh":
        case "bash":
        case "dash": {
            const index = rest.findIndex((word) => /^-\w*c$/.test(literal(word) ?? ""));
            const script = index < 0 ? undefined : rest[index + 1] && literal(rest[index + 1]!);
            return script === undefined ? invocation : { ...invocation, script };
        }
        default:
            return invocation;
    }
}

/** @param valued options that are followed by a value */
function withoutOptions(words: readonly ShellWord[], valued: RegExp): ShellWord[] {
    let start = 0;
    while (start < words.length && literal(words[start]!)?.startsWith("-")) {
        start += valued.test(literal(words[start]!)!) ? 2 : 1;
    }
    return words.slice(start);
}

/** Seconds of coreutils' `timeout`: a number with s, m, h or d. */
function secondsOfTimeout(text: string | undefined): number | undefined {
    const match = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(text ?? "");
    return match ? Number(match[1]) * { "": 1, s: 1, m: 60, h: 3_600, d: 86_400 }[match[2] as "" | "s"]! : undefined;
}

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

function assigned(value: { type: string }, variables: ReadonlyMap<string, Maybe<string>>): Maybe<string> {
    return value.type === "Word" ? textOfWord(wordOf(value as Word, variables)) : new Unknown("an array");
}

function wordOf(argument: CommandArgument, variables: ReadonlyMap<string, Maybe<string>>): ShellWord {
    if (argument.type === "Assignment") {
        const value = argument.value.type === "Word" ? wordOf(argument.value, variables) : [{ unknown: argument.text }];
        return [`${argument.name}=`, ...value];
    }
    return argument.parts ? argument.parts.flatMap((part) => partOf(part, variables)) : [argument.value];
}

function partOf(part: WordPart, variables: ReadonlyMap<string, Maybe<string>>): ShellWord {
    switch (part.type) {
        case "Literal":
        case "SingleQuoted":
        case "AnsiCQuoted":
        case "Glob":
            return [part.value];
        case "DoubleQuoted":
            return part.parts.flatMap((inner) => partOf(inner, variables));
        case "SimpleExpansion":
            return variable(part.text.slice(1), part.text, variables);
        case "ParameterExpansion":
            return part.operation || part.prefix || part.index
                ? [{ unknown: part.text }]
                : variable(part.parameter, part.text, variables);
        default:
            return [{ unknown: part.text }];
    }
}

function variable(name: string, spelling: string, variables: ReadonlyMap<string, Maybe<string>>): ShellWord {
    const value = variables.get(name);
    return typeof value === "string" ? [value] : [{ unknown: value instanceof Unknown ? value.property : spelling }];
}
