import type { BlobType, CopyOperation, Method } from "../copy/plan";
import type { CopyStatus } from "../copy/status";
import { acknowledgements } from "./acknowledgements";
import type { CopyInputs, CopyState } from "./copyTypes";

/** What a program asks for, plain: what the handler gets. The documentation of each is with `BlobCopyArgs`. */
export interface BlobCopyInputs extends CopyInputs {
    readonly tags?: Readonly<Record<string, string>> | "source";
    readonly blobType?: BlobType;
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
    readonly snapshotBeforeOverwrite?: boolean;
    readonly method?: Method;
    /** Filled in by check: the source's type as it is now, which is the copy's where `blobType` is not given. */
    readonly sourceBlobType?: BlobType;
}

/** Every input that a program may give. */
export const inputNames = [
    "source",
    "destination",
    "metadata",
    "tags",
    "blobType",
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
    "adopt",
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

/** What is recorded: the inputs (read and delete get nothing else) and what the service said. */
export interface BlobCopyState extends CopyState, BlobCopyInputs, BlobCopyOutputs {
    readonly etag?: string;
    readonly copyId?: string;
    readonly copyStatus?: CopyStatus;
    /** The destination's actual tier; a lifecycle rule may change it. */
    readonly accessTier?: string;
    /** The tier that was asked for: what an update compares with. */
    readonly requestedAccessTier?: string;
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
    /** The destination's type, which no copy changes. */
    readonly destinationBlobType?: BlobType;
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
