import { copyHeaders, leaseHeaders, modifiedHeaders, overriddenHeaders } from "../blob/describeBlob";
import { timestampOf } from "../clock";
import type { AnswerHeaders } from "../http/answer";
import type { StorageRequest } from "../http/request";
import type { Directory } from "../state/directory";
import type { File } from "../state/file";
import type { Metadata } from "../state/properties";
import { SMB_VERSION } from "./smbProperties";

/** ETag, Last-Modified and SMB properties, as the answer to a write tells them. */
export function writtenHeaders(request: StorageRequest, item: File | Directory): AnswerHeaders {
    return {
        ...modifiedHeaders(request, item.modified),
        "x-ms-request-server-encrypted": "true",
        ...smbHeaders(request, item),
    };
}

/** The SMB properties and the file IDs as headers, for versions that know of them. */
export function smbHeaders({ version }: StorageRequest, { smb, id, parentId }: File | Directory): AnswerHeaders {
    if (version < SMB_VERSION) {
        return {};
    }
    return {
        "x-ms-file-permission-key": smb.permissionKey,
        "x-ms-file-attributes": smb.attributes,
        "x-ms-file-creation-time": timestampOf(smb.created),
        "x-ms-file-last-write-time": timestampOf(smb.lastWritten),
        "x-ms-file-change-time": timestampOf(smb.changed),
        "x-ms-file-id": id,
        "x-ms-file-parent-id": parentId,
    };
}

/** All headers that Get File and Get File Properties have in common. */
export function fileHeaders(request: StorageRequest, file: File): AnswerHeaders {
    return {
        "Content-Type": file.headers.contentType,
        "Content-Encoding": file.headers.contentEncoding,
        "Content-Language": file.headers.contentLanguage,
        "Content-Disposition": file.headers.contentDisposition,
        "Cache-Control": file.headers.cacheControl,
        ...modifiedHeaders(request, file.modified),
        Vary: "Origin",
        "x-ms-type": "File",
        "x-ms-server-encrypted": "true",
        ...(request.version >= SMB_VERSION ? leaseHeaders(request, file.lease) : {}),
        ...smbHeaders(request, file),
        ...copyHeaders(file),
        ...metadataHeaders(file.metadata),
        ...overriddenHeaders(request),
    };
}

/** Metadata as headers. */
export function metadataHeaders(metadata: Metadata | undefined): AnswerHeaders {
    return Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [`x-ms-meta-${name}`, value]));
}
