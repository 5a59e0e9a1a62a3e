import type { BlobGetPropertiesResponse } from "@azure/storage-blob";
import { CopyError } from "../copy/errors";
import { contentMd5 } from "../copy/status";
import type { SourceProperties } from "../storage/webSource";
import { type CopyRequest, what } from "./copyRequest";

/**
 * Compares a finished copy with its source, as far as `verify` asks for it.
 * @throws CopyError with the values of both
 */
export function verifyCopy(
    request: CopyRequest,
    source: Pick<SourceProperties, "contentLength" | "contentMD5">,
    destination: BlobGetPropertiesResponse,
): void {
    const { verify = "length", blobHTTPHeaders } = request.inputs;
    const differs = (of: string, there: unknown, here: unknown) =>
        new CopyError(
            `the copy of ${what(request)} is not what its source is: the ${of} of the source is ${there}, that of the destination ${here}${destination.copyId ? `; copy ID ${destination.copyId}` : ""}`,
            destination.copyId,
            destination.copyStatus,
        );
    const length = source.contentLength;
    if (verify !== "none" && length !== undefined && destination.contentLength !== length) {
        throw differs("length", length, destination.contentLength);
    }
    // An MD5 that the program gives is not the source's.
    if (verify === "md5" && blobHTTPHeaders?.blobContentMD5 === undefined) {
        const [there, here] = [contentMd5(source), contentMd5(destination)];
        if (there === undefined || there !== here) {
            throw differs("Content-MD5", there ?? "absent", here ?? "absent");
        }
    }
}
