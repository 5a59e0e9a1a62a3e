// Stacks of the real Pulumi CLI, by its Automation API, with state in a folder of their own.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type * as Pulumi from "@pulumi/pulumi";
import type * as Automation from "@pulumi/pulumi/automation";
import type * as Copy from "pulumi-azure-copy";
import { inject } from "vitest";
import { pulumiCommand, readOutputsFromState } from "./pulumiCommand";

/** The modules that a program in a folder gets: those of its own node_modules. */
export function modulesOf(folder: string): { pulumi: typeof Pulumi; automation: typeof Automation; copy: typeof Copy } {
    const require = createRequire(join(folder, "index.js"));
    return {
        pulumi: require("@pulumi/pulumi"),
        automation: require("@pulumi/pulumi/automation"),
        copy: require("pulumi-azure-copy"),
    };
}

/** Whether a type token is that of one of this package's resources. */
function isOwnType(type: string, { copy }: ReturnType<typeof modulesOf>): boolean {
    return type.startsWith(copy.BlobCopy.__pulumiType.replace(/\w+$/, ""));
}

export const passphrase = "lifecycle";

/** The environment of a CLI that uses nothing of this machine's own Pulumi. */
export function pulumiEnvironment(home: string): Record<string, string> {
    return {
        PATH: `${inject("pulumiFolder")}${delimiter}${process.env.PATH?.replace(inject("pulumiFolder") + delimiter, "")}`,
        PULUMI_HOME: join(home, "home"),
        PULUMI_BACKEND_URL: `file://${home}`,
        PULUMI_CONFIG_PASSPHRASE: passphrase,
        PULUMI_ACCESS_TOKEN: "",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        // Providers and policy packs load what others before them have compiled.
        NODE_COMPILE_CACHE: inject("compileCache"),
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        CI: "true",
    };
}

/** What happened in one operation of a stack. */
export interface Operation {
    /** Steps on this package's resources, by name: `create`, `update`, `replace`, `same`, `delete`, … */
    readonly steps: Record<string, string[]>;
    /** Everything that the CLI printed, but for its log, and all of its events as JSON: what must hold no secret. */
    readonly transcript: string;
    /** The engine's own log, where `logToStdErr` asks for it. */
    readonly log: string;
    /** Lines that the engine showed with a resource while it ran. */
    readonly progress: { urn: string; message: string }[];
    readonly warnings: string[];
    /** The names of the resources that have failed, each once. */
    readonly failed: string[];
    readonly outputs: Record<string, unknown>;
    /** Set where the operation failed. */
    readonly error?: string;
}

/** How much the CLI tells. */
type Verbosity = Pick<Automation.UpOptions, "logToStdErr" | "logVerbosity" | "logFlow">;

/** A stack under test. */
export interface TestStack {
    readonly stack: Automation.Stack;
    up(options?: { replace?: string[]; continueOnError?: boolean } & Verbosity): Promise<Operation>;
    preview(options?: { policyPacks?: string[] } & Verbosity): Promise<Operation>;
    refresh(options?: { runProgram?: boolean } & Verbosity): Promise<Operation>;
    destroy(options?: { runProgram?: boolean } & Verbosity): Promise<Operation>;
    /** The state's resources of this package, with secrets in plain text. */
    resources(): Promise<ResourceState[]>;
    /** The state as it stands on disk, with secrets encrypted. */
    onDisk(): string;
    /** Every file that the CLI has written so far: the state with its backups, and the history of operations. */
    history(): string[];
    /** What `pulumi stack export` prints, with secrets encrypted. */
    exported(): string;
    /** How the last operation ended. */
    last(): Operation | undefined;
}

export interface ResourceState {
    readonly urn: string;
    readonly id: string;
    readonly type: string;
    readonly inputs: Record<string, unknown>;
    readonly outputs: Record<string, unknown>;
    readonly initErrors?: string[];
}

/** A program whose parts a test can change between two operations. */
export type Program = (modules: ReturnType<typeof modulesOf>) => undefined | Record<string, unknown>;

