// Runs a program, and fails with its output unless it ends well.

import { spawn } from "node:child_process";

/**
 * What the program printed to standard output; rejects with the end of all that it printed if it doesn't end with 0.
 * @param options those of spawn, and `title`, by which a failure calls it
 */
export function run(command, args, { title = `${command.split("/").at(-1)} ${args[0]}`, ...options } = {}) {
    return new Promise((resolve, reject) => {
        const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
        let output = "";
        let all = "";
        child.stdout.setEncoding("utf8");
        child.stderr.setEncoding("utf8");
        child.stdout.on("data", (chunk) => {
            output += chunk;
            all += chunk;
        });
        child.stderr.on("data", (chunk) => {
            all += chunk;
        });
        child.once("error", reject);
        child.once("close", (code) => {
            if (code === 0) {
                resolve(output);
            } else {
                reject(new Error(`${title} ended with ${code}: ${redact(all).slice(-2000)}`));
            }
        });
    });
}

/** Without the signatures of SAS, tokens, and account keys, 64 bytes in Base64. */
function redact(text) {
    return text
        .replace(/\bsig(=|%3d)[^&\s"']*/gi, "sig$1REDACTED")
        .replace(/\beyJ[\w-]+\.[\w-]+\.?[\w-]*/g, "REDACTED")
        .replace(/[A-Za-z0-9+/]{86}==/g, "REDACTED");
}

/** Fails unless the two are equal. */
export function same(what, actual, expected) {
    if (actual !== expected) {
        throw new Error(`${what}: expected ${expected}, got ${actual}`);
    }
}
