// Runs a program, and fails with its output unless it ends well.

import { spawn } from "node:child_process";

/** What the program printed; rejects with the end of it if it doesn't end with 0. */
export function run(command, args, options = {}) {
    return new Promise((resolve, reject) => {
        const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
        let output = "";
        child.stdout.on("data", (chunk) => {
            output += chunk;
        });
        child.stderr.on("data", (chunk) => {
            output += chunk;
        });
        child.once("error", reject);
        child.once("exit", (code) => {
            if (code === 0) {
                resolve(output);
            } else {
                const shown = output.replace(/sig=[^&\s"]*/g, "sig=REDACTED").slice(-2000);
                reject(new Error(`${command.split("/").at(-1)} ${args[0]} ended with ${code}: ${shown}`));
            }
        });
    });
}

/** Fails unless the two are equal. */
export function same(what, actual, expected) {
    if (actual !== expected) {
        throw new Error(`${what}: expected ${expected}, got ${actual}`);
    }
}
