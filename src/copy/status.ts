import type { BlobGetPropertiesResponse } from "@azure/storage-blob";

/** The outcomes that Azure knows for a copy. */
export type CopyStatus = "pending" | "success" | "failed" | "aborted";

/** What Get Blob Properties and Get File Properties tell alike. */
export type CopyProperties = Pick<
    BlobGetPropertiesResponse,
    | "etag"
    | "lastModified"
    | "date"
    | "contentLength"
    | "contentMD5"
    | "metadata"
    | "copyId"
    | "copySource"
    | "copyStatus"
    | "copyStatusDescription"
    | "copyProgress"
    | "copyCompletedOn"
>;

/** A Content-MD5 in base64, as it is stored and compared. */
export function contentMd5({ contentMD5 }: { readonly contentMD5?: Uint8Array }): string | undefined {
    return contentMD5 && Buffer.from(contentMD5).toString("base64");
}

/** Bytes copied so far, of all, from a header such as `0/8388608`. */
export function parseProgress(copyProgress: string | undefined): { copied: number; total: number } | undefined {
    const match = /^(\d+)\/(\d+)$/.exec(copyProgress ?? "");
    return match ? { copied: Number(match[1]), total: Number(match[2]) } : undefined;
}

/**
 * Whether the blob's content came with the copy that its properties tell of, and nobody has touched the blob since.
 * The service stamps both times at the end of a copy, in whole seconds.
 */
export function isUntouchedSinceCopy(properties: CopyProperties): boolean {
    const { copyCompletedOn, lastModified } = properties;
    return (
        copyCompletedOn !== undefined &&
        lastModified !== undefined &&
        Math.abs(lastModified.getTime() - copyCompletedOn.getTime()) <= 1_000
    );
}
