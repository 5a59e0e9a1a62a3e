// `make demo`: a real `pulumi up` of examples/blob-copy-simple between two simulated storage accounts, told as a story.
// What the CLI prints is its own output; what the service was asked is counted at the service.

import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const require = createRequire(join(root, "package.json"));
const { startSimulator, generated } = require("pulumi-azure-copy/simulator");
const { BlobServiceClient } = require("@azure/storage-blob");

const MiB = 1024 ** 2;
const size = 256 * MiB;
const blocks = size / (8 * MiB);
const copySeconds = 6;

const bold = (text) => (process.stdout.isTTY ? `\x1b[1m${text}\x1b[0m` : text);
const say = (text = "") => console.log(text);
const step = (number, text) => say(`\n${bold(`${number}. ${text}`)}\n`);

/** The example with the package installed from its tarball; kept until the package or the example changes. */
function install() {
    const cache = join(root, ".cache");
    mkdirSync(cache, { recursive: true });
    const [{ filename, integrity }] = JSON.parse(
        npm(["pack", "--json", "--ignore-scripts", "--pack-destination", cache], root),
    );
    const example = join(root, "examples/blob-copy-simple");
    const hash = createHash("sha256").update(integrity);
    for (const file of ["index.ts", "package.json", "Pulumi.yaml", "tsconfig.json"]) {
        hash.update(readFileSync(join(example, file)));
    }
    const folder = join(cache, `demo-${hash.digest("hex").slice(0, 12)}`);
    if (!existsSync(folder)) {
        say("Installing the example with the packed package, once; about half a minute.");
        const temporary = `${folder}.${process.pid}`;
        cpSync(example, temporary, { recursive: true, filter: (path) => !path.includes("node_modules") });
        npm(["install", "--prefer-offline", join(cache, filename)], temporary);
        renameSync(temporary, folder);
    }
    return folder;
}

function npm(args, cwd) {
    return execFileSync("npm", [...args, "--no-audit", "--no-fund", "--loglevel=error"], { cwd, encoding: "utf8" });
}

const program = install();
// What an earlier demo has configured.
rmSync(join(program, "Pulumi.demo.yaml"), { force: true });
const simulator = await startSimulator({ accounts: [{ name: "golden" }, { name: "dev" }] });
const home = join(root, ".cache", `demo-state-${process.pid}`);
mkdirSync(home, { recursive: true });

/** Runs the CLI in the example's folder, as a user would in a terminal. */
function pulumi(...args) {
    return pulumiWith(undefined, ...args);
}

/** @param input what it reads, a secret perhaps: a command line is there for every user of the machine to read */
function pulumiWith(input, ...args) {
    say(`$ pulumi ${args.join(" ")}${input === undefined ? "" : " < …"}`);
    return new Promise((done, fail) => {
        const child = spawn("pulumi", args, {
            cwd: program,
            stdio: [input === undefined ? "inherit" : "pipe", "inherit", "inherit"],
            env: {
                ...process.env,
                PULUMI_BACKEND_URL: `file://${home}`,
                PULUMI_HOME: join(home, "home"),
                PULUMI_CONFIG_PASSPHRASE: "demo",
                PULUMI_SKIP_UPDATE_CHECK: "true",
                PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
            },
        });
        child.once("error", fail);
        child.stdin?.end(input);
        child.once("exit", (code) => (code === 0 ? done() : fail(new Error(`pulumi ${args[0]} exited with ${code}`))));
    });
}

/** Shows what the service was asked since the last time, and forgets it. */
function requests() {
    const counts = new Map();
    for (const { operation, account, status } of simulator.requests) {
        const line = `${operation} on ${account}: ${status}`;
        counts.set(line, (counts.get(line) ?? 0) + 1);
    }
    simulator.requests.clear();
    say("\nRequests at the service:");
    say(counts.size === 0 ? "  none" : [...counts].map(([line, count]) => `  ${count} × ${line}`).join("\n"));
}

/** The destination as anybody sees it: through the Azure SDK. */
function destination() {
    return BlobServiceClient.fromConnectionString(simulator.account("dev").connectionString)
        .getContainerClient("seed")
        .getBlockBlobClient("orders.bak");
}

