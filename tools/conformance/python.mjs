// The Azure SDK for Python, in a virtual environment of its own.

import { join } from "node:path";
import { run } from "./run.mjs";
import { pythonWith } from "./virtualEnvironment.mjs";

const VERSION = "12.31.1";

export const python = {
    name: "Python SDK",
    agent: /^azsdk-python-/,
    async use({ simulator, cache }) {
        const program = await pythonWith("azure-storage-blob", VERSION, join(cache, "clients/python"));
        const [golden, dev] = ["golden", "dev"].map((name) => simulator.account(name).connectionString);
        const output = await run(program, [join(import.meta.dirname, "client.py"), golden, dev]);
        return { version: VERSION, steps: output.trim().split("\n") };
    },
};
