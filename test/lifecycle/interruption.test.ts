// What happens when everything is killed in the middle of a copy. The program is on disk and the CLI is its own process group.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ShareServiceClient } from "@azure/storage-file-share";
import { afterEach, beforeEach, expect, inject, it, vi } from "vitest";
import { beforeRequest } from "../helpers/beforeRequest";
import { pulumiEnvironment } from "../helpers/stack";
import { sourceContent, startStorage, type TestStorage } from "../helpers/storage";

let storage: TestStorage;
let folder: string;

beforeEach(async () => {
    storage = await startStorage(); // a copy is pending until the clock is turned
    folder = mkdtempSync(join(tmpdir(), "pulumi-azure-copy-killed-"));
    symlinkSync(join(inject("programFolder"), "node_modules"), join(folder, "node_modules"));
    writeFileSync(join(folder, "Pulumi.yaml"), "name: killed\nruntime: nodejs\n");
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "killed", main: "index.js" }));
    writeFileSync(join(folder, "inputs.json"), JSON.stringify(storage.inputs));
    writeFileSync(
        join(folder, "index.js"),
        'const copy = require("pulumi-azure-copy");\nnew copy.BlobCopy("seed", require("./inputs.json"));\n',
    );
    // A provider that ends itself leaves a file: nothing else tells when an orphan is gone.
    writeFileSync(
        join(folder, "noteEnd.cjs"),
        `process.on("exit", (code) => code === 1 && /dynamic-provider/.test(process.argv[1]) && require("node:fs").writeFileSync(${JSON.stringify(join(folder, "ended"))}, ""));\n`,
    );
});

afterEach(async () => {
    await storage.close();
    rmSync(folder, { recursive: true, force: true });
});

function pulumi(...args: string[]): { child: ChildProcess; output: () => string } {
    const child = spawn(join(inject("pulumiFolder"), "pulumi"), [...args, "--non-interactive"], {
        cwd: folder,
        detached: true,
        env: {
            ...process.env,
            ...pulumiEnvironment(folder),
            NODE_OPTIONS: `--require ${join(folder, "noteEnd.cjs")}`,
        },
    });
    let output = "";
    for (const stream of [child.stdout!, child.stderr!]) {
        stream.on("data", (text) => {
            output += text;
        });
    }
    return { child, output: () => output };
}

async function run(...args: string[]): Promise<string> {
    const { child, output } = pulumi(...args);
    const [code] = await once(child, "close");
    expect(code, output()).toBe(0);
    return output();
}

const copies = (operation = "Copy Blob") =>
    storage.simulator.requests.of(operation).filter(({ status }) => status === 202).length;

/** As long as it takes: what ends a wait in vain is the test's own timeout. */
const patience = { timeout: 1_200_000, interval: 100 };

/** Starts `pulumi up`, kills its whole process group once it waits for the copy, and waits until nothing is left of it. */
async function upAndKill(operation = "Copy Blob"): Promise<void> {
    const before = copies(operation);
    const { child, output } = pulumi("up", "--yes");
    await vi.waitFor(() => {
        expect(copies(operation), output()).toBe(before + 1);
        const operations = storage.simulator.requests.all().map((request) => request.operation);
        expect(operations.slice(operations.lastIndexOf(operation))).toContainEqual(
            expect.stringMatching(/^Get (Blob|File) Properties$/),
        );
    }, patience);
    process.kill(-child.pid!, "SIGKILL");
    await once(child, "close");
    // The orphaned provider notices that its engine is gone, and ends.
    await vi.waitFor(() => expect(existsSync(join(folder, "ended"))).toBe(true), patience);
}

/** Ends pending copies by the third look that is taken at a destination from now on. */
const endCopies = (operation = "Get Blob Properties") =>
    beforeRequest(storage.simulator, { operation, account: "dev", nth: 3 }, () => storage.clock.advance(12_000));

it("SIGKILL of the whole process group during create, then up again: one copy, joined", async () => {
    storage.simulator.copies.add({ seconds: 12 });
    await run("stack", "init", "test");
    await upAndKill();
    storage.operations();
    await run("cancel", "--yes");
    expect(storage.operations()).toEqual([]);
    endCopies();
    const second = await run("up", "--yes");
    expect(second).toContain("seed");
    expect(storage.simulator.requests.of("Copy Blob").map(({ status }) => status)).not.toContain(202);
    expect(await storage.content("dev")).toBe(sourceContent);
    const { copyId } = await storage.blob("dev").getProperties();
    await run("destroy", "--yes");
    expect(copyId).toBeDefined();
    expect(await storage.blob("dev").exists()).toBe(false);
});

it("SIGKILL during an update: the next up joins the copy, and the snapshot that kept the old content goes", async () => {
    await run("stack", "init", "test");
    await run("up", "--yes");
    storage.clock.advance(1_500); // times are whole seconds: the change must be seen as later than the copy
    storage.simulator.account("golden").putBlob("images", "orders.bak", "a newer backup");
    storage.simulator.copies.add({ seconds: 10 });
    await upAndKill();
    expect(storage.simulator.requests.count("Snapshot Blob")).toBe(1);
    await run("cancel", "--yes");
    endCopies();
    await run("up", "--yes");
    expect(copies()).toBe(2);
    expect(await storage.content("dev")).toBe("a newer backup");
    await run("destroy", "--yes");
    expect(await storage.blob("dev").exists()).toBe(false);
});

it("SIGKILL during a FileCopy, then up again: one copy, joined; refresh, update in place, destroy", async () => {
    const [golden, dev] = ["golden", "dev"].map((name) => storage.simulator.account(name));
    golden!.createShare("docs");
    dev!.createShare("seed");
    golden!.putFile("docs", "app/settings.json", sourceContent);
    const inputs = {
        source: { connectionString: golden!.connectionString, shareName: "docs", filePath: "app/settings.json" },
        destination: { connectionString: dev!.connectionString, shareName: "seed", filePath: "app/settings.json" },
        fileAttributes: "source",
        fileLastWriteTime: "2020-01-02T03:04:05Z",
    };
    const declare = (change: object) => {
        writeFileSync(join(folder, "inputs.json"), JSON.stringify({ ...inputs, ...change }));
        writeFileSync(
            join(folder, "index.js"),
            'const copy = require("pulumi-azure-copy");\nexports.file = new copy.FileCopy("seed", require("./inputs.json")).smbProperties.fileLastWriteTime;\n',
        );
    };
    declare({});
    const share = ShareServiceClient.fromConnectionString(dev!.connectionString).getShareClient("seed");
    const file = share.getDirectoryClient("app").getFileClient("settings.json");

    storage.simulator.copies.add({ seconds: 10 });
    await run("stack", "init", "test");
    await upAndKill("Copy File");
    await run("cancel", "--yes");
    endCopies("Get File Properties");
    const second = await run("up", "--yes");
    expect(second).toMatch(/FileCopy\s+seed/);
    expect(second).toContain("2020-01-02T03:04:05");
    expect(copies("Copy File")).toBe(1);
    expect((await file.downloadToBuffer()).toString()).toBe(sourceContent);

    expect(await run("refresh", "--yes")).not.toMatch(/updated|deleted/);
    storage.operations();
    expect(await run("up", "--yes")).toMatch(/1 unchanged|2 unchanged/);
    declare({ metadata: { stage: "dev" } });
    await run("up", "--yes");
    expect(storage.operations()).not.toContain("Copy File");
    expect(await file.getProperties()).toMatchObject({ metadata: { stage: "dev" }, leaseState: "available" });
    await run("destroy", "--yes");
    expect(await file.exists()).toBe(false);
});
