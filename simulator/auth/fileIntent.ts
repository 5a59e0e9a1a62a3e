import type { StorageService } from "../http/address";
import { invalidHeader, missingHeader } from "../http/errors";
import type { StorageRequest } from "../http/request";
import { authenticationFailed } from "./sharedKey";

const INTENT = "x-ms-file-request-intent";
/** From this version on Azure Files takes bearer tokens for files and directories. */
const FILE_VERSION = "2022-11-02";
/** From this version on it takes them for shares and for the service. */
const SHARE_VERSION = "2024-11-04";
/** From this version on the Blob service passes the intent on to a file that it reads. */
const BLOB_SOURCE_VERSION = "2025-07-05";

/** Whoever comes to Azure Files with a token must say that permissions of files do not count: 400 unless the intent is `backup`. */
export function checkIntent(request: StorageRequest): void {
    const { version, address } = request;
    if (version < (address.path === undefined ? SHARE_VERSION : FILE_VERSION)) {
        throw authenticationFailed("Authentication scheme Bearer is not supported in this version.");
    }
    // The key is no file's.
    if (request.query.get("comp")?.toLowerCase() !== "userdelegationkey") {
        checkValue(request.headers.get(INTENT));
    }
}

/** The same for a file that the service reads with a token: the intent is the request's own, where its version knows that. */
export function checkSourceIntent(request: StorageRequest): void {
    const since: Readonly<Record<StorageService, string>> = { blob: BLOB_SOURCE_VERSION, file: FILE_VERSION };
    checkValue(request.version < since[request.address.service] ? undefined : request.headers.get(INTENT));
}

function checkValue(intent: string | undefined): void {
    if (!intent) {
        throw missingHeader(INTENT);
    }
    if (intent.toLowerCase() !== "backup") {
        throw invalidHeader(INTENT, intent);
    }
}
