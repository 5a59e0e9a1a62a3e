import { storageError } from "../http/errors";
import type { Operation } from "../http/operation";
import type { StorageRequest } from "../http/request";
import { neededActions } from "./actions";
import { missingToken, verifyBearer } from "./bearer";
import { checkIntent } from "./fileIntent";
import type { Identity, SasGrant } from "./identity";
import { checkRoles } from "./roles";
import { verifySas } from "./sas";
import { authenticationFailed, verifySharedKey } from "./sharedKey";

/** Finds out who asks and whether they may; throws 401, 403, 404 or 409 if not. */
export function authorize(request: StorageRequest, operation: Operation): Identity {
    const authorization = request.headers.get("authorization");
    if (authorization !== undefined) {
        if (/^bearer\b/i.test(authorization)) {
            const principal = verifyBearer(bearerContext(request), authorization);
            if (request.address.service === "file") {
                checkIntent(request);
            }
            checkRoles(scopeOf(request), principal.objectId, neededActions(operation.name, request));
            return { kind: "bearer", principal };
        }
        refuseAllButBearer(operation);
        verifySharedKey(request, authorization);
        return { kind: "key" };
    }
    if (request.query.has("sig")) {
        refuseAllButBearer(operation);
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
    if (grant.delegator !== undefined) {
        checkRoles(scopeOf(request), grant.delegator, neededActions(operation.name, request));
    }
}

/** Where a request's roles are looked for. */
function scopeOf({ account, address, service }: StorageRequest) {
    const { container, share } = address;
    return { account, service: address.service, container, share, now: service.clock.now() };
}

function bearerContext({ account, address, service, version, secure }: StorageRequest) {
    return { entra: service.entra, account, service: address.service, version, secure };
}

/** Get User Delegation Key takes neither keys nor SAS. */
function refuseAllButBearer({ access }: Operation): void {
    if (access.bearerOnly) {
        throw authenticationFailed("Only authentication scheme Bearer is supported");
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
    // Azure Files has no challenge for requests without any authorization.
    throw request.address.service === "file" ? storageError("ResourceNotFound") : missingToken(bearerContext(request));
}
