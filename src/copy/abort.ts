import type { BlobClient } from "@azure/storage-blob";
import { errorCode } from "../storage/errors";
import type { Lease } from "./lease";

/**
 * Aborts a pending copy: [Abort Copy Blob](https://learn.microsoft.com/rest/api/storageservices/abort-copy-blob).
 * The destination keeps its metadata and is left with zero bytes.
 * @param lease the lease on the destination, where it has one
 * @returns false where nothing was pending any more: the copy ended meanwhile
 */
export async function abortCopy(destination: BlobClient, copyId: string, lease: Lease = {}): Promise<boolean> {
    try {
        await destination.abortCopyFromURL(copyId, { conditions: lease });
        return true;
    } catch (error) {
        if (errorCode(error) === "NoPendingCopyOperation") {
            return false;
        }
        throw error;
    }
}
