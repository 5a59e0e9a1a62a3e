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
     * `"source"` copies the source's, as they are when the copy starts; it needs permission to read them (SAS: `t`).
     * @default - none; the source's tags are not copied
     */
    tags?: pulumi.Input<"source" | Record<string, pulumi.Input<string>>>;

    /**
     * The destination's access tier: `Hot`, `Cool`, `Cold` or `Archive` for block blobs, `P4` to `P80` for page blobs of
     * premium accounts, none for append blobs. Set in place when it changes; a tier that a lifecycle rule has set since is left.
     * @default - the account's default tier; on overwriting, the overwritten blob's
     */
    accessTier?: pulumi.Input<string>;

    /**
     * How soon an archived source's copy comes online in `accessTier`: `"Standard"` within 15 hours, `"High"` mostly within one. The
     * service lets it be set once.
     * @default "Standard"
     */
    rehydratePriority?: pulumi.Input<"High" | "Standard">;

    /**
     * Whether to wait until the copy of an archived source can be read. The service reports `success` at once, hours earlier;
     * `archiveStatus` tells.
     * @default false
     */
    waitForRehydration?: pulumi.Input<boolean>;

    /**
     * The destination's content headers, by [Set Blob Properties](https://learn.microsoft.com/rest/api/storageservices/set-blob-properties)
     * after the copy. Set in place when they change.
     * @default - the source's, each for itself
     */
    blobHTTPHeaders?: pulumi.Input<BlobHTTPHeadersArgs>;

    /**
     * Whether an append blob is sealed after the copy, so that nothing can be appended any more. Sealed in place; unsealing copies again.
     * @default - as the source is
     */
    sealBlob?: pulumi.Input<boolean>;

    /**
     * Protects the destination from changes and deletion until a date, `pulumi destroy` included. The destination's container needs
     * version-level immutability support. Set in place when it changes, as far as the service allows.
     * @default - none
     */
    immutabilityPolicy?: pulumi.Input<ImmutabilityPolicyArgs>;

    /**
     * Protects the destination from changes and deletion until it is lifted, `pulumi destroy` included. The destination's container needs
     * version-level immutability support. Set in place when it changes.
     * @default - none
     */
    legalHold?: pulumi.Input<boolean>;

    /**
     * What must hold of the source when a copy starts; otherwise `pulumi up` fails and nothing is copied. Its ETag is pinned in any case: a copy
     * never mixes two states of its source. Not for files in Azure Files.
     */
    sourceConditions?: pulumi.Input<BlobConditionsArgs>;

    /**
     * What must hold of a blob that somebody else has put at the destination before `overwrite: "always"` copies over it; and the
     * lease of the destination. What this resource wrote itself is guarded by its recorded ETag.
     */
    conditions?: pulumi.Input<DestinationConditionsArgs>;

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

    /**
     * What a destination leads to whose content somebody else has changed, once `pulumi refresh` has seen it: `"copyAgain"` copies over it,
     * unless `overwrite` is `"never"`; `"fail"` fails the update, unless `overwrite` is `"always"`; `"ignore"` leaves it.
     * @default "fail"
     */
    onDestinationDrift?: pulumi.Input<"copyAgain" | "fail" | "ignore">;

    /**
     * How a finished copy is compared with its source: `"length"`; `"md5"`, which also compares the Content-MD5 stored at both ends and
     * needs one at the source; `"none"`. A difference is an error that names both.
     * @default "length"
     */
    verify?: pulumi.Input<"length" | "md5" | "none">;

    /**
     * How the bytes are moved. `"copyBlob"`: [Copy Blob](https://learn.microsoft.com/rest/api/storageservices/copy-blob), which goes on at the
     * service without `pulumi up`, within an account mostly at once, between accounts when the service finds time. `"fromUrl"`: from a block
     * blob or a web server, [Put Blob From URL](https://learn.microsoft.com/rest/api/storageservices/put-blob-from-url), or
     * [Put Block From URL](https://learn.microsoft.com/rest/api/storageservices/put-block-from-url) in parallel above 8 MiB, which take
     * as long as `pulumi up` runs and replace an old blob only at their end; an interrupted copy goes on with the blocks that it has. A page
     * or append blob is copied by Copy Blob either way. `copyOperation` tells what was used.
     * @default "copyBlob"
     */
    method?: pulumi.Input<"copyBlob" | "fromUrl">;

    /**
     * Tells policies that it is known that the copy crosses regions, which is billed: `true`, or why. Nothing else reads it; see the
     * policy pack's rules `cross-region-copy` and `unknown-region`.
     * @default false
     */
    acknowledgeEgress?: pulumi.Input<boolean | string>;

    /**
     * Tells policies that it is known that the copy crosses Microsoft Entra tenants: `true`, or why. Nothing else reads it; see the policy
     * pack's rule `cross-tenant-copy`.
     * @default false
     */
    acknowledgeCrossTenant?: pulumi.Input<boolean | string>;

    /**
     * Tells policies that it is known that what the copy overwrites can't be brought back: `true`, or why. Nothing else reads it; see the
     * policy pack's rules `overwrite-without-protection` and `early-deletion`.
     * @default false
     */
    acknowledgeOverwrite?: pulumi.Input<boolean | string>;
}

