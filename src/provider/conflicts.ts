// What stands in a copy's way, in words.

import type { BlobGetPropertiesResponse } from "@azure/storage-blob";
import { DestinationConflictError } from "../copy/errors";
import { resolveAddress, sameAddress } from "../storage/address";
import { redactUrl } from "../storage/url";
import type { CopyRequest } from "./copyRequest";

/** Somebody else's copy is pending: what, since when, from where. */
export function pendingElsewhere(request: CopyRequest, there: BlobGetPropertiesResponse): DestinationConflictError {
    const from = there.copySource ? ` from ${redactUrl(there.copySource)}` : "";
    const since = there.lastModified ? ` since ${there.lastModified.toISOString()}` : "";
    return new DestinationConflictError(
        `another copy${from} onto ${request.destination.url} is pending${since} (${there.copyProgress ?? "no progress reported"}); wait for its end, or abort it; copy ID ${there.copyId}`,
        there.copyId,
        "pending",
    );
}

/** A blob that may not be overwritten. */
export function inTheWay(
    request: CopyRequest,
    there: BlobGetPropertiesResponse,
    own: boolean,
): DestinationConflictError {
    const { inputs, destination, previous } = request;
    const found = `${there.contentLength} bytes, last modified ${there.lastModified?.toISOString()}, ETag ${there.etag}`;
    const why = own
        ? `the destination ${destination.url} would be overwritten, and overwrite is "never"`
        : previous && sameAddress(resolveAddress(previous.destination)!, destination.address)
          ? `the destination ${destination.url} was changed by somebody else since this resource wrote it`
          : `a blob that this resource did not make is at the destination ${destination.url}`;
    const remedy =
        inputs.overwrite === "never"
            ? 'set overwrite to "ifUnchanged" or "always", or copy to another name'
            : 'set overwrite to "always" to copy over it, delete it, or copy to another name';
    return new DestinationConflictError(`${why} (${found}); ${remedy}`);
}
