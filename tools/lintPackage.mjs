#!/usr/bin/env node
// Packs the package once, and has publint and attw read what users would get: its fields, its files, and its types under every `moduleResolution`.
// Says nothing where there is nothing to say.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const shell = process.platform === "win32"; // npm and npx are scripts there
const folder = mkdtempSync(path.join(tmpdir(), "pulumi-azure-copy-lint-"));
try {
    const args = ["pack", "--json", "--loglevel=error", "--ignore-scripts", "--pack-destination", folder];
    const [packed] = JSON.parse(execFileSync("npm", args, { encoding: "utf8", shell }));
    const tarball = path.join(folder, packed.filename);
    for (const command of [
        ["publint", "run", tarball, "--strict"],
        ["attw", tarball, "--format", "ascii"],
    ]) {
        const { status, stdout, stderr } = spawnSync("npx", ["--no-install", ...command], { encoding: "utf8", shell });
        if (status === 0) continue;
        process.stderr.write(`${stdout}${stderr}`);
        process.exitCode = 1;
    }
} finally {
    rmSync(folder, { recursive: true, force: true });
}
