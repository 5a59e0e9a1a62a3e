// A state that an older version has written, and the newly installed one.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, inject, it } from "vitest";
import { openStack, type Program, pulumiEnvironment } from "../helpers/stack";
import { sourceContent, startStorage, type TestStorage } from "../helpers/storage";
import { type Download, startDownloads } from "../helpers/webServer";

/** The oldest commit whose states must go on working. */
const oldestCommit = "68c27d6a0333610badb31df5f7375aebfa8aa55d";

/** The last commit that recorded nothing of a web server's query. */
const commitWithoutQueries = "a650b88d274c60850ab72cc9040410650ee3fec0";

const root = resolve(__dirname, "../..");
let storage: TestStorage;
let folder: string;

beforeEach(async () => {
    storage = await startStorage({ realTime: true });
    folder = mkdtempSync(join(tmpdir(), "pulumi-azure-copy-upgrade-"));
});

afterEach(async () => {
    await storage.close();
    rmSync(folder, { recursive: true, force: true });
});

/** A program folder with the package as it was at a commit, compiled there, and what the package depends on as it is installed now. */
function installCommit(commit: string): string {
    const program = join(folder, "old");
    const installed = join(inject("programFolder"), "node_modules");
    const own = join(program, "node_modules/pulumi-azure-copy");
    mkdirSync(own, { recursive: true });
    for (const name of readdirSync(installed).filter((name) => name !== "pulumi-azure-copy")) {
        symlinkSync(join(installed, name), join(program, "node_modules", name));
    }
    execFileSync("sh", ["-c", `git archive ${commit} | tar -x -C "${own}"`], { cwd: root });
    symlinkSync(join(root, "node_modules"), join(own, "node_modules"));
    // Its types were checked when it was committed.
    execFileSync(join(root, "node_modules/.bin/tsc"), ["-p", "tsconfig.build.json", "--noCheck"], { cwd: own });
    rmSync(join(own, "node_modules"));
    return program;
}

/** Whether the history is here: a source archive or a shallow clone has none, where continuous integration must have it. */
function hasHistory(): boolean {
    try {
        execFileSync("git", ["cat-file", "-e", `${oldestCommit}^{commit}`], { cwd: root, stdio: "ignore" });
        return true;
    } catch {
        return Boolean(process.env.CI);
    }
}

it.skipIf(!hasHistory())(
    "goes on with the state of an older version: no change, update, refresh, destroy",
    async () => {
        const old = installCommit(oldestCommit);
        const args: { metadata?: Record<string, string> } = {};
        // An input that the old version does not know.
        const { method: _, ...inputs } = storage.inputs;
        const program: Program = ({ copy }) => {
            new copy.BlobCopy("seed", { ...inputs, ...args } as never);
            return undefined;
        };
        const before = await openStack(program, old, folder);
        expect((await before.up()).error).toBeUndefined();

        const after = await openStack(program, inject("programFolder"), folder);
        expect((await after.preview()).steps).toEqual({ seed: ["same"] });
        expect((await after.refresh()).error).toBeUndefined();
        args.metadata = { owner: "infra" };
        expect((await after.up()).steps).toEqual({ seed: ["update"] });
        expect((await storage.blob("dev").getProperties()).metadata).toEqual({ owner: "infra" });
        storage.simulator.account("golden").putBlob("images", "orders.bak", "a newer backup");
        expect((await after.up()).error).toBeUndefined();
        expect(await storage.content("dev")).toBe("a newer backup");
        expect((await after.destroy()).error).toBeUndefined();
        expect(await storage.blob("dev").exists()).toBe(false);
    },
);

it.skipIf(!hasHistory())(
    "goes on with an older version's copy from a web server, whose query it has not recorded apart",
    async () => {
        const files = { "file=tool-1.0.zip": { content: "tool 1.0", etag: '"1"' } } as Record<string, Download>;
        const server = await startDownloads(files);
        try {
            const old = installCommit(commitWithoutQueries);
            const args = { query: "file=tool-1.0.zip" };
            const program: Program = ({ copy }) => {
                const source = `${server.url}?${args.query}`;
                new copy.BlobCopy("tool", { source, destination: storage.inputs.destination as never });
                return undefined;
            };
            const before = await openStack(program, old, folder);
            expect((await before.up()).error).toBeUndefined();
            expect(await storage.content("dev")).toBe("tool 1.0");

            const after = await openStack(program, inject("programFolder"), folder);
            expect((await after.up()).steps).toEqual({ tool: ["same"] });
            const recorded = async () => (await after.resources())[0]!.outputs.sourceQueryHash;
            expect(await recorded()).toBeUndefined();
            files[args.query] = { content: "tool 1.0.1", etag: '"2"' };
            expect((await after.up()).steps).toEqual({ tool: ["update"] });
            expect(await storage.content("dev")).toBe("tool 1.0.1");
            expect(await recorded()).toMatch(/^[0-9a-f]{32}$/);

            args.query = "file=tool-2.0.zip";
            files[args.query] = { content: "tool 2.0", etag: '"2"' };
            expect((await after.up()).error).toBeUndefined();
            expect(await storage.content("dev")).toBe("tool 2.0");
            expect((await after.destroy()).error).toBeUndefined();
        } finally {
            await server.close();
        }
    },
);

it("fails with words that say what to do where the package was uninstalled before destroy", async () => {
    const program: Program = ({ copy }) => {
        new copy.BlobCopy("seed", storage.inputs as never);
        return undefined;
    };
    const stack = await openStack(program, inject("programFolder"), folder);
    await stack.up();
    const bare = join(folder, "bare");
    mkdirSync(join(bare, "node_modules"), { recursive: true });
    symlinkSync(join(inject("programFolder"), "node_modules/@pulumi"), join(bare, "node_modules/@pulumi"));
    writeFileSync(join(bare, "package.json"), JSON.stringify({ name: "bare", main: "index.js" }));
    writeFileSync(join(bare, "Pulumi.yaml"), "name: lifecycle\nruntime: nodejs\n");
    let output = "";
    try {
        execFileSync("pulumi", ["destroy", "--yes", "--non-interactive", "--stack", "test"], {
            cwd: bare,
            env: { ...process.env, ...pulumiEnvironment(folder) },
            encoding: "utf8",
        });
    } catch (error) {
        const { stdout, stderr } = error as { stdout: string; stderr: string };
        output = stdout + stderr;
    }
    expect(output).toContain("npm install pulumi-azure-copy");
    expect(await storage.content("dev")).toBe(sourceContent);
    expect((await stack.destroy()).error).toBeUndefined();
    expect(await storage.blob("dev").exists()).toBe(false);
});
