import type { Answer } from "../http/answer";
import { readSmallBody } from "../http/body";
import { storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import { checkDescriptor, refuseBinary } from "./smbProperties";
import { targetShare } from "./target";

/** Create Permission: keeps a security descriptor in the share, and gives it a key. */
export async function createPermission(request: StorageRequest): Promise<Answer> {
    const { permission, format } = readPermission(await readSmallBody(request.body));
    const share = targetShare(request);
    refuseBinary(format);
    checkDescriptor(permission);
    return { status: 201, headers: { "x-ms-file-permission-key": share.keepPermission(permission) } };
}

/** Get Permission: the security descriptor of a key. */
export function getPermission(request: StorageRequest): Answer {
    const key = request.headers.required("x-ms-file-permission-key");
    refuseBinary(request.headers.get("x-ms-file-permission-format"));
    const permission = targetShare(request).permission(key);
    if (permission === undefined) {
        throw storageError("FileInvalidPermissionKey");
    }
    return { status: 200, document: { type: "application/json", text: JSON.stringify({ permission }) } };
}

function readPermission(body: Buffer): { permission: string; format?: string } {
    try {
        const { permission, format } = JSON.parse(body.toString("utf8")) as Record<string, unknown>;
        if (typeof permission === "string") {
            return { permission, format: typeof format === "string" ? format : undefined };
        }
    } catch {
        // What isn't JSON is as wrong as JSON without a permission.
    }
    throw storageError("InvalidInput");
}
