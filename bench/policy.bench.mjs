// `pulumi preview` of 2,000 BlobCopy resources with the policy pack, beside the same with a pack that has no policies.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installPackage, makeProgram, median, seconds } from "./stacks.mjs";

const count = 2_000;
const runs = 3;

const program = `
const copy = require("pulumi-azure-copy");
const { count } = require("./settings.json");
for (let index = 0; index < count; index++) {
    new copy.BlobCopy("copy-" + index, {
        source: { accountName: "contosogolden", containerName: "images", blobName: "blob-" + index, region: "westeurope" },
        destination: { accountName: "contosodev", containerName: "seed", blobName: "blob-" + index, region: "westeurope" },
        metadata: { number: String(index) },
        onSourceChange: "ignore", // no source is read
        timeout: "1h",
    });
}
`;

export async function bench() {
    const folder = mkdtempSync(join(tmpdir(), "bench-policy-"));
    try {
        installPackage(folder, "@pulumi/policy");
        const packs = { empty: emptyPack(join(folder, "empty")), ours: "../node_modules/pulumi-azure-copy/policy" };
        const path = join(folder, "program");
        const environment = await makeProgram(path, program, { count });
        const times = { empty: [], ours: [] };
        for (let run = 0; run < runs; run++) {
            for (const [name, pack] of Object.entries(packs)) {
                const options = ["--non-interactive", "--suppress-outputs", "--policy-pack", pack];
                times[name].push(await seconds("pulumi", ["preview", ...options], path, environment));
            }
        }
        const ratio = median(times.ours) / median(times.empty);
        return {
            rows: [
                {
                    [`pulumi preview of ${count} BlobCopy`]: "",
                    "empty pack, s": median(times.empty).toFixed(1),
                    "this pack, s": median(times.ours).toFixed(1),
                    ratio: ratio.toFixed(2),
                },
            ],
            figures: { ratio: Number(ratio.toFixed(3)) },
        };
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

/** A pack without policies, in a folder. */
function emptyPack(path) {
    mkdirSync(path);
    writeFileSync(join(path, "PulumiPolicy.yaml"), "runtime:\n    name: nodejs\n    options: { typescript: false }\n");
    writeFileSync(join(path, "package.json"), JSON.stringify({ name: "empty", version: "1.0.0", main: "index.js" }));
    writeFileSync(join(path, "index.js"), 'new (require("@pulumi/policy").PolicyPack)("empty", { policies: [] });\n');
    return path;
}
