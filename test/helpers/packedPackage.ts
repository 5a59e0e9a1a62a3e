// Packs the package and installs the tarball into a program folder, once for all lifecycle tests: what they run is what a user installs.

import { execFileSync } from "node:child_process";
import {
    cpSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { TestProject } from "vitest/node";

const root = resolve(__dirname, "../..");

declare module "vitest" {
    interface ProvidedContext {
        /** A folder with node_modules in which pulumi-azure-copy was installed from its tarball. */
        programFolder: string;
        /** A node_modules with the packed package and all that the projects of examples/ depend on. */
        exampleModules: string;
        /** The folder of the `pulumi` program. */
        pulumiFolder: string;
        /** A folder in which Node.js keeps what it has compiled. */
        compileCache: string;
    }
}

function run(command: string, args: string[], cwd: string): string {
    return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Packs the package, compiled anew, and returns the tarball. */
function pack(into: string): string {
    const [packed] = JSON.parse(run("npm", ["pack", "--json", "--loglevel=error", "--pack-destination", into], root));
    return join(into, packed.filename);
}

/** A program folder with the tarball installed beside the Pulumi SDKs, and what compiles the examples, of the versions that this project is built with. */
function installProgram(folder: string, tarball: string): void {
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

/** All that an example's package.json asks for, and the packed package: the rest is what this project is built with, one of each. */
function installExamples(folder: string, packed: string): string {
    const modules = join(folder, "node_modules");
    cpSync(packed, join(modules, "pulumi-azure-copy"), { recursive: true });
    const manifests = readdirSync(join(root, "examples"), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => join(root, "examples", name));
    for (const manifest of [...manifests, packed]) {
        const { dependencies, devDependencies } = JSON.parse(readFileSync(join(manifest, "package.json"), "utf8"));
        const own = manifest === packed ? dependencies : { ...dependencies, ...devDependencies };
        for (const name of Object.keys(own)) {
            const path = join(modules, name);
            if (existsSync(path)) continue;
            mkdirSync(dirname(path), { recursive: true });
            symlinkSync(join(root, "node_modules", name), path);
        }
    }
    // What npm makes of the package's bin.
    mkdirSync(join(modules, ".bin"));
    symlinkSync("../pulumi-azure-copy/dist/simulator/main.js", join(modules, ".bin/azure-copy-simulator"));
    return modules;
}

/** Compiles what each provider and each policy pack loads: they are killed, so that they keep nothing themselves. */
function compile(cache: string, ...programs: string[]): string {
    const load = ["@pulumi/pulumi", "pulumi-azure-copy/provider", "pulumi-azure-copy/policy"].map(
        (name) => `require("${name}")`,
    );
    for (const cwd of programs) {
        execFileSync("node", ["-e", load.join(";")], { cwd, env: { ...process.env, NODE_COMPILE_CACHE: cache } });
    }
    return cache;
}

export default function setup(project: TestProject): () => Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-azure-copy-"));
    const program = join(folder, "program");
    installProgram(program, pack(folder));
    project.provide("programFolder", program);
    const examples = join(folder, "examples");
    project.provide("exampleModules", installExamples(examples, join(program, "node_modules/pulumi-azure-copy")));
    project.provide("compileCache", compile(join(folder, "compileCache"), program, examples));
    project.provide("pulumiFolder", run("node", [join(root, "tools/pulumi/get.mjs")], root).trim());
    return () => rm(folder, { recursive: true, force: true });
}
