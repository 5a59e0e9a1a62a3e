import dns from "node:dns";
import {
    FileSASPermissions,
    FileSystemAttributes,
    ShareClient,
    type ShareFileClient,
    ShareSASPermissions,
    ShareServiceClient,
    StorageSharedKeyCredential,
} from "@azure/storage-file-share";
import { onTestFinished, vi } from "vitest";
import type { AccountHandle } from "../../../simulator";
import { inDays } from "./copies";
import { type RawAnswer, type RawRequest, raw } from "./raw";

/** A client of an account's Azure Files, with its key, that tries each request once. */
export function filesOf(account: AccountHandle): ShareServiceClient {
    const credential = new StorageSharedKeyCredential(account.name, account.key);
    return new ShareServiceClient(account.fileEndpoint, credential, { retryOptions: { maxTries: 1 } });
}

/** The same, with the account in the host: the SDK renames to a URL without the account if that stands in the path. */
export function filesByHost(account: AccountHandle): ShareServiceClient {
    resolveLocalhost();
    const { port } = new URL(account.fileEndpoint);
    const credential = new StorageSharedKeyCredential(account.name, account.key);
    const url = `http://${account.name}.file.localhost:${port}`;
    return new ShareServiceClient(url, credential, { retryOptions: { maxTries: 1 } });
}

const { lookup } = dns;

/** Names below localhost are this machine (RFC 6761), which not every resolver knows. */
function resolveLocalhost(): void {
    const local = (name: string, ...rest: unknown[]) =>
        (lookup as (...all: unknown[]) => void)(name.endsWith(".localhost") ? "127.0.0.1" : name, ...rest);
    vi.spyOn(dns, "lookup").mockImplementation(local as never);
    onTestFinished(() => {
        vi.restoreAllMocks();
    });
}

/** A share that was just created, and a client of it. */
export function shareOf(account: AccountHandle, name = "docs"): ShareClient {
    account.createShare(name);
    return filesOf(account).getShareClient(name);
}

/** A client of a file, by its path in the share. */
export function fileOf(share: ShareClient, path: string): ShareFileClient {
    const names = path.split("/");
    const directory = share.getDirectoryClient(names.slice(0, -1).join("/"));
    return (names.length === 1 ? share.rootDirectoryClient : directory).getFileClient(names.at(-1)!);
}

/** A file's URL with a SAS on it, good for 60 days by the machine's time. */
export function fileSasUrl(file: ShareFileClient, permissions = "r", expiresOn = inDays(60)): string {
    return file.generateSasUrl({ permissions: FileSASPermissions.parse(permissions), expiresOn });
}

/** A client of a share with nothing but a SAS on it. */
export function shareBySas(share: ShareClient, permissions: string): ShareClient {
    const url = share.generateSasUrl({ permissions: ShareSASPermissions.parse(permissions), expiresOn: inDays(1) });
    return new ShareClient(url, undefined, { retryOptions: { maxTries: 1 } });
}

/** A request to an account's Azure Files without any client library. */
export function rawFile(account: AccountHandle, path: string, request: RawRequest = {}): Promise<RawAnswer> {
    return raw({ name: account.name, key: account.key, blobEndpoint: account.fileEndpoint }, path, request);
}

/** Copy File in one request, whatever it answers. */
export function copyFile(
    account: AccountHandle,
    path: string,
    source: string,
    headers: Record<string, string> = {},
): Promise<RawAnswer> {
    return rawFile(account, path, { method: "PUT", headers: { "x-ms-copy-source": source, ...headers } });
}

/** What a file holds. */
export async function textOf(file: ShareFileClient): Promise<string> {
    return (await file.downloadToBuffer()).toString();
}

/** Attributes as the SDK takes them. */
export function attributes(text: string): FileSystemAttributes {
    return FileSystemAttributes.parse(text);
}

/** A file of a text, through the SDK. */
export async function uploadTo(share: ShareClient, path: string, text: string): Promise<ShareFileClient> {
    const file = fileOf(share, path);
    await file.create(Buffer.byteLength(text));
    if (text !== "") {
        await file.uploadRange(text, 0, Buffer.byteLength(text));
    }
    return file;
}
