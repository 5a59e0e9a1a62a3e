import type { BlobGetPropertiesResponse } from "@azure/storage-blob";
import { StorageError } from "./errors";
import { redactUrl } from "./url";

/** What is asked of a source, whatever it is. */
export type SourceProperties = Pick<
    BlobGetPropertiesResponse,
    | "etag"
    | "lastModified"
    | "contentLength"
    | "contentMD5"
    | "contentType"
    | "contentEncoding"
    | "contentLanguage"
    | "contentDisposition"
    | "cacheControl"
    | "metadata"
    | "blobType"
    | "accessTier"
    | "acceptRanges"
    | "isSealed"
    | "blobSequenceNumber"
>;

/**
 * Reads what a web server tells of an object: by HEAD, or by a GET whose body is not read where the server refuses HEAD, as it does
 * for a URL that was presigned for GET.
 * @throws StorageError with the status for any answer but 200
 */
export async function readWebProperties(url: string, signal: AbortSignal): Promise<SourceProperties> {
    let response = await fetch(url, { method: "HEAD", signal });
    if (!response.ok && response.status !== 404) {
        response = await fetch(url, { signal });
        await response.body?.cancel();
    }
    if (!response.ok) {
        throw new StorageError(
            `could not read ${redactUrl(url)}: ${response.status} ${response.statusText}`,
            response.status,
            undefined,
            undefined,
        );
    }
    const header = (name: string) => response.headers.get(name) ?? undefined;
    const [etag, modified, length, md5] = [
        header("etag"),
        header("last-modified"),
        header("content-length"),
        header("content-md5"),
    ];
    const asTheyAre = {
        contentType: header("content-type"),
        contentEncoding: header("content-encoding"),
        contentLanguage: header("content-language"),
        contentDisposition: header("content-disposition"),
        cacheControl: header("cache-control"),
        acceptRanges: header("accept-ranges"),
    };
    return {
        ...Object.fromEntries(Object.entries(asTheyAre).filter(([, value]) => value !== undefined)),
        ...(etag && { etag }),
        ...(modified && { lastModified: new Date(modified) }),
        ...(length && { contentLength: Number(length) }),
        ...(md5 && { contentMD5: Buffer.from(md5, "base64") }),
    };
}