/**
 * Runs a test with a stack of its own, and forgets it whatever happened: what it has made ends with the servers of the test.
 * @param program called for each operation, so that it sees what the test has changed
 */
export async function withStack(program: Program, test: (stack: TestStack) => Promise<void>): Promise<void> {
    await inHome(async (home) => openStack(program, inject("programFolder"), home), test);
}

/** Runs a test with the stack of a project that is on disk, its program run by the CLI, and forgets it whatever happened. */
export async function withProject(
    folder: string,
    config: Automation.ConfigMap,
    test: (stack: TestStack) => Promise<void>,
): Promise<void> {
    const open = async (home: string) => {
        process.env.PATH = pulumiEnvironment("").PATH;
        const modules = modulesOf(folder);
        const stack = await modules.automation.LocalWorkspace.createStack(
            { stackName: "test", workDir: folder },
            // Types are what `make lint` checks.
            {
                pulumiCommand: await pulumiCommand(modules.automation),
                envVars: { ...pulumiEnvironment(home), PULUMI_NODEJS_TRANSPILE_ONLY: "true" },
            },
        );
        await stack.setAllConfig(config, true);
        const { name } = await stack.workspace.projectSettings();
        return wrap(stack, modules, join(home, ".pulumi/stacks", name, "test.json"));
    };
    await inHome(open, test);
}

async function inHome(
    open: (home: string) => Promise<TestStack>,
    test: (stack: TestStack) => Promise<void>,
): Promise<void> {
    const home = mkdtempSync(join(tmpdir(), "pulumi-azure-copy-stack-"));
    const stack = await open(home);
    try {
        await test(stack);
    } catch (failure) {
        throw withLastOperation(failure as Error, stack.last());
    } finally {
        rmSync(home, { recursive: true, force: true });
    }
}

/** A failed expectation names a step at most; why the CLI did not take it is told by what the CLI printed. */
function withLastOperation(failure: Error, last: Operation | undefined): Error {
    if (last && failure.cause === undefined) {
        const { error = "nothing", steps, warnings } = last;
        failure.cause = new Error(
            `the last operation had the steps ${JSON.stringify(steps)}, the warnings ${JSON.stringify(warnings)} and the error: ${error}`,
        );
    }
    return failure;
}

/**
 * Opens a stack, or makes it. Its project, which has its config, is in a folder of its own: tests run side by side.
 * @param folder where the program's node_modules are
 * @param home where the project and the state are
 * @param plugins where providers are that are not installed
 */
export async function openStack(
    program: Program,
    folder: string,
    home: string,
    plugins?: { providers: { name: string; path: string }[] },
): Promise<TestStack> {
    // The Automation API looks for the CLI on this process's own PATH.
    process.env.PATH = pulumiEnvironment("").PATH;
    const modules = modulesOf(folder);
    const project = join(home, "project");
    mkdirSync(project, { recursive: true });
    rmSync(join(project, "node_modules"), { force: true });
    symlinkSync(join(folder, "node_modules"), join(project, "node_modules"));
    const stateFile = join(home, ".pulumi/stacks/lifecycle/test.json");
    const { LocalWorkspace } = modules.automation;
    const open = existsSync(stateFile) ? LocalWorkspace.selectStack : LocalWorkspace.createStack;
    const stack = await open.call(
        LocalWorkspace,
        { stackName: "test", projectName: "lifecycle", program: async () => program(modules) },
        {
            pulumiCommand: await pulumiCommand(modules.automation),
            workDir: project,
            envVars: pulumiEnvironment(home),
            projectSettings: {
                name: "lifecycle",
                runtime: "nodejs",
                backend: { url: `file://${home}` },
                ...(plugins && { plugins }),
            },
        },
    );
    return wrap(stack, modules, stateFile);
}

/**
 * Pulumi's own SDK prints every resource's answer, secrets in plain text, as a debug message, which `--debug` alone shows a person
 * and an inline program always gets. It does so for the resources of any package; ours has no say in it.
 */
