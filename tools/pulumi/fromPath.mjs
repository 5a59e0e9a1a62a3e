// The first way: a Pulumi CLI that is installed already.

import { accessSync, constants, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { cacheRoot } from "../shared/cache.mjs";
import { run } from "../shared/run.mjs";
import { isAtLeast, OLDEST_VERSION, parseVersion } from "./versions.mjs";

/** What a Node.js program needs beside `pulumi`: the language host and the provider of dynamic resources. */
const COMPANIONS = ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];
const VERSION_SECONDS = 20;

/**
 * @returns {Promise<{ bin: string } | { failure: string }>} the folder of the first that will do, or what is wrong with each
 */
export async function fromPath() {
    const folders = (process.env.PATH ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder));
    const failures = [];
    for (const folder of new Set(folders.filter(isNotOurs))) {
        const cli = find("pulumi", [folder]);
        const failure = cli && (await whatIsWrong(cli, folders));
        if (cli && !failure) return { bin: folder };
        if (failure) failures.push(`${cli} ${failure}`);
    }
    return { failure: failures.join(", ") || "there is none" };
}

/**
 * @param {string} cli
 * @param {string[]} folders those of PATH
 * @returns {Promise<string | undefined>} undefined if it will do
 */
async function whatIsWrong(cli, folders) {
    const file = realpathSync(cli);
    // The npm package's shim would download a CLI when asked for its version.
    if (/\.[cm]?js$/.test(file)) return "is only the npm package's shim";

    // The CLI looks for its companions on PATH, then beside itself, where links lead to.
    const missing = COMPANIONS.filter((name) => !find(name, [...folders, path.dirname(file)]));
    if (missing.length > 0) return `has no ${missing.join(" and no ")} beside it or on PATH`;

    const { ok, stdout, output } = await run(cli, ["version"], {
        seconds: VERSION_SECONDS,
        shell: cli.endsWith(".cmd"),
        env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    });
    if (!ok || !parseVersion(stdout)) return `does not tell its version: ${lastLine(output)}`;
    return isAtLeast(stdout, OLDEST_VERSION) ? undefined : `is ${stdout.trim()}, older than v${OLDEST_VERSION}`;
}

/**
 * Our own CLIs are chosen by what they were built from, not by an old entry of PATH.
 *
 * @param {string} folder
 */
function isNotOurs(folder) {
    return !path.normalize(folder).startsWith(cacheRoot() + path.sep);
}

/**
 * @param {string} name
 * @param {string[]} folders
 */
function find(name, folders) {
    const endings = process.platform === "win32" ? [".exe", ".cmd"] : [""];
    for (const folder of folders) {
        for (const ending of endings) {
            const file = path.join(folder, name + ending);
            try {
                accessSync(file, constants.X_OK);
                if (statSync(file).isFile()) return file;
            } catch {
                // Not here.
            }
        }
    }
    return undefined;
}

/** The line that most likely says what went wrong. @param {string} output */
export function lastLine(output) {
    return output.trim().split("\n").at(-1)?.trim() || "it said nothing";
}
