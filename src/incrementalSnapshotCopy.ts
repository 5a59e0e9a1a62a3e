import type * as pulumi from "@pulumi/pulumi";
import type { BlobConditionsArgs, BlobCopyArgs } from "./blobCopy";
import type { CopiedSnapshot } from "./copy/incremental";
import { CopyResource, isOfType, typeToken } from "./copyResource";
import { type BlobLocationArgs, withoutSas, withSasOf } from "./locationArgs";
import { dynamicProvider } from "./provider/dynamic";

/** What an {@link IncrementalSnapshotCopy} is made from. */
export interface IncrementalSnapshotCopyArgs
    extends Pick<BlobCopyArgs, "acknowledgeEgress" | "acknowledgeCrossTenant"> {
    /**
     * The page blob whose snapshots are copied: a URL, or its parts. Another blob replaces the resource, and so does the same one once
     * it was found to be re-created (Put Blob, Copy Blob), since nothing tells then what has changed; a replacement needs another
     * `destination`, or the resource option `deleteBeforeReplace` with `deleteSnapshots`.
     *
     * The service reads it with a SAS, made when the copy starts, unless it is public; also within one account.
     */
    source: pulumi.Input<string> | pulumi.Input<BlobLocationArgs>;

    /**
     * The snapshot of the source to copy: its DateTime, or its URL. A newer one is copied onto the same destination, of which only what
     * differs is moved; an older one fails. The source must keep the snapshot until a newer one was copied.
     *
     * Give this or `takeSnapshot`.
     */
    snapshot?: pulumi.Input<string>;

    /**
     * Has the resource take the source's snapshot itself, by [Snapshot Blob](https://learn.microsoft.com/rest/api/storageservices/snapshot-blob):
     * when it is created, and whenever a trigger changes; a run within an hour of one that was interrupted carries on with what that took. The source's credential must permit that (SAS: `cl`).
     */
    takeSnapshot?: pulumi.Input<TakeSnapshotArgs>;

    /**
     * The blob that gets a snapshot a copy: a URL, or its parts. Its container must exist; its name must be free, or that of
     * incremental copies of the same source, which are carried on. It can't be read, written or leased itself, its snapshots can be
     * read and copied. Another destination replaces the resource: the new one is complete before the old one is deleted. Another
     * spelling of the same one is recorded.
     */
    destination: pulumi.Input<string> | pulumi.Input<BlobLocationArgs>;

    /**
     * What must hold of the destination whenever a copy starts; otherwise `pulumi up` fails and nothing is copied.
     * @default - that it is as it was looked at just before
     */
    conditions?: pulumi.Input<Omit<BlobConditionsArgs, "tagConditions">>;

    /**
     * How many of the destination's snapshots are kept, from 1 on: older ones are deleted after a copy has succeeded, but
     * for those that were there before the resource without proof that they are its own.
     * Needs permission to list and delete them (SAS: `ld`, for the container or the account).
     * @default - all
     */
    keepSnapshots?: pulumi.Input<number>;

    /**
     * Whether the destination may be deleted with all its snapshots, by `pulumi destroy` or a replacement. Otherwise that fails
     * and nothing is lost; the resource option `retainOnDelete` keeps the destination. What was last recorded by `pulumi up` counts.
     * A destination that was there before the resource, without proof that it is its own, is left in any case.
     * @default false
     */
    deleteSnapshots?: pulumi.Input<boolean>;

    /**
     * How long the copy is waited for, from `"1s"` to `"14d"`: `"90s"`, `"30m"`, `"1h30m"`. A SAS that is made for the copy lasts a day longer.
     * @default "24h"
     */
    timeout?: pulumi.Input<string>;

    /**
     * What becomes of a copy that is pending at its timeout: `"keep"` lets it go on, and the next `pulumi up` carries on from there;
     * `"abort"` ends it, and the destination's older snapshots are as they were.
     * @default "keep"
     */
    onTimeout?: pulumi.Input<"keep" | "abort">;
}

/** When the source's snapshot is taken by the resource itself. */
export interface TakeSnapshotArgs {
    /**
     * Values of which a change takes a new snapshot: a date, a version, another resource's output.
     * @default - none: a snapshot is taken once
     */
    triggers?: pulumi.Input<pulumi.Input<unknown>[]>;

    /**
     * Whether the snapshots that the resource took of the source are deleted once a newer one was copied, and the last one when the
     * resource is destroyed. Until then the next copy is based on it. Snapshots that anybody else took are never touched.
     * Needs permission to list and delete them (SAS: `ld`, for the container or the account).
     * @default false
     */
    deleteSuperseded?: pulumi.Input<boolean>;
}

/** How {@link IncrementalSnapshotCopy.get} reaches an existing destination. */
export interface IncrementalSnapshotCopyLookup {
    /**
     * The credential to read it with, as in {@link IncrementalSnapshotCopyArgs.destination}.
     * @default - the stack's credential, see `BlobLocationArgs.credential`
     */
    destination?: pulumi.Input<BlobLocationArgs>;
}