/** Content headers, named as in the Azure SDK. Each that is left out is the source's. */
export interface BlobHTTPHeadersArgs {
    /** `Cache-Control`. */
    blobCacheControl?: pulumi.Input<string>;
    /** `Content-Type`. */
    blobContentType?: pulumi.Input<string>;
    /** `Content-Encoding`. */
    blobContentEncoding?: pulumi.Input<string>;
    /** `Content-Language`. */
    blobContentLanguage?: pulumi.Input<string>;
    /** `Content-Disposition`. */
    blobContentDisposition?: pulumi.Input<string>;
    /** `Content-MD5`, 16 bytes in base64. The service stores it and compares nothing with it. */
    blobContentMD5?: pulumi.Input<string>;
}

/** A time-based retention policy of one blob. */
export interface ImmutabilityPolicyArgs {
    /** Until when, in ISO 8601 or RFC 1123. In the future when it is set. */
    expiriesOn: pulumi.Input<string>;
    /** `"Unlocked"` can be changed and removed, `"Locked"` only be prolonged. @default "Unlocked" */
    policyMode?: pulumi.Input<"Unlocked" | "Locked">;
}

/** [Conditional headers](https://learn.microsoft.com/rest/api/storageservices/specifying-conditional-headers-for-blob-service-operations), named as in the Azure SDK. */
export interface BlobConditionsArgs {
    /** An ETag that the blob must have. */
    ifMatch?: pulumi.Input<string>;
    /** An ETag that the blob must not have. */
    ifNoneMatch?: pulumi.Input<string>;
    /** The blob must have been modified since, in ISO 8601 or RFC 1123. */
    ifModifiedSince?: pulumi.Input<string>;
    /** The blob must not have been modified since, in ISO 8601 or RFC 1123. */
    ifUnmodifiedSince?: pulumi.Input<string>;
    /** An expression over the blob's index tags: `"env" = 'dev'`. */
    tagConditions?: pulumi.Input<string>;
}

/** Conditions of the destination, and its lease. */
export interface DestinationConditionsArgs extends BlobConditionsArgs {
    /** The ID of the destination's lease, which must be infinite. Every write names it; the lease stays as it is. */
    leaseId?: pulumi.Input<string>;
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
    /** `rehydrate-pending-to-hot` and the like, until the copy of an archived source can be read; then absent. */
    declare readonly archiveStatus: pulumi.Output<string | undefined>;
    /** The destination's version, in an account with blob versioning. */
    declare readonly versionId: pulumi.Output<string | undefined>;
    /** The REST operation that has moved the bytes. */
    declare readonly copyOperation: pulumi.Output<"Copy Blob" | "Put Blob From URL" | "Put Block From URL">;
    /** The service's ID of the copy; absent where it was no Copy Blob. */
    declare readonly copyId: pulumi.Output<string | undefined>;
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
    archiveStatus: undefined,
    versionId: undefined,
    copyOperation: undefined,
    copyId: undefined,
    copyStatus: undefined,
    copyCompletedOn: undefined,
    sourceUrl: undefined,
    sourceEtag: undefined,
};
