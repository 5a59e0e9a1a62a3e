import type { BlobGetPropertiesResponse } from "@azure/storage-blob";
import type { Plan } from "../copy/plan";
import type { Preserved } from "../copy/preserve";
import { fitsHeader } from "../storage/tags";
import type { SourceProperties } from "../storage/webSource";
import type { BlobCopyInputs, BlobCopyState } from "./blobCopyTypes";
import type { AnyCopyRequest } from "./copyTypes";
import type { Destination } from "./ends";

/** What is to be brought where. */
export interface CopyRequest extends AnyCopyRequest {
    readonly inputs: BlobCopyInputs;
    /** The destination's tags, read from the source where they are copied. */
    readonly tags?: Readonly<Record<string, string>>;
    readonly destination: Destination;
    readonly previous?: BlobCopyState;
    /** The source holds one content only under its name, so that any finished copy of it is current: times within a second could not tell. */
    readonly isSourceFinal?: true;
}

/** A request of which it is known how its bytes are moved. */
export interface PlannedRequest extends CopyRequest {
    readonly plan: Plan;
}

/** What stands for proof where a blob is adopted without. */
export type Unproven = "equal" | "adopt";

/** How the content came to be there. */
export interface ObtainedCopy {
    readonly properties: BlobGetPropertiesResponse;
    /** The source's ETag that was copied, where it is known. */
    readonly sourceEtag: string | undefined;
    /** Found there, pending or finished, instead of started: it needs a new ETag, and its properties are not what this run has asked for. */
    readonly adopted: boolean;
    /**
     * Nothing proves that the resource has made what was adopted: it was equal in every respect, or has the source's content and `adopt` is
     * `true`. It is left at destroy.
     */
    readonly unproven?: Unproven;
    /** Snapshots of this package that hold what stood there before. They are needed no longer, but for one that is to be kept. */
    readonly preserved: readonly Preserved[];
    /** What the source told, where it was read. */
    readonly source?: SourceProperties;
    /** From-URL operations carry all headers, and leave no record of the copy at the blob. */
    readonly plan: Plan;
}

/** Whether a From-URL operation has brought the content. */
export function isFromUrl({ plan }: ObtainedCopy): boolean {
    return plan.operation !== "Copy Blob";
}

/** Whether Copy Blob leaves something to be set by requests of their own: content headers, more tags than its header takes. */
export function isCompletedAfterwards({ inputs, tags }: CopyRequest): boolean {
    return inputs.blobHTTPHeaders !== undefined || (tags !== undefined && !fitsHeader(tags));
}

/** Whether Copy Blob leaves the blob online for that: an archived one takes no content headers. */
export function isArchivedAfterwards(request: CopyRequest): boolean {
    return request.inputs.accessTier === "Archive" && isCompletedAfterwards(request);
}

/** A request in words, for messages. */
export function what(request: {
    readonly source: { readonly url: string };
    readonly destination: { readonly url: string };
}): string {
    return `${request.source.url} onto ${request.destination.url}`;
}
