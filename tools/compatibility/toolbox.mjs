// The programs that cells are run with: Node.js, installers and npm, all of them npm packages whose versions and hashes stand beside this file. Kept in
// the user's cache.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { keep } from "../shared/cache.mjs";
import { installLocked } from "../shared/npm.mjs";

const HERE = import.meta.dirname;
const INSTALL_SECONDS = 1_200;
const platform = `${process.platform}-${process.arch}`;

/**
 * Gets all of them, unless they are there.
 *
 * @returns {Promise<string>} the folder whose node_modules has them
 */
export async function getToolbox() {
    const hash = createHash("sha256")
        .update(readFileSync(path.join(HERE, "package-lock.json")))
        .digest("hex");
    const kept = await keep(`compatibility-${hash.slice(0, 12)}-${platform}`, async (folder) => {
        console.log("Getting installers and versions of Node.js, once.");
        const failure = await installLocked(HERE, folder, INSTALL_SECONDS);
        // A kept folder has a `bin`; these programs are started from where npm has put them.
        mkdirSync(path.join(folder, "bin"));
        return failure;
    });
    if ("failure" in kept) throw new Error(`can't get what cells are run with: ${kept.failure}`);
    return path.dirname(kept.bin);
}

/** The version of a program, as package.json here names it. @param {string} name such as `pnpm` or `node-22` */
export function versionOf(name) {
    const { dependencies, optionalDependencies } = JSON.parse(readFileSync(path.join(HERE, "package.json"), "utf8"));
    const all = { ...optionalDependencies, ...dependencies };
    const wanted = all[name] ?? all[`${name}-${platform}`];
    if (wanted === undefined)
        throw new Error(`there is no ${name} for ${platform} in tools/compatibility/package.json`);
    return wanted.split("@").at(-1);
}

/** The folder of a Node.js, to put on PATH. @param {string} toolbox @param {number} major */
export function nodeFolder(toolbox, major) {
    return path.join(toolbox, "node_modules", `node-${major}-${platform}`, "bin");
}

/** A file of an npm package in the toolbox. @param {string} toolbox @param {string[]} names */
export function packageFile(toolbox, ...names) {
    return path.join(toolbox, "node_modules", ...names);
}

/** A file of a package that has one package a platform. @param {string} toolbox @param {string} name @param {string[]} names */
export function platformFile(toolbox, name, ...names) {
    return packageFile(toolbox, `${name}-${platform}`, ...names);
}
