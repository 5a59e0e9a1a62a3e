// That the Pulumi CLI which tools/pulumi gets is the one that was meant: nothing of the shell, of another user or of a changed download gets in.

import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
    chmodSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    rmSync,
    statSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";

// A path known only at run time: the tools are plain JavaScript, which this project's TypeScript settings leave out.
const tool = (name: string) => import(`../../tools/pulumi/${name}.mjs`);
const shared = (name: string) => import(`../../tools/shared/${name}.mjs`);

let folder: string;

beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-cli-"));
    vi.stubEnv("XDG_CACHE_HOME", join(folder, "cache"));
    vi.stubEnv("LOCALAPPDATA", join(folder, "cache"));
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
});

afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true });
});

/** A program of a name, first on PATH. */
function install(name: string, script: string): void {
    const bin = join(folder, "programs");
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    vi.stubEnv("PATH", `${bin}${delimiter}${process.env.PATH}`);
}

const hostile = {
    GOFLAGS: "-toolexec=/tmp/evil -insecure -mod=mod",
    GOENV: "/tmp/evil/env",
    GOWORK: "/tmp/evil/go.work",
    GOROOT: "/tmp/evil/root",
    GONOSUMDB: "*",
    GONOSUMCHECK: "1",
    GOSUMDB: "off",
    GOINSECURE: "*",
    GOPRIVATE: "*",
    GONOPROXY: "*",
    GOVCS: "*:all",
    GOAUTH: "/tmp/evil",
    GOTOOLCHAIN: "go1.99.0",
    GOOS: "plan9",
    GOARCH: "mips",
    GO111MODULE: "off",
    GOEXPERIMENT: "evil",
    GODEBUG: "evil=1",
    GOTMPDIR: "/tmp/evil",
    GOBIN: "/tmp/evil",
    CGO_ENABLED: "1",
    CGO_CFLAGS: "-fplugin=/tmp/evil",
    CC: "/tmp/evil",
    CXX: "/tmp/evil",
    PKG_CONFIG: "/tmp/evil",
};

describe("a build from source", () => {
    /** The variables about the build that reached `go build`. */
    function seen(): Record<string, string> {
        const lines = readFileSync(join(folder, "environment"), "utf8").split("\n");
        const pairs = lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]);
        return Object.fromEntries(pairs.filter(([name]) => /^(?:C?GO|CC$|CXX$|PKG_CONFIG$)/.test(name!)));
    }

    const always = { GOENV: "off", GOFLAGS: "-mod=readonly", GOWORK: "off", CGO_ENABLED: "0" };

    beforeEach(() => {
        for (const name of Object.keys(process.env).filter((each) => /^(?:C?GO)/.test(each))) {
            vi.stubEnv(name, undefined);
        }
        install(
            "go",
            `if [ "$1" = env ]; then echo https://proxy.example; exit; fi
             env > '${folder}/environment'; echo "$@" > '${folder}/arguments'
             while [ "$1" != -o ]; do shift; done; touch "$2/pulumi"`,
        );
    });

    it("takes nothing of the shell that changes what is built, or verified", async () => {
        for (const [name, value] of Object.entries(hostile)) {
            vi.stubEnv(name, value);
        }
        const { fromGo } = await tool("fromGo");
        expect(await fromGo()).toEqual({ bin: expect.stringContaining("cache") });
        expect(seen()).toEqual({ ...always, GOPROXY: "https://proxy.example" });
        expect(readFileSync(join(folder, "environment"), "utf8")).not.toContain("evil");
        expect(readFileSync(join(folder, "arguments"), "utf8")).toMatch(/^build -mod=readonly /);
    });

    it("takes the proxy, whose modules go.sum verifies, and folders of the user's own", async () => {
        const [own, fresh, open] = ["own", "fresh", "open"].map((name) => join(folder, name));
        mkdirSync(own!, { mode: 0o700 });
        mkdirSync(open!);
        chmodSync(open!, 0o777);
        vi.stubEnv("GOPROXY", "https://mirror.example/go");
        vi.stubEnv("GOMODCACHE", own);
        vi.stubEnv("GOCACHE", fresh);
        vi.stubEnv("GOPATH", open);
        vi.stubEnv("GOTOOLCHAIN", "local");
        const { fromGo } = await tool("fromGo");
        await fromGo();
        expect(seen()).toEqual({
            ...always,
            GOPROXY: "https://mirror.example/go",
            GOMODCACHE: own,
            GOCACHE: fresh,
            GOTOOLCHAIN: "local",
        });
    });

    it("has a go.sum with the hash of every module that it requires", async () => {
        const [mod, sum] = ["go.mod", "go.sum"].map((file) => readFileSync(`tools/pulumi/go/${file}`, "utf8"));
        const required = [...mod!.matchAll(/^\t?(?:require )?(\S+\.\S+\/\S+) (v\S+)(?: \/\/ indirect)?$/gm)];
        expect(required.length).toBeGreaterThan(100);
        const missing = required.filter(([, module, version]) => !sum!.includes(`${module} ${version}/go.mod h1:`));
        const replaced = [...mod!.matchAll(/^replace (\S+) =>/gm)].map(([, module]) => module);
        expect(missing.map(([, module]) => module).filter((module) => !replaced.includes(module))).toEqual([]);
    });
});

