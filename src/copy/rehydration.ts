import type { BlobClient, BlobGetPropertiesResponse } from "@azure/storage-blob";
import { CopyInterruptedError, CopyTimeoutError } from "./errors";
import { blindDelay } from "./pollDelay";
import type { WaitOptions } from "./wait";

/**
 * Waits until the copy of an archived blob is online, by [Get Blob Properties](https://learn.microsoft.com/rest/api/storageservices/get-blob-properties):
 * its copy status is `success` at once, hours before it can be read. What tells is `x-ms-archive-status`.
 * @returns the destination's properties once it is online
 * @throws CopyTimeoutError at the deadline, while the rehydration goes on; CopyInterruptedError once the signal is aborted
 */
export async function waitForRehydration(
    destination: BlobClient,
    found: BlobGetPropertiesResponse,
    options: WaitOptions,
): Promise<BlobGetPropertiesResponse> {
    const { clock, copyId, signal, what } = options;
    const started = clock.now().getTime();
    let properties = found;
    while (properties.archiveStatus !== undefined) {
        const now = clock.now().getTime();
        const left = options.deadline.getTime() - now;
        if (left <= 0) {
            throw new CopyTimeoutError(
                `the copy of ${what} is not online yet at its timeout (${properties.archiveStatus}); its rehydration goes on, and the next pulumi up waits again, with a longer timeout if need be; copy ID ${copyId}`,
                copyId,
                "success",
            );
        }
        options.progress({
            copyId,
            elapsedMilliseconds: now - started,
            copied: 0,
            ...(properties.contentLength !== undefined && { total: properties.contentLength }),
            description: properties.archiveStatus,
        });
        try {
            await clock.sleep(Math.min(blindDelay(now - started), left), signal);
            properties = await destination.getProperties({ abortSignal: signal });
        } catch (error) {
            if (signal.aborted) {
                throw new CopyInterruptedError(
                    `stopped while the copy of ${what} was rehydrated; that goes on, and the next pulumi up waits again; copy ID ${copyId}`,
                    copyId,
                    "success",
                );
            }
            throw error;
        }
    }
    return properties;
}
