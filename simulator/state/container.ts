import type { Ticks } from "../clock";
import type { AccessPolicy } from "./accessPolicy";
import type { AccountSettings } from "./accountSettings";
import type { Blob } from "./blob";
import type { GeneratedBlobs } from "./generatedBlobs";
import type { Lease } from "./lease";
import { Names } from "./names";
import type { Metadata } from "./properties";
import { type Kept, Slot, type StagedBlocks } from "./slot";

/** Who may read without authorization: blobs only, or the container and its list too. */
export type PublicAccess = "blob" | "container";

/** A container and its blobs, sorted by name (ordinal, by UTF-16 units, as .NET sorts). */
export class Container {
    /** User-defined metadata. */
    metadata: Metadata | undefined = undefined;
    /** Stored access policies. */
    policies: readonly AccessPolicy[] = [];
    /** The lease, if there ever was one. */
    lease: Lease | undefined = undefined;
    /** The encryption scope of blobs whose writer names none. */
    encryptionScope: string | undefined = undefined;
    /** Whether blobs must have the container's encryption scope. */
    denyScopeOverride = false;
    /** Whether its blobs can have immutability policies and legal holds of their own. It is told, and nothing follows from it. */
    immutableStorageWithVersioning = false;
    /** Names onto which an incremental copy was started that may be pending still: its end brings a snapshot. */
    readonly incrementalCopies = new Set<string>();
    /** A name holds a blob alone, which is the common case and costs least, or a slot with more. */
    private readonly names: Names;

    constructor(
        /** The account it is in. */
        readonly account: AccountSettings,
        readonly name: string,
        /** When it was last modified: ETag and Last-Modified in one. */
        public modified: Ticks,
        public publicAccess: PublicAccess | undefined,
        generated?: GeneratedBlobs,
    ) {
        this.names = new Names(generated);
    }

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

    /** All that goes by a name where there is more than a blob. */
    slot(name: string): Slot | undefined {
        const found = this.names.get(name);
        return found instanceof Slot ? found : undefined;
    }

    /** The snapshots of a name that aren't soft-deleted, oldest first. */
    snapshots(name: string): readonly Kept[] {
        return this.slot(name)?.snapshots.filter(({ deleted }) => !deleted) ?? [];
    }

    /** The previous versions of a name that aren't soft-deleted, oldest first. */
    versions(name: string): readonly Kept[] {
        return this.slot(name)?.versions.filter(({ deleted }) => !deleted) ?? [];
    }

    /** Changes what goes by a name. */
    edit(name: string, change: (slot: Slot) => void): void {
        const slot = this.slot(name) ?? this.newSlot(name);
        change(slot);
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
        this.edit(name, (slot) => {
            slot.staged = staged;
        });
    }

    /** Names and what they hold, in order, from a name (included) on. */
    entries(from: string): IterableIterator<[string, Blob | Slot]> {
        return this.names.entries(from);
    }

    /** How many names there are. */
    get size(): number {
        return this.names.size;
    }

    private newSlot(name: string): Slot {
        const slot = new Slot();
        slot.current = this.names.get(name) as Blob | undefined;
        this.names.set(name, slot);
        return slot;
    }

    private tidy(name: string, slot: Slot): void {
        if (!slot.isPlain) {
            return;
        }
        if (slot.current) {
            this.names.set(name, slot.current);
        } else {
            this.names.delete(name);
        }
    }
}
