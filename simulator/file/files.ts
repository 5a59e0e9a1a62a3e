import { modifiedHeaders } from "../blob/describeBlob";
import { checkWriteLease, forgetEndedLease } from "../blob/leaseChecks";
import { refusePendingCopy } from "../blob/pendingCopy";
import { readMd5Header } from "../blob/putBlob";
import { readBlobHeaders, readMetadata } from "../blob/requestProperties";
import type { Answer } from "../http/answer";
import type { StorageRequest } from "../http/request";
import type { File } from "../state/file";
import { readFileLength } from "./createFile";
import { metadataHeaders, writtenHeaders } from "./describeFile";
import { fileAt } from "./find";
import { readSmbProperties } from "./smbProperties";
import { readFileTarget, refuseReadOnly, targetPlace, targetShare, writeFileTarget } from "./target";

/** Delete File. */
export function deleteFile(request: StorageRequest): Answer {
    const place = targetPlace(request);
    const file = fileAt(place, request.service);
    checkWriteLease(request, file);
    refusePendingCopy(file);
    refuseReadOnly(file);
    request.service.forget(file);
    place.parent.delete(place.name);
    return { status: 202 };
}

/** Set File Properties: the HTTP headers all together, the SMB properties one by one, and the length. */
export function setFileProperties(request: StorageRequest): Answer {
    const { headers, service } = request;
    const length = readFileLength(request);
    const md5 = readMd5Header(request, "x-ms-content-md5");
    const file = writeFileTarget(request);
    const now = service.ticks.next();
    const resized = length !== undefined && length !== file.content.length;
    const kept = { ...file.smb, changed: now };
    const lastWritten = resized ? now : kept.lastWritten;
    const smb = readSmbProperties(request, targetShare(request), {
        words: { preserve: { ...kept, lastWritten }, now: { ...kept, created: now, lastWritten: now } },
        absent: { ...kept, lastWritten },
        required: true,
    });
    const names = ["cache-control", "content-type", "content-md5", "content-encoding", "content-language"];
    const setsHeaders = [...names, "content-disposition"].some((name) => headers.has(`x-ms-${name}`));
    if (setsHeaders || length === undefined) {
        file.headers = readBlobHeaders(headers, false, "x-ms-");
        file.md5 = md5;
    }
    if (length !== undefined) {
        file.content = file.content.resize(length);
    }
    file.smb = smb;
    touch(request, file);
    return { status: 200, headers: writtenHeaders(request, file) };
}

/** Set File Metadata: replaces the whole set. */
export function setFileMetadata(request: StorageRequest): Answer {
    const metadata = readMetadata(request.headers);
    const file = writeFileTarget(request);
    file.metadata = metadata;
    touch(request, file);
    return {
        status: 200,
        headers: { ...modifiedHeaders(request, file.modified), "x-ms-request-server-encrypted": "true" },
    };
}

/** Get File Metadata. */
export function getFileMetadata(request: StorageRequest): Answer {
    const file = readFileTarget(request);
    const headers = { ...modifiedHeaders(request, file.modified), ...metadataHeaders(file.metadata) };
    return { status: 200, headers };
}

/** Gives a file a new ETag and Last-Modified, after it was changed. */
export function touch(request: StorageRequest, file: File): void {
    forgetEndedLease(request, file);
    request.service.touch(file);
}