describe("the cache folder", () => {
    const root = () => join(folder, "cache", "pulumi-azure-copy");
    const fill = async (work: string) => {
        mkdirSync(join(work, "bin"));
        return undefined;
    };

    it("is made for its user alone", async () => {
        const { keep, kept } = await shared("cache");
        expect(await keep("cli", fill)).toEqual({ bin: join(root(), "cli", "bin") });
        expect(statSync(root()).mode & 0o777).toBe(0o700);
        expect(kept("cli")).toBe(join(root(), "cli", "bin"));
    });

    it("becomes its user's alone where others could read it", async () => {
        const { keep } = await shared("cache");
        mkdirSync(root(), { recursive: true });
        chmodSync(root(), 0o755);
        await keep("cli", fill);
        expect(statSync(root()).mode & 0o777).toBe(0o700);
    });

    it.each([
        ["others can write to it", "can be written to by other users", () => chmodSync(root(), 0o757)],
        ["its group can write to it", "can be written to by other users", () => chmodSync(root(), 0o775)],
        [
            "it is a link",
            "is a link, or no folder",
            () => {
                rmSync(root(), { recursive: true });
                mkdirSync(join(folder, "elsewhere/cli/bin"), { recursive: true });
                symlinkSync(join(folder, "elsewhere"), root());
            },
        ],
        [
            "it is another user's",
            "belongs to another user",
            () => {
                vi.spyOn(process, "getuid").mockReturnValue(process.getuid!() + 1);
            },
        ],
    ])("fails where %s, and keeps and takes nothing there", async (_, reason, prepare) => {
        const { keep, kept } = await shared("cache");
        mkdirSync(join(root(), "cli/bin"), { recursive: true });
        prepare();
        expect(() => kept("cli")).toThrow(`the cache folder ${root()} ${reason}: delete it, and run again`);
        await expect(keep("other", fill)).rejects.toThrow(reason);
        expect(existsSync(join(root(), "other"))).toBe(false);
    });
});

describe("the folder that is printed", async () => {
    const { cacheName, wantedVersion } = await tool("versions");

    it("fails to be one in a cache folder that others can write to, in one line", () => {
        const root = join(folder, "cache", "pulumi-azure-copy");
        mkdirSync(join(root, cacheName(wantedVersion(), "release"), "bin"), { recursive: true });
        chmodSync(root, 0o777);
        const { status, stdout, stderr } = spawnSync(process.execPath, ["tools/pulumi/get.mjs"], {
            env: { XDG_CACHE_HOME: join(folder, "cache"), PATH: folder },
            encoding: "utf8",
        });
        expect([status, stdout]).toEqual([1, ""]);
        expect(stderr).toBe(
            `pulumi: the cache folder ${root} can be written to by other users: delete it, and run again\n`,
        );
    });
});

