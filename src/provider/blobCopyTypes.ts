import type { CopyOperation, Method } from "../copy/plan";
import type { CopyStatus } from "../copy/status";
import type { BlobLocation } from "../storage/location";

/** What a program asks for, plain: what the handler gets. The documentation of each is with `BlobCopyArgs`. */
export interface BlobCopyInputs {
    readonly source: BlobLocation;
    readonly destination: BlobLocation;
    readonly metadata?: Readonly<Record<string, string>>;
    readonly tags?: Readonly<Record<string, string>> | "source";
    readonly accessTier?: string;
    readonly rehydratePriority?: RehydratePriority;
    readonly waitForRehydration?: boolean;
    readonly blobHTTPHeaders?: HttpHeaders;
    readonly sealBlob?: boolean;
    readonly immutabilityPolicy?: ImmutabilityPolicy;
    readonly legalHold?: boolean;
    readonly customerProvidedKey?: string;
    readonly encryptionScope?: string;
    readonly sourceCustomerProvidedKey?: string;
    readonly sourceConditions?: SourceConditions;
    readonly conditions?: DestinationConditions;
    readonly leaseSource?: boolean;
    readonly overwrite?: Overwrite;
    readonly snapshotBeforeOverwrite?: boolean;
    readonly timeout?: string;
    readonly onTimeout?: OnTimeout;
    readonly onSourceChange?: OnSourceChange;
    readonly onDestinationDrift?: OnDestinationDrift;
    readonly verify?: Verify;
    readonly method?: Method;
    readonly acknowledgeEgress?: boolean | string;
    readonly acknowledgeCrossTenant?: boolean | string;
    readonly acknowledgeOverwrite?: boolean | string;
    /** Filled in by check: the source's ETag as it is now. */
    readonly sourceEtag?: string;
    /** Filled in by check: the source's size in bytes as it is now, by which policies estimate what a copy costs. */
    readonly sourceContentLength?: number;
}

/** What only policies read. */
export const acknowledgements = [
    "acknowledgeEgress",
    "acknowledgeCrossTenant",
    "acknowledgeOverwrite",
] as const satisfies readonly (keyof BlobCopyInputs)[];

/** Every input that a program may give. */
export const inputNames = [
    "source",
    "destination",
    "metadata",
    "tags",
    "accessTier",
    "rehydratePriority",
    "waitForRehydration",
    "blobHTTPHeaders",
    "sealBlob",
    "immutabilityPolicy",
    "legalHold",
    "customerProvidedKey",
    "encryptionScope",
    "sourceCustomerProvidedKey",
    "sourceConditions",
    "conditions",
    "leaseSource",
    "overwrite",
    "snapshotBeforeOverwrite",
    "timeout",
    "onTimeout",
    "onSourceChange",
    "onDestinationDrift",
    "verify",
    "method",
    ...acknowledgements,
] as const satisfies readonly (keyof BlobCopyInputs)[];

/** How soon an archived source's copy is brought online. */
export type RehydratePriority = "High" | "Standard";

/** Content headers; those left out are the source's. */
export interface HttpHeaders {
    readonly blobCacheControl?: string;
    readonly blobContentType?: string;
    readonly blobContentEncoding?: string;
    readonly blobContentLanguage?: string;
    readonly blobContentDisposition?: string;
    /** Base64. */
    readonly blobContentMD5?: string;
}

/** Until when a blob can't be modified or deleted. */
export interface ImmutabilityPolicy {
    /** ISO 8601 or RFC 1123. */
    readonly expiriesOn: string;
    readonly policyMode?: "Unlocked" | "Locked";
}

/** What must hold of the source when a copy starts. */
export interface SourceConditions {
    readonly ifMatch?: string;
    readonly ifNoneMatch?: string;
    /** ISO 8601 or RFC 1123. */
    readonly ifModifiedSince?: string;
    /** ISO 8601 or RFC 1123. */
    readonly ifUnmodifiedSince?: string;
    readonly tagConditions?: string;
}

/** What must hold of a blob that somebody else has put at the destination, before it is overwritten; and its lease. */
export interface DestinationConditions extends SourceConditions {
    readonly leaseId?: string;
}

/** Which blob at the destination may be overwritten. */
export type Overwrite = "never" | "ifUnchanged" | "always";

/** What becomes of a copy that is pending at its timeout. */
export type OnTimeout = "keep" | "abort";

/** What a new ETag of the source leads to. */
export type OnSourceChange = "copyAgain" | "ignore" | "fail";

/** What a destination that somebody else has changed leads to. */
export type OnDestinationDrift = "copyAgain" | "fail" | "ignore";

/** How a finished copy is compared with its source. */
export type Verify = "length" | "md5" | "none";

/** What is recorded: the inputs (read and delete get nothing else) and what the service said. */
export interface BlobCopyState extends BlobCopyInputs, BlobCopyOutputs {
    readonly sourceEtag?: string;
    /** The destination's actual tier; a lifecycle rule may change it. */
    readonly accessTier?: string;
    /** The tier that was asked for: what an update compares with. */
    readonly requestedAccessTier?: string;
    /** The destination's ETag after this resource's last write: what may be overwritten and deleted. */
    readonly lastWriteEtag?: string;
    /** Set by a refresh that found other content than the copy's. */
    readonly drifted?: boolean;
}

/** What the service says of the destination. */
export interface BlobCopyOutputs {
    readonly url: string;
    readonly etag?: string;
    /** ISO 8601, as every time here. */
    readonly lastModified?: string;
    /** Bytes. */
    readonly contentLength?: number;
    readonly contentType?: string;
    /** Base64; absent where the source has none. */
    readonly contentMd5?: string;
    readonly accessTier?: string;
    /** `rehydrate-pending-to-cool` and the like, until a copy of an archived blob is online. */
    readonly archiveStatus?: string;
    readonly versionId?: string;
    readonly copyOperation?: CopyOperation;
    readonly copyOperationReason?: string;
    readonly copyId?: string;
    readonly copyStatus?: CopyStatus;
    readonly copyCompletedOn?: string;
    /** Without its SAS. */
    readonly sourceUrl?: string;
    /** Holds what this resource has overwritten last, where it was asked to keep that. */
    readonly overwrittenSnapshot?: string;
}
