import type { BlobGetPropertiesResponse } from "@azure/storage-blob";
import { defined } from "./defined";

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
 * for a URL that was presigned for GET.
 * @throws an error with status and error code for any answer but 200
 */
export async function readWebProperties(url: string, signal: AbortSignal): Promise<SourceProperties> {
    const response = await fetch(url, { ...asTheService, method: "HEAD", signal });
    return webProperties(response.ok || response.status === 404 ? response : await getWithoutBody(url, signal));
}

/** The service takes bytes as they are, so what is asked for must not be another encoding's length. */
const asTheService = { headers: { "Accept-Encoding": "identity" } };

/** Asks for an object, without its bytes; a refusal keeps its body. */
export async function getWithoutBody(url: string, signal: AbortSignal): Promise<Response> {
    const response = await fetch(url, { ...asTheService, signal });
    if (response.ok) {
        await response.body?.cancel();
    }
    return response;
}

/**
 * What an answer tells of an object.
 * @throws an error with status and error code where it is a refusal
 */
export async function webProperties(response: Response): Promise<SourceProperties> {
    if (!response.ok) {
        throw await refusalOf(response);
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
    const metadata = metadataOf(response.headers);
    return {
        ...defined(asTheyAre),
        ...(etag && { etag }),
        ...(modified && { lastModified: new Date(modified) }),
        ...(length && { contentLength: Number(length) }),
        ...(md5 && { contentMD5: Buffer.from(md5, "base64") }),
        ...(metadata.length > 0 && { metadata: Object.fromEntries(metadata) }),
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
async function refusalOf(response: Response): Promise<WebError> {
    const { status, statusText, headers } = response;
    const body = await beginningOf(response);
    const element = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1];
    const errorCode = headers.get("x-ms-error-code") ?? element("Code");
    const requestId =
        headers.get("x-ms-request-id") ?? headers.get("x-amz-request-id") ?? headers.get("x-guploader-uploadid");
    const message = element("Message");
    return new WebError(statusText, status, {
        ...(errorCode && { errorCode }),
        ...(requestId && { requestId }),
        ...(message && { message }),
    });
}

/** As much of a body as an error takes. A server that refuses may send a whole page. */
async function beginningOf(response: Response): Promise<string> {
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
        text += decoder.decode(chunk, { stream: true });
        if (text.length > 16_384) {
            break;
        }
    }
    return text;
}
