import { timestampOf } from "../clock";
import type { Answer } from "../http/answer";
import { storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import { checkWrite, readConditions } from "./conditions";
import { modifiedHeaders, versionHeader } from "./describeBlob";
import { checkWriteEncryption } from "./encryption";
import { targetContainer, targetName } from "./find";
import { checkReadLease } from "./leaseChecks";
import { refusePendingCopy } from "./pendingCopy";
import { readMetadata } from "./requestProperties";
import { refuseArchived } from "./target";

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
    checkWriteEncryption(request, blob);
    const ticks = request.service.ticks.next();
    if (blob.type === "PageBlob") {
        blob.rarities.lineage ??= {};
    }
    const snapshot = blob.clone();
    snapshot.version = undefined;
    request.service.newVersion(container, name, blob);
    if (metadata) {
        snapshot.metadata = metadata;
        snapshot.modified = ticks;
    }
    const id = timestampOf(ticks);
    container.edit(name, (slot) => slot.snapshots.push({ id, blob: snapshot }));
    return {
        status: 201,
        headers: {
            ...modifiedHeaders(request, snapshot.modified),
            ...versionHeader(request, blob),
            "x-ms-snapshot": id,
            // Seen like that: nothing is written unless the snapshot has metadata of its own.
            "x-ms-request-server-encrypted": metadata ? "true" : "false",
        },
    };
}
