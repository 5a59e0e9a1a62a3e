import type { BlobGetPropertiesResponse } from "@azure/storage-blob";
import { isRedirectStatus, leadingTo } from "./redirect";
import { untilAborted } from "./withinTime";

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

/** What a web server refused, in the form in which the Azure SDK tells it. */
class WebError extends Error {
    constructor(
        message: string,
        readonly statusCode: number,
        readonly details: { readonly errorCode?: string; readonly requestId?: string; readonly message?: string },
    ) {
        super(message);
    }
}

/**
 * Reads what a web server tells of an object: by HEAD, or by a GET whose body is not read where the server refuses HEAD, as it does
 * for a URL that was presigned for GET. Redirects are not followed.
 * @throws an error with status and error code for any answer but 200
 */
export async function readWebProperties(url: string, signal: AbortSignal): Promise<SourceProperties> {
    const response = await ask(url, "HEAD", signal);
    const isFinal = response.ok || response.status === 404 || isRedirectStatus(response.status);
    return webProperties(isFinal ? response : await getWithoutBody(url, signal), signal);
}

/** Asks as the service does: for bytes as they are, not another encoding's, and without following whatever the server says. */
function ask(url: string, method: "HEAD" | "GET", signal: AbortSignal): Promise<Response> {
    const options = { method, signal, redirect: "manual", headers: { "Accept-Encoding": "identity" } } as const;
    return untilAborted(signal, () => fetch(url, options));
}

/** Asks for an object, without its bytes; a refusal keeps its body. */
export async function getWithoutBody(url: string, signal: AbortSignal): Promise<Response> {
    const response = await ask(url, "GET", signal);
    if (response.ok) {
        letGo(response);
    }
    return response;
}

/** Hangs up. Nobody waits until the server has noticed. */
export function letGo(response: Response): void {
    response.body?.cancel().catch(() => {});
}

/**
 * What an answer tells of an object.
 * @throws an error with status and error code where it is a refusal
 */
export async function webProperties(response: Response, signal: AbortSignal): Promise<SourceProperties> {
    if (!response.ok) {
        throw await refusalOf(response, signal);
    }
    const header = (name: string) => response.headers.get(name) ?? undefined;
    const [etag, modified, length, md5] = [
        header("etag"),
        header("last-modified"),
        header("content-length"),
        header("content-md5"),
    ];
    const metadata = metadataOf(response.headers);
    return {
        contentType: header("content-type"),
        contentEncoding: header("content-encoding"),
        contentLanguage: header("content-language"),
        contentDisposition: header("content-disposition"),
        cacheControl: header("cache-control"),
        acceptRanges: header("accept-ranges"),
        etag: etag || undefined,
        lastModified: modified ? new Date(modified) : undefined,
        contentLength: length ? Number(length) : undefined,
        contentMD5: md5 ? Buffer.from(md5, "base64") : undefined,
        metadata: metadata.length > 0 ? Object.fromEntries(metadata) : undefined,
    };
}

/** Metadata of a file in Azure Files, of Amazon S3 or Google Cloud Storage, as far as a blob can have it: C# identifiers and printable ASCII. */
function metadataOf(headers: Headers): [name: string, value: string][] {
    return [...headers]
        .map(
            ([header, value]) =>
                [/^x-(?:ms|amz|goog)-meta-([a-z_][a-z0-9_]*)$/.exec(header)?.[1] ?? "", value] as const,
        )
        .filter(([name, value]) => name !== "" && /^[\x20-\x7e]+$/.test(value))
        .map(([name, value]) => [name, value]);
}

/** Status, code, message and request ID of a refusal: Azure's are in headers, those of Amazon and Google in a body of XML. */
async function refusalOf(response: Response, signal: AbortSignal): Promise<WebError> {
    const { status, statusText, headers } = response;
    const body = await beginningOf(response, signal);
    const element = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1];
    const errorCode = headers.get("x-ms-error-code") ?? element("Code");
    const requestId =
        headers.get("x-ms-request-id") ?? headers.get("x-amz-request-id") ?? headers.get("x-guploader-uploadid");
    const message = isRedirectStatus(status) ? leadingTo(headers.get("location"), response.url) : element("Message");
    return new WebError(statusText, status, {
        errorCode: errorCode || undefined,
        requestId: requestId || undefined,
        message: message || undefined,
    });
}

/** As many bytes of a body as an error takes. A server that refuses may send a whole page. */
const longestRefusalBytes = 16_384;

/** How long a refusal's words are waited for, when its status is known already. */
const refusalMilliseconds = 5_000;

/**
 * The beginning of a body, as far as it has come within a time, or until the signal fires.
 * @param patienceMilliseconds for tests
 */
export async function beginningOf(
    response: Response,
    signal: AbortSignal,
    patienceMilliseconds = refusalMilliseconds,
): Promise<string> {
    const reader = response.body?.getReader();
    if (!reader || signal.aborted) {
        letGo(response);
        return "";
    }
    // What is being read ends by this, whatever the server does.
    const stop = () => {
        reader.cancel().catch(() => {});
    };
    const timer = setTimeout(stop, patienceMilliseconds);
    signal.addEventListener("abort", stop);
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    try {
        for (let part = await reader.read(); !part.done && bytes < longestRefusalBytes; part = await reader.read()) {
            chunks.push(part.value);
            bytes += part.value.length;
        }
    } catch {
        // The connection was lost: what has come must do.
    } finally {
        clearTimeout(timer);
        signal.removeEventListener("abort", stop);
        stop();
    }
    return new TextDecoder().decode(Buffer.concat(chunks).subarray(0, longestRefusalBytes));
}
