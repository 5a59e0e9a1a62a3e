// Keeps programs in the user's cache folder, which is private: what is there gets run. A folder in it is complete or absent: it is filled under
// another name, then renamed.

import {
    chmodSync,
    existsSync,
    lstatSync,
    mkdirSync,
    readdirSync,
    renameSync,
    rmSync,
    statSync,
    utimesSync,
    writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { sayAs } from "./say.mjs";

const say = sayAs("cache");

const HEARTBEAT_MS = 2_000;
const STALE_MS = 20_000;
const LEFTOVER_MS = 2 * 3_600_000;

/**
 * Where this project's caches are.
 *
 * @param {NodeJS.Platform} platform
 * @param {NodeJS.ProcessEnv} env
 * @param {string} home
 */
export function cacheRoot(platform = process.platform, env = process.env, home = homedir()) {
    const join = platform === "win32" ? path.win32.join : path.posix.join;
    if (platform === "win32") return join(env.LOCALAPPDATA || join(home, "AppData", "Local"), "pulumi-azure-copy");
    if (platform === "darwin") return join(home, "Library", "Caches", "pulumi-azure-copy");
    // A relative XDG_CACHE_HOME is to be ignored, says its specification.
    const xdg = env.XDG_CACHE_HOME?.startsWith("/") ? env.XDG_CACHE_HOME : join(home, ".cache");
    return join(xdg, "pulumi-azure-copy");
}

/**
 * Why a folder that is there may hold what others have put there, or undefined where it is its user's own.
 *
 * @param {string} folder
 */
export function whyNotOwn(folder) {
    const stats = lstatSync(folder);
    if (!stats.isDirectory()) return "is a link, or no folder";
    if (process.platform === "win32") return undefined; // %LOCALAPPDATA% is the user's own
    if (stats.uid !== process.getuid()) return "belongs to another user";
    return stats.mode & 0o022 ? "can be written to by other users" : undefined;
}

/**
 * Makes a folder that nobody but its user reads or writes, unless there is one.
 *
 * @param {string} folder
 * @throws where others may have put something there
 */
export function makePrivate(folder) {
    mkdirSync(path.dirname(folder), { recursive: true });
    try {
        mkdirSync(folder, { mode: 0o700 });
    } catch (error) {
        if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
    }
    const reason = whyNotOwn(folder);
    if (reason) throw new Error(`the cache folder ${folder} ${reason}: delete it, and run again`);
    chmodSync(folder, 0o700);
}

/** The folder of a kept program that belongs on PATH, or undefined. @param {string} name */
export function kept(name) {
    const bin = path.join(cacheRoot(), name, "bin");
    if (!existsSync(bin)) return undefined;
    makePrivate(cacheRoot());
    return bin;
}

/**
 * Fills a folder of the cache, unless it is there or someone else is at it.
 *
 * @param {string} name
 * @param {(folder: string) => Promise<string | undefined>} fill fills an empty folder, which then has a folder `bin`; returns
 *     undefined, or in words why that failed
 * @returns {Promise<{ bin: string } | { failure: string }>}
 */
export async function keep(name, fill) {
    const folder = path.join(cacheRoot(), name);
    const work = `${folder}.${process.pid}.tmp`;
    const lock = `${folder}.lock`;
    makePrivate(cacheRoot());
    if (!(await takeLock(lock, () => existsSync(folder)))) return { bin: path.join(folder, "bin") };

    const heartbeat = setInterval(() => touch(lock), HEARTBEAT_MS);
    const cleanUp = () => {
        rmSync(work, { recursive: true, force: true, maxRetries: 3 });
        rmSync(lock, { force: true });
    };
    process.on("exit", cleanUp);
    try {
        removeLeftovers();
        rmSync(work, { recursive: true, force: true });
        mkdirSync(work);
        const failure = await fill(work);
        if (failure !== undefined) return { failure };
        try {
            renameSync(work, folder);
        } catch (error) {
            if (!existsSync(folder)) throw error; // else another process was faster, which is as good
        }
        return { bin: path.join(folder, "bin") };
    } finally {
        clearInterval(heartbeat);
        process.off("exit", cleanUp);
        cleanUp();
    }
}

/**
 * Takes the lock, or waits for its holder. The lock only saves work: its holder touches it all the time, so that one whose holder
 * was killed is taken over, and should two hold it, the first to rename its folder wins.
 *
 * @param {string} lock
 * @param {() => boolean} finished
 * @returns {Promise<boolean>} false if the holder has finished the work
 */
async function takeLock(lock, finished) {
    for (let waits = 0; !finished(); waits++) {
        try {
            writeFileSync(lock, String(process.pid), { flag: "wx" });
            return true;
        } catch (error) {
            if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
        }
        if (age(lock) > STALE_MS) rmSync(lock, { force: true });
        else {
            if (waits === 0)
                say(`another process is filling ${path.basename(lock, ".lock")} in the cache folder: waiting for it`);
            await sleep(300);
        }
    }
    return false;
}

/** What killed processes have left. */
function removeLeftovers() {
    for (const entry of readdirSync(cacheRoot())) {
        if (!entry.endsWith(".tmp")) continue;
        const leftover = path.join(cacheRoot(), entry);
        if (age(leftover) > LEFTOVER_MS) rmSync(leftover, { recursive: true, force: true });
    }
}

/** @param {string} file */
function age(file) {
    try {
        return Date.now() - statSync(file).mtimeMs;
    } catch {
        return 0; // just removed
    }
}

/** @param {string} file */
function touch(file) {
    try {
        utimesSync(file, new Date(), new Date());
    } catch {
        // Someone took it for stale, for instance after this machine was asleep.
    }
}
