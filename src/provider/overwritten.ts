// Snapshots of what a resource overwrites: temporary ones, which bring the old content back where a copy fails, and the one that
// `snapshotBeforeOverwrite` keeps.

import type { BlobGetPropertiesResponse } from "@azure/storage-blob";
import { CopyTimeoutError, SourceChangedError, SourceMismatchError } from "../copy/errors";
import { findPreserved, type Preserved, preserve } from "../copy/preserve";
import { isOtherEncryption } from "../storage/encryption";
import { explain, isDestinationConflict, statusCode } from "../storage/errors";
import type { CopyRequest, ObtainedCopy } from "./copyRequest";
import type { Destination } from "./ends";
import { discardAll } from "./finishCopy";
import type { Context } from "./handler";
import { observe } from "./observe";

/** What holds the content that a copy under way overwrites, oldest first; not what an earlier one has overwritten. */
export async function findTemporary({ destination, previous }: CopyRequest): Promise<Preserved[]> {
    const found = await findPreserved(destination.container, destination.address.blobName);
    return found.filter(({ snapshot }) => snapshot !== previous?.overwrittenSnapshot);
}

/**
 * What was found and the snapshot that was just taken. It is looked for afterwards, since its request is repeated where the answer was lost,
 * and takes another one then.
 * @param taken missing in what a credential finds that may not list
 */
export function newestLast(found: readonly Preserved[], taken: Preserved | undefined): Preserved[] {
    return taken ? [...found.filter(({ snapshot }) => snapshot !== taken.snapshot), taken] : [...found];
}

/** What a From-URL operation, which needs no temporary snapshot, may have kept before; and what an unfinished Copy Blob has. */
export async function findKept(request: CopyRequest): Promise<Preserved[]> {
    const { inputs, previous } = request;
    const isUnfinished = previous !== undefined && previous.copyStatus !== "success";
    return inputs.snapshotBeforeOverwrite || previous?.overwrittenSnapshot || isUnfinished
        ? await findTemporary(request)
        : [];
}

/**
 * Takes a snapshot of what is about to be overwritten, or says why there can't be one.
 * @param remedy what else can be done, for the message
 */
export async function preserveOrExplain(
    request: CopyRequest,
    there: BlobGetPropertiesResponse,
    context: Context,
    remedy = "delete the blob first, or copy to another name",
): Promise<Preserved | undefined> {
    const { client, readers, lease, url } = request.destination;
    let refusal: unknown;
    // It may be encrypted otherwise than what is to replace it.
    for (const one of [client, ...readers]) {
        try {
            return await preserve(one, there, lease, context.signal);
        } catch (error) {
            if (isDestinationConflict(error)) {
                throw error;
            }
            refusal ??= error;
            if (!isOtherEncryption(error)) {
                break;
            }
        }
    }
    throw explain(`keep the content of ${url} in a snapshot while it is overwritten (${remedy})`, refusal);
}

/**
 * Runs what replaces the destination at its end, after a snapshot of what is there, where `snapshotBeforeOverwrite` asks for one.
 * @param there what is there; nothing where the name is free
 * @param write replaces it only on success
 */
export async function keepingOverwritten<Written>(
    request: CopyRequest,
    there: BlobGetPropertiesResponse | undefined,
    context: Context,
    write: () => Promise<Written>,
): Promise<{ written: Written; preserved: readonly Preserved[] }> {
    const kept =
        there && request.inputs.snapshotBeforeOverwrite
            ? await preserveOrExplain(request, there, context, "leave snapshotBeforeOverwrite out")
            : undefined;
    const preserved = newestLast(there ? await findKept(request) : [], kept);
    try {
        return { written: await write(), preserved };
    } catch (error) {
        // Where the old content may be gone (a request whose answer was lost is repeated, and refused then), the next look tells.
        if (isRefusal(error) && (await stillThere(request, there, context))) {
            await discardAll(request.destination, kept ? [kept] : [], context);
        }
        throw error;
    }
}

async function stillThere(
    { destination }: CopyRequest,
    there: BlobGetPropertiesResponse | undefined,
    context: Context,
): Promise<boolean> {
    const now = await observe(destination, context).catch(() => undefined);
    return now !== undefined && now.etag === there?.etag;
}

/** Whether nothing is under way any more that could overwrite the destination. */
function isRefusal(error: unknown): boolean {
    const status = statusCode(error) ?? 0;
    return (
        (status >= 400 && status < 500) ||
        error instanceof CopyTimeoutError ||
        error instanceof SourceChangedError ||
        error instanceof SourceMismatchError
    );
}

/**
 * Once the new content stands: keeps the youngest snapshot where that is asked for, and deletes the others that are ours.
 * @returns the snapshot that is kept
 */
export async function settleOverwritten(
    { inputs, destination, previous }: CopyRequest,
    { preserved }: ObtainedCopy,
    context: Context,
): Promise<string | undefined> {
    const snapshots = preserved.map(({ snapshot }) => snapshot);
    const ours = new Set(snapshots.concat(previous?.overwrittenSnapshot ?? []));
    // A snapshot's name is the time when it was taken, in digits of equal length.
    const kept = inputs.snapshotBeforeOverwrite ? [...ours].sort().at(-1) : undefined;
    const needless = [...ours].filter((snapshot) => snapshot !== kept).map((snapshot) => ({ snapshot }));
    await discardAll(destination, needless, context);
    return kept === undefined || snapshots.includes(kept)
        ? kept
        : await snapshotIfThere(destination, kept, context).catch(() => kept);
}

/** A snapshot's name, unless it is gone with its blob or somebody has deleted it. */
export async function snapshotIfThere(
    { client }: Destination,
    snapshot: string,
    context: Context,
): Promise<string | undefined> {
    try {
        return (await client.withSnapshot(snapshot).exists({ abortSignal: context.signal })) ? snapshot : undefined;
    } catch (error) {
        if (isOtherEncryption(error)) {
            return snapshot; // with an earlier key
        }
        throw error;
    }
}
