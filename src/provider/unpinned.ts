// Sources that the service can't be held to by their ETag: files in Azure Files take no conditions, and other servers need not. Where
// nothing says that such a source stays as it is, its ETag is read again after the copy.

import { SourceChangedError } from "../copy/errors";
import type { CopyProperties } from "../copy/status";
import { isFixed } from "../storage/address";
import { told } from "../storage/knownSecrets";
import { what } from "./copyRequest";
import type { AnyCopyRequest } from "./copyTypes";
import { readSource } from "./ends";
import type { Context } from "./handler";
import { isCopyOfCurrent } from "./observe";

/** Whether a source may change while it is copied, and the copy with it. */
export function mayChange({ source, destination, inputs }: AnyCopyRequest): boolean {
    // What writes files takes no conditions on any source.
    const isPinned = source.address.kind === "blob" && destination.address.kind === "blob";
    return !isPinned && !isFixed(source.address) && inputs.verify !== "none";
}

/**
 * Tells a source that changed while it was copied.
 * @param etag what it was before; a source without one is not compared
 */
export async function changedMeanwhile(
    request: AnyCopyRequest,
    etag: string | undefined,
    context: Context,
): Promise<SourceChangedError | undefined> {
    if (!mayChange(request) || etag === undefined) {
        return undefined;
    }
    const now = await readSource(request.source, context);
    return now.etag === etag
        ? undefined
        : changed(request, `its ETag was ${told(etag)}, is ${told(now.etag ?? "gone")}`);
}

/** The same for a copy that an interrupted run has started: nobody has noted what the source was then, but its time tells. */
export async function changedSinceStart(
    request: AnyCopyRequest,
    copy: CopyProperties,
    context: Context,
): Promise<SourceChangedError | undefined> {
    if (!mayChange(request)) {
        return undefined;
    }
    const now = await readSource(request.source, context);
    return now.etag === undefined || isCopyOfCurrent(copy, now, true)
        ? undefined
        : changed(request, `it was last modified ${now.lastModified?.toISOString() ?? "nobody knows when"}`);
}

function changed(request: AnyCopyRequest, how: string): SourceChangedError {
    return new SourceChangedError(
        `the source changed during the copy of ${what(request)} (${how}); run pulumi up again once it stays as it is`,
    );
}
