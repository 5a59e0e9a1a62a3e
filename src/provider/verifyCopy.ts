import { CopyError } from "../copy/errors";
import { type CopyProperties, contentMd5 } from "../copy/status";
import type { SourceProperties } from "../storage/webSource";
import { what } from "./copyRequest";
import type { AnyCopyRequest } from "./copyTypes";

/**
 * Compares a finished copy with its source, as far as `verify` asks for it.
 * @param givenMd5 the Content-MD5 that the program gives the destination, which is not the source's
 * @throws CopyError with the values of both
 */
export function verifyCopy(
    request: AnyCopyRequest,
    source: Pick<SourceProperties, "contentLength" | "contentMD5">,
    destination: CopyProperties,
    givenMd5?: string,
): void {
    const { verify = "length" } = request.inputs;
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
    if (verify === "md5" && givenMd5 === undefined) {
        const [there, here] = [contentMd5(source), contentMd5(destination)];
        if (there === undefined || there !== here) {
            throw differs("Content-MD5", there ?? "absent", here ?? "absent");
        }
    }
}
