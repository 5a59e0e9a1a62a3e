// What the simulator costs: memory for a million listed blobs and 10,000 pending copies, and small requests a second of one
// core, beside Azurite with its data in memory. Each server runs in a process of its own; the client runs in this one.

import { execFileSync, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Agent, request as httpRequest } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const require = createRequire(join(root, "package.json"));
const {
    AccountSASPermissions,
    AccountSASResourceTypes,
    AccountSASServices,
    generateAccountSASQueryParameters,
    StorageSharedKeyCredential,
} = require("@azure/storage-blob");

const listed = 1_000_000;
const copies = 10_000;
const requests = 6_000;
const connections = 16;
const runs = 3;
const version = "2025-01-05";

/** The longest a server may take to start, in milliseconds. */
const patience = 30_000;

export async function bench() {
    const memory = await measureMemory();
    const speeds = { simulator: [], azurite: [] };
    for (let run = 0; run < runs; run++) {
        speeds.azurite.push(await measureSpeed(startAzurite));
        speeds.simulator.push(await measureSpeed(startSimulator));
    }
    const perCore = median(speeds.simulator.map((speed) => speed.perCoreSecond));
    const perCorePeer = median(speeds.azurite.map((speed) => speed.perCoreSecond));
    const perSecond = median(speeds.simulator.map((speed) => speed.perSecond));
    const perSecondPeer = median(speeds.azurite.map((speed) => speed.perSecond));
    const row = (what, simulator, azurite) => ({ what, simulator, "Azurite, in memory": azurite });
    return {
        rows: [
            row(
                `memory at most, MB: ${number(listed)} listed and ${number(copies)} pending`,
                memory.maxRssMb.toFixed(0),
                "–",
            ),
            row("memory at most, MB: before that", memory.startMb.toFixed(0), "–"),
            row(`listing ${number(memory.listed)} blobs, s`, memory.listSeconds.toFixed(1), "–"),
            row("small requests a second of one core", perCore.toFixed(0), perCorePeer.toFixed(0)),
            row("small requests a second, client beside it", perSecond.toFixed(0), perSecondPeer.toFixed(0)),
        ],
        figures: {
            memoryMb: Math.round(memory.maxRssMb),
            listed: memory.listed,
            pending: memory.pending,
            requestsPerCoreSecond: Math.round(perCore),
            requestsPerSecond: Math.round(perSecond),
            speedOverAzurite: Number((perCore / perCorePeer).toFixed(2)),
        },
    };
}

/** Lists a container of a million blobs to its end, and leaves 10,000 copies pending. */
async function measureMemory() {
    const server = await startSimulator();
    try {
        const { maxRssMb: startMb } = await server.report();
        await server.ask({ generate: listed });
        const started = process.hrtime.bigint();
        const found = await countListed(server, "golden", "many", "<Name>");
        const listSeconds = Number(process.hrtime.bigint() - started) / 1e9;
        await put(server, "golden", "images/source", Buffer.alloc(1024));
        const source = server.url("golden", "images/source");
        await inParallel(copies, connections, async (index) => {
            const headers = { "x-ms-copy-source": source };
            await send(server, "PUT", server.url("dev", `images/copy-${index}`), headers, undefined, 202);
        });
        const pending = await countListed(server, "dev", "images", "<CopyStatus>pending</CopyStatus>");
        const { maxRssMb } = await server.report();
        return { startMb, maxRssMb, listSeconds, listed: found, pending };
    } finally {
        server.stop();
    }
}

/** One third each: Put Blob of 1 KiB, Get Blob Properties, Get Blob. */
async function measureSpeed(start) {
    const server = await start();
    try {
        const body = Buffer.alloc(1024, "x");
        const step = async (index) => {
            if (index % 3 === 0) {
                await put(server, "golden", `images/written-${index % 100}`, body);
            } else {
                const url = server.url("golden", `images/blob-${index % 100}`);
                await send(server, index % 3 === 1 ? "HEAD" : "GET", url, {}, undefined, 200);
            }
        };
        await inParallel(100, connections, (index) => put(server, "golden", `images/blob-${index}`, body));
        await inParallel(requests / 3, connections, step);
        const before = await server.report();
        const started = process.hrtime.bigint();
        await inParallel(requests, connections, step);
        const seconds = Number(process.hrtime.bigint() - started) / 1e9;
        const { cpuSeconds } = await server.report();
        return { perSecond: requests / seconds, perCoreSecond: requests / (cpuSeconds - before.cpuSeconds) };
    } finally {
        server.stop();
    }
}

