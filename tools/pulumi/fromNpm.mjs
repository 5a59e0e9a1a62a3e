// The second way: the official npm package `pulumi`. It is a shim that, when it first runs, downloads the CLI of the version named
// by PULUMI_VERSION, with its language hosts, into a folder of PULUMI_HOME. Where that download is blocked, it fails.

import { renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { cacheName, keep, kept } from "./cache.mjs";
import { lastLine } from "./fromPath.mjs";
import { run, say } from "./run.mjs";
import { isAtLeast, wantedVersion } from "./versions.mjs";

/** The first release of the shim. Its version is not the CLI's. */
const SHIM = "pulumi@3.250.0";
const INSTALL_SECONDS = 60;
const DOWNLOAD_SECONDS = 300;

const name = () => cacheName(wantedVersion(), "npm");

export function keptFromNpm() {
    return kept(name());
}

/**
 * @returns {Promise<{ bin: string } | { failure: string }>}
 */
export function fromNpm() {
    return keep(name(), async (folder) => {
        const version = wantedVersion();
        say(`trying the npm package pulumi, which downloads the CLI v${version}, once; up to some minutes`);
        const shim = path.join(folder, "shim");
        const home = path.join(folder, "home");
        writeFileSync(path.join(folder, "package.json"), "{}");
        const installed = await run(
            "npm",
            `install --prefix . --no-save --ignore-scripts --no-audit --no-fund --fetch-retries=1 ${SHIM}`.split(" "),
            { cwd: folder, seconds: INSTALL_SECONDS, shell: process.platform === "win32" },
        );
        if (!installed.ok) return `npm install ${SHIM} failed: ${npmError(installed.output)}`;
        renameSync(path.join(folder, "node_modules", "pulumi"), shim);

        const env = { ...process.env, PULUMI_VERSION: version, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" };
        const shown = await run(process.execPath, [path.join(shim, "run.js"), "version"], {
            cwd: folder,
            env,
            seconds: DOWNLOAD_SECONDS,
        });
        if (!shown.ok) return `its download failed: ${lastLine(shown.output)}`;
        if (!isAtLeast(shown.stdout, version)) return `it brought ${lastLine(shown.stdout)}`;
        renameSync(path.join(home, "versions", version, "bin"), path.join(folder, "bin"));
        return undefined;
    });
}

/** npm's own words, without its advice on logs and settings. @param {string} output */
function npmError(output) {
    const lines = output.split("\n").filter((line) => /^npm (error|ERR!) (?!code|A complete log)/.test(line));
    return lines[0]?.replace(/^npm (error|ERR!) /, "") ?? lastLine(output);
}
