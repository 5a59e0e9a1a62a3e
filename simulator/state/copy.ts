import type { Ticks } from "../clock";
import type { Content } from "../content/content";
import type { BlobHeaders, Block, Metadata } from "./properties";

/** How a copy stands, as the x-ms-copy-status header spells it. */
export type CopyStatus = "pending" | "success" | "failed" | "aborted";

/** The copy properties of a destination: what the x-ms-copy-* headers say. */
export interface CopyState {
    readonly id: string;
    /** The source's URL as the service reports it. */
    readonly source: string;
    status: CopyStatus;
    description?: string;
    /** When it ended, in milliseconds. */
    completed?: number;
    copied: number;
    total: number;
    /** Whether it is an incremental copy. */
    readonly incremental?: true;
    /** The snapshot that an incremental copy has made of the destination, once it has succeeded. */
    destinationSnapshot?: string;
    /** What is still to be done while the status is pending. */
    pending?: PendingCopy;
}

/** A blob or file, as copies read it. */
export interface StoredObject {
    readonly content: Content;
    readonly headers: BlobHeaders;
    /** The stored Content-MD5, in Base64. */
    readonly md5: string | undefined;
    readonly metadata: Metadata | undefined;
    /** When it was last modified: ETag and Last-Modified in one. */
    modified: Ticks;
    /** Pending copies that read it: any change of it fails them. */
    readers: Set<PendingCopy> | undefined;
}

/** A blob or file, as copies write it. */
export interface CopyDestination {
    copy: CopyState | undefined;
    modified: Ticks;
    /** Whether its ETag moves with the progress of a copy, as that of page blobs and files does. */
    readonly changesWhileCopied: boolean;
    /** Takes what was copied. */
    receive(content: Content, blocks: readonly Block[] | undefined): void;
    /** Loses all its bytes, at the moment it was last modified: a copy has failed or was aborted. */
    empty(): void;
}

/** A copy that hasn't ended. It has no timer: whoever looks at the destination finds out how far it is. */
export interface PendingCopy {
    /** What the destination will hold. Of an external source, it is there once the transfer is done. */
    content: Content;
    readonly blocks?: readonly Block[];
    readonly started: number;
    /** When it ends, in milliseconds; infinite if it stalls. */
    readonly due: number;
    /** How it ends, if not well: the copy status description. */
    readonly fail?: string;
    /** The description of non-fatal errors, shown while pending. */
    readonly intermittent?: string;
    /** Whether the progress goes up on the way, rather than in one step at the end. */
    readonly steps: boolean;
    /** From when on the source can't be read any more (the expiry of its SAS), in milliseconds. */
    readonly sourceExpires?: number;
    /** The source was changed or deleted. */
    broken?: { readonly at: number; readonly description: string };
    /** The transfer from a source outside. */
    readonly transfer?: Transfer;
    /** What else there is to do once it has ended well, at the moment given in milliseconds. */
    readonly succeeded?: (at: number) => void;
    /** Takes the copy off its source's list of readers. */
    release?: () => void;
}

/** Bytes on their way from a source outside into a temporary file. */
export interface Transfer {
    /** When it ended, in milliseconds of the simulator's clock. */
    ended?: number;
    /** What arrived, if all did. */
    content?: Content;
    /** Kept once it has ended, well or not. */
    done: Promise<void>;
    /** Stops it. */
    cancel(): void;
}

/** A pending copy that hasn't finished after two weeks times out. */
export const COPY_TIMEOUT = 14 * 24 * 60 * 60 * 1000;
