import type { BlobClient, BlobGetPropertiesResponse } from "@azure/storage-blob";
import { CopyInterruptedError, CopyTimeoutError } from "./errors";
import { blindDelay } from "./pollDelay";
import { type WaitOptions, waitUntil } from "./wait";

/**
 * Waits until the copy of an archived blob is online, by [Get Blob Properties](https://learn.microsoft.com/rest/api/storageservices/get-blob-properties):
 * its copy status is `success` at once, hours before it can be read. What tells is `x-ms-archive-status`.
 * @returns the destination's properties once it is online
 * @throws CopyTimeoutError at the deadline, while the rehydration goes on; CopyInterruptedError once the signal is aborted;
 * CopyError where the destination has vanished, or another copy has taken its place
 */
export function waitForRehydration(destination: BlobClient, options: WaitOptions): Promise<BlobGetPropertiesResponse> {
    const { copyId, what } = options;
    return waitUntil(destination, options, {
        over: ({ archiveStatus }) => archiveStatus === undefined,
        describe: ({ archiveStatus }) => archiveStatus,
        delay: (began, looks) => blindDelay(looks.at(-1)!.at - began),
        timedOut: (properties, trouble) =>
            new CopyTimeoutError(
                `the copy of ${what} is not online yet at its timeout (${trouble ?? properties?.archiveStatus}); its rehydration goes on, and the next pulumi up waits again, with a longer timeout if need be; copy ID ${copyId}`,
                copyId,
                "success",
            ),
        interrupted: () =>
            new CopyInterruptedError(
                `stopped while the copy of ${what} was rehydrated; that goes on, and the next pulumi up waits again; copy ID ${copyId}`,
                copyId,
                "success",
            ),
    });
}
