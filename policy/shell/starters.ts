// Programs that start others.

import { type Maybe, Unknown } from "../known";
import { literal, programOf, type ShellWord, scriptOf, textOfWord, type Variables } from "./words";

/** A program that a script starts. */
export interface Invocation {
    readonly words: readonly ShellWord[];
    /** The variables that it can see, as far as they are known. */
    readonly variables: Variables;
    /** Seconds after which `timeout` ends it. */
    readonly timeoutSeconds?: Maybe<number>;
    /** What it reads, where the script itself holds that. */
    readonly input?: string;
}

const shells = /^(?:ba|da|z|k|a)?sh$/;

/** Takes off what only starts another program: `sudo`, `env X=y`, `timeout 30m`, `sh -c "…"`, `xargs`. */
export function unwrap(invocation: Invocation): Invocation & { readonly script?: string } {
    const [name, ...rest] = invocation.words;
    const program = name && programOf(name);
    if (program && shells.test(program)) {
        return { ...invocation, ...scriptOfShell(rest, /^-\w*c$/, inputOfShell(rest, invocation)) };
    }
    switch (program) {
        case "az":
        case "azcopy":
        case "curl":
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
    const program = programOf(word) ?? "";
    return shells.test(program) || program === "az" || program === "azcopy" || program === "curl";
}

/** What a shell runs that is given no script: its input, unless a file is named. */
function inputOfShell(words: readonly ShellWord[], { input }: Invocation): string | undefined {
    const [file] = withoutOptions(words, /^[-+][oO]$/);
    return file === undefined || words.some((word) => literal(word) === "-s") ? input : undefined;
}

/** The script that a shell is given by an option, or reads. */
function scriptOfShell(words: readonly ShellWord[], option: RegExp, input: string | undefined): { script?: string } {
    const index = words.findIndex((word) => option.test(literal(word) ?? ""));
    const script = index < 0 ? undefined : words[index + 1];
    if (script) {
        return { script: scriptOf([script]) };
    }
    return input === undefined ? {} : { script: input };
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
