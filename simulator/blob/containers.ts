import { checkContainerName } from "../http/address";
import type { Answer, AnswerHeaders } from "../http/answer";
import { readSmallBody } from "../http/body";
import { invalidHeader, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import { Container, type PublicAccess } from "../state/container";
import { blobsOf } from "../state/slot";
import { policiesXml, readPolicies } from "./accessPolicies";
import { type Conditions, checkWrite, readConditions } from "./conditions";
import { leaseHeaders, modifiedHeaders } from "./describeBlob";
import { targetContainer } from "./find";
import { refuseRetained } from "./immutability";
import { checkContainerLease } from "./leaseChecks";
import { readMetadata } from "./requestProperties";

/** Create Container. */
export function createContainer(request: StorageRequest): Answer {
    const name = request.address.container!;
    checkContainerName(name);
    const publicAccess = readPublicAccess(request);
    const metadata = readMetadata(request.headers);
    if (request.account.containers.has(name)) {
        throw storageError("ContainerAlreadyExists");
    }
    const container = new Container(request.account, name, request.service.ticks.next(), publicAccess);
    container.metadata = metadata;
    container.encryptionScope = request.headers.get("x-ms-default-encryption-scope") || undefined;
    container.denyScopeOverride = request.headers.boolean("x-ms-deny-encryption-scope-override") ?? false;
    request.account.containers.set(name, container);
    return { status: 201, headers: modifiedHeaders(request, container.modified) };
}

/** Delete Container, with all that is in it. It is gone at once; the real service takes its time. */
export function deleteContainer(request: StorageRequest): Answer {
    const container = targetContainer(request);
    checkContainerLease(request, container, true);
    checkWrite(dateConditions(request), container);
    for (const [, held] of container.entries("")) {
        for (const blob of blobsOf(held)) {
            refuseRetained(blob, request.service.clock.now());
        }
    }
    for (const [, held] of container.entries("")) {
        for (const blob of blobsOf(held)) {
            request.service.forget(blob);
        }
    }
    request.account.containers.delete(container.name);
    return { status: 202 };
}

/** Get Container Properties, which Get Container Metadata is a part of. */
export function getContainerProperties(request: StorageRequest): Answer {
    const container = targetContainer(request);
    checkContainerLease(request, container);
    const metadata = Object.entries(container.metadata ?? {}).map(([name, value]) => [`x-ms-meta-${name}`, value]);
    const onlyMetadata = request.query.get("comp")?.toLowerCase() === "metadata";
    return {
        status: 200,
        headers: {
            ...modifiedHeaders(request, container.modified),
            Vary: "Origin",
            ...Object.fromEntries(metadata),
            ...(onlyMetadata ? {} : propertyHeaders(request, container)),
        },
    };
}

function propertyHeaders(request: StorageRequest, container: Container): AnswerHeaders {
    return {
        ...leaseHeaders(request, container.lease),
        "x-ms-blob-public-access": container.publicAccess,
        "x-ms-has-immutability-policy": "false",
        "x-ms-has-legal-hold": "false",
        "x-ms-immutable-storage-with-versioning-enabled": String(container.immutableStorageWithVersioning),
        "x-ms-default-encryption-scope": container.encryptionScope ?? "$account-encryption-key",
        "x-ms-deny-encryption-scope-override": String(container.denyScopeOverride),
    };
}

/** Set Container Metadata: replaces the whole set. */
export function setContainerMetadata(request: StorageRequest): Answer {
    const metadata = readMetadata(request.headers);
    const container = targetContainer(request);
    checkContainerLease(request, container);
    checkWrite({ ...dateConditions(request), unmodifiedSince: undefined }, container);
    container.metadata = metadata;
    container.modified = request.service.ticks.next();
    return { status: 200, headers: modifiedHeaders(request, container.modified) };
}

/** Get Container ACL: the public access level and the stored access policies. */
export function getContainerAcl(request: StorageRequest): Answer {
    const container = targetContainer(request);
    checkContainerLease(request, container);
    return {
        status: 200,
        headers: {
            ...modifiedHeaders(request, container.modified),
            "x-ms-blob-public-access": container.publicAccess,
        },
        xml: policiesXml(container.policies),
        chunked: true,
    };
}

/** Set Container ACL: replaces both. */
export async function setContainerAcl(request: StorageRequest): Promise<Answer> {
    const publicAccess = readPublicAccess(request);
    const body = await readSmallBody(request.body);
    const policies = body.length === 0 ? [] : readPolicies(body);
    const container = targetContainer(request);
    checkContainerLease(request, container);
    checkWrite(dateConditions(request), container);
    container.publicAccess = publicAccess;
    container.policies = policies;
    container.modified = request.service.ticks.next();
    return { status: 200, headers: modifiedHeaders(request, container.modified) };
}

/** The x-ms-blob-public-access header; 409 if the account forbids public containers. */
function readPublicAccess(request: StorageRequest): PublicAccess | undefined {
    const text = request.headers.get("x-ms-blob-public-access");
    if (text === undefined || text === "") {
        return undefined;
    }
    const level = text.toLowerCase() === "true" ? "container" : text.toLowerCase();
    if (level !== "blob" && level !== "container") {
        throw invalidHeader("x-ms-blob-public-access", text);
    }
    if (!request.account.allowBlobPublicAccess) {
        throw storageError("PublicAccessNotPermitted");
    }
    return level;
}

/** Container operations take no ETag conditions. */
function dateConditions(request: StorageRequest): Conditions {
    const { modifiedSince, unmodifiedSince, tagsHeader } = readConditions(request.headers);
    return { modifiedSince, unmodifiedSince, tagsHeader };
}
