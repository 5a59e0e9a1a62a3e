import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

// A path known only at run time: the tools are plain JavaScript, which this project's TypeScript settings leave out.
const tool = (name: string) => import(`../../tools/pulumi/${name}.mjs`);
const shared = (name: string) => import(`../../tools/shared/${name}.mjs`);

describe("the version of a Pulumi CLI", async () => {
    const { isAtLeast, parseVersion, wantedVersion, OLDEST_VERSION } = await tool("versions");

    it.each([
        ["v3.248.0", [3, 248, 0]],
        ["3.249.0-alpha.1+dirty\n", [3, 249, 0]],
        ["warning: a new version of Pulumi is available, 3.300.0\nv3.222.1\n", [3, 222, 1]],
        ["v10.0.12", [10, 0, 12]],
    ])("is read from %j", (text, version) => {
        expect(parseVersion(text)).toEqual(version);
    });

    it.each(["", "pulumi: command not found", "go1.26", "v3.248"])("is not read from %j", (text) => {
        expect(parseVersion(text)).toBeUndefined();
    });

    it("is compared by numbers, not by letters", () => {
        expect(isAtLeast("v3.222.0", "3.222.0")).toBe(true);
        expect(isAtLeast("v3.222.1", "3.222.0")).toBe(true);
        expect(isAtLeast("v3.1000.0", "3.222.0")).toBe(true);
        expect(isAtLeast("v4.0.0", "3.222.0")).toBe(true);
        expect(isAtLeast("v3.99.9", "3.222.0")).toBe(false);
        expect(isAtLeast("v2.999.0", "3.222.0")).toBe(false);
    });

    it("is never enough when nothing was printed", () => {
        expect(isAtLeast("", "3.222.0")).toBe(false);
    });

    it("is that of the locked SDK, in all three ways to get one", async () => {
        const { sourceVersion } = await tool("fromGo");
        const sdk = JSON.parse(readFileSync("node_modules/@pulumi/pulumi/package.json", "utf8")).version;
        expect(wantedVersion()).toBe(sdk);
        expect(sourceVersion()).toBe(sdk); // else: cd tools/pulumi/go && go get, as its README says
        expect(isAtLeast(sdk, OLDEST_VERSION)).toBe(true);
    });
});

describe("the cache folder", async () => {
    const { cacheName } = await tool("versions");
    const { cacheRoot } = await shared("cache");

    it.each([
        ["linux", {}, "/home/ann/.cache/pulumi-azure-copy"],
        ["linux", { XDG_CACHE_HOME: "/var/cache/ann" }, "/var/cache/ann/pulumi-azure-copy"],
        ["linux", { XDG_CACHE_HOME: "relative" }, "/home/ann/.cache/pulumi-azure-copy"],
        ["darwin", { XDG_CACHE_HOME: "/var/cache/ann" }, "/home/ann/Library/Caches/pulumi-azure-copy"],
    ])("on %s with %j is %s", (platform, env, expected) => {
        expect(cacheRoot(platform, env, "/home/ann")).toBe(expected);
    });

    it.each([
        [{ LOCALAPPDATA: "D:\\Local" }, "D:\\Local\\pulumi-azure-copy"],
        [{}, "C:\\Users\\ann\\AppData\\Local\\pulumi-azure-copy"],
    ])("on Windows with %j is %s", (env, expected) => {
        expect(cacheRoot("win32", env, "C:\\Users\\ann")).toBe(expected);
    });

    it("is named after all that tells one CLI from another", () => {
        expect(cacheName("3.248.0", "0123456789ab", "linux", "arm64")).toBe("pulumi-3.248.0-linux-arm64-0123456789ab");
    });

    it("is named by a hash that stays the same", async () => {
        const { sourceHash } = await tool("fromGo");
        expect(sourceHash()).toMatch(/^[0-9a-f]{12}$/);
        expect(sourceHash()).toBe(sourceHash());
    });
});

describe("when there is no Pulumi CLI", async () => {
    const { explain } = await tool("fromGo");
    const { failureMessage } = await tool("failure");

    it("one message says what was tried, why each failed and what to install", () => {
        const message = failureMessage(
            [
                { tried: "pulumi on PATH", failure: "there is none" },
                { tried: "a build from source", failure: "there is no go on PATH" },
            ],
            "3.222.0",
        );
        expect(message).toBe(
            [
                "there is no Pulumi CLI, and none could be got:",
                "  - pulumi on PATH: there is none",
                "  - a build from source: there is no go on PATH",
                "Install the Pulumi CLI v3.222.0 or newer, and have its folder on PATH: https://www.pulumi.com/docs/install/",
                "Or install Go, from which it can be built: https://go.dev/doc/install",
            ].join("\n"),
        );
    });

    it("a missing or outdated Go is called by its name", () => {
        expect(explain("spawn go ENOENT")).toMatch(/^there is no go on PATH; Go 1\.\d+(\.\d+)? or newer would do$/);
        expect(explain("go: go.mod requires go >= 1.25.11 (running go 1.22.2; GOTOOLCHAIN=local)")).toMatch(
            /^it needs Go 1\.\d+(\.\d+)? or newer/,
        );
    });

    it("other build errors are shown without the lines about downloads", () => {
        const output = "go: downloading example.com/a v1.0.0\n# example.com/a\na.go:1:1: syntax error\n";
        expect(explain(output)).toBe("go build failed:\n      # example.com/a\n      a.go:1:1: syntax error");
    });
});
