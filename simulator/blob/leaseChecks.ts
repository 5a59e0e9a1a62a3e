import { invalidHeader, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import type { Blob } from "../state/blob";
import type { Container } from "../state/container";
import { isLocked, leaseState } from "../state/lease";

const GUID = /^\{?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\}?$/i;

/** Whether a text is a GUID, in any of the spellings the service takes. */
export function isGuid(text: string): boolean {
    return GUID.test(text);
}

/** The request's lease ID in lower case; 400 if it isn't a GUID. */
export function requestLeaseId(request: StorageRequest, header = "x-ms-lease-id"): string | undefined {
    const id = request.headers.get(header);
    if (id === undefined || id === "") {
        return undefined;
    }
    if (!isGuid(id)) {
        throw invalidHeader(header, id);
    }
    return id.toLowerCase();
}

/** A write of a blob needs the lease ID if the blob is leased, and mustn't give one otherwise; throws 412. */
export function checkWriteLease(request: StorageRequest, blob: Blob | undefined): void {
    const id = requestLeaseId(request);
    const state = leaseState(blob?.lease, request.service.clock.now());
    if (isLocked(state) && id === undefined) {
        throw storageError("LeaseIdMissing");
    }
    checkGivenLease(id, blob, isLocked(state));
}

/** A lease ID given for a container must be that of its active lease; deleting a leased container needs one. Throws 412. */
export function checkContainerLease(request: StorageRequest, container: Container, deletes = false): void {
    const id = requestLeaseId(request);
    const locked = isLocked(leaseState(container.lease, request.service.clock.now()));
    if (id === undefined) {
        if (deletes && locked) {
            throw storageError("LeaseIdMissing", {
                message: "There is currently a lease on the container and no lease ID was specified in the request.",
            });
        }
        return;
    }
    if (!container.lease) {
        throw storageError("LeaseNotPresentWithContainerOperation");
    }
    if (container.lease.id !== id) {
        throw storageError("LeaseIdMismatchWithContainerOperation");
    }
    if (!locked) {
        throw storageError("LeaseLost", {
            message: "A lease ID was specified, but the lease for the container has expired.",
        });
    }
}

/** A copy takes the lease ID of an infinite lease only; throws 412. */
export function refuseFiniteLease(request: StorageRequest, blob: Blob | undefined): void {
    if (request.headers.has("x-ms-lease-id") && blob?.lease && blob.lease.duration !== -1) {
        throw storageError("InfiniteLeaseDurationRequired");
    }
}

/** A read needs no lease ID, but one that is given must be that of an active lease; throws 412. */
export function checkReadLease(request: StorageRequest, blob: Blob): void {
    const id = requestLeaseId(request);
    checkGivenLease(id, blob, isLocked(leaseState(blob.lease, request.service.clock.now())));
}

/** After a write without lease ID, a lease that has run out is forgotten: it can't be renewed any more. */
export function forgetEndedLease(request: StorageRequest, blob: Blob): void {
    if (blob.lease && !isLocked(leaseState(blob.lease, request.service.clock.now()))) {
        blob.lease = undefined;
    }
}

function checkGivenLease(id: string | undefined, blob: Blob | undefined, locked: boolean): void {
    if (id === undefined) {
        return;
    }
    if (!blob?.lease) {
        throw storageError("LeaseNotPresentWithBlobOperation");
    }
    if (blob.lease.id !== id) {
        throw storageError("LeaseIdMismatchWithBlobOperation");
    }
    if (!locked) {
        throw storageError("LeaseLost");
    }
}
