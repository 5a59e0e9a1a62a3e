import BTree from "sorted-btree";
import type { Ticks } from "../clock";
import type { Content } from "../content/content";
import type { Blob, Metadata } from "./blob";

/** Who may read without authorization: blobs only, or the container and its list too. */
export type PublicAccess = "blob" | "container";

/** A stored access policy. */
export interface AccessPolicy {
    readonly id: string;
    readonly start?: string;
    readonly expiry?: string;
    readonly permissions?: string;
}

/** A snapshot: a blob that never changes, and when it was taken. */
export interface Snapshot {
    /** The snapshot's name: `2019-03-29T18:12:15.6608647Z`. */
    readonly id: string;
    readonly blob: Blob;
}

/** The uncommitted blocks of a name. */
export interface StagedBlocks {
    readonly blocks: Map<string, Content>;
    /** The last successful Put Block: after a week without one the blocks are gone. */
    touched: number;
}

/** How long uncommitted blocks last. */
export const STAGED_LIFETIME = 7 * 24 * 60 * 60 * 1000;

/** All that goes by one name. */
export class Slot {
    /** The blob itself; there may be only snapshots or uncommitted blocks. */
    current: Blob | undefined = undefined;
    /** The snapshots, oldest first. */
    snapshots: Snapshot[] = [];
    /** The uncommitted blocks. */
    staged: StagedBlocks | undefined = undefined;

    /** Whether there are uncommitted blocks that a week hasn't passed over. */
    hasStaged(now: number): boolean {
        return this.staged !== undefined && now - this.staged.touched <= STAGED_LIFETIME;
    }
}

/** A container and its blobs, sorted by name (ordinal, by UTF-16 units, as .NET sorts). */
export class Container {
    /** User-defined metadata. */
    metadata: Metadata | undefined = undefined;
    /** Stored access policies. */
    policies: readonly AccessPolicy[] = [];
    /** A name holds a blob alone, which is the common case and costs least, or a slot with more. */
    private readonly names = new BTree<string, Blob | Slot>();

    constructor(
        readonly name: string,
        /** When it was last modified: ETag and Last-Modified in one. */
        public modified: Ticks,
        public publicAccess: PublicAccess | undefined,
    ) {}

    /** The blob of that name. */
    blob(name: string): Blob | undefined {
        const found = this.names.get(name);
        return found instanceof Slot ? found.current : found;
    }

    /** Puts a blob under a name, in place of the one there, if any. Snapshots and uncommitted blocks stay. */
    set(name: string, blob: Blob): void {
        const found = this.names.get(name);
        if (found instanceof Slot) {
            found.current = blob;
        } else {
            this.names.set(name, blob);
        }
    }

    /** Takes the blob off its name. */
    delete(name: string): void {
        const found = this.names.get(name);
        if (found instanceof Slot) {
            found.current = undefined;
            this.tidy(name, found);
        } else {
            this.names.delete(name);
        }
    }

    /** The snapshots of a name, oldest first. */
    snapshots(name: string): readonly Snapshot[] {
        const found = this.names.get(name);
        return found instanceof Slot ? found.snapshots : [];
    }

    /** Keeps a snapshot, newer than those there. */
    addSnapshot(name: string, snapshot: Snapshot): void {
        this.slot(name).snapshots.push(snapshot);
    }

    /** Deletes the snapshots for which the test holds. */
    deleteSnapshots(name: string, test: (snapshot: Snapshot) => boolean): void {
        const slot = this.slot(name);
        slot.snapshots = slot.snapshots.filter((snapshot) => !test(snapshot));
        this.tidy(name, slot);
    }

    /** The uncommitted blocks of a name. Blocks that a week has passed over are gone. */
    staged(name: string, now: number): StagedBlocks | undefined {
        const found = this.names.get(name);
        if (!(found instanceof Slot) || !found.staged) {
            return undefined;
        }
        if (!found.hasStaged(now)) {
            this.setStaged(name, undefined);
            return undefined;
        }
        return found.staged;
    }

    /** Keeps or removes the uncommitted blocks of a name. */
    setStaged(name: string, staged: StagedBlocks | undefined): void {
        if (!staged && !(this.names.get(name) instanceof Slot)) {
            return;
        }
        const slot = this.slot(name);
        slot.staged = staged;
        this.tidy(name, slot);
    }

    /** Names and what they hold, in order, from a name (included) on. */
    entries(from: string): IterableIterator<[string, Blob | Slot]> {
        return this.names.entries(from);
    }

    /** How many names there are. */
    get size(): number {
        return this.names.size;
    }

    private slot(name: string): Slot {
        const found = this.names.get(name);
        if (found instanceof Slot) {
            return found;
        }
        const slot = new Slot();
        slot.current = found;
        this.names.set(name, slot);
        return slot;
    }

    private tidy(name: string, slot: Slot): void {
        if (slot.snapshots.length > 0 || slot.staged) {
            return;
        }
        if (slot.current) {
            this.names.set(name, slot.current);
        } else {
            this.names.delete(name);
        }
    }
}
