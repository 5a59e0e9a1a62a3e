import { type CopySource, withCopySource } from "../blob/copySource";
import { modifiedHeaders } from "../blob/describeBlob";
import { checkWriteLease } from "../blob/leaseChecks";
import { abortCopy, newCopyState, readAbort, watchSource } from "../blob/pendingCopy";
import { readMetadata } from "../blob/requestProperties";
import { PageMap } from "../content/pageMap";
import type { Answer } from "../http/answer";
import { invalidHeader, missingHeader } from "../http/errors";
import type { StorageRequest } from "../http/request";
import type { File } from "../state/file";
import type { SmbProperties } from "../state/smb";
import { createFile, newSmbDefaults, placedFile } from "./createFile";
import { fileAt, findShare, type Place } from "./find";
import { readSmbProperties, withAttribute } from "./smbProperties";
import { refuseSnapshot, replaceFileTarget, targetPlace, targetShare } from "./target";

/** From this version on there is Copy File; before, its header meant nothing. */
const COPY_VERSION = "2015-02-21";
/** From this version on, Copy File takes SMB properties; before, it copied those of the source. */
const SMB_COPY_VERSION = "2019-07-07";

/** Copy File. From a file of the same account it ends at once, from elsewhere it is pending until the clock says otherwise. */
export async function copyFile(request: StorageRequest): Promise<Answer> {
    if (request.version < COPY_VERSION) {
        return createFile(request);
    }
    refuseSnapshot(request);
    targetShare(request);
    return withCopySource(request, (source) => startCopy(request, source));
}

function startCopy(request: StorageRequest, source: CopySource): Answer {
    const { headers, service } = request;
    const own = readMetadata(headers);
    const place = replaceFileTarget(request, headers.boolean("x-ms-file-copy-ignore-readonly") ?? false);
    const modified = service.ticks.next();
    const smb = readCopiedProperties(request, source, place, modified);
    const file = placedFile(request, place, smb, modified);
    const original = source.object ?? source.external!;
    file.headers = original.headers;
    file.md5 = original.md5;
    file.metadata = own ?? original.metadata;
    file.copy = newCopyState(request, source);
    const answer = answered(request, file);
    if (file.copy.pending) {
        // The empty file of the answer gets its length at once, and with it another ETag.
        file.content = PageMap.empty(file.copy.total);
        file.modified = service.ticks.next();
    } else {
        file.receive(source.object!.content);
    }
    watchSource(source, file.copy, place.old);
    return answer;
}

function answered(request: StorageRequest, file: File): Answer {
    const { id, status } = file.copy!;
    const headers = { ...modifiedHeaders(request, file.modified), "x-ms-copy-id": id, "x-ms-copy-status": status };
    return { status: 202, headers };
}

/** The SMB properties of the copy: as new ones, or with values of the source or of the request. */
function readCopiedProperties(request: StorageRequest, source: CopySource, place: Place, now: number): SmbProperties {
    const { headers, version } = request;
    const fresh = newSmbDefaults(place, now, "Archive").absent;
    const original = source.file && { ...source.file.smb, permissionKey: permissionOf(source, place) };
    if (version < SMB_COPY_VERSION) {
        return original ? { ...original, created: now } : fresh;
    }
    refuseWithoutSource(request, original);
    const takesPermission = readPermissionMode(request);
    const absent = takesPermission ? { ...fresh, permissionKey: original!.permissionKey } : fresh;
    const words = { none: { ...fresh, attributes: "None" }, inherit: fresh, ...(original && { source: original }) };
    const smb = readSmbProperties(request, place.share, { absent, words });
    const archived = headers.boolean("x-ms-file-copy-set-archive");
    return archived ? { ...smb, attributes: withAttribute(smb.attributes, "Archive") } : smb;
}

/** The source's permission in the share of the copy, where it may not be known yet. */
function permissionOf({ address, file }: CopySource, { share }: Place): string {
    const from = findShare(address!.account, address!.address.share!);
    return share.keepPermission(from.permission(file!.smb.permissionKey)!);
}

/** Whether the permission is the source's (x-ms-file-permission-copy-mode: source); override needs one in the request. */
function readPermissionMode({ headers }: StorageRequest): boolean {
    const mode = headers.get("x-ms-file-permission-copy-mode")?.toLowerCase();
    const given = headers.get("x-ms-file-permission") || headers.get("x-ms-file-permission-key");
    if (mode && mode !== "source" && mode !== "override") {
        throw invalidHeader("x-ms-file-permission-copy-mode", mode);
    }
    if (mode === "override" && !given) {
        throw missingHeader("x-ms-file-permission");
    }
    if (mode === "source" && given) {
        throw invalidHeader("x-ms-file-permission-copy-mode", mode);
    }
    return mode === "source";
}

/** 400 for asking for SMB properties of a source that has none: a blob. */
function refuseWithoutSource({ headers }: StorageRequest, original: SmbProperties | undefined): void {
    const names = ["attributes", "creation-time", "last-write-time", "change-time", "permission-copy-mode"];
    const wanted = names.find((name) => headers.get(`x-ms-file-${name}`)?.toLowerCase() === "source");
    if (wanted && !original) {
        throw invalidHeader(`x-ms-file-${wanted}`, "source");
    }
}

/** Abort Copy File: the file is left with no bytes and all its properties. */
export function abortCopyFile(request: StorageRequest): Answer {
    const id = readAbort(request);
    const file = fileAt(targetPlace(request), request.service);
    checkWriteLease(request, file);
    abortCopy(request, file, id);
    return { status: 204, headers: { "Content-Length": 0 } };
}
