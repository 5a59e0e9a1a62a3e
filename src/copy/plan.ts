import type { SourceProperties } from "../storage/webSource";
import { CopyError } from "./errors";
import { mostPutBlobBytes } from "./putBlob";

/** How a program asks for its bytes to be moved. */
export type Method = "copyBlob" | "fromUrl";

/** The REST operation that moves them. */
export type CopyOperation = "Copy Blob" | "Put Blob From URL" | "Put Block From URL";

/** Which operation serves a source and a destination, and why. */
export interface Plan {
    readonly operation: CopyOperation;
    readonly reason: string;
}

/** What the operation depends on. */
export interface PlanFacts {
    readonly method: Method;
    /** Whether the finished copy is to be compared by MD5. */
    readonly verifyMd5: boolean;
    /** What the source tells of itself. */
    readonly source: SourceProperties;
}

/** Up to here one request is as quick as several, as in AzCopy. */
const mostSingleRequestBytes = 8 * 1024 * 1024;

/**
 * Chooses the operation.
 * @throws CopyError where the method can't serve the source
 */
export function planCopy({ method, verifyMd5, source }: PlanFacts): Plan {
    const { accessTier, blobType, contentLength, contentMD5 } = source;
    if (method === "copyBlob") {
        return { operation: "Copy Blob", reason: 'method is "copyBlob"' };
    }
    if (accessTier === "Archive") {
        throw new CopyError('only Copy Blob reads an archived source; leave method out, or set it to "copyBlob"');
    }
    if (blobType === "PageBlob" || blobType === "AppendBlob") {
        return { operation: "Copy Blob", reason: "only block blobs are replaced as a whole by a From-URL operation" };
    }
    if (contentLength === undefined) {
        throw new CopyError(
            'the source does not tell its length, which a From-URL operation needs; leave method out, or set it to "copyBlob"',
        );
    }
    if (verifyMd5) {
        if (contentLength > mostPutBlobBytes) {
            throw new CopyError(
                `an MD5 is compared by Put Blob From URL alone, which takes ${mostPutBlobBytes} bytes at most, and the source has ${contentLength}; set verify to "length"`,
            );
        }
        return { operation: "Put Blob From URL", reason: "the service compares the MD5 while it reads" };
    }
    if (contentLength === 0 || (contentLength <= mostSingleRequestBytes && contentMD5 !== undefined)) {
        return { operation: "Put Blob From URL", reason: "the source is small" };
    }
    return contentLength <= mostSingleRequestBytes
        ? { operation: "Put Block From URL", reason: "by its block a copy is recognized whose source has no MD5" }
        : { operation: "Put Block From URL", reason: "the source is large" };
}
