// Runs other programs: quietly, within a time limit, and never for longer than we live ourselves.

import { spawn } from "node:child_process";
import { constants } from "node:os";

/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();

/**
 * Ends a process and all it has started.
 *
 * @param {import("node:child_process").ChildProcess} child
 */
function end(child) {
    if (child.pid === undefined) return; // it never started
    try {
        if (process.platform === "win32") spawn("taskkill", ["/pid", String(child.pid), "/t", "/f"]);
        else process.kill(-child.pid, "SIGKILL"); // its process group
    } catch {
        // It has ended already.
    }
}

let watching = false;

/** Has children end with us, when first there is one. */
function watchSignals() {
    if (watching) return;
    watching = true;
    for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
        process.once(signal, () => {
            for (const child of running) end(child);
            process.exit(128 + constants.signals[signal]); // exit handlers remove what is half done
        });
    }
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, seconds: number, shell?: boolean }} options
 * @returns {Promise<{ ok: boolean, stdout: string, output: string }>} stdout alone, and stdout with stderr; the latter ends with
 *     the reason if the program could not be started or took too long
 */
export function run(command, args, { cwd, env = process.env, seconds, shell = false }) {
    watchSignals();
    return new Promise((resolve) => {
        const child = spawn(command, args, {
            cwd,
            env,
            shell,
            stdio: ["ignore", "pipe", "pipe"],
            detached: process.platform !== "win32", // a process group of its own, so that it can be ended as a whole
            windowsHide: true,
        });
        running.add(child);
        let stdout = "";
        let output = "";
        child.stdout.on("data", (data) => {
            stdout += data;
            output += data;
        });
        child.stderr.on("data", (data) => {
            output += data;
        });
        /** @param {boolean} ok @param {string} [reason] */
        const done = (ok, reason) => {
            clearTimeout(limit);
            running.delete(child);
            resolve({ ok, stdout, output: reason ? `${output}\n${reason}` : output });
        };
        const limit = setTimeout(() => {
            end(child);
            done(false, `stopped after ${seconds} s`);
        }, seconds * 1000);
        child.on("error", (error) => done(false, error.message));
        child.on("close", (code) => done(code === 0));
    });
}
