import { timestampOf } from "../clock";
import type { Answer } from "../http/answer";
import { invalidHeader, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import { checkWrite, readConditions } from "./conditions";
import { modifiedHeaders } from "./describeBlob";
import { checkReadLease, checkWriteLease } from "./leaseChecks";
import { readMetadata } from "./requestProperties";
import { findSnapshot, refuseArchived, refusePendingCopy, targetContainer, targetName } from "./target";

/** Snapshot Blob: keeps the blob as it is now; metadata in the request takes the place of the blob's. */
export function snapshotBlob(request: StorageRequest): Answer {
    const metadata = readMetadata(request.headers);
    const container = targetContainer(request);
    const name = targetName(request);
    const blob = request.service.blob(container, name);
    if (!blob) {
        throw storageError("BlobNotFound");
    }
    checkReadLease(request, blob);
    checkWrite(readConditions(request.headers), blob);
    refusePendingCopy(blob);
    refuseArchived(blob);
    const ticks = request.service.ticks.next();
    const snapshot = blob.clone();
    if (metadata) {
        snapshot.metadata = metadata;
        snapshot.modified = ticks;
    }
    const id = timestampOf(ticks);
    container.addSnapshot(name, { id, blob: snapshot });
    return {
        status: 201,
        headers: {
            ...modifiedHeaders(request, snapshot.modified),
            "x-ms-snapshot": id,
            "x-ms-request-server-encrypted": "true",
        },
    };
}

/** Delete Blob: the blob, its snapshots, or one snapshot. */
export function deleteBlob(request: StorageRequest): Answer {
    const { service, headers } = request;
    const container = targetContainer(request);
    const name = targetName(request);
    const snapshots = headers.get("x-ms-delete-snapshots")?.toLowerCase();
    if (snapshots !== undefined && snapshots !== "include" && snapshots !== "only") {
        throw invalidHeader("x-ms-delete-snapshots", snapshots);
    }
    const answer: Answer = {
        status: 202,
        headers: { "x-ms-delete-type-permanent": request.version >= "2017-07-29" ? "true" : undefined },
    };
    const id = request.query.get("snapshot");
    if (id) {
        if (snapshots !== undefined) {
            throw invalidHeader("x-ms-delete-snapshots", snapshots);
        }
        const snapshot = findSnapshot(container, name, id);
        checkWrite(readConditions(headers), snapshot);
        service.forget(snapshot);
        container.deleteSnapshots(name, (each) => each.id === id);
        return answer;
    }
    const blob = service.blob(container, name);
    if (!blob || request.query.get("versionid")) {
        throw storageError("BlobNotFound");
    }
    checkWriteLease(request, blob);
    checkWrite(readConditions(headers), blob);
    const existing = container.snapshots(name);
    if (existing.length > 0 && snapshots === undefined) {
        throw storageError("SnapshotsPresent");
    }
    if (snapshots !== "only") {
        refusePendingCopy(blob);
    }
    for (const snapshot of existing) {
        service.forget(snapshot.blob);
    }
    if (existing.length > 0) {
        container.deleteSnapshots(name, () => true);
    }
    if (snapshots !== "only") {
        container.setStaged(name, undefined);
        service.delete(container, name);
    }
    return answer;
}
