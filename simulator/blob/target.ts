// Guards the blob that a request addresses: checks its lease, conditions, pending copy, tier and retention.

import { invalidParameter, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import type { Blob, BlobType } from "../state/blob";
import type { Container } from "../state/container";
import { checkRead, checkWrite, readConditions } from "./conditions";
import { addressedBlob, targetContainer, targetName } from "./find";
import { refuseImmutable, refuseRetained } from "./immutability";
import { checkReadLease, checkWriteLease } from "./leaseChecks";
import { refusePendingCopy } from "./pendingCopy";

/** The blob or snapshot to be read, its lease and conditions checked. */
export function readTarget(request: StorageRequest): Blob {
    const blob = addressedBlob(request);
    checkReadLease(request, blob);
    checkRead(readConditions(request.headers), blob);
    return blob;
}

/** The existing blob to be changed: lease and conditions checked, and not the destination of a pending copy. */
export function writeTarget(request: StorageRequest): Blob {
    refuseKept(request);
    const container = targetContainer(request);
    const blob = request.service.blob(container, targetName(request));
    if (!blob) {
        throw storageError("BlobNotFound");
    }
    checkWriteLease(request, blob);
    checkWrite(readConditions(request.headers), blob);
    refusePendingCopy(blob);
    refuseImmutable(blob);
    return blob;
}

/** What differs between the operations that replace blobs. */
export interface ReplaceOptions {
    /** Whether If-None-Match: * counts for nothing if the lease ID is right, as Put Blob From URL was seen to do. */
    readonly leaseAllowsOverwrite?: boolean;
}

/** What a new blob is put in place of, if anything: lease and conditions checked, no pending copy, not archived. */
export function replaceTarget(
    request: StorageRequest,
    options: ReplaceOptions = {},
): { container: Container; name: string; old: Blob | undefined } {
    refuseKept(request);
    const container = targetContainer(request);
    const name = targetName(request);
    const old = request.service.blob(container, name);
    checkWriteLease(request, old);
    const conditions = readConditions(request.headers);
    const allowed = options.leaseAllowsOverwrite && old?.lease && conditions.noneMatch === "*";
    checkWrite(allowed ? { ...conditions, noneMatch: undefined } : conditions, old, { creates: true });
    if (old) {
        refusePendingCopy(old);
        refuseArchived(old);
        refuseRetainedOverwrite(request, old);
    }
    return { container, name, old };
}

/** 409 BlobArchived for an archived blob, also while it is being rehydrated. */
export function refuseArchived(blob: Blob): void {
    if (blob.tier?.tier === "Archive") {
        throw storageError("BlobArchived");
    }
}

/** 400 InvalidQueryParameterValue for what can be done to the blob alone, not to a snapshot or version. */
export function refuseKept(request: StorageRequest): void {
    const reason = "This operation is only allowed on the root blob.";
    const snapshot = request.query.get("snapshot");
    if (snapshot) {
        throw invalidParameter("snapshot", snapshot, `${reason} Snapshot should not be provided.`);
    }
    const version = request.query.get("versionid");
    if (version) {
        throw invalidParameter("versionid", version, `${reason} Version id should not be provided.`);
    }
}

/** 409 for overwriting what is retained, unless it stays as a version. */
export function refuseRetainedOverwrite(request: StorageRequest, old: Blob): void {
    if (!request.account.versioning) {
        refuseRetained(old, request.service.clock.now());
    }
}

/** All versions of a name are of one type: 409 InvalidBlobType for a blob of another. */
export function refuseOtherVersions(container: Container, name: string, type: BlobType): void {
    const version = container.versions(name).at(-1) ?? { blob: container.account.versioning && container.blob(name) };
    if (version.blob && version.blob.type !== type) {
        throw storageError("InvalidBlobType");
    }
}
