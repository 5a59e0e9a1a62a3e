// AzCopy between file shares, and between shares and containers, of two simulated accounts.

import { createHash } from "node:crypto";
import { same } from "./run.mjs";

const MIB = 1024 ** 2;
const FILES = 60;

/** @param azcopy runs AzCopy with arguments */
export async function workOnFiles(azcopy, simulator, require) {
    const { generated } = require("pulumi-azure-copy/simulator");
    const [golden, dev] = ["golden", "dev"].map((name) => simulator.account(name));
    golden.createShare("docs");
    dev.createShare("seed");
    dev.createShare("blobs");
    dev.createContainer("files");
    for (let index = 0; index < FILES; index++) {
        const length = index === 7 ? 30 * MIB : (index * 7919) % 300_000;
        const content = generated({ length, seed: 100 + index });
        // Not ReadOnly, which this version of AzCopy loses.
        const fileAttributes = index % 3 === 0 ? "Hidden | Archive" : "Archive";
        const path = `tree ${index % 4}/deep/file ${index}.bin`;
        golden.putFile("docs", path, content, { fileAttributes, metadata: { number: `number ${index}` } });
    }
    const at = (account, share) => inShare(account, share, require);
    const [from, to] = [at(golden, "docs"), at(dev, "seed")];
    const copy = (...args) => azcopy("copy", ...args, "--recursive", "--as-subdir=false");

    const preserved = ["--preserve-smb-info=true", "--preserve-permissions=true"];
    await copy(from.url, to.url, "--from-to=FileFile", ...preserved);
    const copied = await from.contents();
    sameContents(await to.contents(), copied);
    const listed = (await azcopy("list", to.url, "--location=File")).match(/Content Length/g)?.length;
    same("files and directories listed, the root among them", listed, FILES + 9);

    const changed = generated({ length: 1000, seed: 1 });
    golden.putFile("docs", "added.txt", changed);
    dev.putFile("seed", "superfluous.txt", "not in the source");
    await azcopy("sync", from.url, to.url, "--from-to=FileFile", "--recursive", "--delete-destination=true");
    same("files after sync", (await to.contents()).size, FILES + 1);

    const container = containerOf(dev, "files", require);
    await copy(from.url, container.url, "--from-to=FileBlob");
    sameContents(await container.contents(), await from.contents(false));
    const blobs = at(dev, "blobs");
    await copy(container.url, blobs.url, "--from-to=BlobFile");
    sameContents(await blobs.contents(false), await container.contents());

    await azcopy("remove", to.url, "--from-to=FileTrash", "--recursive", "--force-if-read-only");
    same("files after remove", (await to.contents()).size, 0);
    return [`copied ${FILES} files`, "synchronized files", "copied files to blobs and back", "removed all files"];
}

function sameContents(actual, expected) {
    same("number of files", actual.size, expected.size);
    for (const [name, content] of expected) {
        same(name, actual.get(name), content);
    }
}

/** A share's URL with a SAS, and what its files hold: length, metadata, digest and, if wanted, SMB properties. */
function inShare(account, name, require) {
    const { AccountSASPermissions, ShareServiceClient } = require("@azure/storage-file-share");
    const service = ShareServiceClient.fromConnectionString(account.connectionString);
    const sas = service.generateAccountSasUrl(inAnHour(), AccountSASPermissions.parse("rwdlc"), "sco");
    const share = service.getShareClient(name);
    const contents = async (withSmb = true) => {
        const found = new Map();
        for await (const { path, file } of filesBelow(share.rootDirectoryClient, "")) {
            const { contentLength, metadata, fileAttributes, fileLastWriteOn } = await file.getProperties();
            const smb = withSmb ? ` ${fileAttributes} ${fileLastWriteOn.toISOString()}` : "";
            found.set(path, `${contentLength} ${metadata?.number ?? ""} ${await digestOf(file)}${smb}`);
        }
        return found;
    };
    return { url: `${account.fileEndpoint}/${name}${new URL(sas).search}`, contents };
}

async function* filesBelow(directory, path) {
    for await (const { kind, name } of directory.listFilesAndDirectories()) {
        if (kind === "directory") {
            yield* filesBelow(directory.getDirectoryClient(name), `${path}${name}/`);
        } else {
            yield { path: path + name, file: directory.getFileClient(name) };
        }
    }
}

/** The same of a container, whose blobs have no SMB properties. */
function containerOf(account, name, require) {
    const { AccountSASPermissions, BlobServiceClient } = require("@azure/storage-blob");
    const service = BlobServiceClient.fromConnectionString(account.connectionString);
    const sas = service.generateAccountSasUrl(inAnHour(), AccountSASPermissions.parse("rwdlac"), "sco");
    const container = service.getContainerClient(name);
    const contents = async () => {
        const found = new Map();
        for await (const { name: path, properties, metadata } of container.listBlobsFlat({ includeMetadata: true })) {
            const digest = await digestOf(container.getBlobClient(path));
            // AzCopy reads the names of a file's metadata off HTTP headers, and so without regard to case.
            const number = metadata?.number ?? metadata?.Number ?? "";
            found.set(path, `${properties.contentLength} ${number} ${digest}`);
        }
        return found;
    };
    return { url: `${account.blobEndpoint}/${name}${new URL(sas).search}`, contents };
}

async function digestOf(client) {
    const hash = createHash("md5");
    for await (const chunk of (await client.download()).readableStreamBody) {
        hash.update(chunk);
    }
    return hash.digest("base64");
}

function inAnHour() {
    return new Date(Date.now() + 3600_000);
}
