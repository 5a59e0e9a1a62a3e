import { randomUUID } from "node:crypto";
import type { Answer } from "../http/answer";
import { invalidHeader, invalidParameter, missingHeader, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import type { Blob } from "../state/blob";
import { type Lease, leaseState } from "../state/lease";
import { checkWrite, readConditions } from "./conditions";
import { modifiedHeaders } from "./describeBlob";
import { requestLeaseId } from "./leaseChecks";
import { refusePendingCopy, targetContainer, targetName } from "./target";

/** Lease Blob, by action: acquire, renew, change, release, break. ETag and Last-Modified stay. */
export function leaseBlob(request: StorageRequest): Answer {
    const snapshot = request.query.get("snapshot");
    if (snapshot) {
        throw invalidParameter("snapshot", snapshot, "A snapshot can't be leased.");
    }
    const action = request.headers.required("x-ms-lease-action").toLowerCase();
    const act = ACTIONS[action];
    if (!act) {
        throw invalidHeader("x-ms-lease-action", action);
    }
    const container = targetContainer(request);
    const blob = request.service.blob(container, targetName(request));
    if (!blob) {
        throw storageError("BlobNotFound");
    }
    checkWrite(readConditions(request.headers), blob);
    refusePendingCopy(blob);
    const { status, headers } = act(request, blob);
    return { status, headers: { ...modifiedHeaders(request, blob.modified), ...headers } };
}

type Action = (request: StorageRequest, blob: Blob) => Answer;

const ACTIONS: Readonly<Record<string, Action>> = { acquire, renew, change, release, break: breakLease };

function acquire(request: StorageRequest, blob: Blob): Answer {
    const duration = request.headers.integer("x-ms-lease-duration");
    if (duration === undefined) {
        throw missingHeader("x-ms-lease-duration");
    }
    if (duration !== -1 && (duration < 15 || duration > 60)) {
        throw invalidHeader("x-ms-lease-duration", String(duration));
    }
    const proposed = requestLeaseId(request, "x-ms-proposed-lease-id");
    const now = request.service.clock.now();
    const state = leaseState(blob.lease, now);
    if (state === "breaking") {
        throw storageError(blob.lease!.id === proposed ? "LeaseIsBreakingAndCannotBeAcquired" : "LeaseAlreadyPresent");
    }
    if (state === "leased" && blob.lease!.id !== proposed) {
        throw storageError("LeaseAlreadyPresent");
    }
    blob.lease = lease(proposed ?? randomUUID(), duration, now);
    return { status: 201, headers: { "x-ms-lease-id": blob.lease.id } };
}

function renew(request: StorageRequest, blob: Blob): Answer {
    const held = heldLease(request, blob);
    const now = request.service.clock.now();
    const state = leaseState(held, now);
    if (state === "breaking" || state === "broken") {
        throw storageError("LeaseIsBrokenAndCannotBeRenewed");
    }
    blob.lease = lease(held.id, held.duration, now);
    return { status: 200, headers: { "x-ms-lease-id": held.id } };
}

function change(request: StorageRequest, blob: Blob): Answer {
    request.headers.required("x-ms-lease-id");
    request.headers.required("x-ms-proposed-lease-id");
    const id = requestLeaseId(request)!;
    const proposed = requestLeaseId(request, "x-ms-proposed-lease-id")!;
    const held = blob.lease;
    const state = leaseState(held, request.service.clock.now());
    if (!held || state === "expired" || state === "broken") {
        throw storageError("LeaseNotPresentWithLeaseOperation");
    }
    if (held.id !== id && held.id !== proposed) {
        throw storageError("LeaseIdMismatchWithLeaseOperation");
    }
    if (state === "breaking") {
        throw storageError("LeaseIsBreakingAndCannotBeChanged");
    }
    blob.lease = { ...held, id: proposed };
    return { status: 200, headers: { "x-ms-lease-id": proposed } };
}

function release(request: StorageRequest, blob: Blob): Answer {
    heldLease(request, blob);
    blob.lease = undefined;
    return { status: 200 };
}

function breakLease(request: StorageRequest, blob: Blob): Answer {
    const period = request.headers.integer("x-ms-lease-break-period");
    if (period !== undefined && (period < 0 || period > 60)) {
        throw invalidHeader("x-ms-lease-break-period", String(period));
    }
    const held = blob.lease;
    if (!held) {
        throw storageError("LeaseNotPresentWithLeaseOperation");
    }
    const now = request.service.clock.now();
    const state = leaseState(held, now);
    if (state === "broken" || state === "expired") {
        blob.lease = { ...held, breaks: Math.min(held.breaks ?? now, now) };
        return { status: 202, headers: { "x-ms-lease-time": 0 } };
    }
    const remaining = state === "breaking" ? held.breaks! - now : held.expires - now;
    const asked = period === undefined ? undefined : period * 1000;
    // A fixed lease runs on for the rest of its time, an infinite one breaks at once, unless a shorter period is given.
    const wait = Number.isFinite(remaining) ? Math.min(remaining, asked ?? remaining) : (asked ?? 0);
    blob.lease = { ...held, breaks: now + wait };
    return { status: 202, headers: { "x-ms-lease-time": Math.ceil(wait / 1000) } };
}

/** The blob's lease, if the request names it; 409 otherwise. */
function heldLease(request: StorageRequest, blob: Blob): Lease {
    request.headers.required("x-ms-lease-id");
    const id = requestLeaseId(request);
    if (!blob.lease) {
        throw storageError("LeaseIdMismatchWithLeaseOperation");
    }
    if (blob.lease.id !== id) {
        throw storageError("LeaseIdMismatchWithLeaseOperation");
    }
    return blob.lease;
}

function lease(id: string, duration: number, now: number): Lease {
    return { id, duration, expires: duration === -1 ? Number.POSITIVE_INFINITY : now + duration * 1000 };
}
