import * as pulumi from "@pulumi/pulumi";
import { CopyResource, isOfType, typeToken } from "./copyResource";
import type { BlobLocationArgs, BlobSourceArgs } from "./locationArgs";
import { withoutSas, withSasOf } from "./locationArgs";
import { dynamicProvider } from "./provider/dynamic";

/** What a {@link BlobCopy} is made from. */
export interface BlobCopyArgs {
    /**
     * The blob to copy: a URL, or its parts. A URL may be that of a blob, of a snapshot or version of one (`?snapshot=…`,
     * `?versionid=…`) or of a file in Azure Files, also in a share snapshot (`?sharesnapshot=…`), with or without a SAS; or of anything that
     * answers an HTTP GET. `s3://bucket/key` and `gs://bucket/object#generation` are objects of Amazon S3 and Google Cloud Storage, which the
     * service reads by a URL that is presigned for the copy; their vendors' npm packages must be installed.
     * What is no blob is copied into a block blob.
     *
     * Another source copies again; another SAS or key for the same source only is recorded.
     */
    source: pulumi.Input<string> | pulumi.Input<BlobSourceArgs>;

    /**
     * The blob to write: a URL, or its parts. Its container must exist. Another destination replaces the resource:
     * the new blob is made first, then the old one deleted. Another spelling of the same one is recorded, after a look at its ETag.
     */
    destination: pulumi.Input<string> | pulumi.Input<BlobLocationArgs>;

    /**
     * The destination's metadata: names are C# identifiers, values printable ASCII, 8 KiB in all. Set in place when it changes.
     * @default - the source's metadata; of Amazon S3 and Google Cloud Storage with `method: "fromUrl"` only, and what is so named and written
     */
    metadata?: pulumi.Input<Record<string, pulumi.Input<string>>>;

    /**
     * The destination's index tags: at most 10, keys up to 128 and values up to 256 characters. Set in place when they change.
     * `"source"` copies the source's, as they are when the copy starts; it needs permission to read them (SAS: `t`).
     * @default - none; the source's tags are not copied
     */
    tags?: pulumi.Input<"source" | Record<string, pulumi.Input<string>>>;

