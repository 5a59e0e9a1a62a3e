// One block blob of 10 GiB from one simulated account to another: Put Block From URL by ours, beside AzCopy. Both against one
// simulator in a process of its own, with the same latency for every request. Linux only: costs are read from /proc.

import { execFileSync, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { installAzcopy } from "../tools/conformance/azcopyProgram.mjs";

const root = resolve(import.meta.dirname, "..");
const require = createRequire(join(root, "package.json"));
const { AccountSASPermissions, BlobServiceClient } = require("@azure/storage-blob");

const length = 10 * 1024 ** 3;
const latencyMs = 50;
const runs = 3;
/** How often a process is looked at, in milliseconds: by so much CPU time may be missed. */
const lookEvery = 10;

export async function bench() {
    const cache = join(root, ".cache");
    mkdirSync(cache, { recursive: true });
    const home = mkdtempSync(join(cache, "azcopy-"));
    const server = fork(
        join(import.meta.dirname, "simulatorServer.mjs"),
        [JSON.stringify({ latencyMs, keepRequests: 100_000 })],
        { stdio: ["ignore", "inherit", "inherit", "ipc"] },
    );
    try {
        const [{ golden, dev }] = await once(server, "message");
        const ask = async (message) => {
            server.send(message);
            return (await once(server, "message"))[0];
        };
        await ask({ blob: { name: "large", length } });
        const { program, env } = await installAzcopy(cache, home);
        const from = blobUrl(golden, "large");
        const measure = async (name, command, args, environment) => {
            const to = blobUrl(dev, name);
            await ask({ count: true });
            const costs = await cost(command, args(to), environment);
            const { requests } = await ask({ count: true });
            await checkCopied(to);
            return { ...costs, requests };
        };
        const costs = { ours: [], azcopy: [] };
        for (let run = 0; run < runs; run++) {
            const copy = (to) => ["copy", from, to, "--from-to=BlobBlob", "--s2s-preserve-access-tier=false"];
            costs.azcopy.push(
                await measure(`azcopy-${run}`, program, (to) => [...copy(to), "--skip-version-check"], env),
            );
            const script = join(import.meta.dirname, "blocksClient.mjs");
            costs.ours.push(
                await measure(
                    `ours-${run}`,
                    process.execPath,
                    (to) => [script, JSON.stringify({ from, to })],
                    process.env,
                ),
            );
        }
        const middle = (who, what) => median(costs[who].map((each) => each[what]));
        const ratio = (what) => Number((middle("ours", what) / middle("azcopy", what)).toFixed(3));
        const row = (text, what, digits) => ({
            [`10 GiB, ${latencyMs} ms a request`]: text,
            ours: middle("ours", what).toFixed(digits),
            AzCopy: middle("azcopy", what).toFixed(digits),
            ratio: ratio(what),
        });
        return {
            rows: [
                row("time, s", "seconds", 2),
                row("requests", "requests", 0),
                row("client's CPU time, s", "cpuSeconds", 2),
                row("client's memory at most, MB", "rssMb", 0),
            ],
            figures: {
                wallRatio: ratio("seconds"),
                requestRatio: ratio("requests"),
                cpuRatio: ratio("cpuSeconds"),
                memoryRatio: ratio("rssMb"),
            },
        };
    } finally {
        server.kill();
        rmSync(home, { recursive: true, force: true });
    }
}

function blobUrl({ connectionString, blobEndpoint }, name) {
    const service = BlobServiceClient.fromConnectionString(connectionString);
    const expires = new Date(Date.now() + 3_600_000);
    const { search } = new URL(service.generateAccountSasUrl(expires, AccountSASPermissions.parse("rwlc"), "sco"));
    return `${blobEndpoint}/images/${name}${search}`;
}

async function checkCopied(url) {
    const response = await fetch(url, { method: "HEAD", headers: { "x-ms-version": "2025-01-05" } });
    if (response.headers.get("content-length") !== String(length)) {
        throw new Error(`the copy has ${response.headers.get("content-length")} bytes`);
    }
}

/** What a program takes, from its start to its end: seconds, CPU seconds, and megabytes at most. */
async function cost(command, args, env) {
    const started = process.hrtime.bigint();
    const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
        stream.on("data", (text) => {
            output += text;
        });
    }
    const used = { cpuSeconds: 0, rssMb: 0 };
    const look = setInterval(() => Object.assign(used, usedBy(child.pid) ?? used), lookEvery);
    const [code] = await once(child, "exit");
    clearInterval(look);
    if (code !== 0) {
        throw new Error(`${command} exited with ${code}: ${output.replace(/sig=[^&\s"]+/g, "sig=REDACTED")}`);
    }
    return { ...used, seconds: Number(process.hrtime.bigint() - started) / 1e9 };
}

const ticksPerSecond = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** What a process has used so far; nothing once it has ended. */
function usedBy(pid) {
    try {
        const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
        const rss = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
        return (
            rss && {
                cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
                rssMb: Number(rss[1]) / 1024,
            }
        );
    } catch {
        return undefined;
    }
}

function median(values) {
    return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];
}
