import { modifiedHeaders } from "../blob/describeBlob";
import { readMetadata } from "../blob/requestProperties";
import type { Answer } from "../http/answer";
import { storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import { Directory } from "../state/directory";
import type { SmbProperties } from "../state/smb";
import { newSmbDefaults } from "./createFile";
import { metadataHeaders, smbHeaders, writtenHeaders } from "./describeFile";
import { readSmbProperties, withAttribute } from "./smbProperties";
import { directoryAt, refuseReadOnly, refuseSnapshot, targetDirectory, targetPlace, targetShare } from "./target";

/** Create Directory, in a directory that is there. */
export function createDirectory(request: StorageRequest): Answer {
    const metadata = readMetadata(request.headers);
    if (request.address.path === undefined) {
        targetShare(request);
        throw storageError("ResourceAlreadyExists");
    }
    const { share, parent, name, item } = targetPlace(request);
    if (item) {
        throw storageError(item instanceof Directory ? "ResourceAlreadyExists" : "ResourceTypeMismatch");
    }
    const modified = request.service.ticks.next();
    const smb = readSmbProperties(request, share, newSmbDefaults({ parent }, modified, "Directory"));
    const directory = new Directory(name, share.nextId(), parent.id, asDirectory(smb), modified);
    directory.metadata = metadata;
    parent.set(directory);
    return { status: 201, headers: writtenHeaders(request, directory) };
}

/** Delete Directory: 409 unless it is empty. */
export function deleteDirectory(request: StorageRequest): Answer {
    if (request.address.path === undefined) {
        targetShare(request);
        throw storageError("CannotDeleteFileOrDirectory");
    }
    const place = targetPlace(request);
    const directory = directoryAt(place);
    if (!directory.isEmpty) {
        throw storageError("DirectoryNotEmpty");
    }
    refuseReadOnly(directory);
    place.parent.delete(place.name);
    return { status: 202 };
}

/** Get Directory Properties. */
export function getDirectoryProperties(request: StorageRequest): Answer {
    const directory = targetDirectory(request);
    return {
        status: 200,
        headers: {
            ...modifiedHeaders(request, directory.modified),
            Vary: "Origin",
            "x-ms-server-encrypted": "true",
            ...smbHeaders(request, directory),
            ...metadataHeaders(directory.metadata),
        },
    };
}

/** Set Directory Properties: the SMB properties, one by one. */
export function setDirectoryProperties(request: StorageRequest): Answer {
    refuseSnapshot(request);
    const directory = targetDirectory(request);
    const now = request.service.ticks.next();
    const kept = { ...directory.smb, changed: now };
    const words = { preserve: kept, now: { ...kept, created: now, lastWritten: now } };
    const smb = readSmbProperties(request, targetShare(request), { words, absent: kept, required: true });
    directory.smb = asDirectory(smb);
    directory.modified = now;
    return { status: 200, headers: writtenHeaders(request, directory) };
}

/** Set Directory Metadata: replaces the whole set. */
export function setDirectoryMetadata(request: StorageRequest): Answer {
    refuseSnapshot(request);
    const metadata = readMetadata(request.headers);
    const directory = targetDirectory(request);
    directory.metadata = metadata;
    directory.modified = request.service.ticks.next();
    const headers = modifiedHeaders(request, directory.modified);
    return { status: 200, headers: { ...headers, "x-ms-request-server-encrypted": "true" } };
}

/** Get Directory Metadata. */
export function getDirectoryMetadata(request: StorageRequest): Answer {
    const directory = targetDirectory(request);
    const headers = { ...modifiedHeaders(request, directory.modified), ...metadataHeaders(directory.metadata) };
    return { status: 200, headers };
}

function asDirectory(smb: SmbProperties): SmbProperties {
    return { ...smb, attributes: withAttribute(smb.attributes, "Directory") };
}
