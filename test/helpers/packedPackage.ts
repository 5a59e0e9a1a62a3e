// Packs the package and installs the tarball into a program folder, once for all lifecycle tests: what they run is what a user installs.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { TestProject } from "vitest/node";

const root = resolve(__dirname, "../..");

declare module "vitest" {
    interface ProvidedContext {
        /** A folder with node_modules in which pulumi-azure-copy was installed from its tarball. */
        programFolder: string;
        /** The folder of the `pulumi` program. */
        pulumiFolder: string;
        /** A folder in which Node.js keeps what it has compiled. */
        compileCache: string;
    }
}

function run(command: string, args: string[], cwd: string): string {
    return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Packs the package as it is in `folder`, and returns the tarball. */
export function pack(folder: string, into: string): string {
    const [packed] = JSON.parse(run("npm", ["pack", "--json", "--loglevel=error", "--pack-destination", into], folder));
    return join(into, packed.filename);
}

/** A program folder with the tarball installed beside the Pulumi SDKs, and what compiles the examples, of the versions that this project is built with. */
export function installProgram(folder: string, tarball: string): void {
    const own = (name: string) => {
        const { version } = JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8"));
        return `${name}@${version.replace(/^v/, "")}`;
    };
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "program", version: "1.0.0", private: true }));
    run(
        "npm",
        [
            "install",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
            "--prefer-offline",
            ...["@pulumi/pulumi", "@pulumi/policy", "@types/node", "typescript"].map(own),
            tarball,
        ],
        folder,
    );
}

/** Compiles what each provider and each policy pack loads: they are killed, so that they keep nothing themselves. */
function compile(cache: string, program: string): string {
    const load = ["@pulumi/pulumi", "pulumi-azure-copy/provider", "pulumi-azure-copy/policy"].map(
        (name) => `require("${name}")`,
    );
    execFileSync("node", ["-e", load.join(";")], { cwd: program, env: { ...process.env, NODE_COMPILE_CACHE: cache } });
    return cache;
}

export default function setup(project: TestProject): () => Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-azure-copy-"));
    const program = join(folder, "program");
    installProgram(program, pack(root, folder));
    project.provide("programFolder", program);
    project.provide("compileCache", compile(join(folder, "compileCache"), program));
    project.provide("pulumiFolder", run("node", [join(root, "tools/pulumi/get.mjs")], root).trim());
    return () => rm(folder, { recursive: true, force: true });
}
