// The second way: the official release. Its archive is taken only if it has the SHA-256 that is published beside it. (The npm package `pulumi` would
// download the same archive, by an installation script that it fetches and runs, and compare nothing.)

import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { keep, kept } from "../shared/cache.mjs";
import { run } from "../shared/run.mjs";
import { lastLine } from "./fromPath.mjs";
import { say } from "./say.mjs";
import { cacheName, isAtLeast, wantedVersion } from "./versions.mjs";

const RELEASES = "https://github.com/pulumi/pulumi/releases/download";
const CHECKSUMS_SECONDS = 20;
const ARCHIVE_SECONDS = 300;
const UNPACK_SECONDS = 120;
const VERSION_SECONDS = 20;
/** Bytes, several times what there is. */
const LIMITS = { checksums: 64 * 1024, archive: 1024 ** 3 };

const name = () => cacheName(wantedVersion(), "release");

export function keptFromRelease() {
    return kept(name());
}

/**
 * @param {string} releases where the releases are
 * @returns {Promise<{ bin: string } | { failure: string }>}
 */
export function fromRelease(releases = RELEASES) {
    return keep(name(), async (folder) => {
        const version = wantedVersion();
        say(`trying the official release of the CLI, v${version}, once; up to some minutes`);
        const archive = archiveName(version);
        const file = path.join(folder, archive);
        try {
            const published = `${releases}/v${version}`;
            const checksums = await fetchText(`${published}/pulumi-${version}-checksums.txt`);
            const expected = checksumOf(archive, checksums);
            if (!expected) return `its checksums name no ${archive}`;
            await download(`${published}/${archive}`, file);
            const actual = await sha256(file);
            if (actual !== expected) return `${archive} has the SHA-256 ${actual}, and ${expected} is published for it`;
        } catch (error) {
            return `its download failed: ${reasonOf(/** @type {Error} */ (error))}`;
        }
        // The tar of Windows reads .zip, too.
        const unpacked = await run("tar", ["-xf", archive], { cwd: folder, seconds: UNPACK_SECONDS });
        if (!unpacked.ok) return `its archive can't be unpacked: ${lastLine(unpacked.output)}`;
        rmSync(file);
        renameSync(path.join(folder, process.platform === "win32" ? "pulumi/bin" : "pulumi"), path.join(folder, "bin"));
        const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
        const shown = await run(path.join(folder, "bin", "pulumi"), ["version"], { env, seconds: VERSION_SECONDS });
        return shown.ok && isAtLeast(shown.stdout, version) ? undefined : `it says ${lastLine(shown.output)}`;
    });
}

/** @param {string} version @param {NodeJS.Platform} platform @param {string} arch */
export function archiveName(version, platform = process.platform, arch = process.arch) {
    const system = platform === "win32" ? "windows" : platform;
    return `pulumi-v${version}-${system}-${arch}.${platform === "win32" ? "zip" : "tar.gz"}`;
}

/**
 * The SHA-256 of a file among published ones, each in a line with its name.
 *
 * @param {string} file
 * @param {string} checksums
 */
export function checksumOf(file, checksums) {
    const lines = checksums.split(/\r?\n/).map((line) => /^([0-9a-f]{64})\s+\*?(\S+)$/i.exec(line));
    return lines.find((line) => line?.[2] === file)?.[1]?.toLowerCase();
}

/** @param {string} url */
async function fetchText(url) {
    const { body } = await get(url, CHECKSUMS_SECONDS);
    return Buffer.concat(await bounded(body, LIMITS.checksums).toArray()).toString("utf8");
}

/** @param {string} url @param {string} file */
async function download(url, file) {
    const { body } = await get(url, ARCHIVE_SECONDS);
    await pipeline(bounded(body, LIMITS.archive), createWriteStream(file, { mode: 0o600 }));
}

/** @param {string} url @param {number} seconds */
async function get(url, seconds) {
    const response = await fetch(url, { signal: AbortSignal.timeout(seconds * 1000) });
    // A release redirects to where its files are; never to where others can change them on their way.
    const isSafe = response.url.startsWith("https:") || new URL(response.url).origin === new URL(url).origin;
    if (!response.ok || !response.body || !isSafe) {
        await response.body?.cancel();
        throw new Error(
            isSafe ? `${new URL(url).host} answers ${response.status}` : `${new URL(url).host} redirects to http`,
        );
    }
    return { body: response.body };
}

/** @param {import("node:stream/web").ReadableStream} body @param {number} limit */
function bounded(body, limit) {
    return Readable.from(
        (async function* () {
            let length = 0;
            for await (const chunk of body) {
                length += chunk.length;
                if (length > limit) throw new Error(`it is larger than ${limit} bytes`);
                yield chunk;
            }
        })(),
    );
}

/** @param {string} file */
async function sha256(file) {
    const hash = createHash("sha256");
    await pipeline(createReadStream(file), hash);
    return hash.digest("hex");
}

/** @param {Error} error */
function reasonOf(error) {
    return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
