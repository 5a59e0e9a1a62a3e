// The Azure CLI with file shares. What it did is looked at through the Azure SDK for JavaScript.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { same } from "./run.mjs";

/** @param all the accounts, as azureCli.mjs holds them, and the folder in which `orders.bak` and `tree/` are */
export async function workOnFiles({ golden, dev, simulator, home }, require) {
    const scene = { golden, dev, simulator, home, at: (account, path) => fileAt(account, path, require) };
    await upload(scene);
    await copy(scene);
    await cancel(scene);
    await change(scene);
    return ["uploaded files", "copied files and a blob to files", "cancelled a file's copy", "changed files"];
}

/** A file of an account, by its path beginning with the share. */
function fileAt({ connectionString }, path, require) {
    const { ShareServiceClient } = require("@azure/storage-file-share");
    const [share, ...names] = path.split("/");
    const client = ShareServiceClient.fromConnectionString(connectionString).getShareClient(share);
    const folder = names.slice(0, -1).join("/");
    const directory = folder === "" ? client.rootDirectoryClient : client.getDirectoryClient(folder);
    return directory.getFileClient(names.at(-1));
}

async function upload({ golden, dev, at, home }) {
    await golden.az("share create", "-n=docs", "--metadata", "stage=golden");
    await dev.az("share create", "-n=docs", "--quota=10");
    await golden.az("directory create", "-s=docs", "-n=sub");
    const metadata = ["--metadata", "origin=golden"];
    await golden.az("file upload", "-s=docs", "-p=sub/orders.bak", "--source=orders.bak", "--no-progress", ...metadata);
    await holds(at(golden, "docs/sub/orders.bak"), join(home, "orders.bak"));
    await golden.az("file upload-batch", "-d=docs", "-s=tree", "--destination-path=tree", "--no-progress");
    await holds(at(golden, "docs/tree/one.txt"), join(home, "tree/one.txt"));
    const listed = JSON.parse(await golden.az("file list", "-s=docs", "-p=tree"));
    same("listed", listed.map(({ name }) => name).join(), "deep,one.txt");
}

async function copy({ golden, dev, simulator, at, home }) {
    const slow = simulator.copies.add({ share: "docs", path: "orders.bak", seconds: 2 });
    await start(dev, "orders.bak", sourceOf(golden));
    slow.remove();
    let status;
    do {
        const shown = JSON.parse(await dev.az("file show", "-s=docs", "-p=orders.bak"));
        status = shown.properties.copy.status;
    } while (status === "pending");
    same("copy status", status, "success");
    const copied = at(dev, "docs/orders.bak");
    await holds(copied, join(home, "orders.bak"));
    same("metadata of the copy", (await copied.getProperties()).metadata.origin, "golden");

    golden.createContainer("docs");
    golden.putBlob("docs", "blob.txt", "a blob");
    const blob = ["--source-container=docs", "--source-blob=blob.txt"];
    await start(dev, "blob.txt", [...credentials(golden), ...blob]);
    same("copy of a blob", `${await at(dev, "docs/blob.txt").downloadToBuffer()}`, "a blob");

    const { snapshot } = JSON.parse(await golden.az("share snapshot", "-n=docs"));
    await at(golden, "docs/tree/one.txt").delete();
    const kept = ["--source-share=docs", "--source-path=tree/one.txt", `--file-snapshot=${snapshot}`];
    await start(golden, "restored.txt", [...credentials(golden), ...kept]);
    await holds(at(golden, "docs/restored.txt"), join(home, "tree/one.txt"));

    const batch = ["--source-share=docs", "--pattern=tree/deep/*"];
    await golden.az("file copy start-batch", "--destination-share=docs", "--destination-path=again", ...batch);
    await holds(at(golden, "docs/again/tree/deep/two.txt"), join(home, "tree/deep/two.txt"));
}

/** The CLI makes the SAS, and the URL as of Azure: with the account's name as the host's. */
function sourceOf(account) {
    return [...credentials(account), "--source-share=docs", "--source-path=sub/orders.bak"];
}

function credentials({ name, key }) {
    return [`--source-account-name=${name}`, `--source-account-key=${key}`];
}

function start(account, path, source) {
    return account.az("file copy start", "--destination-share=docs", `--destination-path=${path}`, ...source);
}

async function cancel({ golden, dev, simulator, at }) {
    const stalled = simulator.copies.add({ stall: true });
    const { id } = JSON.parse(await start(dev, "stalled", sourceOf(golden)));
    stalled.remove();
    const pending = await at(dev, "docs/stalled").getProperties();
    same("copy", `${pending.copyId} ${pending.copyStatus}`, `${id} pending`);
    const destination = ["--destination-share=docs", "--destination-path=stalled"];
    const abort = () => dev.az("file copy cancel", ...destination, `--copy-id=${id}`);
    await abort();
    const { copyStatus, contentLength } = await at(dev, "docs/stalled").getProperties();
    same("cancelled copy", `${copyStatus} ${contentLength}`, "aborted 0");
    const refusal = await abort().then(
        () => "none",
        ({ message }) => /ErrorCode:(\w+)/.exec(message)?.[1],
    );
    same("refusal to cancel what isn't pending", refusal, "NoPendingCopyOperation");
}

async function change({ dev, at }) {
    const file = ["-s=docs", "-p=orders.bak"];
    await dev.az("file metadata update", ...file, "--metadata", "owner=me");
    await dev.az("file update", ...file, "--content-type=text/plain");
    await dev.az("file resize", ...file, "--size=100");
    const { metadata, contentType, contentLength } = await at(dev, "docs/orders.bak").getProperties();
    same("properties", `${metadata.owner} ${contentType} ${contentLength}`, "me text/plain 100");
    await dev.az("file delete", ...file);
    same("file", await at(dev, "docs/orders.bak").exists(), false);
    await dev.az("share delete", "-n=docs");
}

/** Fails unless the file in the share holds what the one on disk does. */
async function holds(file, path) {
    same(file.path, (await file.downloadToBuffer()).equals(readFileSync(path)), true);
}
