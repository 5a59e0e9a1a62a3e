import type { BlobClient } from "@azure/storage-blob";
import { errorCode } from "../storage/errors";

/**
 * Aborts a pending copy: [Abort Copy Blob](https://learn.microsoft.com/rest/api/storageservices/abort-copy-blob).
 * The destination keeps its metadata and is left with zero bytes.
 * @returns false where nothing was pending any more: the copy ended meanwhile
 */
export async function abortCopy(destination: BlobClient, copyId: string): Promise<boolean> {
    try {
        await destination.abortCopyFromURL(copyId);
        return true;
    } catch (error) {
        if (errorCode(error) === "NoPendingCopyOperation") {
            return false;
        }
        throw error;
    }
}
