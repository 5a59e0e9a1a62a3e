import { randomUUID } from "node:crypto";
import type { Answer } from "../http/answer";
import { invalidHeader, missingHeader, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import { type Lease, leaseState } from "../state/lease";
import { checkWrite, readConditions } from "./conditions";
import { modifiedHeaders } from "./describeBlob";
import { targetContainer, targetName } from "./find";
import { type Leasable, leaseError, requestLeaseId } from "./leaseChecks";
import { refusePendingCopy } from "./pendingCopy";
import { refuseArchived, refuseKept } from "./target";

/** Lease Blob, by action: acquire, renew, change, release, break. ETag and Last-Modified stay. */
export function leaseBlob(request: StorageRequest): Answer {
    refuseKept(request);
    const act = readAction(request);
    const container = targetContainer(request);
    const blob = request.service.blob(container, targetName(request));
    if (!blob) {
        throw storageError("BlobNotFound");
    }
    checkWrite(readConditions(request.headers), blob);
    refusePendingCopy(blob);
    if (act === acquire) {
        refuseArchived(blob);
    }
    const { status, headers } = act(request, blob);
    return { status, headers: { ...modifiedHeaders(request, blob.modified), ...headers } };
}

/** Lease Container, by the same actions. */
export function leaseContainer(request: StorageRequest): Answer {
    const act = readAction(request);
    const container = targetContainer(request);
    const { modifiedSince, unmodifiedSince, tagsHeader } = readConditions(request.headers);
    checkWrite({ modifiedSince, unmodifiedSince, tagsHeader }, container);
    const { status, headers } = act(request, container);
    return { status, headers: { ...modifiedHeaders(request, container.modified), ...headers } };
}

/** What the request's lease action does. */
export function readAction(request: StorageRequest): Action {
    const action = request.headers.required("x-ms-lease-action").toLowerCase();
    const act = ACTIONS[action];
    if (!act) {
        throw invalidHeader("x-ms-lease-action", action);
    }
    return act;
}

type Action = (request: StorageRequest, target: Leasable) => Answer;

const ACTIONS: Readonly<Record<string, Action>> = { acquire, renew, change, release, break: breakLease };

function acquire(request: StorageRequest, target: Leasable): Answer {
    const duration = request.headers.integer("x-ms-lease-duration");
    if (duration === undefined) {
        throw missingHeader("x-ms-lease-duration");
    }
    if (duration !== -1 && (duration < 15 || duration > 60)) {
        throw invalidHeader("x-ms-lease-duration", String(duration));
    }
    const proposed = requestLeaseId(request, "x-ms-proposed-lease-id");
    const now = request.service.clock.now();
    const state = leaseState(target.lease, now);
    if (state === "breaking") {
        throw storageError(
            target.lease!.id === proposed ? "LeaseIsBreakingAndCannotBeAcquired" : "LeaseAlreadyPresent",
        );
    }
    if (state === "leased" && target.lease!.id !== proposed) {
        throw storageError("LeaseAlreadyPresent");
    }
    target.lease = lease(proposed ?? randomUUID(), duration, now);
    return { status: 201, headers: { "x-ms-lease-id": target.lease.id } };
}

function renew(request: StorageRequest, target: Leasable): Answer {
    const held = heldLease(request, target);
    const now = request.service.clock.now();
    const state = leaseState(held, now);
    if (state === "breaking" || state === "broken") {
        throw storageError("LeaseIsBrokenAndCannotBeRenewed");
    }
    target.lease = lease(held.id, held.duration, now);
    return { status: 200, headers: { "x-ms-lease-id": held.id } };
}

function change(request: StorageRequest, target: Leasable): Answer {
    request.headers.required("x-ms-lease-id");
    request.headers.required("x-ms-proposed-lease-id");
    const id = requestLeaseId(request)!;
    const proposed = requestLeaseId(request, "x-ms-proposed-lease-id")!;
    const held = target.lease;
    const state = leaseState(held, request.service.clock.now());
    if (!held || state === "expired" || state === "broken") {
        throw leaseError(request, "LeaseNotPresentWithLeaseOperation");
    }
    if (held.id !== id && held.id !== proposed) {
        throw leaseError(request, "LeaseIdMismatchWithLeaseOperation");
    }
    if (state === "breaking") {
        throw storageError("LeaseIsBreakingAndCannotBeChanged");
    }
    target.lease = { ...held, id: proposed };
    return { status: 200, headers: { "x-ms-lease-id": proposed } };
}

function release(request: StorageRequest, target: Leasable): Answer {
    heldLease(request, target);
    target.lease = undefined;
    return { status: 200 };
}

function breakLease(request: StorageRequest, target: Leasable): Answer {
    const period = request.headers.integer("x-ms-lease-break-period");
    if (period !== undefined && (period < 0 || period > 60)) {
        throw invalidHeader("x-ms-lease-break-period", String(period));
    }
    const held = target.lease;
    if (!held) {
        throw leaseError(request, "LeaseNotPresentWithLeaseOperation");
    }
    const now = request.service.clock.now();
    const state = leaseState(held, now);
    if (state === "broken" || state === "expired") {
        target.lease = { ...held, breaks: Math.min(held.breaks ?? now, now) };
        return { status: 202, headers: { "x-ms-lease-time": 0 } };
    }
    const remaining = state === "breaking" ? held.breaks! - now : held.expires - now;
    const asked = period === undefined ? undefined : period * 1000;
    // A fixed lease runs on for the rest of its time, an infinite one breaks at once, unless a shorter period is given.
    const wait = Number.isFinite(remaining) ? Math.min(remaining, asked ?? remaining) : (asked ?? 0);
    target.lease = { ...held, breaks: now + wait };
    return { status: 202, headers: { "x-ms-lease-time": Math.ceil(wait / 1000) } };
}

/** The lease, if the request names it; 409 otherwise. */
function heldLease(request: StorageRequest, target: Leasable): Lease {
    request.headers.required("x-ms-lease-id");
    const id = requestLeaseId(request);
    if (!target.lease) {
        throw leaseError(request, "LeaseIdMismatchWithLeaseOperation");
    }
    if (target.lease.id !== id) {
        throw leaseError(request, "LeaseIdMismatchWithLeaseOperation");
    }
    return target.lease;
}

function lease(id: string, duration: number, now: number): Lease {
    return { id, duration, expires: duration === -1 ? Number.POSITIVE_INFINITY : now + duration * 1000 };
}