/**
 * A chain of backups of a page blob, such as an unmanaged disk: each copy makes a snapshot of the destination that is a complete copy of a
 * snapshot of the source, while Azure Storage moves only the pages that differ from the snapshot copied before. Rests on
 * [Incremental Copy Blob](https://learn.microsoft.com/rest/api/storageservices/incremental-copy-blob).
 *
 * A later `pulumi up` copies the next snapshot, if there is one to copy, and otherwise does nothing. To restore, copy a snapshot
 * (`destinationSnapshotUrl`) to a new page blob with `BlobCopy`.
 *
 * @example
 * ```ts
 * const backup = new copy.IncrementalSnapshotCopy("disk", {
 *     source: "https://contosoprod.blob.core.windows.net/vhds/db.vhd",
 *     takeSnapshot: { triggers: [new Date().toISOString().slice(0, 10)] },
 *     destination: { accountName: "contosobackup", containerName: "vhds", blobName: "db.vhd" },
 *     keepSnapshots: 7,
 * });
 * export const latest = backup.destinationSnapshotUrl;
 * ```
 */
export class IncrementalSnapshotCopy extends CopyResource {
    /** The type token, by which policies and transforms recognize the resource. */
    static readonly __pulumiType: string = typeToken("IncrementalSnapshotCopy");

    /** The destination's URL, without a SAS. The resource's ID, too. */
    declare readonly url: pulumi.Output<string>;
    /** The destination's ETag after the copy, quotation marks included. */
    declare readonly etag: pulumi.Output<string>;
    /** When the destination was last modified, in ISO 8601. */
    declare readonly lastModified: pulumi.Output<string>;
    /** The size of the newest snapshot in bytes, whatever part of it was moved. */
    declare readonly contentLength: pulumi.Output<number>;
    /** The DateTime of the source's snapshot that was copied last: given, or taken by the resource. */
    declare readonly sourceSnapshot: pulumi.Output<string>;
    /** The URL of the source's snapshot as the service tells it, without its SAS. */
    declare readonly sourceUrl: pulumi.Output<string>;
    /** The DateTime of the destination's newest snapshot. */
    declare readonly destinationSnapshot: pulumi.Output<string>;
    /** The URL of the destination's newest snapshot, without a SAS: what to restore from. */
    declare readonly destinationSnapshotUrl: pulumi.Output<string>;
    /** All of the destination's snapshots, oldest first; absent for a credential that may not list them. */
    declare readonly destinationSnapshots: pulumi.Output<CopiedSnapshot[] | undefined>;
    /** Whether the last copy has moved all pages or only those that differ. */
    declare readonly copyKind: pulumi.Output<"full" | "incremental">;
    /** How many bytes of pages the last copy has moved; absent where the destination's snapshot before it is gone. */
    declare readonly bytesTransferred: pulumi.Output<number | undefined>;
    /** The service's ID of the last copy. */
    declare readonly copyId: pulumi.Output<string>;
    /** `success`; otherwise the copy is carried on by the next `pulumi up`. */
    declare readonly copyStatus: pulumi.Output<"pending" | "success" | "failed" | "aborted">;
    /** When the last copy was started, in ISO 8601; absent where an earlier run has started it. */
    declare readonly copyStartedOn: pulumi.Output<string | undefined>;
    /** When the last copy ended, in ISO 8601. */
    declare readonly copyCompletedOn: pulumi.Output<string>;

    /**
     * Reads an existing destination of incremental copies, which stays as it is and is not managed.
     * @param id the destination's URL; a SAS in it is split off, kept secret, and authorizes where `lookup` gives nothing else
     */
    static get(
        name: string,
        id: pulumi.Input<pulumi.ID>,
        lookup?: IncrementalSnapshotCopyLookup,
        opts?: pulumi.CustomResourceOptions,
    ): IncrementalSnapshotCopy {
        return new IncrementalSnapshotCopy(name, withSasOf(id, lookup) as IncrementalSnapshotCopyArgs, {
            ...opts,
            id: withoutSas(id),
        });
    }

    /** Whether an object is an IncrementalSnapshotCopy, of whichever installed version of this package. */
    static override isInstance(obj: unknown): obj is IncrementalSnapshotCopy {
        return isOfType(obj, IncrementalSnapshotCopy.__pulumiType);
    }

    constructor(name: string, args: IncrementalSnapshotCopyArgs, opts?: pulumi.CustomResourceOptions) {
        super(
            provider,
            "IncrementalSnapshotCopy",
            name,
            outputs,
            {
                ...args,
                // The source's credential reads the snapshot; a SAS in its URL would stand in the state.
                ...(args?.snapshot !== undefined && { snapshot: withoutSas(args.snapshot) }),
            },
            opts,
        );
    }
}

const provider = dynamicProvider("IncrementalSnapshotCopy");

/** What the engine fills in. */
const outputs = {
    url: undefined,
    etag: undefined,
    lastModified: undefined,
    contentLength: undefined,
    sourceSnapshot: undefined,
    sourceUrl: undefined,
    destinationSnapshot: undefined,
    destinationSnapshotUrl: undefined,
    destinationSnapshots: undefined,
    copyKind: undefined,
    bytesTransferred: undefined,
    copyId: undefined,
    copyStatus: undefined,
    copyStartedOn: undefined,
    copyCompletedOn: undefined,
};
