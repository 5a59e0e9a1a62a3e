// The third way: a build from source. The Go module proxy serves the CLI, but not its Node.js language host, so that the folder go/
// has a small one, and the script that starts the provider of dynamic resources.

import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { keep, kept, whyNotOwn } from "../shared/cache.mjs";
import { run } from "../shared/run.mjs";
import { say } from "./say.mjs";
import { cacheName } from "./versions.mjs";

const SOURCES = fileURLToPath(new URL("go/", import.meta.url));
const CLI = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const HOST = "./pulumi-language-nodejs";
const LIMIT_SECONDS = 3600;
const ENV_SECONDS = 20;
/** The processor time of a build from nothing, with the downloads, as measured with two cores. */
const CORE_MINUTES = 7;
/** -s -w: without debug information. The version is needed by the Automation API and by `pulumi destroy`. */
const LINK = "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v";

const name = () => cacheName(sourceVersion(), sourceHash());

export function keptFromGo() {
    return kept(name());
}

/**
 * @returns {Promise<{ bin: string } | { failure: string }>}
 */
export function fromGo() {
    return keep(name(), async (folder) => {
        const bin = path.join(folder, "bin");
        mkdirSync(bin);
        const { ok, output } = await build(bin);
        if (!ok) return explain(output);
        for (const script of readdirSync(path.join(SOURCES, "scripts"))) {
            if (script.endsWith(".cmd") !== (process.platform === "win32")) continue;
            copyFileSync(path.join(SOURCES, "scripts", script), path.join(bin, script));
            chmodSync(path.join(bin, script), 0o755); // Git on Windows, and archives, forget it
        }
        return undefined;
    });
}

/** @param {string} bin */
async function build(bin) {
    const cores = availableParallelism();
    const started = Date.now();
    const minutes = Math.ceil(CORE_MINUTES / cores);
    const version = sourceVersion();
    say(`building the Pulumi CLI v${version} from source, once; about ${minutes} min on ${cores} cores`);
    const still = setInterval(() => {
        say(`still building, for ${Math.round((Date.now() - started) / 60_000)} min`);
    }, 60_000);
    const args = ["build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", LINK + version, "-o", bin];
    const result = await run("go", [...args, CLI, HOST], {
        cwd: SOURCES,
        env: buildEnvironment(process.env, await proxyOf(process.env)),
        seconds: LIMIT_SECONDS,
    });
    clearInterval(still);
    if (result.ok) say(`built in ${Math.round((Date.now() - started) / 1000)} s`);
    return result;
}

/** What tells Go, and the C compilers that it would start, how to build: which program to start for it, what not to verify. */
const BUILD_SETTINGS = /^(?:GO|CGO_)|^(?:CC|CXX|AR|FC|GCCGO|PKG_CONFIG)$/i;

/** Settings that are folders of the user's own. */
const FOLDERS = ["GOPATH", "GOCACHE", "GOMODCACHE"];

/**
 * The environment of the build, which takes nothing from the shell's that could change what is built, or that go.sum verifies it: no flags
 * (`-toolexec` starts a program), no checksums that are left out, no other workspace or system.
 *
 * @param {NodeJS.ProcessEnv} env the shell's
 * @param {string} proxy where modules are, which may be anywhere: every module has its hash in go.sum
 */
export function buildEnvironment(env, proxy) {
    return {
        ...withoutBuildSettings(env),
        ...Object.fromEntries(FOLDERS.flatMap((key) => (isOwn(env[key]) ? [[key, env[key]]] : []))),
        // No newer toolchain than the installed one, which some want; other values would choose one.
        ...(env.GOTOOLCHAIN === "local" && { GOTOOLCHAIN: "local" }),
        ...(proxy && { GOPROXY: proxy }),
        GOENV: "off", // go.env in Go's own folder still counts
        GOFLAGS: "-mod=readonly",
        GOWORK: "off",
        CGO_ENABLED: "0",
    };
}

/** @param {NodeJS.ProcessEnv} env */
function withoutBuildSettings(env) {
    return Object.fromEntries(Object.entries(env).filter(([key]) => !BUILD_SETTINGS.test(key)));
}

/** @param {string | undefined} folder */
function isOwn(folder) {
    return !!folder && (!existsSync(folder) || whyNotOwn(folder) === undefined);
}

/**
 * Where modules are, also where `go env -w` said it.
 *
 * @param {NodeJS.ProcessEnv} env
 */
async function proxyOf(env) {
    if (env.GOPROXY) return env.GOPROXY;
    const { ok, stdout } = await run("go", ["env", "GOPROXY"], {
        cwd: SOURCES,
        env: { ...withoutBuildSettings(env), GOTOOLCHAIN: "local" },
        seconds: ENV_SECONDS,
    });
    return ok ? stdout.trim() : "";
}

/**
 * In words that help, why the build failed.
 *
 * @param {string} output
 */
export function explain(output) {
    const needed = /^go (\S+)$/m.exec(readFileSync(path.join(SOURCES, "go.mod"), "utf8"))?.[1];
    if (/\bENOENT\b/.test(output)) return `there is no go on PATH; Go ${needed} or newer would do`;
    if (/requires go >=|toolchain not available|GOTOOLCHAIN=local/.test(output)) {
        return `it needs Go ${needed} or newer, and the installed one is older and gets no newer toolchain`;
    }
    const lines = output.split("\n").filter((line) => line.trim() && !line.startsWith("go: downloading "));
    return ["go build failed:", ...lines.slice(-12)].join("\n      ");
}

/** The CLI's version in go.mod; a unit test sees to it that this is the SDK's. */
export function sourceVersion() {
    const module = CLI.replace("/cmd/pulumi", "").replaceAll(".", "\\.");
    const found = new RegExp(`^\\s*${module} v(\\S+)`, "m").exec(readFileSync(path.join(SOURCES, "go.mod"), "utf8"));
    if (!found) throw new Error("tools/pulumi/go/go.mod does not require the Pulumi CLI");
    return found[1];
}

/** A hash of all that makes the build what it is, the same on every machine. */
export function sourceHash() {
    const hash = createHash("sha256").update(LINK);
    const files = readdirSync(SOURCES, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const paths = files.map((entry) => path.relative(SOURCES, path.join(entry.parentPath ?? entry.path, entry.name)));
    for (const file of paths.map((name) => name.split(path.sep).join("/")).sort()) {
        const text = readFileSync(path.join(SOURCES, file), "utf8").replaceAll("\r\n", "\n");
        hash.update(`${file}\0${text}\0`);
    }
    return hash.digest("hex").slice(0, 12);
}
