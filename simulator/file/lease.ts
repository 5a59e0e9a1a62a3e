import { modifiedHeaders } from "../blob/describeBlob";
import { readAction } from "../blob/lease";
import { refusePendingCopy } from "../blob/pendingCopy";
import type { Answer } from "../http/answer";
import { invalidHeader } from "../http/errors";
import type { StorageRequest } from "../http/request";
import { fileAt, findSnapshot } from "./find";
import { targetPlace, targetShare } from "./target";

/** Lease File, by action: acquire, change, release, break. It is always infinite, so there is nothing to renew. */
export function leaseFile(request: StorageRequest): Answer {
    const act = readAction(request);
    const action = request.headers.get("x-ms-lease-action")!;
    if (action.toLowerCase() === "renew") {
        throw invalidHeader("x-ms-lease-action", action);
    }
    const duration = request.headers.get("x-ms-lease-duration");
    if (duration !== undefined && duration !== "-1") {
        throw invalidHeader("x-ms-lease-duration", duration);
    }
    const file = fileAt(targetPlace(request), request.service);
    refusePendingCopy(file);
    return leased(request, act(request, file), file.modified);
}

/** Lease Share, of a share or a snapshot of it, by action: acquire, renew, change, release, break. */
export function leaseShare(request: StorageRequest): Answer {
    const act = readAction(request);
    const share = targetShare(request);
    const target = findSnapshot(share, request.query) ?? share;
    return leased(request, act(request, target), target.modified);
}

function leased(request: StorageRequest, { status, headers }: Answer, modified: number): Answer {
    return { status, headers: { ...modifiedHeaders(request, modified), ...headers }, chunked: true };
}
