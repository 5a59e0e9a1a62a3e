// What all copy resources have in common, whatever they write.

import type { Plan } from "../copy/plan";
import type { CopyStatus } from "../copy/status";
import type { StorageAddress } from "../storage/address";
import type { BlobLocation } from "../storage/location";
import type { Acknowledgements } from "./acknowledgements";
import type { Source } from "./ends";

/** What every copy is asked for. */
export interface CopyInputs extends Acknowledgements {
    readonly source: BlobLocation;
    readonly destination: BlobLocation;
    readonly metadata?: Readonly<Record<string, string>>;
    readonly sourceConditions?: SourceConditions;
    readonly conditions?: DestinationConditions;
    readonly leaseSource?: boolean;
    readonly overwrite?: Overwrite;
    readonly adopt?: boolean;
    readonly timeout?: string;
    readonly onTimeout?: OnTimeout;
    readonly onSourceChange?: OnSourceChange;
    readonly onDestinationDrift?: OnDestinationDrift;
    readonly verify?: Verify;
    /** Filled in by check: the source's ETag as it is now. */
    readonly sourceEtag?: string;
    /** Filled in by check: the source's size in bytes as it is now, by which policies estimate what a copy costs. */
    readonly sourceContentLength?: number;
    /**
     * Filled in by check, and recorded: what stands for a web server's query, which tells one file under a URL from another. Version 0.1
     * recorded none.
     */
    readonly sourceQueryHash?: string;
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

/** What at the destination may be overwritten. */
export type Overwrite = "never" | "ifUnchanged" | "always";

/** What becomes of a copy that is pending at its timeout. */
export type OnTimeout = "keep" | "abort";

/** What a new ETag of the source leads to. */
export type OnSourceChange = "copyAgain" | "ignore" | "fail";

/** What a destination that somebody else has changed leads to. */
export type OnDestinationDrift = "copyAgain" | "fail" | "ignore";

/** How a finished copy is compared with its source. */
export type Verify = "length" | "md5" | "none";

/** What is recorded of every copy: its inputs, and what tells whose the destination is. */
export interface CopyState extends CopyInputs {
    readonly url: string;
    readonly etag?: string;
    /** The destination's ETag after this resource's last write: what may be overwritten and deleted. */
    readonly lastWriteEtag?: string;
    /**
     * The destination was found there and taken over without proof that this resource made it, and nothing was copied onto it since: it is left
     * at destroy. Absent in states of 0.1.
     */
    readonly adopted?: boolean;
    /** Set by a refresh that found other content than the copy's. */
    readonly drifted?: boolean;
    readonly copyId?: string;
    readonly copyStatus?: CopyStatus;
}

/** What is to be brought where, whatever it is. */
export interface AnyCopyRequest {
    /** What the program has asked for. */
    readonly inputs: CopyInputs;
    readonly source: Source;
    readonly destination: { readonly address: StorageAddress; readonly url: string };
    /** What was recorded last, in an update. */
    readonly previous?: CopyState;
    /** In an update: what was copied is not what is asked for now. */
    readonly contentChanged?: boolean;
    readonly timeoutMilliseconds: number;
}

/** A request of which it is known how its bytes are moved. */
export interface AnyPlannedRequest extends AnyCopyRequest {
    readonly plan: Plan;
}
