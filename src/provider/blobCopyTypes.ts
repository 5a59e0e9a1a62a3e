import type { CopyStatus } from "../copy/status";
import type { BlobLocation } from "../storage/location";

/** What a program asks for, plain: what the handler gets. The documentation of each is with `BlobCopyArgs`. */
export interface BlobCopyInputs {
    readonly source: BlobLocation;
    readonly destination: BlobLocation;
    readonly metadata?: Readonly<Record<string, string>>;
    readonly tags?: Readonly<Record<string, string>>;
    readonly accessTier?: string;
    readonly overwrite?: Overwrite;
    readonly timeout?: string;
    readonly onTimeout?: OnTimeout;
    readonly onSourceChange?: OnSourceChange;
    /** Filled in by check: the source's ETag as it is now. */
    readonly sourceEtag?: string;
}

/** Which blob at the destination may be overwritten. */
export type Overwrite = "never" | "ifUnchanged" | "always";

/** What becomes of a copy that is pending at its timeout. */
export type OnTimeout = "keep" | "abort";

/** What a new ETag of the source leads to. */
export type OnSourceChange = "copyAgain" | "ignore" | "fail";

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
    readonly versionId?: string;
    readonly copyId?: string;
    readonly copyStatus?: CopyStatus;
    readonly copyCompletedOn?: string;
    /** Without its SAS. */
    readonly sourceUrl?: string;
}
