import type * as pulumi from "@pulumi/pulumi";
import type { BlobCopyArgs } from "./blobCopy";
import { CopyResource, isOfType, typeToken } from "./copyResource";
import type { BlobSourceArgs, FileLocationArgs } from "./locationArgs";
import { withoutSas, withSasOf } from "./locationArgs";
import { dynamicProvider } from "./provider/dynamic";

/** The arguments that a {@link FileCopy} has as a BlobCopy has them. */
type SharedArgs = Pick<
    BlobCopyArgs,
    | "adopt"
    | "leaseSource"
    | "timeout"
    | "onSourceChange"
    | "onDestinationDrift"
    | "verify"
    | "acknowledgeEgress"
    | "acknowledgeCrossTenant"
    | "acknowledgeOverwrite"
>;

/** What a {@link FileCopy} is made from. */
export interface FileCopyArgs extends SharedArgs {
    /**
     * The file or blob to copy: a URL, or its parts. A URL may be that of a file in Azure Files (`?sharesnapshot=…` for what a share snapshot
     * keeps of it), of a blob, a snapshot or version of one, with or without a SAS, or of anything that answers an HTTP GET.
     *
     * Another source copies again; another SAS or key for the same source only is recorded. A copy whose source has got another ETag meanwhile
     * fails, and is not put in place.
     */
    source: pulumi.Input<string> | pulumi.Input<BlobSourceArgs>;

    /**
     * The file to write: a URL, or its parts. Its share must exist. Another destination replaces the resource: the new file is made
     * first, then the old one deleted. Another spelling of the same one is recorded, after a look at its ETag.
     *
     * The new file is written beside it (`<name>.pulumi-azure-copy-…`) and renamed to it once it is whole, so that an old file stands until
     * then. A SAS must be for the share or the account (`sp=rcwdl`).
     */
    destination: pulumi.Input<string> | pulumi.Input<FileLocationArgs>;

    /** Whether directories that lack are made. `pulumi destroy` leaves them. @default true */
    createDirectories?: pulumi.Input<boolean>;

    /**
     * The destination's metadata: names are C# identifiers, values printable ASCII, 8 KiB in all. Set in place when it changes.
     * @default - the source's metadata
     */
    metadata?: pulumi.Input<Record<string, pulumi.Input<string>>>;

    /**
     * The destination's content headers, by [Set File Properties](https://learn.microsoft.com/rest/api/storageservices/set-file-properties).
     * Set in place when they change.
     * @default - the source's, each for itself
     */
    fileHttpHeaders?: pulumi.Input<FileHttpHeadersArgs>;

    /**
     * The destination's attributes: one or more of `ReadOnly`, `Hidden`, `System`, `Archive`, `Temporary`, `Offline`, `NotContentIndexed`,
     * `NoScrubData` with `|` between them, or `None`; `"source"` takes those of a source that is a file. Set in place when they change, as all
     * SMB properties are; a time or permission that is not asked for any more stays as it is.
     * @default - `Archive`
     */
    fileAttributes?: pulumi.Input<string>;
    /** When the destination was created, in ISO 8601 (UTC); `"source"` takes a file's own time. @default - when it was copied */
    fileCreationTime?: pulumi.Input<string>;
    /** When the destination was last written, in ISO 8601 (UTC); `"source"` takes a file's own time. @default - when it was copied */
    fileLastWriteTime?: pulumi.Input<string>;
    /** When the destination was last changed, in ISO 8601 (UTC); `"source"` takes a file's own time. @default - when it was copied */
    fileChangeTime?: pulumi.Input<string>;
    /**
     * The destination's permission: a security descriptor in SDDL with owner, group and DACL; `"source"` takes a file's own. One of more than
     * 8 KiB is kept in the share first, by [Create Permission](https://learn.microsoft.com/rest/api/storageservices/create-permission). Not with
     * `filePermissionKey`.
     * @default - inherited from the directory
     */
    filePermission?: pulumi.Input<string>;
    /** The key of a permission in the destination's share. Not with `filePermission`. @default - none */
    filePermissionKey?: pulumi.Input<string>;

