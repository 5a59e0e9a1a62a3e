import { storageError } from "../http/errors";
import type { Operation } from "../http/operation";
import type { StorageRequest } from "../http/request";
import type { Identity, SasGrant } from "./identity";
import { verifySas } from "./sas";
import { verifySharedKey } from "./sharedKey";

/** Finds out who asks and whether they may; throws 401, 403, 404 or 409 if not. */
export function authorize(request: StorageRequest, operation: Operation): Identity {
    const authorization = request.headers.get("authorization");
    if (authorization !== undefined) {
        if (/^bearer\b/i.test(authorization)) {
            throw bearerChallenge(request, "invalid_token");
        }
        verifySharedKey(request, authorization);
        return { kind: "key" };
    }
    if (request.query.has("sig")) {
        const grant = verifySas({
            account: request.account,
            address: request.address,
            query: request.query,
            secure: request.secure,
            clientIp: request.clientIp,
            now: request.service.clock.now(),
        });
        checkGrant(grant, operation, request);
        return { kind: "sas", grant };
    }
    checkAnonymous(request, operation);
    return { kind: "anonymous" };
}

/** Throws 403 unless a SAS grants one of the permissions that the operation needs. */
function checkGrant(grant: SasGrant, operation: Operation, request: StorageRequest): void {
    const { access } = operation;
    if (grant.kind === "account") {
        if (!grant.resourceTypes.includes(access.level)) {
            throw storageError("AuthorizationResourceTypeMismatch");
        }
    } else if (access.serviceSas === false) {
        throw storageError("AuthorizationFailure");
    } else if (access.level === "c" && grant.resource !== "c" && grant.resource !== "s") {
        throw storageError("AuthorizationFailure");
    }
    const needed = typeof access.sas === "function" ? access.sas(request) : access.sas;
    const wanted = [...needed, ...(needsTags(request) ? ["t"] : [])];
    for (const alternatives of wanted) {
        if (alternatives !== "*" && ![...alternatives].some((letter) => grant.permissions.includes(letter))) {
            throw storageError("AuthorizationPermissionMismatch");
        }
    }
}

/** Setting tags, and making an operation depend on them, takes permission on tags. */
function needsTags(request: StorageRequest): boolean {
    return request.headers.has("x-ms-tags") || request.headers.has("x-ms-if-tags");
}

/** Throws unless anyone may do this: the container is public for it, and the account allows public containers. */
export function checkAnonymous(request: StorageRequest, operation: Operation): void {
    const container = request.account.containers.get(request.address.container ?? "");
    const level = request.account.allowBlobPublicAccess ? container?.publicAccess : undefined;
    const { publicAccess } = operation.access;
    if (level !== undefined && publicAccess !== undefined && (publicAccess === "blob" || level === "container")) {
        return;
    }
    throw anonymousRefusal(request);
}

/** How a request without any authorization is refused: 401 by newer versions, 404 (or 409) by older ones. */
export function anonymousRefusal(request: StorageRequest): ReturnType<typeof storageError> {
    if (request.address.service === "file") {
        return storageError("ResourceNotFound");
    }
    if (!request.account.allowBlobPublicAccess) {
        return storageError("PublicAccessNotPermitted");
    }
    return request.version >= "2019-12-12" ? bearerChallenge(request) : storageError("ResourceNotFound");
}

function bearerChallenge(request: StorageRequest, error?: string): ReturnType<typeof storageError> {
    const challenge =
        "Bearer authorization_uri=https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000/oauth2/authorize resource_id=https://storage.azure.com";
    return storageError(error ? "InvalidAuthenticationInfo" : "NoAuthenticationInformation", {
        status: 401,
        message:
            "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.",
        elements: error
            ? { AuthenticationErrorDetail: `Bearer tokens are not simulated yet (account ${request.account.name}).` }
            : {},
        headers: { "WWW-Authenticate": challenge },
    });
}
