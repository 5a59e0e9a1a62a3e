import { type ErrorCode, invalidHeader, type StorageError, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import { isLocked, type Lease, leaseState } from "../state/lease";

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

/** What may be leased: a blob, file, container or share. */
export interface Leasable {
    lease: Lease | undefined;
}

/** A write of a blob or file needs the lease ID if it is leased, and mustn't give one otherwise; throws 412. */
export function checkWriteLease(request: StorageRequest, target: Leasable | undefined, header = "x-ms-lease-id"): void {
    const id = requestLeaseId(request, header);
    const state = leaseState(target?.lease, request.service.clock.now());
    if (isLocked(state) && id === undefined) {
        throw leaseError(request, "LeaseIdMissing");
    }
    checkGivenLease(request, id, target, isLocked(state));
}

/** A lease ID given for a container or share must be that of its active lease; what needs one needs it if it is leased. Throws 412. */
export function checkContainerLease(request: StorageRequest, container: Leasable, needed = false): void {
    const id = requestLeaseId(request);
    const locked = isLocked(leaseState(container.lease, request.service.clock.now()));
    if (id === undefined) {
        if (needed && locked) {
            throw leaseError(request, "LeaseIdMissing");
        }
        return;
    }
    if (!container.lease) {
        throw leaseError(request, "LeaseNotPresentWithContainerOperation");
    }
    if (container.lease.id !== id) {
        throw leaseError(request, "LeaseIdMismatchWithContainerOperation");
    }
    if (!locked) {
        throw leaseError(request, "LeaseLost");
    }
}

/** A copy takes the lease ID of an infinite lease only; throws 412. */
export function refuseFiniteLease(request: StorageRequest, blob: Leasable | undefined): void {
    if (request.headers.has("x-ms-lease-id") && blob?.lease && blob.lease.duration !== -1) {
        throw storageError("InfiniteLeaseDurationRequired");
    }
}

/** A read needs no lease ID, but one that is given must be that of an active lease; throws 412. */
export function checkReadLease(request: StorageRequest, target: Leasable): void {
    const id = requestLeaseId(request);
    checkGivenLease(request, id, target, isLocked(leaseState(target.lease, request.service.clock.now())));
}

/** After a write without lease ID, a lease that has run out is forgotten: it can't be renewed any more. */
export function forgetEndedLease(request: StorageRequest, target: Leasable): void {
    if (target.lease && !isLocked(leaseState(target.lease, request.service.clock.now()))) {
        target.lease = undefined;
    }
}

/** An error about the lease of what the request addresses, which its message names: a file's has a code of its own, too. */
export function leaseError(request: StorageRequest, code: ErrorCode): StorageError {
    const { blob, share, path } = request.address;
    const word =
        path !== undefined ? "file" : share !== undefined ? "share" : blob !== undefined ? "blob" : "container";
    const own = path === undefined ? code : (code.replace("WithBlob", "WithFile") as ErrorCode);
    const { message } = storageError(own);
    return storageError(own, { message: message.replace(/the (blob|container)/, `the ${word}`) });
}

function checkGivenLease(
    request: StorageRequest,
    id: string | undefined,
    target: Leasable | undefined,
    locked: boolean,
): void {
    if (id === undefined) {
        return;
    }
    if (!target?.lease) {
        throw leaseError(request, "LeaseNotPresentWithBlobOperation");
    }
    if (target.lease.id !== id) {
        throw leaseError(request, "LeaseIdMismatchWithBlobOperation");
    }
    if (!locked) {
        throw leaseError(request, "LeaseLost");
    }
}
