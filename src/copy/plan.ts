import type { SourceProperties } from "../storage/webSource";
import { largestBlock } from "./blocks";
import { CopyError } from "./errors";
import { mostPutBlobBytes } from "./putBlob";

/** How a program asks for its bytes to be moved. */
export type Method = "auto" | "copyBlob" | "fromUrl";

/** What kind of blob a blob is. */
export type BlobType = "BlockBlob" | "PageBlob" | "AppendBlob";

/** The REST operation that moves them. */
export type CopyOperation =
    | "Copy Blob"
    | "Put Blob From URL"
    | "Put Block From URL"
    | "Put Page From URL"
    | "Append Block From URL"
    | "Copy File"
    | "Put Range From URL";

/** Which operation serves a source and a destination, and why. */
export interface Plan {
    readonly operation: CopyOperation;
    /** Half a sentence, for people: `the source is large`. */
    readonly reason: string;
    /** A From-URL operation that can't replace a blob at once: it writes beside the old one, which stands until all is there. */
    readonly beside?: boolean;
}

/** What the operation depends on. */
export interface PlanFacts {
    readonly method: Method;
    /** Whether the finished copy is to be compared by MD5. */
    readonly verifyMd5: boolean;
    /** What the source tells of itself. */
    readonly source: SourceProperties;
    /** The blob type that is asked for. @default the source's */
    readonly blobType?: BlobType;
    /** Whether both ends are in one storage account. */
    readonly sameAccount: boolean;
    /** Whether the source is a snapshot or a version, which never changes. */
    readonly fixedSource: boolean;
    /** Whether the destination holds something that must stand until the copy does. */
    readonly occupied: boolean;
    /** Whether nothing holds the service to the source that was looked at: a web server's, or a file. @default false */
    readonly unpinned?: boolean;
    /** An input that Copy Blob alone takes, in words. */
    readonly copyBlobOnly?: string;
    /** An input that Copy Blob does not take, in words. */
    readonly fromUrlOnly?: string;
}

/** Up to here one request is as quick as several, as in AzCopy. */
const mostSingleRequestBytes = 8 * 1024 * 1024;

/**
 * Chooses the operation.
 * @throws CopyError where the method can't serve the source
 */
export function planCopy(facts: PlanFacts): Plan {
    const { method } = facts;
    if (method === "copyBlob") {
        return { operation: "Copy Blob", reason: 'method is "copyBlob"' };
    }
    const type = targetType(facts);
    const onlyCopyBlob = whyOnlyCopyBlob(facts, type);
    if (onlyCopyBlob) {
        refuseOthers(facts, onlyCopyBlob);
        return { operation: "Copy Blob", reason: onlyCopyBlob };
    }
    if (method === "auto" && !facts.fromUrlOnly && facts.sameAccount && !isOtherType(facts)) {
        if (facts.fixedSource) {
            return { operation: "Copy Blob", reason: "a snapshot or version is promoted" };
        }
        if (!facts.occupied || isWrittenInParts(type)) {
            return { operation: "Copy Blob", reason: "both ends are in one account" };
        }
    }
    const beside = facts.occupied ? { beside: true } : {};
    switch (type) {
        case "PageBlob":
            refuseOddLength(facts.source);
            return { operation: "Put Page From URL", reason: "only pages that hold something are moved", ...beside };
        case "AppendBlob":
            return {
                operation: "Append Block From URL",
                reason: "an append blob is written block by block",
                ...beside,
            };
        default:
            return planBlockBlob(facts);
    }
}

/** Refuses what is asked for and Copy Blob can't do, where it is the only operation. */
function refuseOthers(facts: PlanFacts, onlyCopyBlob: string): void {
    if (isOtherType(facts)) {
        throw new CopyError(`${onlyCopyBlob}, and keeps the source's blob type; leave blobType out`);
    }
    if (facts.method === "fromUrl" || facts.fromUrlOnly) {
        const instead = facts.fromUrlOnly
            ? `leave ${facts.fromUrlOnly} out`
            : 'leave method out, or set it to "copyBlob"';
        throw new CopyError(`${onlyCopyBlob}; ${instead}`);
    }
}

