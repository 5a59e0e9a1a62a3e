// The Pulumi CLI as the Automation API starts it, without the starts whose answers no test reads. After each operation the API asks three times: for
// the outputs, for the outputs with secrets, and for the history.

import { readFileSync } from "node:fs";
import type * as Automation from "@pulumi/pulumi/automation";

/** Marks a secret in a state. */
const SECRET = "4dabf18193072939515e22adb298388d";

type Command = Automation.PulumiCommand;
/** The Automation API's own way to start the CLI, which its types leave out. */
type Run = (args: string[], ...rest: unknown[]) => Promise<{ stdout: string; stderr: string; code: number }>;

let found: Promise<Command> | undefined;

/** The CLI on PATH, whose version is asked for once a test file. */
export function pulumiCommand({ PulumiCommand }: typeof Automation): Promise<Command> {
    found ??= PulumiCommand.get().then((command) => {
        const started = command as unknown as { run: Run };
        const run = started.run.bind(command);
        started.run = async (args, ...rest) =>
            args[0] === "stack" && args[1] === "history" ? { stdout: "[]", stderr: "", code: 0 } : run(args, ...rest);
        return command;
    });
    return found;
}

/**
 * Has a stack read its outputs from its state, where none is a secret: the CLI prints the same.
 * @param stateFile the state as the CLI has written it
 */
export function readOutputsFromState(stack: Automation.Stack, stateFile: string): void {
    const ask = stack.outputs.bind(stack);
    stack.outputs = async () => {
        const { latest } = JSON.parse(readFileSync(stateFile, "utf8")).checkpoint;
        const root = latest?.resources?.find(({ type }: { type: string }) => type === "pulumi:pulumi:Stack");
        const outputs: Record<string, unknown> = root?.outputs ?? {};
        if (JSON.stringify(outputs).includes(SECRET)) return ask();
        return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, { value, secret: false }]));
    };
}
