import { type CopiedSnapshot, type SnapshotTime, snapshotOf } from "../copy/incremental";
import type { CopyStatus } from "../copy/status";
import type { BlobLocation } from "../storage/location";
import { type TransferAcknowledgements, transferAcknowledgements } from "./acknowledgements";
import type { OnTimeout, SourceConditions } from "./copyTypes";

/** What a program asks for, plain: what the handler gets. The documentation of each is with `IncrementalSnapshotCopyArgs`. */
export interface IncrementalSnapshotCopyInputs extends TransferAcknowledgements {
    readonly source: BlobLocation;
    /** A DateTime, or the snapshot's URL. */
    readonly snapshot?: string;
    readonly takeSnapshot?: TakeSnapshot;
    readonly destination: BlobLocation;
    readonly conditions?: SourceConditions;
    readonly keepSnapshots?: number;
    readonly deleteSnapshots?: boolean;
    readonly timeout?: string;
    readonly onTimeout?: OnTimeout;
    /** Filled in by check: another text than before once the source was found to be re-created. */
    readonly sourceGeneration?: string;
}

/** When the resource takes the source's snapshot itself. */
export interface TakeSnapshot {
    readonly triggers?: readonly unknown[];
    readonly deleteSuperseded?: boolean;
}

/** Every input that a program may give. */
export const inputNames = [
    "source",
    "snapshot",
    "takeSnapshot",
    "destination",
    "conditions",
    "keepSnapshots",
    "deleteSnapshots",
    "timeout",
    "onTimeout",
    ...transferAcknowledgements,
] as const satisfies readonly (keyof IncrementalSnapshotCopyInputs)[];

/** What is recorded: the inputs (read and delete get nothing else) and what the service said. */
export interface IncrementalSnapshotCopyState extends IncrementalSnapshotCopyInputs, IncrementalSnapshotCopyOutputs {
    /** The source's snapshots that this resource took: the only ones that it ever deletes. */
    readonly takenSnapshots?: readonly SnapshotTime[];
    /**
     * The destination was there before the resource, without proof that an older owner of the same copies has made it: it is left at destroy.
     * Absent in states of 0.1.
     */
    readonly adopted?: boolean;
    /** The destination's snapshots that were there then, which `keepSnapshots` leaves. */
    readonly adoptedSnapshots?: readonly SnapshotTime[];
}

/** What the service says of the destination. */
export interface IncrementalSnapshotCopyOutputs {
    readonly url: string;
    readonly etag?: string;
    /** ISO 8601, as every time here. */
    readonly lastModified?: string;
    /** Bytes. */
    readonly contentLength?: number;
    /** The source's snapshot that was copied last. */
    readonly sourceSnapshot?: SnapshotTime;
    /** Without its SAS. */
    readonly sourceUrl?: string;
    /** The destination's snapshot that came of it. */
    readonly destinationSnapshot?: SnapshotTime;
    readonly destinationSnapshotUrl?: string;
    /** Oldest first. */
    readonly destinationSnapshots?: readonly CopiedSnapshot[];
    readonly copyKind?: CopyKind;
    /** Bytes of pages that the last copy has moved; absent where that can't be told any more. */
    readonly bytesTransferred?: number;
    readonly copyId?: string;
    readonly copyStatus?: CopyStatus;
    readonly copyStartedOn?: string;
    readonly copyCompletedOn?: string;
}

/** Whether a copy has moved all pages, or those that differ from the snapshot copied before. */
export type CopyKind = "full" | "incremental";

/** The DateTime of a snapshot that is given by it or by its URL. */
export function snapshotTime(snapshot: string): SnapshotTime {
    return (isUrl(snapshot) && snapshotOf(snapshot)) || snapshot;
}

/** Whether a snapshot is given by its URL. */
export function isUrl(snapshot: string): boolean {
    return /^https?:\/\/[^/]/i.test(snapshot) && URL.canParse(snapshot);
}