async function startSimulator() {
    const child = fork(join(import.meta.dirname, "simulatorServer.mjs"), [], {
        stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    const [accounts] = await once(child, "message");
    const ask = async (message) => {
        child.send(message);
        const [answer] = await once(child, "message");
        return answer;
    };
    return serverOf(accounts, ask, () => ask({ report: true }), child);
}

async function startAzurite() {
    const name = "golden";
    const key = Buffer.alloc(64, 7).toString("base64");
    const main = join(root, "node_modules/azurite/dist/src/blob/main.js");
    const args = [
        "--inMemoryPersistence",
        "--blobPort",
        "0",
        "--skipApiVersionCheck",
        "--disableTelemetry",
        "--silent",
    ];
    const child = spawn(process.execPath, [main, ...args], {
        cwd: tmpdir(),
        env: { ...process.env, AZURITE_ACCOUNTS: `${name}:${key}` },
        stdio: ["ignore", "pipe", "inherit"],
    });
    const blobEndpoint = await new Promise((done, fail) => {
        const timer = setTimeout(() => {
            child.kill();
            fail(new Error("Azurite didn't start"));
        }, patience);
        let output = "";
        child.stdout.on("data", (text) => {
            output += text;
            const url = /listens on (http:\S+)/.exec(output)?.[1];
            if (url) {
                clearTimeout(timer);
                done(`${url}/${name}`);
            }
        });
    });
    const report = async () => ({ cpuSeconds: cpuOf(child.pid) });
    const server = serverOf({ golden: { name, key, blobEndpoint } }, undefined, report, child);
    const url = server.url("golden", "images").replace("?", "?restype=container&");
    await send(server, "PUT", url, {}, undefined, 201);
    return server;
}

/** Seconds of processor time that a process has used so far. */
function cpuOf(pid) {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
    const ticks = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
    return (Number(fields[11]) + Number(fields[12])) / ticks;
}

function serverOf(accounts, ask, report, child) {
    const signed = Object.fromEntries(Object.entries(accounts).map(([name, account]) => [name, sas(account)]));
    return {
        agent: new Agent({ keepAlive: true, maxSockets: connections }),
        url: (account, path) => `${accounts[account].blobEndpoint}/${path}?${signed[account]}`,
        ask,
        report,
        stop() {
            this.agent.destroy();
            child.kill();
        },
    };
}

function sas({ name, key }) {
    const options = {
        expiresOn: new Date(Date.now() + 24 * 3600_000),
        permissions: AccountSASPermissions.parse("rwlc"),
        services: AccountSASServices.parse("b").toString(),
        resourceTypes: AccountSASResourceTypes.parse("sco").toString(),
    };
    return generateAccountSASQueryParameters(options, new StorageSharedKeyCredential(name, key)).toString();
}

async function put(server, account, path, body) {
    await send(server, "PUT", server.url(account, path), { "x-ms-blob-type": "BlockBlob" }, body, 201);
}

async function countListed(server, account, container, text) {
    let count = 0;
    let marker = "";
    do {
        const query = `restype=container&comp=list&include=copy&marker=${encodeURIComponent(marker)}&`;
        const url = server.url(account, container).replace("?", `?${query}`);
        const page = await send(server, "GET", url, {}, undefined, 200);
        count += page.split(text).length - 1;
        marker = /<NextMarker>([^<]*)<\/NextMarker>/.exec(page)?.[1] ?? "";
    } while (marker !== "");
    return count;
}

function send({ agent }, method, url, headers, body, expected) {
    return new Promise((done, fail) => {
        const outgoing = httpRequest(
            url,
            { method, agent, headers: { "x-ms-version": version, "content-length": body?.length ?? 0, ...headers } },
            (response) => {
                const chunks = [];
                response.on("data", (chunk) => chunks.push(chunk));
                response.on("end", () => {
                    const text = Buffer.concat(chunks).toString("utf8");
                    if (response.statusCode === expected) {
                        done(text);
                    } else {
                        fail(new Error(`${method} got ${response.statusCode}, not ${expected}: ${text}`));
                    }
                });
            },
        );
        outgoing.on("error", fail);
        outgoing.end(body);
    });
}

async function inParallel(count, width, step) {
    let next = 0;
    const worker = async () => {
        while (next < count) {
            await step(next++);
        }
    };
    await Promise.all(Array.from({ length: width }, worker));
}

function median(values) {
    return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];
}

function number(value) {
    return value.toLocaleString("en");
}
