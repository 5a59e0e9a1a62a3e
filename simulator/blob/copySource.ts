import { verifySas } from "../auth/sas";
import { type Address, accountOfHost, parseAddress, parseQuery, type Query } from "../http/address";
import { invalidHeader, StorageError, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import type { Account } from "../state/account";
import type { Blob } from "../state/blob";
import { checkWrite, readConditions } from "./conditions";
import { cannotVerify } from "./copySourceErrors";
import { type ExternalSource, openExternalSource } from "./externalSource";
import { findSnapshot } from "./target";

/** Where a copy's bytes come from. */
export interface CopySource {
    /** The URL as the x-ms-copy-source header reports it. */
    readonly reported: string;
    readonly sameAccount: boolean;
    /** The blob or snapshot, if the source's account is simulated. */
    readonly blob?: Blob;
    /** Whether it is a snapshot, which can't change. */
    readonly isSnapshot: boolean;
    /** When the SAS that opens it ends, in milliseconds. */
    readonly expires?: number;
    /** The source, if it is anywhere else. */
    readonly external?: ExternalSource;
}

const MAX_URL = 2048;

/** Finds the source of Copy Blob, as the service would: may it be read, is it there, do its conditions hold? */
export async function openCopySource(request: StorageRequest): Promise<CopySource> {
    const text = request.headers.required("x-ms-copy-source");
    const url = parseUrl(text);
    const address = simulatedAddress(request, url);
    if (!address) {
        const external = await openExternalSource(request, url);
        return { reported: text, sameAccount: false, isSnapshot: false, external };
    }
    const { account, query } = address;
    const sameAccount = account === request.account;
    const reported = sameAccount ? text.replace(/^http:/i, "https:") : text;
    let expires: number | undefined;
    let blob: Blob;
    try {
        // Within one account a key opens the source too; a SAS of the request covers the destination only.
        if (!sameAccount || request.identity.kind !== "key") {
            expires = authorizeSource(request, address);
        }
        blob = findSource(request, address);
    } catch (error) {
        throw sameAccount && isNotFound(error) ? error : cannotVerify(request, error);
    }
    checkWrite(readConditions(request.headers, "x-ms-source-"), blob, { code: "SourceConditionNotMet" });
    return { reported, sameAccount, blob, isSnapshot: query.has("snapshot"), expires };
}

interface SourceAddress {
    readonly account: Account;
    readonly address: Address;
    readonly query: Query;
    readonly secure: boolean;
}

function parseUrl(text: string): URL {
    if (Buffer.byteLength(text) > MAX_URL || !/^https?:\/\//i.test(text) || !URL.canParse(text)) {
        throw invalidHeader("x-ms-copy-source", text.replace(/([?&]sig=)[^&]*/, "$1REDACTED"));
    }
    return new URL(text);
}

/** The simulated account that a URL leads to, if it leads to one. */
function simulatedAddress(request: StorageRequest, url: URL): SourceAddress | undefined {
    const ours = request.service.isOwnHost(
        url.hostname,
        url.port || (url.protocol === "https:" ? "443" : "80"),
        request.origin,
    );
    if (!ours && accountOfHost(url.hostname) === undefined) {
        return undefined;
    }
    const query = parseQuery(url.search.slice(1));
    const address = parseAddress(url.hostname, url.pathname, query);
    const account = address && request.service.accounts.get(address.account);
    if (!address || !account) {
        if (ours) {
            throw storageError("CannotVerifyCopySource", {
                status: 404,
                message: "The specified resource does not exist.",
            });
        }
        return undefined;
    }
    if (address.blob === undefined) {
        throw invalidHeader("x-ms-copy-source", `${url.origin}${url.pathname}`);
    }
    return { account, address, query, secure: url.protocol === "https:" };
}

/** Throws unless the source is public or its URL carries a SAS that grants reading; gives the SAS's end. */
function authorizeSource(request: StorageRequest, source: SourceAddress): number | undefined {
    const { account, address, query } = source;
    if (query.has("sig")) {
        const grant = verifySas({
            account,
            container: address.container,
            blob: address.blob,
            query,
            // Inside the simulator the service reads the source by the protocol that the URL names.
            secure: source.secure,
            clientIp: request.clientIp,
            now: request.service.clock.now(),
        });
        if (grant.kind === "account" && !grant.resourceTypes.includes("o")) {
            throw storageError("AuthorizationResourceTypeMismatch");
        }
        const tags = request.headers.has("x-ms-source-if-tags");
        if (!grant.permissions.includes("r") || (tags && !grant.permissions.includes("t"))) {
            throw storageError("AuthorizationPermissionMismatch");
        }
        return grant.expires;
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

function findSource(request: StorageRequest, { account, address, query }: SourceAddress): Blob {
    const container = request.service.container(account, address.container!);
    const snapshot = query.get("snapshot");
    if (snapshot) {
        return findSnapshot(container, address.blob!, snapshot);
    }
    const blob = query.get("versionid") ? undefined : request.service.blob(container, address.blob!);
    if (!blob) {
        throw storageError("BlobNotFound");
    }
    return blob;
}

function isNotFound(error: unknown): boolean {
    return error instanceof StorageError && (error.code === "BlobNotFound" || error.code === "ContainerNotFound");
}
