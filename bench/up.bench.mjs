// 200 BlobCopy resources in one program, beside 200 dynamic resources of the same shape whose create makes a single request.

import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installPackage, makeProgram, median, root, seconds } from "./stacks.mjs";

const count = 200;
const runs = 3;

const blobCopyProgram = `
const copy = require("pulumi-azure-copy");
const { golden, dev, count } = require("./settings.json");
for (let index = 0; index < count; index++) {
    new copy.BlobCopy("copy-" + index, {
        source: { connectionString: golden, containerName: "images", blobName: "blob-" + index },
        destination: { connectionString: dev, containerName: "seed", blobName: "blob-" + index },
        metadata: { number: String(index) },
    });
}
`;

const floorProgram = `
const pulumi = require("@pulumi/pulumi");
const { golden, dev, count, url } = require("./settings.json");
const provider = {
    async diff(id, olds, news) {
        return { changes: JSON.stringify(olds.metadata) !== JSON.stringify(news.metadata) };
    },
    async create(inputs) {
        const response = await fetch(inputs.sourceUrl, { method: "HEAD" });
        const etag = response.headers.get("etag");
        const now = new Date().toISOString();
        return {
            id: inputs.sourceUrl,
            outs: {
                ...inputs, url: inputs.sourceUrl, etag, lastModified: now, contentLength: Number(response.headers.get("content-length")),
                contentType: response.headers.get("content-type"), contentMd5: response.headers.get("content-md5"), accessTier: "Hot",
                copyId: response.headers.get("x-ms-request-id"), copyStatus: "success", copyCompletedOn: now, sourceEtag: etag,
            },
        };
    },
};
const outputs = {
    url: undefined, etag: undefined, lastModified: undefined, contentLength: undefined, contentType: undefined, contentMd5: undefined,
    accessTier: undefined, versionId: undefined, copyId: undefined, copyStatus: undefined, copyCompletedOn: undefined, sourceEtag: undefined,
};
class Floor extends pulumi.dynamic.Resource {
    constructor(name, args) {
        super(provider, name, { ...outputs, ...args });
    }
}
for (let index = 0; index < count; index++) {
    new Floor("copy-" + index, {
        sourceUrl: url + "/blob-" + index,
        source: { connectionString: pulumi.secret(golden), containerName: "images", blobName: "blob-" + index },
        destination: { connectionString: pulumi.secret(dev), containerName: "seed", blobName: "blob-" + index },
        metadata: { number: String(index) },
    });
}
`;

export async function bench() {
    const { startSimulator } = createRequire(join(root, "package.json"))("pulumi-azure-copy/simulator");
    const folder = mkdtempSync(join(tmpdir(), "bench-up-"));
    const simulator = await startSimulator({
        accounts: [{ name: "golden", allowBlobPublicAccess: true }, { name: "dev" }],
    });
    try {
        const golden = simulator.account("golden");
        golden.createContainer("images", { publicAccess: "blob" });
        simulator.account("dev").createContainer("seed");
        for (let index = 0; index < count; index++) {
            golden.putBlob("images", `blob-${index}`, `content ${index}`);
        }
        installPackage(folder);

        const times = { blobCopy: { first: [], noChange: [] }, floor: { first: [], noChange: [] } };
        for (let number = 0; number < runs; number++) {
            for (const [name, source] of [
                ["floor", floorProgram],
                ["blobCopy", blobCopyProgram],
            ]) {
                const program = join(folder, `${name}-${number}`);
                const environment = await makeProgram(program, source, {
                    golden: golden.connectionString,
                    dev: simulator.account("dev").connectionString,
                    url: `${golden.blobEndpoint.replace(/\/$/, "")}/images`,
                    count,
                });
                times[name].first.push(
                    await seconds("pulumi", ["up", "--yes", "--non-interactive"], program, environment),
                );
                times[name].noChange.push(
                    await seconds("pulumi", ["up", "--yes", "--non-interactive"], program, environment),
                );
                await seconds("pulumi", ["destroy", "--yes", "--non-interactive"], program, environment);
            }
        }
        const ratio = median(times.blobCopy.first) / median(times.floor.first);
        const noChangeRatio = median(times.blobCopy.noChange) / median(times.floor.noChange);
        const row = (what, kind, value) => ({
            [`${count} resources`]: what,
            "floor, s": median(times.floor[kind]).toFixed(1),
            "BlobCopy, s": median(times.blobCopy[kind]).toFixed(1),
            ratio: value.toFixed(2),
        });
        return {
            rows: [
                row("first pulumi up", "first", ratio),
                row("pulumi up with nothing to do", "noChange", noChangeRatio),
            ],
            figures: { ratio: Number(ratio.toFixed(3)), noChangeRatio: Number(noChangeRatio.toFixed(3)) },
        };
    } finally {
        await simulator.close();
        rmSync(folder, { recursive: true, force: true });
    }
}
