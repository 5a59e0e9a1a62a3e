// The Azure CLI, with connection strings instead of a login. What it did is looked at through the Azure SDK for JavaScript.

import { mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { workOnFiles } from "./azureCliFiles.mjs";
import { inAnHour, withAzureCli } from "./azureCliProgram.mjs";
import { same } from "./run.mjs";

const FILES = {
    "orders.bak": Buffer.alloc(40_000_000, "content of the golden account"),
    "disk.vhd": Buffer.alloc(4096, "p"),
    "log.txt": Buffer.from("line\n"),
    "tree/one.txt": Buffer.from("one"),
    "tree/deep/two.txt": Buffer.from("two"),
    "tree/deep/empty.txt": Buffer.alloc(0),
};
const TREE = Object.keys(FILES).filter((name) => name.startsWith("tree/"));

export const azureCli = {
    name: "Azure CLI",
    agent: /^(AZURECLI\/|azsdk-python-|AzCopy\/)/,
    async use({ simulator, cache, require }) {
        return withAzureCli(cache, async ({ az, home }) => {
            const [golden, dev] = ["golden", "dev"].map((name) => {
                const account = simulator.account(name);
                return { ...account, az: azOf(account, az), at: lookInto(account, require) };
            });
            for (const [name, content] of Object.entries(FILES)) {
                mkdirSync(dirname(join(home, name)), { recursive: true });
                writeFileSync(join(home, name), content);
            }
            const all = { golden, dev, simulator, home };
            return [...(await work(all)), ...(await workOnFiles(all, require))];
        });
    },
};

/** `az storage` with the words of one command, and its arguments; gives what was printed. */
function azOf({ connectionString }, az) {
    const env = { AZURE_STORAGE_CONNECTION_STRING: connectionString };
    return (command, ...args) => az(env, `storage ${command}`, ...args);
}

/** Blobs and containers of an account, by the SDK. */
function lookInto({ connectionString }, require) {
    const { BlobServiceClient } = require("@azure/storage-blob");
    const service = BlobServiceClient.fromConnectionString(connectionString);
    return (container, blob) => {
        const client = service.getContainerClient(container);
        return blob === undefined ? client : client.getBlobClient(blob);
    };
}

async function work(all) {
    await upload(all);
    await copy(all);
    await cancel(all);
    await cancelIncrementally(all);
    await setProperties(all);
    await useBatches(all);
    await useAzcopy(all);
    await remove(all);
    return [
        "uploaded",
        "listed",
        "copied four ways",
        "cancelled, an incremental copy too",
        "set properties",
        "leased",
        "copied, synchronized and removed a tree",
        "deleted",
    ];
}

async function upload({ golden, dev }) {
    await golden.az("container create", "-n=images");
    await dev.az("container create", "-n=seed", "--metadata", "stage=dev");
    const send = (name, ...args) =>
        golden.az("blob upload", "-c=images", `-n=${name}`, `-f=${name}`, "--no-progress", ...args);
    await Promise.all([
        send("orders.bak", "--metadata", "origin=golden", "--tags", "stage=golden"),
        send("disk.vhd", "--type=page"),
        send("log.txt", "--type=append"),
    ]);
    for (const name of ["orders.bak", "disk.vhd", "log.txt"]) {
        await holds(golden, "images", name);
    }
    const disk = JSON.parse(await golden.az("blob show", "-c=images", "-n=disk.vhd"));
    same("page ranges", disk.properties.pageRanges[0].end, 4095);

    const list = async (...args) => JSON.parse(await golden.az("blob list", "-c=images", ...args));
    const [first, second, { nextMarker }] = await list("--num-results=2", "--show-next-marker");
    const [third] = await list("--marker", nextMarker);
    same("listed", [first, second, third].map(({ name }) => name).join(), "disk.vhd,log.txt,orders.bak");
    const containers = JSON.parse(await dev.az("container list", "--prefix=se", "--include-metadata"));
    same("containers", containers.map(({ name, metadata }) => `${name} ${metadata.stage}`).join(), "seed dev");
}

async function copy({ golden, dev, simulator, home }) {
    await golden.az("container policy create", "-c=images", "-n=reader", "--permissions=r", `--expiry=${inAnHour()}`);
    const sas = await golden.az("blob generate-sas", "-c=images", "-n=orders.bak", "--policy-name=reader", "-o=tsv");
    const url = `${golden.blobEndpoint}/images/orders.bak?${sas.trim()}`;
    const start = (name, ...args) => dev.az("blob copy start", "-c=seed", `-b=${name}`, ...args);

    const slow = simulator.copies.add({ blob: "orders.bak", seconds: 2 });
    await start("orders.bak", "--source-uri", url, "--tags", "stage=dev", "--tier=Cool");
    slow.remove();
    await finished(dev, "orders.bak");
    await holds(dev, "seed", "orders.bak");
    const copied = dev.at("seed", "orders.bak");
    const { metadata, accessTier } = await copied.getProperties();
    const { tags } = await copied.getTags();
    same("properties of the copy", `${metadata.origin} ${accessTier} ${tags.stage}`, "golden Cool dev");

    await start("disk.vhd", ...sourceOf(golden, "disk.vhd"));
    await finished(dev, "disk.vhd");
    await holds(dev, "seed", "disk.vhd");
    await start("synchronous", ...sourceOf(golden, "orders.bak"), "--requires-sync=true");
    await holds(dev, "seed", "synchronous", "orders.bak");
    await dev.az("blob rewrite", "-c=seed", "-n=rewritten", "--source-uri", url);
    await holds(dev, "seed", "rewritten", "orders.bak");

    await dev.az("blob download", "-c=seed", "-n=orders.bak", "-f=downloaded", "--no-progress");
    same("download", readFileSync(join(home, "downloaded")).equals(FILES["orders.bak"]), true);
}

/** The CLI makes the SAS, and the URL as of Azure: with the account's name as the host's. */
function sourceOf(account, name) {
    return [
        `--source-account-name=${account.name}`,
        `--source-account-key=${account.key}`,
        "--source-container=images",
        `--source-blob=${name}`,
    ];
}

async function finished(account, name) {
    let status;
    do {
        status = JSON.parse(await account.az("blob show", "-c=seed", `-n=${name}`)).properties.copy.status;
    } while (status === "pending");
    same(`copy status of ${name}`, status, "success");
}

async function cancel({ golden, dev, simulator }) {
    const stalled = simulator.copies.add({ stall: true });
    const started = await dev.az("blob copy start", "-c=seed", "-b=synchronous", ...sourceOf(golden, "orders.bak"));
    stalled.remove();
    const { copy_id: id } = JSON.parse(started);
    const { copy } = JSON.parse(await dev.az("blob show", "-c=seed", "-n=synchronous")).properties;
    same("copy", `${copy.id} ${copy.status}`, `${id} pending`);
    const abort = () => dev.az("blob copy cancel", "-c=seed", "-b=synchronous", `--copy-id=${id}`);
    await abort();
    const { copyId, copyStatus, contentLength } = await dev.at("seed", "synchronous").getProperties();
    same("cancelled copy", `${copyId} ${copyStatus} ${contentLength}`, `${id} aborted 0`);
    const refusal = await abort().then(
        () => "none",
        ({ message }) => /ErrorCode:(\w+)/.exec(message)?.[1],
    );
    same("refusal to cancel what isn't pending", refusal, "NoPendingCopyOperation");
}

/** The CLI starts incremental copies with a login only (azureCliIdentity.mjs), and shows and cancels them with a key as well. */
async function cancelIncrementally({ golden, dev, simulator }) {
    const { snapshot } = JSON.parse(await golden.az("blob snapshot", "-c=images", "-n=disk.vhd"));
    const read = ["--permissions=r", `--expiry=${inAnHour()}`, "-o=tsv"];
    const sas = (await golden.az("blob generate-sas", "-c=images", "-n=disk.vhd", ...read)).trim();
    const stalled = simulator.copies.add({ stall: true });
    const { copyId } = await dev
        .at("seed", "backup.vhd")
        .getPageBlobClient()
        .startCopyIncremental(`${golden.blobEndpoint}/images/disk.vhd?snapshot=${snapshot}&${sas}`);
    stalled.remove();
    const { copy } = JSON.parse(await dev.az("blob show", "-c=seed", "-n=backup.vhd")).properties;
    same("incremental copy", `${copy.incrementalCopy} ${copy.status}`, "true pending");
    await dev.az("blob incremental-copy cancel", "-c=seed", "-n=backup.vhd", `--copy-id=${copyId}`);
    same("cancelled incremental copy", (await dev.at("seed", "backup.vhd").getProperties()).copyStatus, "aborted");
}

async function setProperties({ dev }) {
    const blob = ["-c=seed", "-n=rewritten"];
    await Promise.all([
        dev.az("blob set-tier", ...blob, "--tier=Cool"),
        dev.az("blob metadata update", ...blob, "--metadata", "owner=me"),
        dev.az("blob update", ...blob, "--content-type=text/plain"),
    ]);
    const { snapshot } = JSON.parse(await dev.az("blob snapshot", ...blob));
    const client = dev.at("seed", "rewritten");
    const { accessTier, metadata, contentType } = await client.getProperties();
    same("properties", `${accessTier} ${metadata.owner} ${contentType}`, "Cool me text/plain");
    same("snapshot", await client.withSnapshot(snapshot).exists(), true);

    const lease = JSON.parse(await dev.az("blob lease acquire", "-c=seed", "-b=rewritten"));
    same("lease", (await client.getProperties()).leaseDuration, "infinite");
    await dev.az("blob lease release", "-c=seed", "-b=rewritten", `--lease-id=${lease}`);
    same("lease after release", (await client.getProperties()).leaseState, "available");
    const { deleteRetentionPolicy } = JSON.parse(await dev.az("blob service-properties show"));
    same("soft delete", deleteRetentionPolicy.enabled, false);
}

async function useBatches({ golden, home }) {
    await golden.az("blob upload-batch", "-d=images", "-s=tree", "--destination-path=tree", "--no-progress");
    await golden.az(
        "blob copy start-batch",
        "--destination-container=images",
        "--destination-path=again",
        "--source-container=images",
        "--pattern=tree/*",
    );
    mkdirSync(join(home, "batch"));
    await golden.az("blob download-batch", "-s=images", "-d=batch", "--pattern=again/*", "--no-progress");
    for (const name of TREE) {
        await holds(golden, "images", name);
        await holds(golden, "images", `again/${name}`, name);
        same(`downloaded ${name}`, readFileSync(join(home, "batch/again", name)).equals(FILES[name]), true);
    }
}

async function useAzcopy({ golden, dev, home }) {
    const url = async (account, container, permissions) => {
        const args = [`-n=${container}`, `--permissions=${permissions}`, `--expiry=${inAnHour()}`, "-o=tsv"];
        const sas = (await account.az("container generate-sas", ...args)).trim();
        return (path) => `${account.blobEndpoint}/${container}${path}?${sas}`;
    };
    const [from, to] = await Promise.all([url(golden, "images", "rl"), url(dev, "seed", "racwdl")]);
    const passed = ["--", "--from-to=BlobBlob", "--s2s-preserve-access-tier=false"];
    await dev.az("copy", "-s", from("/tree"), "-d", to(""), "--recursive", ...passed);
    for (const name of TREE) {
        await holds(dev, "seed", name);
    }

    const etag = async (name) => (await dev.at("seed", name).getProperties()).etag;
    const unchanged = await etag("tree/deep/two.txt");
    const changed = join(home, "tree/one.txt");
    writeFileSync(changed, "changed");
    const later = new Date(Date.now() + 3600_000);
    utimesSync(changed, later, later);
    dev.putBlob("seed", "tree/superfluous", "not in the folder");
    await dev.az("blob sync", "-c=seed", "-d=tree", "-s=tree", "--", "--from-to=LocalBlob");
    same("changed", `${await dev.at("seed", "tree/one.txt").downloadToBuffer()}`, "changed");
    same("ETag of what wasn't changed", await etag("tree/deep/two.txt"), unchanged);
    same("blobs of the tree", await count(dev, "seed", "tree/"), TREE.length);
    await dev.az("remove", "-c=seed", "-n=tree", "--recursive");
    same("blobs of the tree", await count(dev, "seed", "tree/"), 0);
}

async function remove({ golden, dev }) {
    await dev.az("blob delete", "-c=seed", "-n=rewritten", "--delete-snapshots=include");
    same("rewritten", await dev.at("seed", "rewritten").exists(), false);
    await golden.az("blob delete-batch", "-s=images", "--pattern=*tree/*");
    same("blobs left", await count(golden, "images", ""), 3);
    await dev.az("container delete", "-n=seed");
    same("container", await dev.at("seed").exists(), false);
}

/** Fails unless the blob holds the bytes of the file. */
async function holds(account, container, name, file = name) {
    const content = await account.at(container, name).downloadToBuffer();
    same(`${account.name}/${container}/${name}`, content.equals(FILES[file]), true);
}

async function count(account, container, prefix) {
    let found = 0;
    for await (const _ of account.at(container).listBlobsFlat({ prefix })) {
        found++;
    }
    return found;
}
