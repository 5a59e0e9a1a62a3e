import { sourceActions } from "../auth/actions";
import { verifyBearer } from "../auth/bearer";
import { checkSourceIntent } from "../auth/fileIntent";
import { checkRoles } from "../auth/roles";
import { verifySas } from "../auth/sas";
import { findFile, SOURCE_TRAILING_DOT } from "../file/find";
import { type Address, accountOfHost, parseAddress, parseQuery, type Query } from "../http/address";
import type { Answer } from "../http/answer";
import { invalidHeader, StorageError, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import type { Account } from "../state/account";
import { Blob } from "../state/blob";
import type { Container } from "../state/container";
import { File } from "../state/file";
import { checkWrite, readConditions } from "./conditions";
import { cannotVerify } from "./copySourceErrors";
import { refuseKeyedSource } from "./encryption";
import { type ExternalSource, openExternalSource } from "./externalSource";
import { findBlob } from "./find";

/** Where a copy's bytes come from. */
export interface CopySource {
    /** The URL as the x-ms-copy-source header reports it. */
    readonly reported: string;
    readonly sameAccount: boolean;
    /** Whether it is in the destination's account and service: then a copy ends at once. */
    readonly isNear: boolean;
    /** The blob, file or snapshot, if the source's account is simulated. */
    readonly object?: Blob | File;
    /** The same, if it is a blob. */
    readonly blob?: Blob;
    /** The same, if it is a file. */
    readonly file?: File;
    /** Whether it is a snapshot or a previous version, which can't change. */
    readonly isFixed: boolean;
    /** Where it is, if its account is simulated. */
    readonly address?: SourceAddress;
    /** When the SAS that opens it ends, in milliseconds. */
    readonly expires?: number;
    /** The source, if it is anywhere else. */
    readonly external?: ExternalSource;
}

const MAX_URL = 2048;

/** Starts a copy of the source that a request names; what was opened elsewhere is given up where it can't start. */
export async function withCopySource(request: StorageRequest, start: (source: CopySource) => Answer): Promise<Answer> {
    const source = await openCopySource(request);
    try {
        return start(source);
    } catch (error) {
        source.external?.cancel();
        throw error;
    }
}

/** Finds the source of Copy Blob or Copy File, as the service would: may it be read, is it there, do its conditions hold? */
async function openCopySource(request: StorageRequest): Promise<CopySource> {
    const { text, url, address } = locateSource(request);
    if (!address) {
        const external = await openExternalSource(request, url);
        return { reported: text, sameAccount: false, isNear: false, isFixed: false, external };
    }
    const sameAccount = address.account === request.account;
    const isNear = sameAccount && address.address.service === request.address.service;
    const reported = reportedSource(request, text, address);
    let expires: number | undefined;
    let object: Blob | File;
    try {
        const readsTags = request.headers.has("x-ms-source-if-tags");
        // Within one account what authorizes the request opens the source too, but for a SAS, which covers the destination only.
        if (isNear && request.identity.kind === "bearer" && !address.query.has("sig")) {
            checkSourceRoles(request, address, request.identity.principal.objectId, readsTags);
        } else if (!isNear || request.identity.kind !== "key") {
            expires = authorizeSource(request, address, readsTags);
        }
    } catch (error) {
        throw cannotVerify(request, error);
    }
    try {
        object = findSource(request, address);
        refuseFileConditions(request, address);
        if (object instanceof Blob) {
            refuseKeyedSource(object);
        }
    } catch (error) {
        throw isNear && isNotFound(error) ? error : cannotVerify(request, error);
    }
    if (object instanceof Blob && object.rare?.incrementalCopy) {
        throw storageError("CopySourceCannotBeIncrementalCopyBlob");
    }
    if (request.address.service === "blob") {
        checkWrite(readConditions(request.headers, "x-ms-source-"), object, { code: "SourceConditionNotMet" });
    }
    const isFixed = isSnapshot(request, address, object);
    return { reported, sameAccount, isNear, object, ...kindOf(object), isFixed, address, expires };
}

function kindOf(object: Blob | File): Pick<CopySource, "blob" | "file"> {
    return object instanceof Blob ? { blob: object } : { file: object };
}

function isSnapshot(request: StorageRequest, source: SourceAddress, object: Blob | File): boolean {
    if (object instanceof File) {
        return !!source.query.get("sharesnapshot");
    }
    return object !== request.service.blob(containerOf(request, source), source.address.blob!);
}

/** A source in a simulated account. */
export interface SourceAddress {
    readonly account: Account;
    readonly address: Address;
    readonly query: Query;
    readonly secure: boolean;
}

/** Files as sources take no conditions. */
export function refuseFileConditions(request: StorageRequest, { address }: SourceAddress): void {
    const { match, noneMatch, modifiedSince, unmodifiedSince } = readConditions(request.headers, "x-ms-source-");
    if (address.service === "file" && (match ?? noneMatch ?? modifiedSince ?? unmodifiedSince) !== undefined) {
        throw storageError("ConditionHeadersNotSupported");
    }
}

/** Where the x-ms-copy-source header leads: into a simulated account, or else anywhere. */
export function locateSource(request: StorageRequest): {
    readonly text: string;
    readonly url: URL;
    readonly address: SourceAddress | undefined;
} {
    const text = request.headers.required("x-ms-copy-source");
    const url = parseUrl(text);
    const address = simulatedAddress(request, url);
    checkCopyScope(request.account, address?.account);
    return { text, url, address };
}

/** 403 unless the destination's account allows copies from the source's. */
function checkCopyScope(destination: Account, source: Account | undefined): void {
    const { allowedCopyScope: scope, privateEndpoints } = destination;
    const allowed =
        scope === undefined ||
        source === destination ||
        (scope === "AAD"
            ? source?.tenantId === destination.tenantId
            : source?.privateEndpoints.some((network) => privateEndpoints.includes(network)));
    if (!allowed) {
        throw storageError("AuthorizationFailure");
    }
}

/** The source's URL as the x-ms-copy-source header reports it: https within an account. */
export function reportedSource(request: StorageRequest, text: string, address: SourceAddress | undefined): string {
    return address?.account === request.account ? text.replace(/^http:/i, "https:") : text;
}

function parseUrl(text: string): URL {
    if (Buffer.byteLength(text) > MAX_URL || !/^https?:\/\//i.test(text) || !URL.canParse(text)) {
        throw invalidHeader("x-ms-copy-source", text.replace(/([?&]sig=)[^&]*/, "$1REDACTED"));
    }
    return new URL(text);
}

/** The simulated account that a URL leads to, if it leads to one. */
function simulatedAddress(request: StorageRequest, url: URL): SourceAddress | undefined {
    const port = url.port || (url.protocol === "https:" ? "443" : "80");
    const ours = request.service.serviceAt(url.hostname, port, request.origin);
    if (ours === undefined && accountOfHost(url.hostname) === undefined) {
        return undefined;
    }
    const query = parseQuery(url.search.slice(1));
    const address = parseAddress(url.hostname, url.pathname, query, ours ?? "blob");
    const account = address && request.service.accounts.get(address.account);
    if (!address || !account) {
        if (ours !== undefined) {
            throw storageError("CannotVerifyCopySource", {
                status: 404,
                message: "The specified resource does not exist.",
            });
        }
        return undefined;
    }
    if (address.service === "file" && address.path === undefined) {
        // What a share or an account answers to being read like a file.
        throw cannotVerify(request, storageError("InvalidQueryParameterValue"));
    }
    if (address.service === "blob" && address.blob === undefined) {
        throw invalidHeader("x-ms-copy-source", `${url.origin}${url.pathname}`);
    }
    return { account, address, query, secure: url.protocol === "https:" };
}

/** Throws unless a bearer token for the source (`x-ms-copy-source-authorization`) is good and its principal may read. */
export function authorizeBearer(
    request: StorageRequest,
    source: SourceAddress,
    authorization: string,
    readsTags: boolean,
): void {
    const { entra } = request.service;
    const { account, address, secure } = source;
    const { service } = address;
    const { objectId } = verifyBearer({ entra, account, service, secure, version: request.version }, authorization);
    if (service === "file") {
        checkSourceIntent(request);
    }
    checkSourceRoles(request, source, objectId, readsTags);
}

function checkSourceRoles(
    { service }: StorageRequest,
    { account, address }: SourceAddress,
    objectId: string,
    readsTags: boolean,
): void {
    const { container, share } = address;
    const scope = { account, service: address.service, container, share, now: service.clock.now() };
    checkRoles(scope, objectId, sourceActions(address.service, readsTags));
}

/** Throws unless the source is public or its URL carries a SAS that grants reading; gives the SAS's end. */
export function authorizeSource(
    request: StorageRequest,
    source: SourceAddress,
    readsTags: boolean,
): number | undefined {
    const { account, address, query } = source;
    if (query.has("sig")) {
        const grant = verifySas({
            account,
            address,
            query,
            // Inside the simulator the service reads the source by the protocol that the URL names.
            secure: source.secure,
            clientIp: request.clientIp,
            now: request.service.clock.now(),
        });
        if (grant.kind === "account" && !grant.resourceTypes.includes("o")) {
            throw storageError("AuthorizationResourceTypeMismatch");
        }
        if (!grant.permissions.includes("r") || (readsTags && !grant.permissions.includes("t"))) {
            throw storageError("AuthorizationPermissionMismatch");
        }
        if (grant.delegator !== undefined) {
            checkSourceRoles(request, source, grant.delegator, readsTags);
        }
        return grant.expires;
    }
    if (address.service === "file") {
        throw storageError("ResourceNotFound");
    }
    const access = account.containers.get(address.container!)?.publicAccess;
    if (!account.allowBlobPublicAccess) {
        throw storageError("PublicAccessNotPermitted");
    }
    if (access === undefined) {
        throw storageError(request.version >= "2019-12-12" ? "NoAuthenticationInformation" : "ResourceNotFound");
    }
    return undefined;
}

/** The container that a source is in; 404 ContainerNotFound if there is none. */
export function containerOf(request: StorageRequest, { account, address }: SourceAddress): Container {
    return request.service.container(account, address.container!);
}

/** The source blob, snapshot, version or file; 404 if there is none. */
export function findSource(request: StorageRequest, source: SourceAddress): Blob | File {
    if (source.address.service === "file") {
        return findFile(request, source.account, source.address, source.query, SOURCE_TRAILING_DOT);
    }
    return findBlob(request.service, containerOf(request, source), source.address.blob!, source.query);
}

function isNotFound(error: unknown): boolean {
    return error instanceof StorageError && error.status === 404;
}
