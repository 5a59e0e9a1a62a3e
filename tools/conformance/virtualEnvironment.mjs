// A package of PyPI, installed once.

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.mjs";

/** The Python of a virtual environment that has the package, and others (`name==version`) beside it. */
export async function pythonWith(name, version, folder, others = []) {
    const python = join(folder, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
    const installed = join(folder, `${name}-${version}`);
    if (!existsSync(installed)) {
        // From nothing: pip may take a package for installed whose files it was interrupted to write.
        await run("python3", ["-m", "venv", "--clear", folder]);
        await run(python, ["-m", "pip", "install", "--quiet", "--no-compile", `${name}==${version}`, ...others], {
            title: `pip install ${name}`,
        });
        mkdirSync(installed);
    }
    return python;
}
