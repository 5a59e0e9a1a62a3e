import * as pulumi from "@pulumi/pulumi";
import type { BlobLocationArgs, BlobSourceArgs } from "./locationArgs";
import { protectLocation } from "./locationArgs";
import { dynamicProvider } from "./provider/dynamic";

/** What a {@link BlobCopy} is made from. */
export interface BlobCopyArgs {
    /**
     * The blob to copy: a URL, or its parts. A URL may be that of a blob, of a snapshot or version of one (`?snapshot=…`,
     * `?versionid=…`), with or without a SAS, or of anything that answers an HTTP GET.
     *
     * Another source copies again; another SAS or key for the same source only is recorded.
     */
    source: pulumi.Input<string> | pulumi.Input<BlobSourceArgs>;

    /**
     * The blob to write: a URL, or its parts. Its container must exist. Another destination replaces the resource:
     * the new blob is made first, then the old one deleted.
     */
    destination: pulumi.Input<string> | pulumi.Input<BlobLocationArgs>;

    /**
     * The destination's metadata: names are C# identifiers, values printable ASCII, 8 KiB in all. Set in place when it changes.
     * @default - the source's metadata
     */
    metadata?: pulumi.Input<Record<string, pulumi.Input<string>>>;

    /**
     * The destination's index tags: at most 10, keys up to 128 and values up to 256 characters. Set in place when they change.
     * @default - none; the source's tags are not copied
     */
    tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;

    /**
     * The destination's access tier: `Hot`, `Cool`, `Cold` or `Archive` for block blobs, `P4` to `P80` for page blobs of
     * premium accounts, none for append blobs. Set in place when it changes; a tier that a lifecycle rule has set since is left.
     * @default - the account's default tier; on overwriting, the overwritten blob's
     */
    accessTier?: pulumi.Input<string>;

    /**
     * Which blob at the destination may be overwritten: `"never"` any; `"ifUnchanged"` only what this resource wrote and
     * nobody has changed since; `"always"` whatever is there. Whichever it is, the old content is kept in a snapshot until the
     * new one stands, and comes back if the copy fails.
     * @default "ifUnchanged"
     */
    overwrite?: pulumi.Input<"never" | "ifUnchanged" | "always">;

    /**
     * How long the copy is waited for, from `"1s"` to `"14d"`: `"90s"`, `"30m"`, `"1h30m"`. At its end `pulumi up` fails;
     * what becomes of the copy, `onTimeout` says. A SAS that is made for the copy lasts a day longer.
     * @default "24h"
     */
    timeout?: pulumi.Input<string>;

    /**
     * What becomes of a copy that is pending at its timeout: `"keep"` lets it go on, and the next `pulumi up` carries on from
     * there; `"abort"` ends it, and puts the old content back or takes the empty blob away, so that the next `pulumi up` starts
     * anew. A copy that ends in that very moment has succeeded. `pulumi up` being stopped aborts nothing.
     * @default "keep"
     */
    onTimeout?: pulumi.Input<"keep" | "abort">;

    /**
     * What a new ETag of the source leads to: `"copyAgain"`; `"ignore"`, which does not even look at the source once it is
     * copied; `"fail"`, which fails the preview.
     * @default "copyAgain"
     */
    onSourceChange?: pulumi.Input<"copyAgain" | "ignore" | "fail">;
}

/** How {@link BlobCopy.get} reaches an existing blob. */
export interface BlobCopyLookup {
    /**
     * The credential to read it with, as in {@link BlobCopyArgs.destination}.
     * @default - `DefaultAzureCredential`
     */
    destination?: pulumi.Input<BlobLocationArgs>;
}

