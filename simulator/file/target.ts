import { checkReadLease, checkWriteLease } from "../blob/leaseChecks";
import { refusePendingCopy } from "../blob/pendingCopy";
import { invalidParameter, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import { Directory } from "../state/directory";
import type { File } from "../state/file";
import type { Share } from "../state/share";
import { isReadOnly } from "../state/smb";
import { fileAt, findFile, findPlace, findShare, findSnapshot, namesOf, type Place, TRAILING_DOT } from "./find";

/** The share that the request addresses; 404 ShareNotFound if there is none. */
export function targetShare(request: StorageRequest): Share {
    return findShare(request.account, request.address.share!);
}

/** Where the request leads to, to write there: 400 for a share snapshot. */
export function targetPlace(request: StorageRequest): Place {
    refuseSnapshot(request);
    const share = targetShare(request);
    return findPlace(share, share.root, namesOf(request, request.address.path!, TRAILING_DOT));
}

/** The file to be read, its lease checked. */
export function readFileTarget(request: StorageRequest): File {
    const file = findFile(request, request.account, request.address, request.query, TRAILING_DOT);
    checkReadLease(request, file);
    return file;
}

/** The existing file to be changed: lease checked, and not the destination of a pending copy. */
export function writeFileTarget(request: StorageRequest): File {
    const file = fileAt(targetPlace(request), request.service);
    checkWriteLease(request, file);
    refusePendingCopy(file);
    return file;
}

/** What a whole file is put in place of, if anything: lease checked, no pending copy; not read-only unless that may be ignored. */
export function replaceFileTarget(request: StorageRequest, ignoresReadOnly = false): Place & { old: File | undefined } {
    const place = targetPlace(request);
    if (place.item instanceof Directory) {
        throw storageError("ResourceTypeMismatch");
    }
    const old = place.item && request.service.settleFile(place.item);
    checkWriteLease(request, old);
    if (old) {
        refusePendingCopy(old);
        if (!ignoresReadOnly) {
            refuseReadOnly(old);
        }
    }
    return { ...place, old };
}

/** The directory, of the share or a snapshot of it, that the request addresses; 404 if there is none. */
export function targetDirectory(request: StorageRequest): Directory {
    const share = targetShare(request);
    const root = findSnapshot(share, request.query)?.root ?? share.root;
    if (request.address.path === undefined) {
        return root;
    }
    return directoryAt(findPlace(share, root, namesOf(request, request.address.path, TRAILING_DOT)));
}

/** The directory that is there; 404 if there is none. */
export function directoryAt({ item }: Place): Directory {
    if (!(item instanceof Directory)) {
        throw storageError("ResourceNotFound");
    }
    return item;
}

/** 409 ReadOnlyAttribute for what may not be overwritten, written or deleted. */
export function refuseReadOnly({ smb }: File | Directory): void {
    if (isReadOnly(smb)) {
        throw storageError("ReadOnlyAttribute");
    }
}

/** 400 InvalidQueryParameterValue for what can't be done to a share snapshot. */
export function refuseSnapshot({ query }: StorageRequest): void {
    const snapshot = query.get("sharesnapshot");
    if (snapshot) {
        throw invalidParameter("sharesnapshot", snapshot, "This operation is not allowed on a share snapshot.");
    }
}
