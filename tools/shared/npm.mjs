// What the tools have npm do.

import { execFileSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import path from "node:path";
import { run } from "./run.mjs";

const isWindows = process.platform === "win32"; // npm is a script there

/**
 * Packs a package as it has been compiled.
 *
 * @param {string} root the package's folder
 * @param {string} folder where the tarball is put
 * @returns {string} the tarball
 */
export function pack(root, folder) {
    const args = ["pack", "--json", "--loglevel=error", "--ignore-scripts", "--pack-destination", folder];
    const [packed] = JSON.parse(execFileSync("npm", args, { cwd: root, encoding: "utf8", shell: isWindows }));
    return path.join(folder, packed.filename);
}

/**
 * Installs what a package.json and its lockfile name, without running any of its scripts.
 *
 * @param {string} from where the two files are
 * @param {string} folder where node_modules is made
 * @param {number} seconds the most that it may take
 * @returns {Promise<string | undefined>} what npm said, where it failed
 */
export async function installLocked(from, folder, seconds) {
    for (const file of ["package.json", "package-lock.json"])
        copyFileSync(path.join(from, file), path.join(folder, file));
    const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    const installed = await run(isWindows ? "npm.cmd" : "npm", args, { cwd: folder, seconds, shell: isWindows });
    return installed.ok ? undefined : installed.output;
}
