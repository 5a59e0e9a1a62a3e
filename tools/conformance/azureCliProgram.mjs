// The Azure CLI as it is published to PyPI.

import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { installAzcopy } from "./azcopyProgram.mjs";
import { run } from "./run.mjs";
import { pythonWith } from "./virtualEnvironment.mjs";

const VERSION = "2.91.0";

/**
 * Works with the CLI in a folder of its own, `home`, and gives its version and what was done.
 * @param use given `az`, which takes environment variables, the words of one command and its arguments, and gives what was printed
 */
export async function withAzureCli(cache, use) {
    const python = await pythonWith("azure-cli", VERSION, join(cache, "clients/azure-cli"));
    const home = mkdtempSync(join(cache, "azure-cli-"));
    try {
        const own = await environment(cache, home);
        const az = (variables, command, ...args) =>
            run(python, ["-m", "azure.cli", ...command.split(" "), ...args], {
                title: `az ${command}`,
                cwd: home,
                env: { ...own, ...variables },
            });
        return { version: VERSION, steps: await use({ az, home }) };
    } finally {
        rmSync(home, { recursive: true, force: true });
    }
}

/** A time as the CLI takes it: without milliseconds. */
export function inAnHour() {
    return new Date(Date.now() + 3600_000).toISOString().replace(/\.\d+/, "");
}

/** The CLI is told of nothing that is set on this machine, not even of accounts; and finds AzCopy where it would install it. */
async function environment(cache, home) {
    const azcopy = await installAzcopy(cache, home);
    const env = Object.fromEntries(Object.entries(azcopy.env).filter(([name]) => !name.startsWith("AZURE_")));
    // With it, all modules would be compiled anew at every call.
    delete env.PYTHONDONTWRITEBYTECODE;
    const config = join(home, "config");
    mkdirSync(join(config, "bin"), { recursive: true });
    copyFileSync(azcopy.program, join(config, "bin", process.platform === "win32" ? "azcopy.exe" : "azcopy"));
    return {
        ...env,
        AZURE_CONFIG_DIR: config,
        AZURE_CORE_COLLECT_TELEMETRY: "no",
        AZURE_CORE_NO_COLOR: "yes",
        AZURE_CORE_ONLY_SHOW_ERRORS: "yes",
    };
}
