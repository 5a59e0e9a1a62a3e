// Files take no ETag conditions. Whoever holds an infinite lease on a file is the only one to write it, so that an ETag that is read
// under the lease stays until the next request.

import { createHash } from "node:crypto";
import type { FileGetPropertiesResponse, ShareLeaseClient } from "@azure/storage-file-share";
import { errorCode, explain, isFileNotFound } from "../storage/errors";
import { type FileDestination, observeFile } from "./fileEnds";
import type { Context } from "./handler";

/** A connection may die without a sign. */
const longestReleaseMilliseconds = 30_000;

/** The file is not what it was when it was looked at. */
export class FileChanged extends Error {}

/**
 * The ID of this package's lease on a file, the same in every process: what a killed one has left can be taken over.
 */
function ownLeaseId(url: string): string {
    const digits = createHash("sha256").update(`pulumi-azure-copy ${url.toLowerCase()}`).digest("hex");
    return [8, 12, 16, 20, 32].map((end, part) => digits.slice([0, 8, 12, 16, 20][part], end)).join("-");
}

/**
 * Does something to a file while nobody else can. The lease is released whatever the outcome; the program's own, if there is one, stays.
 * @param etag what the file must have; FileChanged is thrown where it has another, or is gone
 */
export async function whileLeased<Result>(
    destination: FileDestination,
    etag: string | undefined,
    context: Context,
    run: (lease: { leaseId: string }, there: FileGetPropertiesResponse) => Promise<Result>,
): Promise<Result> {
    const { client, url, leaseId } = destination;
    const checked = async () => {
        const there = await observeFile(destination, context);
        if (!there || there.etag !== etag) {
            throw new FileChanged(`${url} was changed by somebody else`);
        }
        return there;
    };
    if (leaseId !== undefined) {
        const there = await checked();
        // A file that was just made has no lease yet.
        if (there.leaseStatus === "locked") {
            return run({ leaseId }, there);
        }
    }
    const lease = client.getShareLeaseClient(ownLeaseId(url));
    try {
        await lease.acquireLease(-1, { abortSignal: context.signal });
    } catch (error) {
        if (isFileNotFound(error)) {
            throw new FileChanged(`${url} is gone`);
        }
        throw error;
    }
    try {
        return await run({ leaseId: lease.leaseId }, await checked());
    } finally {
        await release(lease, url, context);
    }
}

/** Releases what a killed run has left on a file that is left as it is. A lease that is not this package's stays: it has another ID. */
export async function releaseLeft(
    { client, url }: FileDestination,
    { leaseStatus }: FileGetPropertiesResponse,
    context: Context,
): Promise<void> {
    if (leaseStatus === "locked") {
        await release(client.getShareLeaseClient(ownLeaseId(url)), url, context);
    }
}

/** Also where another file has taken the name meanwhile, of which nobody has told whether it has the old one's lease. */
async function release(lease: ShareLeaseClient, url: string, context: Context): Promise<void> {
    try {
        // Also while the host stops: nobody else would release it.
        await lease.releaseLease({ abortSignal: AbortSignal.timeout(longestReleaseMilliseconds) });
    } catch (error) {
        if (!isFileNotFound(error) && !/^Lease(NotPresent|IdMismatch)/.test(errorCode(error) ?? "")) {
            context.warn(explain(`release the lease on ${url}, which must be broken by hand`, error).message);
        }
    }
}

/** Puts the program's own lease on the file that has taken the place of the one it was on. */
export async function leaseAgain({ client, leaseId }: FileDestination): Promise<void> {
    if (leaseId === undefined) {
        return;
    }
    try {
        await client.getShareLeaseClient(leaseId).acquireLease(-1);
    } catch (error) {
        if (errorCode(error) !== "LeaseAlreadyPresent") {
            throw error;
        }
    }
}