function isSdkDebug({ diagnosticEvent }: Automation.EngineEvent): boolean {
    // The event's type names no such severity, which the engine sends all the same.
    const severity: string | undefined = diagnosticEvent?.severity;
    return severity === "debug" && /^(?:Register|Read)Resource RPC finished/.test(diagnosticEvent!.message);
}

function wrap(stack: Automation.Stack, modules: ReturnType<typeof modulesOf>, stateFile: string): TestStack {
    readOutputsFromState(stack, stateFile);
    let last: Operation | undefined;
    async function run(
        operation: (options: {
            onOutput: (text: string) => void;
            onError: (text: string) => void;
            onEvent: (event: Automation.EngineEvent) => void;
        }) => Promise<object>,
        { logToStdErr = false }: Verbosity = {},
    ): Promise<Operation> {
        const texts: string[] = [];
        const log: string[] = [];
        const failed = new Set<string>();
        const steps: Record<string, string[]> = {};
        const progress: { urn: string; message: string }[] = [];
        const warnings: string[] = [];
        let error: string | undefined;
        let values: Automation.OutputMap | undefined;
        try {
            const result = await operation({
                onOutput: (text) => texts.push(text),
                onError: (text) => (logToStdErr ? log : texts).push(text),
                // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: sorts the events of an operation, one kind after the other.
                onEvent: (event) => {
                    if (!isSdkDebug(event)) {
                        texts.push(JSON.stringify(event));
                    }
                    const step = event.resourcePreEvent?.metadata;
                    if (step && isOwnType(step.type, modules)) {
                        const name = step.urn.split("::").at(-1)!;
                        steps[name] = [...(steps[name] ?? []), step.op];
                    }
                    const line = event.diagnosticEvent;
                    if (line?.ephemeral) {
                        progress.push({ urn: line.urn ?? "", message: line.message });
                    } else if (line?.severity === "warning") {
                        warnings.push(line.message);
                    } else if (line?.severity === "error" && line.urn) {
                        failed.add(line.urn.split("::").at(-1)!);
                    }
                },
            });
            values = (result as Partial<Automation.UpResult>).outputs;
        } catch (failure) {
            error = (failure as Error).message;
            // It repeats what was printed, the log included.
            if (!logToStdErr) {
                texts.push(error);
            }
        }
        const outputs = Object.fromEntries(
            Object.entries(values ?? (await stack.outputs())).map(([name, { value }]) => [name, value]),
        );
        last = {
            steps,
            transcript: texts.join("\n"),
            log: log.join(""),
            progress,
            warnings,
            failed: [...failed].sort(),
            outputs,
            ...(error !== undefined && { error }),
        };
        return last;
    }
    return {
        stack,
        last: () => last,
        up: (options) => run((on) => stack.up({ ...on, ...options }), options),
        preview: (options) => run((on) => stack.preview({ ...on, ...options }), options),
        refresh: (options) => run((on) => stack.refresh({ ...on, ...options }), options),
        destroy: (options) => run((on) => stack.destroy({ ...on, ...options }), options),
        async resources() {
            const { deployment } = await stack.exportStack();
            return (deployment.resources ?? []).filter((one: ResourceState) => isOwnType(one.type, modules));
        },
        onDisk: () => readFileSync(stateFile, "utf8"),
        history() {
            const [folder] = stateFile.split("/stacks/");
            const entries = readdirSync(folder!, { recursive: true, withFileTypes: true });
            const files = entries.filter((entry) => entry.isFile());
            return files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), "utf8"));
        },
        exported() {
            const { workspace } = stack;
            const options = { cwd: workspace.workDir, env: { ...process.env, ...workspace.envVars } };
            const arguments_ = ["stack", "export", "--stack", stack.name];
            return execFileSync(workspace.pulumiCommand.command, arguments_, { ...options, encoding: "utf8" });
        },
    };
}
