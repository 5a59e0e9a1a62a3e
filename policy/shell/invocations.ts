// What programs a shell script starts, and with which arguments. The script is parsed, never run: what only running it would tell
// (a command's output, a variable from elsewhere) stays unknown, by name.

import type { Command, SyntaxNode } from "unbash";
import { type Maybe, Unknown } from "../known";
import { type Invocation, unwrap } from "./starters";
import { assigned, literal, scriptOf, textOfWord, type Variables, wordOf, wordsOf } from "./words";

/** A script that is no Bourne shell's. */
export class UnreadableScript extends Error {}

/**
 * Every program that a script starts, whichever way it takes.
 * @param environment variables that are set before it runs
 * @param stdin what it reads
 * @throws UnreadableScript where it can't be parsed
 */
export async function invocationsOf(script: string, environment: Variables, stdin?: string): Promise<Invocation[]> {
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
            visitCommand(node);
        }
        const before = mayBeSkipped(node) ? new Map(variables) : undefined;
        forEachChild(node, visit);
        if (before) {
            forgetChanges(variables, before);
        }
    }
    function visitCommand(node: Command): void {
        const own = new Map(node.name ? variables : []);
        const scope = node.name ? own : variables;
        for (const one of node.prefix) {
            if (one.type === "Assignment") {
                scope.set(one.name, assigned(one, variables));
            }
        }
        if (node.name) {
            const words = [node.name, ...node.args].flatMap((argument) => wordsOf(argument, variables));
            start({
                words,
                variables: own,
                ...(stdin !== undefined && { input: stdin }),
                ...inputOf(node, variables),
            });
        }
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

const branches: ReadonlySet<string> = new Set(["If", "Case", "For", "ArithmeticFor", "Select", "While", "Function"]);

/** Whether some of what a node holds may not run, or not yet. */
function mayBeSkipped(node: SyntaxNode): boolean {
    return branches.has(node.type) || (node.type === "AndOr" && node.operators.includes("||"));
}

/** Takes variables that have changed for unknown: they may as well have the value of before. */
function forgetChanges(variables: Map<string, Maybe<string>>, before: Variables): void {
    for (const [name, value] of variables) {
        if (before.get(name) !== value) {
            variables.set(name, new Unknown(`$${name}`));
        }
    }
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
function inputOf({ redirects }: Command, variables: Variables): { input?: string } {
    const [redirect] = redirects.filter(({ type }) => type === "HereDoc" || type === "HereString");
    if (redirect?.type === "HereDoc") {
        return { input: redirect.body.text };
    }
    return redirect?.type === "HereString" && redirect.target
        ? { input: scriptOf([wordOf(redirect.target, variables)]) }
        : {};
}
