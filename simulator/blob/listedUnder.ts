import type { Service } from "../service";
import { Blob } from "../state/blob";
import type { Deletion, Slot } from "../state/slot";

/** One thing that is listed under a name. */
export interface ListedBlob {
    readonly name: string;
    /** Undefined where there are uncommitted blocks only. */
    readonly blob: Blob | undefined;
    /** Where it comes among what goes by the same name: snapshots and versions by time, the blob itself last. */
    readonly order: string;
    readonly snapshot?: string;
    readonly version?: string;
    readonly isCurrent?: boolean;
    readonly deleted?: Deletion;
    /** Stands for a deleted blob of which there are versions. */
    readonly versionsOnly?: boolean;
}

/** What is listed under one name, given the include parameter. */
export function listedUnder(
    service: Service,
    name: string,
    held: Blob | Slot,
    include: ReadonlySet<string>,
): ListedBlob[] {
    if (held instanceof Blob) {
        return [current(service, name, held)];
    }
    held.purge(service.clock.now());
    const entries =
        include.has("snapshots") || include.has("versions") || include.has("deleted")
            ? keptUnder(name, held, include)
            : [];
    if (held.current) {
        entries.push(current(service, name, held.current));
    } else if (held.deleted && include.has("deleted")) {
        entries.push({ name, blob: held.deleted.blob, order: "\uffff", deleted: held.deleted.deletion });
    } else if (include.has("deletedwithversions") && !include.has("versions") && held.versions.some(isLive)) {
        const { blob } = held.versions.filter(isLive).at(-1)!;
        entries.push({ name, blob, order: "\uffff", versionsOnly: true });
    } else if (include.has("uncommittedblobs") && held.hasStaged(service.clock.now())) {
        entries.push({ name, blob: undefined, order: "\uffff" });
    }
    return entries;
}

function current(service: Service, name: string, blob: Blob): ListedBlob {
    return { name, blob: service.settle(blob), order: "\uffff", version: blob.version, isCurrent: true };
}

/** Snapshots and versions, oldest first: soft-deleted ones only if they are asked for. */
function keptUnder(name: string, slot: Slot, include: ReadonlySet<string>): ListedBlob[] {
    const shown = ({ deleted }: { deleted?: Deletion }) => !deleted || include.has("deleted");
    const entries: ListedBlob[] = [];
    if (include.has("snapshots")) {
        for (const { id, blob, deleted } of slot.snapshots.filter(shown)) {
            entries.push({ name, blob, order: id, snapshot: id, deleted });
        }
    }
    if (include.has("versions")) {
        for (const { id, blob, deleted } of slot.versions.filter(shown)) {
            entries.push({ name, blob, order: id, version: id, deleted });
        }
    }
    return entries.sort((a, b) => (a.order < b.order ? -1 : 1));
}

function isLive({ deleted }: { deleted?: Deletion }): boolean {
    return !deleted;
}
