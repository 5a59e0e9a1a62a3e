// `pulumi up` with nothing to do for 2,000 BlobCopy whose sources are read for changes, beside 2,000 with onSourceChange
// "ignore", which read nothing. The service is 10 ms away.

import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installPackage, makeProgram, median, seconds } from "./stacks.mjs";

const count = 2_000;
const runs = 3;
const latencyMs = 10;

const program = `
const copy = require("pulumi-azure-copy");
const { golden, dev, count, onSourceChange } = require("./settings.json");
for (let index = 0; index < count; index++) {
    const name = "blob-" + String(index).padStart(7, "0");
    new copy.BlobCopy(name, {
        source: {
            connectionString: golden,
            containerName: "many",
            blobName: "folder-" + String(index >> 10).padStart(4, "0") + "/" + name,
        },
        destination: { connectionString: dev, containerName: "images", blobName: (onSourceChange || "read") + "/" + name },
        onSourceChange,
    });
}
`;

export async function bench() {
    const folder = mkdtempSync(join(tmpdir(), "bench-noop-"));
    const server = fork(join(import.meta.dirname, "simulatorServer.mjs"), [
        JSON.stringify({ copySeconds: 0, latencyMs }),
    ]);
    try {
        const [{ golden, dev }] = await once(server, "message");
        server.send({ generate: count });
        await once(server, "message");
        installPackage(folder);
        const stacks = {};
        for (const name of ["ignored", "read"]) {
            const path = join(folder, name);
            const environment = await makeProgram(path, program, {
                golden: golden.connectionString,
                dev: dev.connectionString,
                count,
                ...(name === "ignored" && { onSourceChange: "ignore" }),
            });
            // Without a state file written after each of 2,000 steps.
            const fast = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };
            const first = await up(path, { ...environment, ...fast }, "--parallel", "64");
            stacks[name] = { path, environment, first, times: [] };
        }
        for (let run = 0; run < runs; run++) {
            for (const stack of Object.values(stacks)) {
                stack.times.push(await up(stack.path, stack.environment));
            }
        }
        const ratio = median(stacks.read.times) / median(stacks.ignored.times);
        const row = (what, ignored, read) => ({
            [`${count} BlobCopy, ${latencyMs} ms a request`]: what,
            "sources not read, s": ignored.toFixed(1),
            "sources read, s": read.toFixed(1),
            ratio: (read / ignored).toFixed(2),
        });
        return {
            rows: [
                row("first pulumi up", stacks.ignored.first, stacks.read.first),
                row("pulumi up with nothing to do", median(stacks.ignored.times), median(stacks.read.times)),
            ],
            figures: { ratio: Number(ratio.toFixed(3)) },
        };
    } finally {
        server.disconnect();
        rmSync(folder, { recursive: true, force: true });
    }
}

function up(path, environment, ...options) {
    // A preview would do the same once more.
    const always = ["up", "--yes", "--non-interactive", "--skip-preview", "--suppress-outputs"];
    return seconds("pulumi", [...always, ...options], path, environment);
}