    /** Whether a file that is read-only is overwritten too, where `overwrite` allows it. @default false */
    ignoreReadOnly?: pulumi.Input<boolean>;
    /** Whether the destination gets the attribute `Archive` beside all others when it is copied, or gets others in place. @default false */
    setArchiveAttribute?: pulumi.Input<boolean>;

    /**
     * The ID of a lease on the destination. Every write names it, and it is put on the file that takes the old one's place. Without one,
     * this resource takes an infinite lease while it changes, overwrites or deletes the destination, and releases it.
     * @default - none
     */
    leaseId?: pulumi.Input<string>;

    /**
     * Which file at the destination may be overwritten: `"never"` any; `"ifUnchanged"` only what this resource wrote and nobody has changed
     * since; `"always"` whatever is there. Files take no ETag conditions: the ETag is compared under an infinite lease.
     * @default "ifUnchanged"
     */
    overwrite?: pulumi.Input<"never" | "ifUnchanged" | "always">;

    /**
     * What becomes of a copy that is pending at its timeout: `"keep"` lets it go on, and the next `pulumi up` carries on from there; `"abort"`
     * ends it, and takes away what was copied, so that the next `pulumi up` starts anew.
     * @default "keep"
     */
    onTimeout?: pulumi.Input<"keep" | "abort">;

    /**
     * How the bytes are moved. `"auto"` chooses, and `copyOperation` with `copyOperationReason` tells what:
     *
     * - between files of one account, from small sources that are not read with Entra ID, where an MD5 is to be compared, and from sources
     *   that this machine can't read: [Copy File](https://learn.microsoft.com/rest/api/storageservices/copy-file), which goes on at the
     *   service without `pulumi up`;
     * - else: [Put Range From URL](https://learn.microsoft.com/rest/api/storageservices/put-range-from-url) in parallel, over the ranges that
     *   hold something if the source is a file; an interrupted copy goes on with the ranges that it has.
     *
     * `"copyFile"` and `"fromUrl"` insist on one of them.
     * @default "auto"
     */
    method?: pulumi.Input<"auto" | "copyFile" | "fromUrl">;
}

/** Content headers, named as in the Azure SDK. Each that is left out is the source's. */
export interface FileHttpHeadersArgs {
    /** `Cache-Control`. */
    fileCacheControl?: pulumi.Input<string>;
    /** `Content-Type`. */
    fileContentType?: pulumi.Input<string>;
    /** `Content-Encoding`. */
    fileContentEncoding?: pulumi.Input<string>;
    /** `Content-Language`. */
    fileContentLanguage?: pulumi.Input<string>;
    /** `Content-Disposition`. */
    fileContentDisposition?: pulumi.Input<string>;
    /** `Content-MD5`, 16 bytes in base64. The service stores it and compares nothing with it. */
    fileContentMD5?: pulumi.Input<string>;
}

/** How {@link FileCopy.get} reaches an existing file. */
export interface FileCopyLookup {
    /** The credential to read it with, as in {@link FileCopyArgs.destination}. @default - the stack's credential, see `BlobLocationArgs.credential` */
    destination?: pulumi.Input<FileLocationArgs>;
}

/** SMB properties as the service reports them; times in ISO 8601, to the millisecond. */
export interface SmbPropertiesResult {
    fileAttributes: string;
    fileCreationTime: string;
    fileLastWriteTime: string;
    fileChangeTime: string;
    filePermissionKey: string;
}

