import type { Answer } from "../http/answer";
import { invalidHeader, invalidParameter, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import type { Container } from "../state/container";
import { removeKept, restore } from "../state/protection";
import type { Kept } from "../state/slot";
import { checkWrite, readConditions } from "./conditions";
import { checkTimestamp, findSnapshot, findVersion, targetContainer, targetName } from "./find";
import { refuseRetained } from "./immutability";
import { checkWriteLease } from "./leaseChecks";
import { refusePendingCopy } from "./pendingCopy";
import { refuseKept, refuseRetainedOverwrite } from "./target";

/** Delete Blob: the blob, its snapshots, one snapshot, or one version. */
export function deleteBlob(request: StorageRequest): Answer {
    const { headers, query } = request;
    const snapshots = headers.get("x-ms-delete-snapshots")?.toLowerCase();
    if (snapshots !== undefined && snapshots !== "include" && snapshots !== "only") {
        throw invalidHeader("x-ms-delete-snapshots", snapshots);
    }
    if (!query.get("snapshot") && !query.get("versionid")) {
        return answer(request, deleteBase(request, snapshots));
    }
    if (snapshots !== undefined) {
        refuseKept(request);
    }
    return answer(request, deleteKept(request));
}

function answer(request: StorageRequest, permanent: boolean): Answer {
    return {
        status: 202,
        headers: { "x-ms-delete-type-permanent": request.version >= "2017-07-29" ? String(permanent) : undefined },
    };
}

/** Deletes the blob, or only its snapshots; says whether that is for good. */
function deleteBase(request: StorageRequest, snapshots: "include" | "only" | undefined): boolean {
    const { service, headers } = request;
    const container = targetContainer(request);
    const name = targetName(request);
    const blob = service.blob(container, name);
    if (!blob) {
        throw storageError("BlobNotFound");
    }
    checkWriteLease(request, blob);
    checkWrite(readConditions(headers), blob);
    const existing = container.snapshots(name);
    if (existing.length > 0 && snapshots === undefined) {
        throw storageError("SnapshotsPresent");
    }
    const now = service.clock.now();
    if (snapshots !== "only") {
        refusePendingCopy(blob);
        refuseRetainedOverwrite(request, blob);
    }
    for (const snapshot of existing) {
        refuseRetained(snapshot.blob, now);
    }
    let permanent = true;
    for (const snapshot of existing) {
        service.forget(snapshot.blob);
        permanent = removeKept(container, name, snapshot, now);
    }
    if (snapshots !== "only") {
        container.setStaged(name, undefined);
        permanent = service.delete(container, name);
    }
    return permanent;
}

/** Deletes one snapshot or version; says whether that is for good. */
function deleteKept(request: StorageRequest): boolean {
    const { service } = request;
    const container = targetContainer(request);
    const name = targetName(request);
    const permanent = readDeleteType(request);
    const kept = permanent ? softDeleted(request, container, name) : addressedKept(request, container, name);
    checkWrite(readConditions(request.headers), kept.blob);
    refuseRetained(kept.blob, service.clock.now());
    service.forget(kept.blob);
    return removeKept(container, name, kept, service.clock.now(), permanent);
}

function addressedKept(request: StorageRequest, container: Container, name: string): Kept {
    const snapshot = request.query.get("snapshot");
    if (snapshot) {
        return findSnapshot(container, name, snapshot);
    }
    const version = request.query.get("versionid")!;
    if (request.service.blob(container, name)?.version === version) {
        throw storageError("OperationNotAllowedOnRootBlob");
    }
    return findVersion(container, name, version);
}

/** deletetype=permanent takes what is soft-deleted already, in accounts that allow it. */
function softDeleted(request: StorageRequest, container: Container, name: string): Kept {
    const { query, service } = request;
    const parameter = query.get("snapshot") ? "snapshot" : "versionid";
    const id = query.get(parameter)!;
    checkTimestamp(parameter, id);
    const slot = container.slot(name);
    slot?.purge(service.clock.now());
    const kept = (parameter === "snapshot" ? slot?.snapshots : slot?.versions)?.find((each) => each.id === id);
    if (kept?.deleted && request.account.allowPermanentDelete) {
        return kept;
    }
    // Finds what is there, or says that it isn't.
    addressedKept(request, container, name);
    throw storageError("BlobSnapshotNotSoftDeleted");
}

function readDeleteType(request: StorageRequest): boolean {
    const type = request.query.get("deletetype");
    if (!type || request.version < "2020-02-10") {
        return false;
    }
    if (type.toLowerCase() !== "permanent") {
        throw invalidParameter("deletetype", type);
    }
    return true;
}

/** Undelete Blob: restores all that is soft-deleted under the name. */
export function undeleteBlob(request: StorageRequest): Answer {
    const container = targetContainer(request);
    const name = targetName(request);
    const slot = container.slot(name);
    slot?.purge(request.service.clock.now());
    const anything = slot && (slot.current || slot.deleted || slot.snapshots.length > 0 || slot.versions.length > 0);
    if (!anything && !container.blob(name)) {
        throw storageError("BlobNotFound");
    }
    if (slot) {
        container.edit(name, restore);
    }
    return { status: 200 };
}
