// AzCopy as it is published, copying a container of 1,000 blobs, and a share, from one simulated account to another.

import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { workOnFiles } from "./azcopyFiles.mjs";
import { installAzcopy } from "./azcopyProgram.mjs";
import { run, same } from "./run.mjs";

const MIB = 1024 ** 2;
const BLOBS = 1000;

export const azcopy = {
    name: "AzCopy",
    agent: /^AzCopy\//,
    async use({ simulator, cache, require }) {
        const home = mkdtempSync(join(cache, "azcopy-"));
        try {
            const { program, env } = await installAzcopy(cache, home);
            const azcopy = (...args) => run(program, [...args, "--skip-version-check"], { env });
            const version = /version (\S+)/.exec(await run(program, ["--version"], { env }))?.[1];
            const steps = [
                ...(await work(azcopy, simulator, require)),
                ...(await workOnFiles(azcopy, simulator, require)),
            ];
            return { version, steps };
        } finally {
            rmSync(home, { recursive: true, force: true });
        }
    },
};

async function work(azcopy, simulator, require) {
    const { generated } = require("pulumi-azure-copy/simulator");
    const golden = simulator.account("golden");
    const dev = simulator.account("dev");
    golden.createContainer("images");
    dev.createContainer("images");
    for (let index = 0; index < BLOBS; index++) {
        const { name, length, blobType } = blobAt(index);
        golden.putBlob("images", name, generated({ length, seed: index }), {
            blobType,
            metadata: { number: `${index}` },
        });
    }
    const [from, to] = [golden, dev].map((account) => containerUrl(account, require));
    await azcopy("copy", from, to, "--from-to=BlobBlob", "--recursive", "--as-subdir=false");
    same("blobs after copy", await compare(golden, dev, require), BLOBS);
    const listed = (await azcopy("list", to, "--location=Blob")).match(/Content Length/g)?.length;
    same("blobs listed", listed, BLOBS);

    await sleep(1100); // sync goes by Last-Modified, which has whole seconds
    golden.putBlob("images", blobAt(1).name, generated({ length: 70_000, seed: 5000 }));
    golden.putBlob("images", "added", generated({ length: 1000, seed: 5001 }));
    dev.putBlob("images", "superfluous", "not in the source");
    await azcopy("sync", from, to, "--from-to=BlobBlob", "--recursive", "--delete-destination=true");
    same("blobs after sync", await compare(golden, dev, require), BLOBS + 1);

    const one = containerUrl(dev, require).replace("/images?", "/images/added?");
    await azcopy("set-properties", one, "--from-to=BlobNone", "--metadata=stage=dev", "--block-blob-tier=cool");
    const { metadata, accessTier } = await client(dev, require).getBlobClient("added").getProperties();
    same("metadata and tier", `${metadata.stage} ${accessTier}`, "dev Cool");

    await azcopy("remove", to, "--from-to=BlobTrash", "--recursive");
    same("blobs after remove", (await contents(dev, require)).size, 0);
    return [`copied ${BLOBS} blobs`, `listed ${listed}`, "synchronized", "set properties", "removed all"];
}

/** Block, page and append blobs from none to many bytes; a few are large. */
function blobAt(index) {
    const large = { 10: 300 * MIB, 11: 64 * MIB, 12: 9 * MIB, 300: 32 * MIB, 600: 12 * MIB };
    const kind = index % 10 === 0 && index > 10 ? "PageBlob" : index % 10 === 5 ? "AppendBlob" : "BlockBlob";
    const length = large[index] ?? (index < 5 ? index : (index * 977) % 200_000);
    const whole = kind === "PageBlob" ? Math.ceil(length / 512) * 512 : length;
    return { name: `${kind}/${index % 7}/blob ${index}.bin`, length: whole, blobType: kind };
}

function client(account, require) {
    const { BlobServiceClient } = require("@azure/storage-blob");
    return BlobServiceClient.fromConnectionString(account.connectionString).getContainerClient("images");
}

function containerUrl(account, require) {
    const { AccountSASPermissions, BlobServiceClient } = require("@azure/storage-blob");
    const service = BlobServiceClient.fromConnectionString(account.connectionString);
    const expires = new Date(Date.now() + 3600_000);
    const sas = new URL(service.generateAccountSasUrl(expires, AccountSASPermissions.parse("rwdlact"), "sco")).search;
    return `${account.blobEndpoint}/images${sas}`;
}

/** Fails unless both containers hold the same; gives how many blobs that are. */
async function compare(golden, dev, require) {
    const [expected, actual] = [await contents(golden, require), await contents(dev, require)];
    for (const [name, content] of expected) {
        same(name, actual.get(name), content);
    }
    same("number of blobs", actual.size, expected.size);
    return actual.size;
}

/** Type, length, metadata and digest of every blob, read anew. */
async function contents(account, require) {
    const container = client(account, require);
    const found = new Map();
    for await (const { name, properties, metadata } of container.listBlobsFlat({ includeMetadata: true })) {
        const hash = createHash("md5");
        for await (const chunk of (await container.getBlobClient(name).download()).readableStreamBody) {
            hash.update(chunk);
        }
        const digest = hash.digest("base64");
        found.set(name, `${properties.blobType} ${properties.contentLength} ${metadata?.number ?? ""} ${digest}`);
    }
    return found;
}
