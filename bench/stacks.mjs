// What the benches that run `pulumi up` have in common.

import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "..");

/**
 * Packs this package, and installs it in a folder, for the programs in folders below.
 * @param others what else is installed
 */
export function installPackage(folder, ...others) {
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "bench", version: "1.0.0", private: true }));
    const [{ filename }] = JSON.parse(
        run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], root),
    );
    run(
        "npm",
        [
            "install",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
            "--prefer-offline",
            join(folder, filename),
            ...others,
        ],
        folder,
    );
}

/**
 * Makes a Pulumi program with a stack of its own.
 * @param settings what the program reads from ./settings.json
 * @returns the environment in which pulumi runs it
 */
export async function makeProgram(program, source, settings) {
    const name = basename(program);
    mkdirSync(program);
    writeFileSync(join(program, "index.js"), source);
    writeFileSync(
        join(program, "package.json"),
        JSON.stringify({ name, version: "1.0.0", private: true, main: "index.js" }),
    );
    writeFileSync(join(program, "Pulumi.yaml"), `name: ${name}\nruntime: nodejs\n`);
    writeFileSync(join(program, "settings.json"), JSON.stringify(settings));
    const environment = {
        PULUMI_BACKEND_URL: `file://${program}`,
        PULUMI_HOME: join(program, "home"),
        PULUMI_CONFIG_PASSPHRASE: "bench",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
    await seconds("pulumi", ["stack", "init", "bench"], program, environment);
    return environment;
}

function run(command, args, cwd) {
    return execFileSync(command, args, {
        cwd,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "inherit"],
    });
}

export function median(values) {
    return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];
}

/** Seconds that a command takes, as a whole process. */
export async function seconds(command, args, cwd, env) {
    const started = process.hrtime.bigint();
    await new Promise((done, fail) => {
        // Not execFileSync: a simulator may answer from this process.
        const child = spawn(command, args, {
            cwd,
            env: { ...process.env, ...env },
            stdio: ["ignore", "pipe", "inherit"],
        });
        let output = "";
        child.stdout.on("data", (text) => {
            output += text;
        });
        child.once("exit", (code) =>
            code === 0 ? done() : fail(new Error(`${command} ${args.join(" ")} exited with ${code}:\n${output}`)),
        );
    });
    return Number(process.hrtime.bigint() - started) / 1e9;
}