/**
 * A file in Azure Files that is a server-side copy of another file, or of a blob: Azure Storage itself moves the bytes while `pulumi up` waits
 * and shows the progress. Rests on [Copy File](https://learn.microsoft.com/rest/api/storageservices/copy-file) and
 * [Put Range From URL](https://learn.microsoft.com/rest/api/storageservices/put-range-from-url), as {@link FileCopyArgs.method} tells.
 *
 * A later `pulumi up` copies again if the source's ETag has changed, sets metadata, content headers and SMB properties in place, and otherwise
 * does nothing. `pulumi destroy` deletes the copy unless somebody has changed it since; the resource option `retainOnDelete` keeps it.
 *
 * @example
 * ```ts
 * const settings = new copy.FileCopy("settings", {
 *     source: { accountName: "contosogolden", shareName: "config", filePath: "app/settings.json" },
 *     destination: { accountName: "contosodev", shareName: "config", filePath: "app/settings.json" },
 * });
 * ```
 */
export class FileCopy extends CopyResource {
    /** The type token, by which policies and transforms recognize the resource. */
    static readonly __pulumiType: string = typeToken("FileCopy");

    /** The destination's URL, without a SAS. The resource's ID, too. */
    declare readonly url: pulumi.Output<string>;
    /** The destination's ETag after the copy, quotation marks included. */
    declare readonly etag: pulumi.Output<string>;
    /** When the destination was last modified, in ISO 8601. */
    declare readonly lastModified: pulumi.Output<string>;
    /** The destination's size in bytes. */
    declare readonly contentLength: pulumi.Output<number>;
    /** The destination's Content-Type. */
    declare readonly contentType: pulumi.Output<string | undefined>;
    /** The destination's Content-MD5 in base64; absent where the source has none. */
    declare readonly contentMd5: pulumi.Output<string | undefined>;
    /** The destination's file ID in its share. */
    declare readonly fileId: pulumi.Output<string>;
    /** The destination's SMB properties as they are. */
    declare readonly smbProperties: pulumi.Output<SmbPropertiesResult>;
    /** The REST operation that has moved the bytes. */
    declare readonly copyOperation: pulumi.Output<"Copy File" | "Put Range From URL">;
    /** Why it was this operation, for people. */
    declare readonly copyOperationReason: pulumi.Output<string>;
    /** The service's ID of the copy; absent where it was no Copy File. */
    declare readonly copyId: pulumi.Output<string | undefined>;
    /** `success`; otherwise the copy is carried on by the next `pulumi up`. */
    declare readonly copyStatus: pulumi.Output<"pending" | "success" | "failed" | "aborted">;
    /** When the copy ended, in ISO 8601. */
    declare readonly copyCompletedOn: pulumi.Output<string>;
    /** The source's URL, without its SAS. */
    declare readonly sourceUrl: pulumi.Output<string>;
    /** The source's ETag that was copied; absent where the source gives none. */
    declare readonly sourceEtag: pulumi.Output<string | undefined>;

    /**
     * Reads an existing file, which stays as it is and is not managed.
     * @param id the file's URL; a SAS in it is split off, kept secret, and authorizes where `lookup` gives nothing else
     */
    static get(
        name: string,
        id: pulumi.Input<pulumi.ID>,
        lookup?: FileCopyLookup,
        opts?: pulumi.CustomResourceOptions,
    ): FileCopy {
        return new FileCopy(name, withSasOf(id, lookup) as FileCopyArgs, { ...opts, id: withoutSas(id) });
    }

    /** Whether an object is a FileCopy, of whichever installed version of this package. */
    static override isInstance(obj: unknown): obj is FileCopy {
        return isOfType(obj, FileCopy.__pulumiType);
    }

    constructor(name: string, args: FileCopyArgs, opts?: pulumi.CustomResourceOptions) {
        super(provider, "FileCopy", name, outputs, args, opts);
    }
}

const provider = dynamicProvider("FileCopy");

/** What the engine fills in. */
const outputs = {
    url: undefined,
    etag: undefined,
    lastModified: undefined,
    contentLength: undefined,
    contentType: undefined,
    contentMd5: undefined,
    fileId: undefined,
    smbProperties: undefined,
    copyOperation: undefined,
    copyOperationReason: undefined,
    copyId: undefined,
    copyStatus: undefined,
    copyCompletedOn: undefined,
    sourceUrl: undefined,
    sourceEtag: undefined,
};