/**
 * A blob that is a server-side copy of another: Azure Storage itself moves the bytes, at any size, while `pulumi up` waits
 * and shows the progress. Rests on [Copy Blob](https://learn.microsoft.com/rest/api/storageservices/copy-blob).
 *
 * A later `pulumi up` copies again if the source's ETag has changed, sets metadata, tags and tier in place, and otherwise
 * does nothing. `pulumi destroy` deletes the copy unless somebody has changed it since; the resource option
 * `retainOnDelete` keeps it.
 *
 * @example
 * ```ts
 * const seed = new copy.BlobCopy("golden-db", {
 *     source: "https://contosogolden.blob.core.windows.net/images/orders.bak",
 *     destination: { accountName: "contosodev", containerName: "seed", blobName: "orders.bak" },
 * });
 * export const etag = seed.etag;
 * ```
 */
export class BlobCopy extends pulumi.dynamic.Resource {
    /** The type token, by which policies and transforms recognize the resource. */
    static readonly __pulumiType: string = "pulumi-nodejs:dynamic/azure-copy:BlobCopy";

    /** The destination's URL, without a SAS. The resource's ID, too. */
    declare readonly url: pulumi.Output<string>;
    /** The destination's ETag after the copy, quotation marks included. */
    declare readonly etag: pulumi.Output<string>;
    /** When the destination was last modified, in ISO 8601. */
    declare readonly lastModified: pulumi.Output<string>;
    /** The destination's size in bytes. */
    declare readonly contentLength: pulumi.Output<number>;
    /** The destination's Content-Type, carried over from the source. */
    declare readonly contentType: pulumi.Output<string | undefined>;
    /** The destination's Content-MD5 in base64, carried over from the source; absent where the source has none. */
    declare readonly contentMd5: pulumi.Output<string | undefined>;
    /** The destination's access tier as it is; absent for append blobs and in accounts without tiers. */
    declare readonly accessTier: pulumi.Output<string | undefined>;
    /** The destination's version, in an account with blob versioning. */
    declare readonly versionId: pulumi.Output<string | undefined>;
    /** The service's ID of the copy. */
    declare readonly copyId: pulumi.Output<string>;
    /** `success`; otherwise the copy is carried on by the next `pulumi up`. */
    declare readonly copyStatus: pulumi.Output<"pending" | "success" | "failed" | "aborted">;
    /** When the copy ended, in ISO 8601. */
    declare readonly copyCompletedOn: pulumi.Output<string>;
    /** The source's URL as the service tells it, without its SAS. */
    declare readonly sourceUrl: pulumi.Output<string>;
    /** The source's ETag that was copied; absent where the source gives none. */
    declare readonly sourceEtag: pulumi.Output<string | undefined>;

    /**
     * Reads an existing blob, which stays as it is and is not managed.
     * @param id the blob's URL
     */
    static get(
        name: string,
        id: pulumi.Input<pulumi.ID>,
        lookup?: BlobCopyLookup,
        opts?: pulumi.CustomResourceOptions,
    ): BlobCopy {
        return new BlobCopy(name, lookup as BlobCopyArgs, { ...opts, id });
    }

    /** Whether an object is a BlobCopy, of whichever installed version of this package. */
    static override isInstance(obj: unknown): obj is BlobCopy {
        return (
            pulumi.Resource.isInstance(obj) && (obj as { __pulumiType?: string }).__pulumiType === BlobCopy.__pulumiType
        );
    }

    constructor(name: string, args: BlobCopyArgs, opts?: pulumi.CustomResourceOptions) {
        super(
            provider,
            name,
            {
                ...outputs,
                ...args,
                source: args?.source && protectLocation(args.source),
                destination: args?.destination && protectLocation(args.destination),
                // The provider learns its resource's URN from nobody, and progress is shown by URN.
                __urn: pulumi.createUrn(name, BlobCopy.__pulumiType, opts?.parent),
            },
            opts,
            "azure-copy",
            "BlobCopy",
        );
    }
}

const provider = dynamicProvider("BlobCopy");

/** What the engine fills in. */
const outputs = {
    url: undefined,
    etag: undefined,
    lastModified: undefined,
    contentLength: undefined,
    contentType: undefined,
    contentMd5: undefined,
    accessTier: undefined,
    versionId: undefined,
    copyId: undefined,
    copyStatus: undefined,
    copyCompletedOn: undefined,
    sourceUrl: undefined,
    sourceEtag: undefined,
};
