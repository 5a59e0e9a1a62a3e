import { verifySas } from "../auth/sas";
import { checkWriteLease } from "../blob/leaseChecks";
import { refusePendingCopy } from "../blob/pendingCopy";
import { readMetadata } from "../blob/requestProperties";
import { type Address, parseAddress, parseQuery } from "../http/address";
import type { Answer } from "../http/answer";
import { invalidHeader, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import { Directory } from "../state/directory";
import type { File } from "../state/file";
import type { SmbProperties } from "../state/smb";
import { writtenHeaders } from "./describeFile";
import { fileAt, findPlace, namesOf, type Place, SOURCE_TRAILING_DOT } from "./find";
import { readSmbProperties } from "./smbProperties";
import { directoryAt, refuseReadOnly, targetPlace } from "./target";

/** Rename File: under another name or in another directory of the share; it keeps its file ID, and its properties unless others are given. */
export function renameFile(request: StorageRequest): Answer {
    const { headers, service } = request;
    const metadata = readMetadata(headers);
    const contentType = headers.get("x-ms-content-type");
    const source = sourcePlace(request);
    const file = fileAt(source, service);
    checkWriteLease(request, file, "x-ms-source-lease-id");
    refusePendingCopy(file);
    const place = freePlace(request, file);
    const renamed = file.renamed(place.name, place.parent.id);
    renamed.smb = keptProperties(request, place, file);
    renamed.metadata = metadata ?? file.metadata;
    if (contentType) {
        renamed.headers = { ...file.headers, contentType };
    }
    source.parent.delete(source.name);
    place.parent.set(renamed);
    service.moved(renamed);
    renamed.modified = service.ticks.next();
    return { status: 200, headers: writtenHeaders(request, renamed) };
}

/** Rename Directory, with all that is in it. */
export function renameDirectory(request: StorageRequest): Answer {
    const { service } = request;
    const metadata = readMetadata(request.headers);
    const source = sourcePlace(request);
    const directory = directoryAt(source);
    const place = freePlace(request, directory);
    if (isWithin(place.parent, directory)) {
        throw invalidHeader("x-ms-file-rename-source", request.headers.get("x-ms-file-rename-source"));
    }
    const renamed = directory.renamed(place.name, place.parent.id);
    renamed.smb = keptProperties(request, place, directory);
    renamed.metadata = metadata ?? directory.metadata;
    source.parent.delete(source.name);
    place.parent.set(renamed);
    for (const file of renamed.files()) {
        service.moved(file);
    }
    renamed.modified = service.ticks.next();
    return { status: 200, headers: writtenHeaders(request, renamed) };
}

/** What the x-ms-file-rename-source header leads to: something in the same share. */
function sourcePlace(request: StorageRequest): Place {
    const header = "x-ms-file-rename-source";
    const text = request.headers.required(header);
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const address = url && parseAddress(url.hostname, url.pathname, parseQuery(url.search.slice(1)), "file");
    const { account, share, path } = request.address;
    if (!url || !address?.path || !path || address.account !== account || address.share !== share) {
        throw invalidHeader(header, text.replace(/([?&]sig=)[^&]*/, "$1REDACTED"));
    }
    authorize(request, url, address);
    const found = request.account.shares.get(share!);
    if (!found) {
        throw storageError("ShareNotFound");
    }
    return findPlace(found, found.root, namesOf(request, address.path, SOURCE_TRAILING_DOT));
}

/** The key opens the source too, and so does a token, whose roles are for the whole share; a SAS of the request covers the destination only. */
function authorize(request: StorageRequest, url: URL, address: Address): void {
    if (request.identity.kind === "key" || request.identity.kind === "bearer") {
        return;
    }
    const { account, secure, clientIp, service } = request;
    const query = parseQuery(url.search.slice(1));
    const grant = verifySas({ account, address, query, secure, clientIp, now: service.clock.now() });
    if (!grant.permissions.includes("w")) {
        throw storageError("AuthorizationPermissionMismatch");
    }
}

/** Where something is renamed to: a file there is replaced only if the request says so. */
function freePlace(request: StorageRequest, source: File | Directory): Place {
    const { headers, service } = request;
    const place = targetPlace(request);
    const { item } = place;
    if (!item || item === source) {
        return place;
    }
    const replaces = headers.boolean("x-ms-file-rename-replace-if-exists") ?? false;
    if (!replaces || item instanceof Directory || source instanceof Directory) {
        throw storageError("ResourceAlreadyExists");
    }
    const old = service.settleFile(item);
    checkWriteLease(request, old, "x-ms-destination-lease-id");
    refusePendingCopy(old);
    if (!headers.boolean("x-ms-file-rename-ignore-readonly")) {
        refuseReadOnly(old);
    }
    service.forget(old);
    return place;
}

function keptProperties(request: StorageRequest, { share }: Place, item: File | Directory): SmbProperties {
    const now = request.service.ticks.next();
    const kept = { ...item.smb, changed: now };
    const words = { preserve: kept, now: { ...kept, created: now, lastWritten: now } };
    return readSmbProperties(request, share, { words, absent: kept });
}

function isWithin(directory: Directory, outer: Directory): boolean {
    if (directory === outer) {
        return true;
    }
    for (const [, item] of outer.entries("")) {
        if (item instanceof Directory && isWithin(directory, item)) {
            return true;
        }
    }
    return false;
}
