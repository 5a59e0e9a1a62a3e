#!/usr/bin/env node
// Prints the folder to put on PATH so that `node` is new enough for the project's own commands: the folder of the one that runs this, where that is,
// else one from the npm registry, kept in the user's cache. README.md tells more.

import { readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { keep, kept } from "../shared/cache.mjs";
import { installLocked } from "../shared/npm.mjs";
import { run } from "../shared/run.mjs";
import { sayAs } from "../shared/say.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const INSTALL_SECONDS = 600;
const VERSION_SECONDS = 20;
const say = sayAs("node");

/** The oldest major version that the project is built and tested with: the `engines` of package.json. */
export function oldestMajor() {
    const { engines } = JSON.parse(readFileSync(path.join(HERE, "../../package.json"), "utf8"));
    return Number(/^>=(\d+)/.exec(engines.node)?.[1]);
}

/**
 * The npm package with Node.js for a platform, or undefined where there is none.
 *
 * @returns {{ name: string, version: string } | undefined}
 */
export function packageFor(platform = process.platform, arch = process.arch) {
    const { packages } = JSON.parse(readFileSync(path.join(HERE, "package-lock.json"), "utf8"));
    for (const [folder, { version, os, cpu }] of Object.entries(packages)) {
        if (os === platform && cpu === arch) return { name: folder.replace("node_modules/", ""), version };
    }
    return undefined;
}

/**
 * @param {{ name: string, version: string }} wanted
 * @returns {Promise<{ bin: string } | { failure: string }>}
 */
function fromNpm({ name, version }) {
    return keep(folderOf(version), async (folder) => {
        say(`this is Node.js ${process.versions.node}; getting ${version} for this project's commands, once`);
        const failure = await installLocked(HERE, folder, INSTALL_SECONDS);
        if (failure !== undefined) return `npm ci failed: ${failure.trim().split("\n").slice(-5).join("\n      ")}`;
        renameSync(path.join(folder, "node_modules", name, "bin"), path.join(folder, "bin"));
        rmSync(path.join(folder, "node_modules"), { recursive: true });
        const shown = await run(path.join(folder, "bin", "node"), ["--version"], { seconds: VERSION_SECONDS });
        return shown.stdout.trim() === `v${version}` ? undefined : `what was installed says: ${shown.output.trim()}`;
    });
}

/** @param {string} version */
function folderOf(version) {
    return `node-${version}-${process.platform}-${process.arch}`;
}

/** @returns {Promise<string | undefined>} */
async function get() {
    const oldest = oldestMajor();
    if (Number(process.versions.node.split(".")[0]) >= oldest) return path.dirname(process.execPath);
    const wanted = packageFor();
    const cached = wanted && kept(folderOf(wanted.version));
    if (cached) return cached;
    const result = wanted ? await fromNpm(wanted) : { failure: `npm has none for ${process.platform} ${process.arch}` };
    if ("bin" in result) return result.bin;
    say(
        `this project's commands need Node.js ${oldest} or newer, this is ${process.versions.node}, and ${result.failure}`,
    );
    say(`install Node.js ${oldest} or newer and put it on PATH`);
    return undefined;
}

if (path.resolve(process.argv[1] ?? "") === fileURLToPath(import.meta.url)) {
    const bin = await get().catch((/** @type {Error} */ error) => say(error.message));
    if (bin) console.log(bin);
    else process.exitCode = 1;
}