    /**
     * The destination's blob type: `"BlockBlob"`, `"PageBlob"` (whose length is a multiple of 512 bytes) or `"AppendBlob"`. One that is not the
     * source's is written by a From-URL operation. A blob of another type at the destination is not replaced, whatever `overwrite` says, and
     * a change of the type fails the preview: delete the destination and run `pulumi refresh`, or give it another name.
     * @default - the source's; a block blob where the source is no blob in Azure Storage
     */
    blobType?: pulumi.Input<"BlockBlob" | "PageBlob" | "AppendBlob">;

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
     * The [customer-provided key](https://learn.microsoft.com/azure/storage/blobs/encryption-customer-provided-keys) that the destination is
     * encrypted with: AES-256, 32 bytes in base64. Azure keeps no copy of it: without it the blob is lost. A secret, whether or not the
     * program marks it as one; it is kept, encrypted, in the stack's state, since every later look at the blob must name it. Another key, or
     * none any more, copies again. Needs https; not with `encryptionScope`, `accessTier` or `method: "copyBlob"`.
     * @default - none; the account's or container's encryption
     */
    customerProvidedKey?: pulumi.Input<string>;

    /**
     * The [encryption scope](https://learn.microsoft.com/azure/storage/blobs/encryption-scope-overview) of the destination's account that the
     * destination is encrypted by; `$account-encryption-key` is the account's own. Another one copies again. Not with
     * `customerProvidedKey`, `accessTier` or `method: "copyBlob"`.
     * @default - the container's default scope
     */
    encryptionScope?: pulumi.Input<string>;

    /**
     * The customer-provided key that the source is encrypted with, as in `customerProvidedKey`. A secret, whether or not the program marks
     * it as one. Another key for the same source is only recorded. Needs https at both ends; not with `method: "copyBlob"`.
     * @default - none
     */
    sourceCustomerProvidedKey?: pulumi.Input<string>;

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
     * Whether the source blob is leased while it is copied, by [Lease Blob](https://learn.microsoft.com/rest/api/storageservices/lease-blob),
     * so that nobody else can write or delete it meanwhile; reading it needs no lease. The lease is finite (60 seconds), is renewed, and is
     * released at the end, whatever that is; a killed process leaves it for a minute, and the next `pulumi up` waits that long. A copy that goes
     * on after its timeout goes on without it. Where a renewal is refused (somebody has broken the lease), a warning says so and the copy goes on:
     * it is pinned to the source's ETag anyway, and fails if the source changes.
     *
     * Needs permission to write the source: Storage Blob Data Contributor, a key, or a SAS with `w`. Not for archived blobs, snapshots,
     * versions, files or other URLs. Recorded without a request when it changes.
     * @default false
     */
    leaseSource?: pulumi.Input<boolean>;

    /**
     * Which blob at the destination may be overwritten: `"never"` any; `"ifUnchanged"` only what this resource wrote and
     * nobody has changed since; `"always"` whatever is there of the copy's type. Whichever it is, the old content is kept in a snapshot until the
     * new one stands, and comes back if the copy fails.
     * @default "ifUnchanged"
     */
    overwrite?: pulumi.Input<"never" | "ifUnchanged" | "always">;

    /**
     * Whether the resource adopts what somebody else has put at the destination, if it has the content of the source: the same length
     * and Content-MD5, or no bytes at either end. The resource then sets the metadata, content headers, tags and tier that the program gives;
     * what it does not give stays. `pulumi destroy` leaves an adopted object, unless the resource has copied onto it since. Without `adopt`
     * it is refused, but for one that is in every respect what the copy would be. Where nothing tells whether the content is equal it is
     * refused with `adopt`, too; `overwrite: "always"` copies over what can't be adopted. Only the first `pulumi up` adopts: a later change is
     * recorded without a request.
     * @default false
     */
    adopt?: pulumi.Input<boolean>;

    /**
     * Whether what stands at the destination is kept in a snapshot when this resource overwrites it, by
     * [Snapshot Blob](https://learn.microsoft.com/rest/api/storageservices/snapshot-blob): `overwrittenSnapshot` names it. One is kept: the
     * next overwrite puts a snapshot of its own in its place, and `pulumi destroy` deletes it with the blob. Snapshots that this resource did
     * not take are never deleted. An empty blob is not kept; archived blobs can't be. Turned off later, the last snapshot stays until the next
     * overwrite; the change itself is recorded without a request.
     *
     * Needs permission to make and delete snapshots (a SAS: `rcwd`, and `l` to find what a killed process has left).
     * @default false
     */
    snapshotBeforeOverwrite?: pulumi.Input<boolean>;

    /**
     * How long the copy is waited for, from `"1s"` to `"14d"`: `"90s"`, `"30m"`, `"1h30m"`. At its end `pulumi up` fails;
     * what becomes of the copy, `onTimeout` says. A SAS that is made for the copy lasts a day longer, one by Entra ID 6 days and 23 hours at
     * most, which is then the longest timeout for `"copyBlob"` and `"copyFile"`.
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
     * needs one at the source; `"none"`. A difference is an error that names both. A source that is no blob, which the service can't be held to,
     * is also looked at again after the copy, but for `"none"`: where its ETag has changed, what was copied is taken back.
     * @default "length"
     */
    verify?: pulumi.Input<"length" | "md5" | "none">;

    /**
     * How the bytes are moved. `"auto"` chooses, and `copyOperation` with `copyOperationReason` tells what:
     *
     * - within an account onto a free name, from an archived blob, and to promote a snapshot or a version:
     *   [Copy Blob](https://learn.microsoft.com/rest/api/storageservices/copy-blob), which within an account ends at once;
     * - a block blob or a web server's file: [Put Blob From URL](https://learn.microsoft.com/rest/api/storageservices/put-blob-from-url), or
     *   [Put Block From URL](https://learn.microsoft.com/rest/api/storageservices/put-block-from-url) in parallel above 8 MiB, so that an old blob
     *   stands until the last request, and an interrupted copy goes on with the blocks that it has;
     * - a page or append blob of another account: [Put Page From URL](https://learn.microsoft.com/rest/api/storageservices/put-page-from-url) over
     *   the pages that hold something, or [Append Block From URL](https://learn.microsoft.com/rest/api/storageservices/append-block-from-url);
     *   where a blob is overwritten, to a name beside it first (`<blobName>.pulumi-azure-copy-…`), then over it within the account;
     * - a source that this machine can't read, or a service without these operations: Copy Blob.
     *
     * `"copyBlob"` insists on Copy Blob, which goes on at the service without `pulumi up`, between accounts when the service finds time.
     * `"fromUrl"` insists on the others, which take as long as `pulumi up` runs.
     * @default "auto"
     */
    method?: pulumi.Input<"auto" | "copyBlob" | "fromUrl">;

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
     * policy pack's rules `overwrite-without-protection` and `early-deletion-fee`.
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
     * @default - the stack's credential, see `BlobLocationArgs.credential`
     */
    destination?: pulumi.Input<BlobLocationArgs>;
    /** The key that the blob is encrypted with, as in {@link BlobCopyArgs.customerProvidedKey}. @default - none */
    customerProvidedKey?: pulumi.Input<string>;
}

/**
 * A blob that is a server-side copy of another: Azure Storage itself moves the bytes, at any size, while `pulumi up` waits
 * and shows the progress. Rests on [Copy Blob](https://learn.microsoft.com/rest/api/storageservices/copy-blob) and the operations that
 * read from a URL, as {@link BlobCopyArgs.method} tells.
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
export class BlobCopy extends CopyResource {
    /** The type token, by which policies and transforms recognize the resource. */
    static readonly __pulumiType: string = typeToken("BlobCopy");

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
    declare readonly copyOperation: pulumi.Output<
        "Copy Blob" | "Put Blob From URL" | "Put Block From URL" | "Put Page From URL" | "Append Block From URL"
    >;
    /** Why it was this operation, for people. */
    declare readonly copyOperationReason: pulumi.Output<string>;
    /** The service's ID of the copy; absent where it was no Copy Blob. */
    declare readonly copyId: pulumi.Output<string | undefined>;
    /**
     * `success`; otherwise the copy is carried on by the next `pulumi up`. After one that was interrupted it stays `pending`, whatever a
     * refresh sees, until an update has done what follows a copy's end.
     */
    declare readonly copyStatus: pulumi.Output<"pending" | "success" | "failed" | "aborted">;
    /** When the copy ended, in ISO 8601. */
    declare readonly copyCompletedOn: pulumi.Output<string>;
    /** The source's URL as the service tells it, without its SAS. */
    declare readonly sourceUrl: pulumi.Output<string>;
    /** The source's ETag that was copied; absent where the source gives none. */
    declare readonly sourceEtag: pulumi.Output<string | undefined>;
    /** The snapshot of what this resource has overwritten last, as a blob's `snapshot` names it; with `snapshotBeforeOverwrite`. */
    declare readonly overwrittenSnapshot: pulumi.Output<string | undefined>;

    /**
     * Reads an existing blob, which stays as it is and is not managed.
     * @param id the blob's URL; a SAS in it is split off, kept secret, and authorizes where `lookup` gives nothing else
     */
    static get(
        name: string,
        id: pulumi.Input<pulumi.ID>,
        lookup?: BlobCopyLookup,
        opts?: pulumi.CustomResourceOptions,
    ): BlobCopy {
        return new BlobCopy(name, withSasOf(id, lookup) as BlobCopyArgs, { ...opts, id: withoutSas(id) });
    }

    /** Whether an object is a BlobCopy, of whichever installed version of this package. */
    static override isInstance(obj: unknown): obj is BlobCopy {
        return isOfType(obj, BlobCopy.__pulumiType);
    }

    constructor(name: string, args: BlobCopyArgs, opts?: pulumi.CustomResourceOptions) {
        super(provider, "BlobCopy", name, outputs, { ...args, ...protectKeys(args) }, opts);
    }
}

/** Keys are secret, even if the program forgot to say so. */
function protectKeys(args: Partial<BlobCopyArgs> = {}): Partial<BlobCopyArgs> {
    const { customerProvidedKey, sourceCustomerProvidedKey } = args;
    return {
        customerProvidedKey: customerProvidedKey && pulumi.secret(customerProvidedKey),
        sourceCustomerProvidedKey: sourceCustomerProvidedKey && pulumi.secret(sourceCustomerProvidedKey),
    };
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
    copyOperationReason: undefined,
    copyId: undefined,
    copyStatus: undefined,
    copyCompletedOn: undefined,
    sourceUrl: undefined,
    sourceEtag: undefined,
    overwrittenSnapshot: undefined,
};
