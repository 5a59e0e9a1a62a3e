import { type TickSource, timestampOf } from "../clock";
import type { AccountSettings } from "./accountSettings";
import type { Blob } from "./blob";
import type { Container } from "./container";
import type { Deletion, Kept, Slot } from "./slot";

const DAY = 24 * 60 * 60 * 1000;

/** Until when what is deleted now can be restored; undefined if the account deletes for good. */
export function deletionNow(account: AccountSettings, now: number): Deletion | undefined {
    return account.softDeleteDays > 0 ? { at: now, until: now + account.softDeleteDays * DAY } : undefined;
}

/** The name that a blob goes by as a version: its version ID, or when it was last written if it has none yet. */
export function versionOf(blob: Blob): string {
    return blob.version ?? timestampOf(blob.modified);
}

/** A blob is about to be overwritten: versions are kept for good, without them soft delete keeps a snapshot for a while. */
export function keepOverwritten(container: Container, name: string, old: Blob, now: number, ticks: TickSource): void {
    if (container.account.versioning) {
        addVersion(container, name, old);
        return;
    }
    const deleted = deletionNow(container.account, now);
    if (deleted && old.tier?.tier !== "Archive") {
        const id = timestampOf(ticks.next());
        container.edit(name, (slot) => slot.snapshots.push({ id, blob: withoutLease(old), deleted }));
    }
}

/** A new blob takes the name of a soft-deleted one, which stays as a snapshot if it is of the same type. */
export function keepSoftDeleted(container: Container, name: string, blob: Blob, now: number, ticks: TickSource): void {
    const slot = container.slot(name);
    slot?.purge(now);
    if (!slot?.deleted) {
        return;
    }
    const { blob: old, deletion } = slot.deleted;
    container.edit(name, (each) => {
        each.deleted = undefined;
        if (old.type === blob.type) {
            each.snapshots.push({ id: timestampOf(ticks.next()), blob: old, deleted: deletion });
        } else {
            each.snapshots = each.snapshots.filter(({ deleted }) => !deleted);
        }
    });
}

/** The blob of a name becomes a previous version. */
export function addVersion(container: Container, name: string, blob: Blob): void {
    container.edit(name, (slot) => slot.versions.push({ id: versionOf(blob), blob: withoutLease(blob) }));
}

/** Takes the blob off its name; says whether it is gone for good. */
export function removeBlob(container: Container, name: string, blob: Blob, now: number): boolean {
    const { account } = container;
    if (account.versioning) {
        addVersion(container, name, blob);
        container.delete(name);
        return false;
    }
    const deletion = deletionNow(account, now);
    if (!deletion) {
        container.delete(name);
        return true;
    }
    container.edit(name, (slot) => {
        slot.current = undefined;
        slot.deleted = { blob: withoutLease(blob), deletion };
    });
    return false;
}

/** Takes away a snapshot or version; says whether it is gone for good. */
export function removeKept(container: Container, name: string, kept: Kept, now: number, permanent = false): boolean {
    const deletion = permanent ? undefined : deletionNow(container.account, now);
    if (deletion) {
        kept.deleted ??= deletion;
        return false;
    }
    const stays = (each: Kept) => each !== kept;
    container.edit(name, (slot) => {
        slot.snapshots = slot.snapshots.filter(stays);
        slot.versions = slot.versions.filter(stays);
    });
    return true;
}

/** Restores all that is soft-deleted under a name. Where versions are kept, the blob itself doesn't come back. */
export function restore(slot: Slot): void {
    if (slot.deleted && !slot.current) {
        slot.current = slot.deleted.blob;
        slot.deleted = undefined;
    }
    for (const kept of [...slot.snapshots, ...slot.versions]) {
        kept.deleted = undefined;
    }
}

function withoutLease(blob: Blob): Blob {
    blob.lease = undefined;
    return blob;
}
