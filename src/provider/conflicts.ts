// What stands in a copy's way, in words.

import { DestinationConflictError, SourceChangedError } from "../copy/errors";
import type { CopyProperties } from "../copy/status";
import { resolveAddress } from "../storage/address";
import { parseDate } from "../storage/date";
import { told } from "../storage/knownSecrets";
import { isSameObject } from "../storage/sameObject";
import { redactUrl } from "../storage/url";
import type { SourceProperties } from "../storage/webSource";
import type { AnyCopyRequest, SourceConditions } from "./copyTypes";
import { isCopyOf } from "./observe";

/** Somebody else's copy is pending: what, since when, from where. */
export function pendingElsewhere(
    request: Pick<AnyCopyRequest, "destination" | "source">,
    there: CopyProperties,
): DestinationConflictError {
    const source = there.copySource && redactUrl(there.copySource);
    const isNamedAlike = source === request.source.url && !isCopyOf(there, request.source.address);
    const from = source ? ` from ${told(source)}${isNamedAlike ? " with another query" : ""}` : "";
    const since = there.lastModified ? ` since ${there.lastModified.toISOString()}` : "";
    return new DestinationConflictError(
        `another copy${from} onto ${request.destination.url} is pending${since} (${told(there.copyProgress ?? "no progress reported")}); wait for its end, or abort it; copy ID ${told(`${there.copyId}`)}`,
        there.copyId,
        "pending",
    );
}

/**
 * Whether a blob or file may be overwritten.
 * @param own whether this resource has written it and nobody has changed it since
 * @param notAdopted why `adopt: true` has not taken it over, in words
 * @returns a condition on its tags, which the service must compare
 * @throws DestinationConflictError where it may not
 */
export function permitOverwrite(
    request: AnyCopyRequest,
    there: CopyProperties,
    own: boolean,
    notAdopted?: string,
): string | undefined {
    const { overwrite, onDestinationDrift, conditions } = request.inputs;
    const mayCopyAgain = own || (request.previous !== undefined && onDestinationDrift === "copyAgain");
    if (mayCopyAgain && overwrite !== "never") {
        return undefined;
    }
    if (overwrite === "always") {
        refuseUnmetConditions(request, there);
        return conditions?.tagConditions;
    }
    throw inTheWay(request, there, own, notAdopted);
}

/** A blob or file that may not be overwritten. */
function inTheWay(
    request: AnyCopyRequest,
    there: CopyProperties,
    own: boolean,
    notAdopted: string | undefined,
): DestinationConflictError {
    const { inputs, destination, previous } = request;
    const size = `${there.contentLength} bytes, last modified ${there.lastModified?.toISOString()}, ETag ${told(`${there.etag}`)}`;
    const why = own
        ? `the destination ${destination.url} would be overwritten, and overwrite is "never"`
        : previous && isSameObject(resolveAddress(previous.destination)!, destination.address)
          ? `the destination ${destination.url} was changed by somebody else since this resource wrote it`
          : `a ${destination.address.kind} that this resource did not make is at the destination ${destination.url}`;
    const adopting =
        previous || own
            ? ""
            : inputs.adopt
              ? `adopt does not take it over, since ${notAdopted ?? "its content is not known to be the source's"}; `
              : "set adopt: true to take it over if it has the source's content, ";
    const remedy =
        previous && inputs.overwrite !== "never"
            ? 'set onDestinationDrift to "copyAgain" to copy over it or to "ignore" to leave it, delete it, or copy to another name'
            : own
              ? 'set overwrite to "ifUnchanged" or "always", or copy to another name'
              : 'set overwrite to "always" to copy over it, delete it, or copy to another name';
    return new DestinationConflictError(`${why} (${size}); ${adopting}${remedy}`);
}

/**
 * The destination's conditions, for a blob that somebody else has made. The copy then overwrites only what was looked at here
 * (`If-Match`), so that comparing here is as good as at the service.
 */
function refuseUnmetConditions(request: AnyCopyRequest, there: CopyProperties): void {
    const unmet = unmetCondition(request.inputs.conditions, there);
    if (unmet) {
        throw new DestinationConflictError(
            `the blob at the destination ${request.destination.url} does not meet conditions.${unmet} (${found(there)}), and was left as it is; change the condition, or copy to another name`,
        );
    }
}

/** The source's conditions. The copy then reads only what was looked at here (`x-ms-source-if-match`). */
export function refuseUnmetSourceConditions(request: AnyCopyRequest, source: SourceProperties): void {
    const unmet = unmetCondition(request.inputs.sourceConditions, source);
    if (unmet) {
        throw new SourceChangedError(
            `the source ${request.source.url} does not meet sourceConditions.${unmet} (${found(source)}), and nothing was copied`,
        );
    }
}

/** The source is not what the preview saw, and the program wants to know. */
export function changedSincePreview({ source }: AnyCopyRequest): SourceChangedError {
    return new SourceChangedError(
        `the source ${source.url} has changed since the preview, and onSourceChange is "fail"; run pulumi up again to copy what it holds now`,
    );
}

function found({ etag, lastModified }: Conditional): string {
    return `its ETag is ${told(`${etag}`)}, last modified ${lastModified?.toISOString()}`;
}

type Conditional = Pick<SourceProperties, "etag" | "lastModified">;

/** The first condition that an object does not meet, but for tags, which only the service compares. */
function unmetCondition(conditions: SourceConditions = {}, object: Conditional): string | undefined {
    const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions;
    const etag = plainEtag(object.etag);
    // Headers carry whole seconds.
    const seconds = (date: Date | undefined) => Math.floor((date?.getTime() ?? 0) / 1_000);
    const modified = seconds(object.lastModified);
    const since = (text: string) => seconds(parseDate(text));
    if (ifMatch !== undefined && ifMatch !== "*" && plainEtag(ifMatch) !== etag) {
        return `ifMatch ${ifMatch}`;
    }
    if (ifNoneMatch !== undefined && (ifNoneMatch === "*" || plainEtag(ifNoneMatch) === etag)) {
        return `ifNoneMatch ${ifNoneMatch}`;
    }
    if (ifModifiedSince !== undefined && modified <= since(ifModifiedSince)) {
        return `ifModifiedSince ${ifModifiedSince}`;
    }
    if (ifUnmodifiedSince !== undefined && modified > since(ifUnmodifiedSince)) {
        return `ifUnmodifiedSince ${ifUnmodifiedSince}`;
    }
    return undefined;
}

function plainEtag(etag: string | undefined): string | undefined {
    return etag?.replaceAll('"', "");
}
