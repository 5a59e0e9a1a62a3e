import { StorageError, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";

/** The source's own refusal as CannotVerifyCopySource: its status, and its message but for 401 in older versions. */
export function cannotVerify(request: StorageRequest, error: unknown): unknown {
    if (!(error instanceof StorageError) || error.code === "CannotVerifyCopySource") {
        return error;
    }
    const tells = request.version >= "2025-01-05";
    return storageError("CannotVerifyCopySource", {
        status: error.status,
        message: error.status === 401 && !tells ? undefined : error.message,
        ...(tells ? sourceDetails(error.status, error.code, error.message) : {}),
    });
}

/** How newer versions tell the source's own answer. */
export function sourceDetails(
    status: number,
    code: string | undefined,
    message: string,
): { headers: Record<string, string>; elements: Record<string, string> } {
    return {
        headers: {
            "x-ms-copy-source-status-code": String(status),
            ...(code === undefined ? {} : { "x-ms-copy-source-error-code": code }),
        },
        elements: {
            CopySourceStatusCode: String(status),
            ...(code === undefined ? {} : { CopySourceErrorCode: code }),
            CopySourceErrorMessage: message,
        },
    };
}