/** The type of the blob that is written. */
function targetType({ blobType, source }: PlanFacts): BlobType {
    return blobType ?? source.blobType ?? "BlockBlob";
}

/** Whether the copy is of another type than its source, which Copy Blob can't make it. */
function isOtherType({ blobType, source }: PlanFacts): boolean {
    return blobType !== undefined && blobType !== (source.blobType ?? "BlockBlob");
}

function refuseOddLength({ contentLength = 0 }: SourceProperties): void {
    if (contentLength % 512 !== 0) {
        throw new CopyError(
            `a page blob consists of pages of 512 bytes, and the source has ${contentLength} bytes; leave blobType out`,
        );
    }
}

/** Why nothing but Copy Blob will do, if so. */
function whyOnlyCopyBlob(facts: PlanFacts, type: BlobType): string | undefined {
    const { source, copyBlobOnly, verifyMd5 } = facts;
    if (source.accessTier === "Archive") {
        return "only Copy Blob reads an archived source";
    }
    if (copyBlobOnly) {
        return `only Copy Blob takes ${copyBlobOnly}`;
    }
    if (source.contentLength === undefined) {
        return "the source does not tell its length, which the other operations need";
    }
    // The other operations store whatever MD5 they are given; Put Blob From URL alone compares it with what it reads.
    if (verifyMd5 && (isWrittenInParts(type) || source.contentLength > mostPutBlobBytes)) {
        return `only Copy Blob carries the MD5 of a source that Put Blob From URL does not take (a ${type} of ${source.contentLength} bytes)`;
    }
    if (!answersRanges(source) && source.contentLength > mostPutBlobBytes) {
        return "the source's server answers no ranges, and Copy Blob alone reads so much at once";
    }
    if (facts.occupied && facts.unpinned && isReadWhole(facts) && source.contentLength > largestBlock) {
        return `what replaces an old blob is compared before, as one block of ${largestBlock} bytes at most, and the source has ${source.contentLength}`;
    }
    return undefined;
}

/** Whether a source is brought in one piece: its server answers no ranges, or its MD5 is compared. */
export function isReadWhole({ verifyMd5, source }: Pick<PlanFacts, "verifyMd5" | "source">): boolean {
    return verifyMd5 || !answersRanges(source);
}

/** Whether the source can be read in parts. */
function answersRanges({ blobType, acceptRanges }: SourceProperties): boolean {
    return blobType !== undefined || acceptRanges === "bytes";
}

/** Whether a blob is there before its bytes are. */
function isWrittenInParts(type: BlobType): boolean {
    return type !== "BlockBlob";
}

function planBlockBlob({ verifyMd5, source, occupied, unpinned }: PlanFacts): Plan {
    const length = source.contentLength!;
    if (occupied && unpinned && length > 0) {
        return {
            operation: "Put Block From URL",
            reason: "what the source sends is compared with what it tells of itself before the old blob is replaced",
        };
    }
    if (verifyMd5) {
        return { operation: "Put Blob From URL", reason: "the service compares the MD5 while it reads" };
    }
    const old = occupied ? ", and the old blob stands until the new one does" : "";
    if (length === 0 || (length <= mostSingleRequestBytes && source.contentMD5 !== undefined)) {
        return { operation: "Put Blob From URL", reason: `the source is small${old}` };
    }
    if (length > mostSingleRequestBytes && !answersRanges(source)) {
        return { operation: "Put Blob From URL", reason: `the source's server answers no ranges${old}` };
    }
    return length <= mostSingleRequestBytes
        ? { operation: "Put Block From URL", reason: `by its block a copy is recognized that no MD5 tells${old}` }
        : { operation: "Put Block From URL", reason: `the source is large${old}` };
}
