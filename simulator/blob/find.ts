// Finds the container, blob, snapshot or version that a request addresses. target.ts guards it.

import type { Query } from "../http/address";
import { invalidParameter, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import type { Service } from "../service";
import type { Blob } from "../state/blob";
import type { Container } from "../state/container";
import type { Kept } from "../state/slot";

/** The container that the request addresses; 404 ContainerNotFound if there is none. */
export function targetContainer(request: StorageRequest): Container {
    return request.service.container(request.account, request.address.container!);
}

/** The name of the blob that the request addresses. */
export function targetName(request: StorageRequest): string {
    return request.address.blob!;
}

/** The snapshot of that name; 404 BlobNotFound if there is none. */
export function findSnapshot(container: Container, name: string, id: string): Kept {
    checkTimestamp("snapshot", id);
    return found(container.snapshots(name).find((each) => each.id === id));
}

/** The previous version of that ID; 404 BlobNotFound if there is none. */
export function findVersion(container: Container, name: string, id: string): Kept {
    checkTimestamp("versionid", id);
    return found(container.versions(name).find((each) => each.id === id));
}

/** 400 for what can't be a snapshot's time or a version ID. */
export function checkTimestamp(parameter: string, id: string): void {
    if (Number.isNaN(Date.parse(id))) {
        throw invalidParameter(parameter, id);
    }
}

/** The blob, snapshot or version addressed by a name and a query, as it stands now; 404 BlobNotFound if there is none. */
export function findBlob(service: Service, container: Container, name: string, query: Query): Blob {
    const snapshot = query.get("snapshot");
    if (snapshot !== undefined && snapshot !== "") {
        return service.settle(findSnapshot(container, name, snapshot).blob);
    }
    const blob = service.blob(container, name);
    const version = query.get("versionid");
    if (version && blob?.version !== version) {
        return service.settle(findVersion(container, name, version).blob);
    }
    return found(blob);
}

/** The blob or snapshot that the request addresses, as it stands now; 404 if there is none. */
export function addressedBlob(request: StorageRequest): Blob {
    return findBlob(request.service, targetContainer(request), targetName(request), request.query);
}

function found<T>(value: T | undefined): T {
    if (value === undefined) {
        throw storageError("BlobNotFound");
    }
    return value;
}
