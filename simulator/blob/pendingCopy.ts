import { randomUUID } from "node:crypto";
import { type Content, EMPTY } from "../content/content";
import type { CopyRule } from "../copies";
import { invalidHeader, invalidParameter, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import type { CopyDestination, CopyState, PendingCopy, StoredObject } from "../state/copy";
import { abort } from "../state/settle";
import type { CopySource } from "./copySource";
import { isGuid } from "./leaseChecks";

/**
 * The copy properties of a destination onto which a copy starts: Copy Blob or Copy File. Within one account and service it
 * ends at once unless a rule says otherwise, from elsewhere it is pending until the clock says otherwise.
 * @param rehydrates whether it ends at once with the source's bytes still archived
 */
export function newCopyState(request: StorageRequest, source: CopySource, rehydrates = false): CopyState {
    const { service, account, address } = request;
    const { container, blob, share, path } = address;
    const rule = service.copies.find({ account: account.name, container, blob, share, path });
    const now = service.clock.now();
    const total = source.object?.content.length ?? source.external!.length;
    const slowed = rule?.seconds !== undefined || rule?.stall || rule?.fail !== undefined || rule?.intermittent;
    const state: CopyState = { id: randomUUID(), source: source.reported, status: "success", copied: total, total };
    if (rehydrates || (source.isNear && !slowed)) {
        return { ...state, completed: now, description: rehydrates ? "pending" : undefined };
    }
    const seconds = rule?.seconds ?? (source.isNear ? 0 : account.copySeconds);
    const pending: PendingCopy = {
        content: source.object?.content ?? (EMPTY as Content),
        blocks: source.blob?.blocks,
        ...courseOf(rule, now, seconds),
        sourceExpires: source.expires,
        transfer: source.external?.start(),
        release: undefined,
    };
    return { ...state, status: "pending", copied: 0, pending };
}

/** How a copy goes that is pending for so many seconds unless a rule says otherwise. */
export function courseOf(rule: CopyRule | undefined, now: number, seconds: number) {
    return {
        started: now,
        due: rule?.stall ? Number.POSITIVE_INFINITY : now + seconds * 1000,
        fail: rule?.fail,
        intermittent: rule?.intermittent,
        steps: rule?.progress === "steps",
    };
}

/** Any change of the source before the copy has ended fails the copy. A copy onto itself reads what it replaces. */
export function watchSource(source: CopySource, copy: CopyState, old: StoredObject | undefined): void {
    const { pending } = copy;
    const { object } = source;
    if (!pending || !object || object === old || source.isFixed) {
        return;
    }
    object.readers ??= new Set();
    object.readers.add(pending);
    pending.release = () => object.readers?.delete(pending);
}

/** Which copy a request wants to abort; 400 if it doesn't say. */
export function readAbort(request: StorageRequest): string {
    const id = request.query.get("copyid") ?? "";
    if (!isGuid(id)) {
        throw invalidParameter("copyid", id, "copyid needs to be valid Guid.");
    }
    const action = request.headers.required("x-ms-copy-action");
    if (action.toLowerCase() !== "abort") {
        throw invalidHeader("x-ms-copy-action", action);
    }
    return id.toLowerCase();
}

/** Aborts the pending copy of that ID; 409 if there is none. */
export function abortCopy({ service }: StorageRequest, destination: CopyDestination, id: string): void {
    if (!destination.copy?.pending) {
        throw storageError("NoPendingCopyOperation");
    }
    if (destination.copy.id !== id) {
        throw storageError("CopyIdMismatch");
    }
    abort(destination, service.clock.now(), service.ticks);
}

/** 409 PendingCopyOperation while a copy onto the blob or file is pending. */
export function refusePendingCopy(destination: CopyDestination): void {
    if (destination.copy?.pending) {
        throw storageError("PendingCopyOperation");
    }
}
