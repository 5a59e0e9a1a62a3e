// The commands of the example workflow, as they stand, in the shell that runs them on GitHub. `npm ci` is left out: the packed package is there.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { copyExample } from "../helpers/example";
import { pulumiEnvironment } from "../helpers/stack";

const root = resolve(__dirname, "../..");
const workflow = readFileSync(join(root, "examples/policy-violations/workflow.yml"), "utf8");

/** The scripts of its steps, in their order. */
const scripts = [...workflow.matchAll(/^( *)(?:- )?run: (?:\|\n((?:\1 {4}.*\n)+)|(.*)\n)/gm)].map(
    ([, indent, block, line]) => block?.replaceAll(`${indent}    `, "") ?? `${line}\n`,
);

let home: string;
let folder: string;
let environment: NodeJS.ProcessEnv;
let running: ChildProcess[];

beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "pulumi-azure-copy-workflow-"));
    folder = copyExample("blob-copy-simple", home);
    const own = [...workflow.matchAll(/^ {12}(PULUMI_\w+): (.*)$/gm)].map(([, name, value]) => [
        name,
        value!.replace(/\$\{\{ github\.workspace \}\}/, folder),
    ]);
    environment = { ...process.env, ...pulumiEnvironment(home), ...Object.fromEntries(own) };
    running = [];
});

afterEach(() => {
    for (const { pid } of running) {
        try {
            process.kill(-pid!); // what a step has left running
        } catch {
            // Nothing.
        }
    }
    rmSync(home, { recursive: true, force: true });
});

/** Runs a step; what it leaves running goes on, as on GitHub, and may hold on to its output. */
async function step(script: string): Promise<{ status: number | null; output: string }> {
    const log = join(home, `step-${running.length}.log`);
    const file = openSync(log, "w");
    const child = spawn("bash", ["-e", "-c", script], {
        cwd: folder,
        env: environment,
        detached: true,
        stdio: ["ignore", file, file],
    });
    running.push(child);
    const [status] = await once(child, "exit");
    closeSync(file);
    return { status, output: readFileSync(log, "utf8") };
}

const [install, simulate, preview] = scripts as [string, string, string];

it("passes where nothing is violated", async () => {
    expect(scripts).toHaveLength(3);
    expect(install).toBe("npm ci\n");
    expect(await step(simulate)).toMatchObject({ status: 0 });
    const { status, output } = await step(preview);
    expect(output).toContain("azure-copy-guard|local|node_modules/pulumi-azure-copy/policy");
    expect(output).toContain("pulumi-nodejs:dynamic/azure-copy:BlobCopy: (create)");
    expect(status, output).toBe(0);
});

it("fails where a mandatory rule is violated, and says why", async () => {
    const program = join(folder, "index.ts");
    const unsafe = readFileSync(program, "utf8").replace('timeout: "1h",', '$&\n    accessTier: "Archive",');
    writeFileSync(program, unsafe);
    await step(simulate);
    const { status, output } = await step(preview);
    expect(output).toMatch(/\[mandatory\].*archive-tier-destination[\s\S]*accessTier is "Archive"/);
    expect(status).not.toBe(0);
});

it("is what the README says", () => {
    expect(readFileSync(join(root, "README.md"), "utf8")).toContain(scripts.join(""));
});
