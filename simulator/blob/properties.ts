import type { PageMap } from "../content/pageMap";
import type { Answer } from "../http/answer";
import { readSmallBody } from "../http/body";
import { invalidHeader, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import { element, parent } from "../http/xml";
import type { Blob } from "../state/blob";
import { checkRead, checkWrite, readConditions } from "./conditions";
import { modifiedHeaders, writtenHeaders } from "./describeBlob";
import { checkWriteEncryption } from "./encryption";
import { addressedBlob, targetContainer, targetName } from "./find";
import { checkReadLease, checkWriteLease, forgetEndedLease } from "./leaseChecks";
import { refusePendingCopy } from "./pendingCopy";
import { readMd5Header, readPageBlobLength, readSequenceNumber } from "./putBlob";
import { readBlobHeaders, readMetadata, readTagsBody } from "./requestProperties";
import { refuseArchived, writeTarget } from "./target";

/** Set Blob Metadata: replaces the whole set. */
export function setBlobMetadata(request: StorageRequest): Answer {
    const metadata = readMetadata(request.headers);
    const blob = writeTarget(request);
    refuseArchived(blob);
    checkWriteEncryption(request, blob);
    request.service.newVersion(targetContainer(request), targetName(request), blob);
    blob.metadata = metadata;
    const answer = changed(request, blob);
    const headers = { ...answer.headers, ...writtenHeaders(request, blob), "x-ms-request-server-encrypted": "true" };
    return { ...answer, headers };
}

/** Set Blob Properties: replaces the HTTP headers, or resizes a page blob or changes its sequence number. */
export function setBlobProperties(request: StorageRequest): Answer {
    const { headers } = request;
    const blob = writeTarget(request);
    refuseArchived(blob);
    const resizes = headers.has("x-ms-blob-content-length");
    const renumbers = headers.has("x-ms-sequence-number-action");
    if ((resizes || renumbers) && blob.type !== "PageBlob") {
        throw storageError("InvalidBlobType");
    }
    if (resizes) {
        const length = readPageBlobLength(request);
        blob.content = (blob.content as PageMap).resize(length);
    }
    if (renumbers) {
        setSequenceNumber(request, blob);
    }
    const names = ["cache-control", "content-type", "content-md5", "content-encoding", "content-language"];
    const setsHeaders = [...names, "content-disposition"].some((name) => headers.has(`x-ms-blob-${name}`));
    if (setsHeaders || (!resizes && !renumbers)) {
        blob.headers = readBlobHeaders(headers, false);
        blob.md5 = readMd5Header(request, "x-ms-blob-content-md5");
    }
    blob.copy = undefined;
    const answer = changed(request, blob);
    const number = blob.type === "PageBlob" ? (blob.rare?.sequenceNumber ?? 0) : undefined;
    return { ...answer, headers: { ...answer.headers, "x-ms-blob-sequence-number": number } };
}

/** Get Blob Tags. */
export function getBlobTags(request: StorageRequest): Answer {
    const blob = addressedBlob(request);
    checkReadLease(request, blob);
    checkRead(readConditions(request.headers, "x-ms-blob-"), blob);
    const tags = Object.entries(blob.tags ?? {})
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => parent("Tag", element("Key", key) + element("Value", value)));
    return { status: 200, xml: parent("Tags", parent("TagSet", tags.join(""))) };
}

/** Set Blob Tags: replaces the whole set. ETag and Last-Modified stay. */
export async function setBlobTags(request: StorageRequest): Promise<Answer> {
    const tags = readTagsBody(await readSmallBody(request.body));
    const blob = addressedBlob(request);
    checkWriteLease(request, blob);
    checkWrite(readConditions(request.headers, "x-ms-blob-"), blob);
    refusePendingCopy(blob);
    blob.tags = Object.keys(tags).length > 0 ? tags : undefined;
    return { status: 204 };
}

/** 200 with the new ETag, after a blob was changed. */
export function changed(request: StorageRequest, blob: Blob): Answer {
    forgetEndedLease(request, blob);
    request.service.touch(blob);
    return { status: 200, headers: modifiedHeaders(request, blob.modified) };
}

function setSequenceNumber(request: StorageRequest, blob: Blob): void {
    const action = request.headers.required("x-ms-sequence-number-action").toLowerCase();
    const given = readSequenceNumber(request);
    const old = blob.rare?.sequenceNumber ?? 0;
    if (action === "increment") {
        if (given !== undefined) {
            throw storageError("InvalidHeaderValue", {
                elements: { HeaderName: "x-ms-blob-sequence-number", HeaderValue: String(given) },
            });
        }
        blob.rarities.sequenceNumber = old + 1;
    } else if (action === "max" || action === "update") {
        if (given === undefined) {
            throw storageError("MissingRequiredHeader", { elements: { HeaderName: "x-ms-blob-sequence-number" } });
        }
        blob.rarities.sequenceNumber = action === "max" ? Math.max(old, given) : given;
    } else {
        throw invalidHeader("x-ms-sequence-number-action", action);
    }
}
