#!/usr/bin/env node
// Packs the package once, and has publint and attw read what users would get: its fields, its files, and its types under every `moduleResolution`.
// Says nothing where there is nothing to say.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pack } from "./shared/npm.mjs";

const shell = process.platform === "win32"; // npx is a script there
const folder = mkdtempSync(path.join(tmpdir(), "pulumi-azure-copy-lint-"));
try {
    const tarball = pack(".", folder);
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
