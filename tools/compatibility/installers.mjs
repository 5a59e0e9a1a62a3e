// How each installer installs a project, as its users run it.

import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { packageFile, platformFile, versionOf } from "./toolbox.mjs";

/** The npm that comes with each Node.js. */
const npmOf = { 22: "npm-10", 24: "npm-11" };

/**
 * @typedef {object} Installer
 * @property {string} version
 * @property {(toolbox: string) => string[]} command the program and its arguments
 * @property {(project: string) => void} [prepare] writes what the installer's users have in their project
 * @property {Record<string, string>} [env]
 * @property {(project: string) => string} [nodeOptions] what every `node` in the project is started with
 */

/**
 * @param {string} name
 * @param {{ node: number, forced?: boolean }} cell
 * @returns {Installer}
 */
export function installer(name, { node, forced }) {
    switch (name) {
        case "npm":
            return {
                version: versionOf(npmOf[node]),
                command: (toolbox) => [
                    "node",
                    packageFile(toolbox, npmOf[node], "bin/npm-cli.js"),
                    ...["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"],
                    ...(forced ? ["--legacy-peer-deps"] : []),
                ],
            };
        case "pnpm":
            return {
                version: versionOf("pnpm"),
                command: (toolbox) => [platformFile(toolbox, "pnpm", "pnpm"), "install", "--no-frozen-lockfile"],
                // A script of a dependency's dependency stops pnpm until somebody says whether it may run; nothing here needs one.
                prepare: (project) =>
                    writeFileSync(path.join(project, "pnpm-workspace.yaml"), "allowBuilds:\n  protobufjs: false\n"),
            };
        case "Yarn 1":
            return {
                version: versionOf("yarn-classic"),
                command: (toolbox) => [
                    "node",
                    packageFile(toolbox, "yarn-classic", "bin/yarn.js"),
                    ...["install", "--non-interactive", "--no-progress"],
                ],
            };
        case "Yarn 4, node-modules":
            return berry("nodeLinker: node-modules\n");
        case "Yarn 4, PnP":
            return { ...berry("nodeLinker: pnp\n"), nodeOptions: pnpOptions };
        case "Yarn 4, PnP without its loader":
            return { ...berry("nodeLinker: pnp\npnpEnableEsmLoader: false\n"), nodeOptions: pnpOptions };
        case "Bun":
            return {
                version: versionOf("bun"),
                command: (toolbox) => [platformFile(toolbox, "bun", "bin/bun"), "install", "--no-progress"],
            };
        default:
            throw new Error(`no installer is named ${name}`);
    }
}

/** @param {string} settings */
function berry(settings) {
    return {
        version: versionOf("yarn-berry"),
        command: (toolbox) => ["node", packageFile(toolbox, "yarn-berry", "bin/yarn.js"), "install"],
        prepare: (project) => {
            writeFileSync(path.join(project, ".yarnrc.yml"), settings);
            // Without a lockfile of its own Yarn takes a project for a part of one further up.
            writeFileSync(path.join(project, "yarn.lock"), "");
        },
        env: { YARN_ENABLE_TELEMETRY: "0", YARN_ENABLE_IMMUTABLE_INSTALLS: "false" },
    };
}

/** What `yarn exec pulumi up` sets. Yarn writes its loader as soon as any package is an ES module. @param {string} project */
function pnpOptions(project) {
    const [hooks, loader] = [".pnp.cjs", ".pnp.loader.mjs"].map((name) => path.join(project, name));
    return `--require ${hooks}${existsSync(loader) ? ` --experimental-loader ${pathToFileURL(loader)}` : ""}`;
}

/** Caches of a run's own, so that what it leaves is deleted with it. npm's is the user's, who has most of it already. */
export function installerCaches(folder) {
    return {
        npm_config_store_dir: path.join(folder, "pnpm-store"),
        PNPM_HOME: path.join(folder, "pnpm-home"),
        YARN_CACHE_FOLDER: path.join(folder, "yarn-cache"),
        YARN_GLOBAL_FOLDER: path.join(folder, "yarn-global"),
        BUN_INSTALL_CACHE_DIR: path.join(folder, "bun-cache"),
    };
}
