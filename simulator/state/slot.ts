import type { Content } from "../content/content";
import type { Blob, Encryption } from "./blob";

/** When something was soft-deleted, and until when it can be restored; both in milliseconds. */
export interface Deletion {
    readonly at: number;
    readonly until: number;
}

/** A snapshot or a previous version: a blob whose content never changes. */
export interface Kept {
    /** When it was made, which is its name: `2019-03-29T18:12:15.6608647Z`. */
    readonly id: string;
    readonly blob: Blob;
    /** Set while it is soft-deleted. */
    deleted?: Deletion;
}

/** The uncommitted blocks of a name. */
export interface StagedBlocks {
    readonly blocks: Map<string, Content>;
    /** What all of them are encrypted with. */
    readonly encryption: Encryption | undefined;
    /** The last successful Put Block: after a week without one the blocks are gone. */
    touched: number;
}

/** How long uncommitted blocks last. */
const STAGED_LIFETIME = 7 * 24 * 60 * 60 * 1000;

/** All that goes by one name. */
export class Slot {
    /** The blob itself; there may be only snapshots or uncommitted blocks. */
    current: Blob | undefined = undefined;
    /** The snapshots, oldest first. */
    snapshots: Kept[] = [];
    /** The previous versions, oldest first. */
    versions: Kept[] = [];
    /** The blob that was here, while it is soft-deleted. */
    deleted: { readonly blob: Blob; readonly deletion: Deletion } | undefined = undefined;
    /** The uncommitted blocks. */
    staged: StagedBlocks | undefined = undefined;

    /** Whether there are uncommitted blocks that a week hasn't passed over. */
    hasStaged(now: number): boolean {
        return this.staged !== undefined && now - this.staged.touched <= STAGED_LIFETIME;
    }

    /** Forgets what was soft-deleted so long ago that it is gone for good. */
    purge(now: number): void {
        const lasts = (kept: Kept) => !kept.deleted || now < kept.deleted.until;
        if (!this.snapshots.every(lasts)) {
            this.snapshots = this.snapshots.filter(lasts);
        }
        if (!this.versions.every(lasts)) {
            this.versions = this.versions.filter(lasts);
        }
        if (this.deleted && now >= this.deleted.deletion.until) {
            this.deleted = undefined;
        }
    }

    /** Whether there is nothing but, at most, the blob itself. */
    get isPlain(): boolean {
        return this.snapshots.length === 0 && this.versions.length === 0 && !this.deleted && !this.staged;
    }
}

/** All blobs of a name: the current one, snapshots and versions, soft-deleted or not. */
export function blobsOf(held: Blob | Slot): Blob[] {
    if (!(held instanceof Slot)) {
        return [held];
    }
    const { current, deleted, snapshots, versions } = held;
    return [current, deleted?.blob, ...[...snapshots, ...versions].map(({ blob }) => blob)].filter((blob) => !!blob);
}
