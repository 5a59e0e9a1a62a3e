import type { Ticks } from "../clock";
import { type Content, EMPTY } from "../content/content";
import { PageMap } from "../content/pageMap";
import type { CopyDestination, CopyState, PendingCopy, StoredObject } from "./copy";
import type { Lease } from "./lease";
import { type BlobHeaders, type Block, DEFAULT_HEADERS, type Metadata, type Tags } from "./properties";

/** The three types of blob, as the x-ms-blob-type header spells them. */
export type BlobType = "BlockBlob" | "PageBlob" | "AppendBlob";

/** An access tier that was set on the blob itself; a blob without one has the account's, inferred. */
export interface TierState {
    readonly tier: string;
    /** When it was set, in milliseconds; undefined where the blob was created with it as it is. */
    readonly changed?: number;
    /** An archived blob on its way to an online tier. */
    readonly rehydration?: { readonly to: string; readonly priority: string; readonly due: number };
}

/** Time-based retention of one blob. */
export interface Immutability {
    readonly until: string;
    readonly mode: string;
}

/** What a blob is encrypted with other than its account's key: one of the two. */
export interface Encryption {
    /** SHA-256 of a customer-provided key, in Base64. */
    readonly keySha256?: string;
    /** An encryption scope's name. */
    readonly scope?: string;
}

/** What makes a page blob the destination of incremental copies, and of nothing else, as long as it is there. */
export interface IncrementalCopy {
    /** The one blob whose snapshots may be copied onto it: account, container and name. */
    readonly source: string;
    /** The source's snapshot that was copied last. */
    copied?: string;
}

/** What few blobs have. */
export interface Rarities {
    metadata?: Metadata;
    tags?: Tags;
    tier?: TierState;
    lease?: Lease;
    copy?: CopyState;
    blocks?: readonly Block[];
    sequenceNumber?: number;
    /** How many blocks were appended. */
    appendedBlocks?: number;
    sealed?: boolean;
    immutability?: Immutability;
    legalHold?: boolean;
    /** The version ID, in an account that keeps versions. */
    version?: string;
    encryption?: Encryption;
    /** Shared by a page blob and its snapshots until it is overwritten: only then can their pages be compared. */
    lineage?: object;
    /** Set on the destination of incremental copies itself, not on its snapshots. */
    incrementalCopy?: IncrementalCopy;
    /** Pending copies that read this blob: any change of it fails them. */
    readers?: Set<PendingCopy>;
}

/** A blob, or a snapshot of one. Small on purpose, since a container may hold a million: what is rare is apart. */
export class Blob implements StoredObject, CopyDestination {
    /** The bytes. */
    content: Content = EMPTY;
    /** The stored HTTP headers, but for Content-MD5. */
    headers: BlobHeaders = DEFAULT_HEADERS;
    /** Whatever is rare. */
    rare: Rarities | undefined = undefined;
    private storedMd5: string | true | undefined = undefined;

    constructor(
        readonly type: BlobType,
        /** When it was last modified: ETag and Last-Modified in one. */
        public modified: Ticks,
        /** When it was created, in seconds since 1970; an overwritten blob keeps the old time. */
        readonly createdSeconds: number,
    ) {}

    /** The stored Content-MD5, in Base64. */
    get md5(): string | undefined {
        return this.storedMd5 === true ? this.content.md5 : this.storedMd5;
    }

    set md5(value: string | undefined) {
        this.storedMd5 = value;
    }

    /** Stores the content's own MD5, to be computed when it is asked for. */
    useContentMd5(): void {
        this.storedMd5 = true;
    }

    /** The rare properties, to be written to. */
    get rarities(): Rarities {
        this.rare ??= {};
        return this.rare;
    }

    /** User-defined metadata. */
    get metadata(): Metadata | undefined {
        return this.rare?.metadata;
    }

    set metadata(value: Metadata | undefined) {
        this.setRare("metadata", value);
    }

    /** Index tags. */
    get tags(): Tags | undefined {
        return this.rare?.tags;
    }

    set tags(value: Tags | undefined) {
        this.setRare("tags", value);
    }

    /** The tier that was set, if one was. */
    get tier(): TierState | undefined {
        return this.rare?.tier;
    }

    set tier(value: TierState | undefined) {
        this.setRare("tier", value);
    }

    /** The lease, if there ever was one. */
    get lease(): Lease | undefined {
        return this.rare?.lease;
    }

    set lease(value: Lease | undefined) {
        this.setRare("lease", value);
    }

    /** The last copy operation whose destination the blob was. */
    get copy(): CopyState | undefined {
        return this.rare?.copy;
    }

    set copy(value: CopyState | undefined) {
        this.setRare("copy", value);
    }

    /** Pending copies that read this blob. */
    get readers(): Set<PendingCopy> | undefined {
        return this.rare?.readers;
    }

    set readers(value: Set<PendingCopy> | undefined) {
        this.setRare("readers", value);
    }

    /** A block blob's ETag stays as it is until the copy has ended. */
    get changesWhileCopied(): boolean {
        return this.type === "PageBlob";
    }

    /** Takes what was copied. */
    receive(content: Content, blocks: readonly Block[] | undefined): void {
        this.content = content;
        this.blocks = blocks;
    }

    /** Loses all its bytes. */
    empty(): void {
        this.content = this.type === "PageBlob" ? PageMap.empty(0) : EMPTY;
    }

    /** The committed blocks of a block blob made from blocks. */
    get blocks(): readonly Block[] | undefined {
        return this.rare?.blocks;
    }

    set blocks(value: readonly Block[] | undefined) {
        this.setRare("blocks", value);
    }

    /** The version ID; a blob from before versions were kept has none. */
    get version(): string | undefined {
        return this.rare?.version;
    }

    set version(value: string | undefined) {
        this.setRare("version", value);
    }

    /** A blob with the same properties, sharing the content; without the lease, and read by no copy. */
    clone(): Blob {
        const clone = new Blob(this.type, this.modified, this.createdSeconds);
        clone.content = this.content;
        clone.headers = this.headers;
        clone.storedMd5 = this.storedMd5;
        clone.rare = this.rare && { ...this.rare, lease: undefined, readers: undefined };
        return clone;
    }

    private setRare<K extends keyof Rarities>(key: K, value: Rarities[K]): void {
        if (value !== undefined || this.rare) {
            this.rarities[key] = value;
        }
    }
}