describe("the official release", async () => {
    const { archiveName, checksumOf, fromRelease, keptFromRelease } = await tool("fromRelease");
    const { wantedVersion } = await tool("versions");
    const version = wantedVersion();
    const archive = archiveName(version);

    /** An archive as releases have it, of a CLI that prints a version. */
    function pack(shown = `v${version}`): Buffer {
        const content = join(folder, "release", process.platform === "win32" ? "pulumi/bin" : "pulumi");
        mkdirSync(content, { recursive: true });
        writeFileSync(join(content, "pulumi"), `#!/bin/sh\ntouch '${folder}/ran'\necho ${shown}\n`, { mode: 0o755 });
        execFileSync("tar", ["-czf", join(folder, archive), "-C", join(folder, "release"), "pulumi"]);
        return readFileSync(join(folder, archive));
    }

    const sha256 = (data: Buffer) => createHash("sha256").update(data).digest("hex");

    /** Serves files by their names, until the test ends. */
    async function serve(files: Record<string, string | Buffer>): Promise<string> {
        const server = createServer((request, response) => {
            const name = request.url!.replace(`/v${version}/`, "");
            response.writeHead(name in files ? 200 : 404).end(files[name]);
        });
        server.listen(0, "127.0.0.1");
        await once(server, "listening");
        onTestFinished(() => void server.close().closeAllConnections());
        return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    }

    const checksums = `pulumi-${version}-checksums.txt`;

    it("is taken if it has the SHA-256 that is published beside it", async () => {
        const data = pack();
        const other = "0".repeat(64);
        const releases = await serve({
            [archive]: data,
            [checksums]: `${other}  other\n${sha256(data)}  ${archive}\n`,
        });
        const bin = expect.stringMatching(/-release[\\/]bin$/);
        expect(await fromRelease(releases)).toEqual({ bin });
        expect(keptFromRelease()).toEqual(bin);
    });

    it.each<[string, (data: Buffer) => Record<string, string | Buffer>, RegExp]>([
        [
            "its archive was changed",
            (data) => ({
                [archive]: Buffer.concat([data, Buffer.from("x")]),
                [checksums]: `${sha256(data)}  ${archive}`,
            }),
            /has the SHA-256 [0-9a-f]{64}, and [0-9a-f]{64} is published for it/,
        ],
        [
            "its checksums name another file",
            (data) => ({ [archive]: data, [checksums]: `${sha256(data)}  x${archive}` }),
            /its checksums name no pulumi-v/,
        ],
        [
            "there are no checksums",
            (data) => ({ [archive]: data }),
            /its download failed: 127\.0\.0\.1:\d+ answers 404/,
        ],
        [
            "there is no archive",
            (data) => ({ [checksums]: `${sha256(data)}  ${archive}` }),
            /its download failed: 127\.0\.0\.1:\d+ answers 404/,
        ],
        ["its checksums have no end", () => ({ [checksums]: "0".repeat(70_000) }), /larger than 65536 bytes/],
    ])("fails where %s, and nothing of it is run or kept", async (_, files, failure) => {
        expect(await fromRelease(await serve(files(pack())))).toEqual({ failure: expect.stringMatching(failure) });
        expect(existsSync(join(folder, "ran"))).toBe(false);
        expect(keptFromRelease()).toBeUndefined();
    });

    it("fails where it is elsewhere, over plain http", async () => {
        const data = pack();
        const elsewhere = await serve({ [archive]: data, [checksums]: `${sha256(data)}  ${archive}` });
        const server = createServer((request, response) => {
            response.writeHead(302, { location: `${elsewhere}${request.url}` }).end();
        });
        server.listen(0, "127.0.0.1");
        await once(server, "listening");
        onTestFinished(() => void server.close().closeAllConnections());
        const result = await fromRelease(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
        expect(result).toEqual({ failure: expect.stringContaining("redirects to http") });
    });

    it("fails where it is an older one than its name says", async () => {
        const data = pack("v3.1.0");
        const releases = await serve({ [archive]: data, [checksums]: `${sha256(data)}  ${archive}` });
        expect(await fromRelease(releases)).toEqual({ failure: "it says v3.1.0" });
        expect(keptFromRelease()).toBeUndefined();
    });

    it.each([
        ["linux", "x64", "pulumi-v3.248.0-linux-x64.tar.gz"],
        ["darwin", "arm64", "pulumi-v3.248.0-darwin-arm64.tar.gz"],
        ["win32", "x64", "pulumi-v3.248.0-windows-x64.zip"],
    ])("is called for %s and %s as releases call it", (platform, arch, expected) => {
        expect(archiveName("3.248.0", platform, arch)).toBe(expected);
    });

    it("reads checksums in every form that programs write", () => {
        const sum = "ab".repeat(32);
        expect(checksumOf("a.tar.gz", `${sum.toUpperCase()} *a.tar.gz\r\n`)).toBe(sum);
        expect(checksumOf("a.tar.gz", `${sum}  b-a.tar.gz\n${sum.slice(1)}  a.tar.gz\n`)).toBeUndefined();
    });
});
