// The Azure SDK for Python, in a virtual environment of its own.

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.mjs";

const VERSION = "12.31.1";

export const python = {
    name: "Python SDK",
    async use({ simulator, cache }) {
        const folder = join(cache, "clients/python");
        const program = join(folder, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
        if (!existsSync(join(folder, `azure-storage-blob-${VERSION}`))) {
            mkdirSync(folder, { recursive: true });
            await run("python3", ["-m", "venv", folder]);
            await run(program, ["-m", "pip", "install", "--quiet", `azure-storage-blob==${VERSION}`]);
            mkdirSync(join(folder, `azure-storage-blob-${VERSION}`));
        }
        const [golden, dev] = ["golden", "dev"].map((name) => simulator.account(name).connectionString);
        const output = await run(program, [join(import.meta.dirname, "client.py"), golden, dev]);
        return { version: VERSION, steps: output.trim().split("\n") };
    },
};
