// What programs a shell script starts, and with which arguments. The script is parsed, never run: what only running it would tell
// (a command's output, a variable from elsewhere) stays unknown, by name.

import type { Assignment, Command, CommandArgument, SyntaxNode, WordPart } from "unbash";
import { type Maybe, Unknown } from "../known";

/** What is not known of a word, by its spelling in the script, without what could be secret in it. */
interface UnknownPart {
    readonly unknown: string;
    /** Whether it may turn out to be several words, or none. */
    readonly splits?: boolean;
}

/** A word of a command: literal text, and in between what is not known. */
export type ShellWord = readonly (string | UnknownPart)[];

/** A program that a script starts. */
export interface Invocation {
    readonly words: readonly ShellWord[];
    /** The variables that it can see, as far as they are known. */
    readonly variables: ReadonlyMap<string, Maybe<string>>;
    /** Seconds after which `timeout` ends it. */
    readonly timeoutSeconds?: Maybe<number>;
    /** What it reads, where the script itself holds that. */
    readonly input?: string;
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
                    scope.set(one.name, assigned(one, variables));
                }
            }
            if (node.name) {
                const words = [node.name, ...node.args].flatMap((argument) => wordsOf(argument, variables));
                start({ words, variables: own, ...inputOf(node, variables) });
            }
        }
        forEachChild(node, visit);
    }
    function start(invocation: Invocation): void {
        const { script: nested, ...inner } = unwrap(invocation);
        if (nested !== undefined) {
            const before = found.length;
            visitScript(nested);
            const { timeoutSeconds } = inner;
            found.push(...found.splice(before).map((one) => ({ ...(timeoutSeconds && { timeoutSeconds }), ...one })));
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

/** A here-document, or a here-string. */
function inputOf({ redirects }: Command, variables: Invocation["variables"]): { input?: string } {
    const [redirect] = redirects.filter(({ type }) => type === "HereDoc" || type === "HereString");
    if (redirect?.type === "HereDoc") {
        return { input: redirect.body.text };
    }
    return redirect?.type === "HereString" && redirect.target
        ? { input: scriptOf([wordOf(redirect.target, variables)]) }
        : {};
}

const shells = /^(?:ba|da|z|k|a)?sh$/;

/** Takes off what only starts another program: `sudo`, `env X=y`, `timeout 30m`, `sh -c "…"`, `xargs`. */
function unwrap(invocation: Invocation): Invocation & { readonly script?: string } {
    const [name, ...rest] = invocation.words;
    const program = name && programOf(name);
    if (program && shells.test(program)) {
        return { ...invocation, ...scriptOfShell(rest, /^-\w*c$/, invocation.input) };
    }
    switch (program) {
        case "az":
        case "azcopy":
        case "echo":
        case "printf":
            return invocation;
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
            const seconds = duration && secondsOfTimeout(textOfWord(duration));
            return unwrap({ ...invocation, words, ...(seconds !== undefined && { timeoutSeconds: seconds }) });
        }
        case "eval":
            return { ...invocation, script: scriptOf(rest) };
        case "trap":
            return { ...invocation, script: scriptOf(rest.slice(0, 1)) };
        case "su":
        case "runuser":
            return { ...invocation, ...scriptOfShell(rest, /^(?:-c|--command)$/, invocation.input) };
        case "ssh": {
            const [, ...command] = withoutOptions(rest, /^-[BbcDEeFIiJLlmOopQRSWw]$/);
            return { ...invocation, script: command.length > 0 ? scriptOf(command) : (invocation.input ?? "") };
        }
        default: {
            // `xargs`, `flock`, `docker run`: what they start stands among their arguments.
            const start = rest.findIndex((word, index) => isStartable(word) && !isStartable(rest[index + 1] ?? []));
            return start < 0 ? invocation : unwrap({ ...invocation, words: rest.slice(start) });
        }
    }
}

/** Two in a row are an image, or a user, of the name, and the program. */
function isStartable(word: ShellWord): boolean {
    return /^(?:(?:ba|da|z|k|a)?sh|az|azcopy)$/.test(programOf(word) ?? "");
}

/** The script that a shell is given by an option, or reads. */
function scriptOfShell(words: readonly ShellWord[], option: RegExp, input: string | undefined): { script?: string } {
    const index = words.findIndex((word) => option.test(literal(word) ?? ""));
    const script = index < 0 ? undefined : words[index + 1];
    return script ? { script: scriptOf([script]) } : input === undefined ? {} : { script: input };
}

/** How a script within a script spells what is not known of it, whichever quotes are around it. */
const [hidden, hiddenPart] = [
    (text: string) => `\uE000${Buffer.from(text).toString("hex")}\uE001`,
    /\uE000([0-9a-f]*)\uE001/,
];

/** Words as one script. */
function scriptOf(words: readonly ShellWord[]): string {
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

/** The program that a word names: without its folder, of which not all may be known. */
export function programOf(word: ShellWord): string | undefined {
    const end = literal(word) ?? word.at(-1);
    return typeof end === "string" ? end.replace(/^.*[\\/]/, "").replace(/\.(?:exe|cmd)$/i, "") : undefined;
}

/** Whether all of a word may turn out to be several words, or none: options perhaps. */
export function maySplit(word: ShellWord): boolean {
    return word.every((part) => typeof part !== "string" && part.splits);
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
function secondsOfTimeout(text: Maybe<string>): Maybe<number> {
    if (text instanceof Unknown) {
        return text;
    }
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

function assigned({ name, value, append, index }: Assignment, variables: Invocation["variables"]): Maybe<string> {
    if (value.type !== "Word" || index) {
        return new Unknown(`$${name}`);
    }
    const before =
        append && variables.has(name) ? variable(name, `$${name}`, variables) : append ? [{ unknown: `$${name}` }] : [];
    return textOfWord([...before, ...wordOf(value, variables)]);
}

function wordOf(argument: CommandArgument, variables: ReadonlyMap<string, Maybe<string>>): ShellWord {
    if (argument.type === "Assignment") {
        const value = argument.value.type === "Word" ? wordOf(argument.value, variables) : [{ unknown: argument.text }];
        return [`${argument.name}=`, ...value];
    }
    return argument.parts ? argument.parts.flatMap((part) => partOf(part, variables)) : revealed(argument.value);
}

/** The words that an argument becomes: what stands outside quotes is split at its spaces once it is known. */
function wordsOf(argument: CommandArgument, variables: Invocation["variables"]): ShellWord[] {
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

function partOf(part: WordPart, variables: ReadonlyMap<string, Maybe<string>>): ShellWord {
    switch (part.type) {
        case "Literal":
        case "SingleQuoted":
        case "AnsiCQuoted":
        case "Glob":
            return revealed(part.value);
        case "DoubleQuoted":
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

function variable(name: string, spelling: string, variables: ReadonlyMap<string, Maybe<string>>): ShellWord {
    const value = variables.get(name);
    return typeof value === "string" ? [value] : [{ unknown: value instanceof Unknown ? value.property : spelling }];
}