async function md5AtDestination() {
    const hash = createHash("md5");
    for await (const chunk of (await destination().download()).readableStreamBody) {
        hash.update(chunk);
    }
    return hash.digest("base64");
}

async function verify(expected) {
    const actual = await md5AtDestination();
    simulator.requests.clear();
    if (actual !== expected) {
        throw new Error(`the destination's MD5 is ${actual}, expected ${expected}`);
    }
    say(`\nVerified through the Azure SDK: the destination has the MD5 of the source, ${actual}`);
}

/** Lets the service answer the requests of one copy little by little, as if bytes were moved between data centers. */
function takeTime() {
    const operation = "Put Block From URL";
    simulator.faults.clear();
    for (let second = 1; second <= copySeconds; second++) {
        const [before, after] = [second - 1, second].map((so) => Math.floor((so * blocks) / copySeconds));
        simulator.faults.add({ operation, nth: before + 1, times: after - before, delayMs: 1_000 * second });
    }
}

/** Puts a new backup into the golden account, and returns its MD5. */
async function seed(number) {
    takeTime();
    const content = generated({ length: size, seed: number });
    const hash = createHash("md5");
    for (let start = 0; start < size; start += 8 * MiB) {
        hash.update(await content.read(start, start + 8 * MiB));
    }
    const contentMd5 = hash.digest("base64");
    simulator
        .account("golden")
        .putBlob("images", "orders.bak", content, { contentType: "application/octet-stream", contentMd5 });
    return contentMd5;
}

try {
    step(1, "Two storage accounts");
    simulator.account("golden").createContainer("images");
    simulator.account("dev").createContainer("seed");
    const first = await seed(1);
    say(`golden keeps images/orders.bak: ${size / MiB} MiB, MD5 ${first}. dev has an empty container, seed.`);
    say(
        `Both are simulated on this machine; a copy between them takes ${copySeconds} seconds, as the service moves the bytes.`,
    );
    await pulumi("stack", "init", "demo");
    for (const account of ["golden", "dev"]) {
        const { connectionString } = simulator.account(account);
        await pulumiWith(connectionString, "config", "set", "--secret", `${account}ConnectionString`);
    }

    step(2, "pulumi up: the copy is started, waited for, verified and recorded");
    await pulumi("up", "--yes");
    requests();
    await verify(first);

    step(3, "pulumi up again: nothing has changed, so only the source's ETag is read");
    await pulumi("up", "--yes");
    requests();

    step(4, "The metadata changes: it is set in place, without a copy");
    await pulumi("config", "set", "purpose", "load-test");
    await pulumi("up", "--yes");
    requests();

    step(5, "A new backup appears in golden: the preview shows a new ETag, and it is copied again");
    const second = await seed(2);
    await pulumi("up", "--yes");
    requests();
    await verify(second);

    step(6, "Somebody overwrites the copy: a refresh sees it");
    await destination().upload("not a backup", 12);
    simulator.requests.clear();
    await pulumi("refresh", "--yes", "--diff");
    requests();

    step(7, "pulumi up does not overwrite it, unless it is told to");
    const refusal = await pulumi("up", "--yes").then(
        () => undefined,
        (error) => error.message,
    );
    if (!refusal) {
        throw new Error("pulumi up has overwritten somebody else's blob");
    }
    say(`\n${refusal}, as it should; the blob still holds "${await destination().downloadToBuffer()}".`);
    requests();
    await pulumi("config", "set", "overwrite", "always");
    await pulumi("up", "--yes");
    requests();
    await verify(second);

    step(8, "pulumi destroy");
    await pulumi("destroy", "--yes");
    requests();
    say(`\nThe destination is ${(await destination().exists()) ? "still there" : "gone"}.`);
    say(
        "\nThat was it. The program is examples/blob-copy-simple/index.ts; README.md tells how to use it with your own accounts.",
    );
} finally {
    await simulator.close();
    rmSync(home, { recursive: true, force: true });
}
