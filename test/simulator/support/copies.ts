import type { BlobClient, BlobSASPermissions } from "@azure/storage-blob";
import type { AccountHandle } from "../../../simulator";
import { type RawAnswer, raw } from "./raw";
import { serviceClient } from "./simulate";

/** A blob's URL with a SAS of these permissions on it; good for 60 days by the machine's time. */
export async function sasUrl(blob: BlobClient, permissions = "r", expiresOn = inDays(60)): Promise<string> {
    return blob.generateSasUrl({ permissions: letters(permissions), expiresOn });
}

/** Permissions as SAS generators take them, in the service's order. */
export function letters(permissions: string): BlobSASPermissions {
    return { toString: () => permissions } as BlobSASPermissions;
}

/** So many days from now, by the machine's time. */
export function inDays(days: number): Date {
    return new Date(Date.now() + days * 24 * 3600_000);
}

/** Copy Blob in one request, whatever it answers. */
export function copy(
    account: AccountHandle,
    destination: string,
    source: string,
    headers: Record<string, string> = {},
): Promise<RawAnswer> {
    return raw(account, destination, { method: "PUT", headers: { "x-ms-copy-source": source, ...headers } });
}

/** A client of a blob, by its path. */
export function blobOf(account: AccountHandle, path: string): BlobClient {
    const [, container, ...name] = path.split("/");
    return serviceClient(account).getContainerClient(container!).getBlobClient(name.join("/"));
}

/** Abort Copy Blob in one request. */
export function abort(
    account: AccountHandle,
    destination: string,
    copyId: string,
    headers: Record<string, string> = {},
): Promise<RawAnswer> {
    return raw(account, destination, {
        method: "PUT",
        query: `comp=copy&copyid=${copyId}`,
        headers: { "x-ms-copy-action": "abort", ...headers },
    });
}

/** Status and error code of an answer. */
export function outcome(answer: RawAnswer): [number, string | string[] | undefined] {
    return [answer.status, answer.headers["x-ms-error-code"]];
}
