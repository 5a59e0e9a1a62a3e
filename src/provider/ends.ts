import type { BlobClient, BlockBlobClient, ContainerClient } from "@azure/storage-blob";
import type { Lease } from "../copy/lease";
import { addressUrl, type BlobAddress, resolveAddress, type SourceAddress, sameAccount } from "../storage/address";
import { anonymous, type Credential, defaultCredential, explicitCredential } from "../storage/credential";
import { errorCode, explain, statusCode } from "../storage/errors";
import type { BlobLocation } from "../storage/location";
import { readableUrl, type SourcePermissions } from "../storage/sas";
import { joinSecretQuery } from "../storage/url";
import { readWebProperties, type SourceProperties } from "../storage/webSource";
import type { Context } from "./handler";

/** The blob that a copy writes to. */
export interface Destination {
    readonly address: BlobAddress;
    readonly url: string;
    readonly credential: Credential;
    readonly client: BlockBlobClient;
    readonly container: ContainerClient;
    /** What every write must name where the blob is leased. */
    readonly lease: Lease;
}

/** What a copy reads from. */
export interface Source {
    readonly address: SourceAddress;
    /** Without any secret. */
    readonly url: string;
    /** Reads the source itself, which only a blob's client can. */
    client?(): Promise<BlobClient>;
    /** The container that the source is in, to list its snapshots. */
    container?(): Promise<ContainerClient>;
    /** Reads the source's properties, as the client. */
    properties(signal: AbortSignal): Promise<SourceProperties>;
    /** The source's index tags, which only blobs have; reading them needs a permission of its own. */
    tags(signal: AbortSignal): Promise<Record<string, string>>;
    /** The URL that the service reads from, with a SAS where it needs one. */
    readableUrl(lastsMilliseconds: number, permissions?: SourcePermissions): Promise<string>;
    /** The URL that a From-URL operation reads from, which needs a SAS within an account too. */
    authorizedUrl(lastsMilliseconds: number): Promise<string>;
}

export function openDestination(location: BlobLocation, context: Context, leaseId?: string): Destination {
    const address = resolveAddress(location);
    if (address?.kind !== "blob") {
        throw new Error("the destination does not name a blob in Azure Storage");
    }
    const credential = explicitCredential(location, address) ?? fallbackCredential(address);
    return {
        address,
        url: addressUrl(address),
        credential,
        client: context.clients.blob(address, credential),
        container: context.clients.container(address, credential),
        lease: leaseId === undefined ? {} : { leaseId },
    };
}

export function openSource(location: BlobLocation, destination: BlobLocation, context: Context): Source {
    const address = resolveAddress(location);
    if (!address) {
        throw new Error("the source does not name anything that can be read");
    }
    const url = addressUrl(address);
    if (address.kind === "other") {
        const readable = joinSecretQuery(url, location.sasToken);
        return {
            address,
            url,
            properties: (signal) => readWebProperties(readable, signal),
            tags: async () => ({}),
            readableUrl: async () => readable,
            authorizedUrl: async () => readable,
        };
    }
    const explicit = explicitCredential(location, address);
    const destinationAddress = resolveAddress(destination);
    if (!explicit && destinationAddress?.kind === "blob" && sameAccount(address, destinationAddress)) {
        return sourceWithin(address, url, openDestination(destination, context).credential, context);
    }
    return explicit ? sourceWith(address, url, explicit, context) : sourceWithout(address, url, context);
}

/** In the destination's own account the request's authorization covers the source too, unless it is a SAS, which covers the destination only. */
export function sourceWithin(address: BlobAddress, url: string, credential: Credential, context: Context): Source {
    const source = sourceWith(address, url, credential, context);
    return credential.kind === "sas" ? source : { ...source, readableUrl: async () => url };
}

function sourceWith(address: BlobAddress, url: string, credential: Credential, context: Context): Source {
    const signedUrl = (lastsMilliseconds: number, permissions?: SourcePermissions) =>
        readableUrl(context.clients, address, credential, context.clock.now(), lastsMilliseconds, permissions);
    return {
        address,
        url,
        client: async () => context.clients.blob(address, credential),
        container: async () => context.clients.container(address, credential),
        properties: (signal) =>
            context.sources
                ? context.sources.read(address, credential, signal)
                : context.clients.blob(address, credential).getProperties({ abortSignal: signal }),
        tags: async (signal) => (await context.clients.blob(address, credential).getTags({ abortSignal: signal })).tags,
        readableUrl: signedUrl,
        authorizedUrl: signedUrl,
    };
}

/** Without a credential, a source in another account may be public; if it is not, it is read with Entra ID. */
function sourceWithout(address: BlobAddress, url: string, context: Context): Source {
    let credential = context.sources?.credentialOf(address);
    async function properties(signal: AbortSignal): Promise<SourceProperties> {
        try {
            const read = await sourceWith(address, url, credential ?? anonymous, context).properties(signal);
            credential ??= anonymous;
            return read;
        } catch (error) {
            if (credential || !isPrivate(error) || !supportsEntraId(address)) {
                throw error;
            }
            const entraId = defaultCredential();
            const read = await sourceWith(address, url, entraId, context).properties(signal);
            credential = entraId;
            context.sources?.remember(address, entraId);
            return read;
        }
    }
    async function found(signal: AbortSignal): Promise<Source> {
        if (!credential) {
            await properties(signal);
        }
        return sourceWith(address, url, credential!, context);
    }
    return {
        address,
        url,
        client: async () => (await found(context.signal)).client!(),
        container: async () => (await found(context.signal)).container!(),
        properties,
        tags: async (signal) => (await found(signal)).tags(signal),
        readableUrl: async (lastsMilliseconds, permissions) =>
            (await found(context.signal)).readableUrl(lastsMilliseconds, permissions),
        authorizedUrl: async (lastsMilliseconds) => (await found(context.signal)).authorizedUrl(lastsMilliseconds),
    };
}

function fallbackCredential(address: BlobAddress): Credential {
    return supportsEntraId(address) ? defaultCredential() : anonymous;
}

/** Bearer tokens travel over https only; over http (an emulator) there is nothing but keys and SAS. */
function supportsEntraId(address: BlobAddress): boolean {
    return address.serviceUrl.startsWith("https:");
}

/** What the service answers to an anonymous read of a private blob, by account setting and version. */
function isPrivate(error: unknown): boolean {
    const status = statusCode(error);
    const code = errorCode(error);
    return (
        status === 401 ||
        status === 403 ||
        code === "PublicAccessNotPermitted" ||
        (status === 404 && code !== "BlobNotFound")
    );
}

/** Reads the source's properties, and says so where that fails. */
export async function readSource(source: Source, context: Context): Promise<SourceProperties> {
    try {
        return await source.properties(context.signal);
    } catch (error) {
        throw explain(`read the source ${source.url}`, error);
    }
}
