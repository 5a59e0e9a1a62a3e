// Functions whose cognitive complexity is over 15, as Biome counts it.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const configuration = {
    linter: {
        rules: {
            preset: "none",
            complexity: {
                noExcessiveCognitiveComplexity: { level: "error", options: { maxAllowedComplexity: 15 } },
            },
        },
    },
};

/**
 * @param {string} root
 * @param {readonly import("./read.mjs").SourceFile[]} files
 * @returns {string[]} the path of the file of each such function, whether biome.json, or a `biome-ignore`, allows it or not
 */
export function complexFunctions(root, files) {
    const ignored = files.flatMap(({ path, ignored }) => Array(ignored).fill(path));
    return [...ignored, ...reported(root, [...new Set(files.map(({ path }) => path.split("/")[0]))])];
}

/** What Biome finds where no folder is allowed more. */
function reported(root, folders) {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-azure-copy-figures-"));
    try {
        writeFileSync(join(folder, "biome.json"), JSON.stringify(configuration));
        const biome = join(root, "node_modules/@biomejs/biome/bin/biome");
        const args = ["lint", `--config-path=${folder}`, "--reporter=json", "--max-diagnostics=none", ...folders];
        const options = { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 };
        const { stdout, stderr, error } = spawnSync(process.execPath, [biome, ...args], options);
        if (error || !stdout.startsWith("{")) {
            throw new Error(`biome lint answered nothing that can be read: ${error?.message ?? stderr}`);
        }
        return JSON.parse(stdout)
            .diagnostics.filter(({ category }) => category === "lint/complexity/noExcessiveCognitiveComplexity")
            .map(({ location }) => location.path);
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}
