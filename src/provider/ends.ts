import type { BlobClient, BlockBlobClient, ContainerClient } from "@azure/storage-blob";
import type { FileGetPropertiesResponse, ShareClient, ShareFileClient } from "@azure/storage-file-share";
import type { AuthorizedSource } from "../copy/fromUrl";
import type { Lease } from "../copy/lease";
import {
    addressUrl,
    type BlobAddress,
    type FileAddress,
    isInsecure,
    resolveAddress,
    type SourceAddress,
    type StorageAddress,
    secretQueryOf,
} from "../storage/address";
import { cloudObjectOf } from "../storage/cloudObject";
import { anonymous, type Credential, explicitCredential } from "../storage/credential";
import { withEncryption } from "../storage/encryption";
import { storageToken } from "../storage/entraId";
import { errorCode, explain, StorageError, statusCode } from "../storage/errors";
import type { BlobLocation } from "../storage/location";
import { presignedUrl, readPresigned } from "../storage/presigned";
import { isSameAccountForCredentials, isSameService } from "../storage/sameAccount";
import { readableUrl, type SourcePermissions } from "../storage/sas";
import { mayReceiveToken, noTokenFor } from "../storage/trust";
import { joinSecretQuery, redactUrl } from "../storage/url";
import { readWebProperties, type SourceProperties } from "../storage/webSource";
import { withoutEchoesOf } from "./echoes";
import type { Context } from "./handler";

/** The blob that a copy writes to. */
export interface Destination {
    readonly address: BlobAddress;
    readonly url: string;
    readonly credential: Credential;
    /** Names the blob's key and encryption scope where requests take them. */
    readonly client: BlockBlobClient;
    /** Clients that can read what is there already, the likeliest first: it may have another key, or none. */
    readonly readers: readonly BlockBlobClient[];
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
    /** What only a file has. */
    readonly file?: SourceFile;
    /** The container that the source is in, to list its snapshots. */
    container?(): Promise<ContainerClient>;
    /** Reads the source's properties, as the client. */
    properties(signal: AbortSignal): Promise<SourceProperties>;
    /** The source's index tags, which only blobs have; reading them needs a permission of its own. */
    tags(signal: AbortSignal): Promise<Record<string, string>>;
    /** Changes what is no content of the source: its lease and its snapshots. Only blobs in Azure Storage have these. */
    leasing?(): BlobClient;
    /** The URL that the service reads from, with a SAS where it needs one. */
    readableUrl(lastsMilliseconds: number, permissions?: SourcePermissions): Promise<string>;
    /** The URL with a SAS, also within an account. */
    signedUrl(lastsMilliseconds: number): Promise<string>;
    /**
     * What a From-URL operation reads from, which is authorized within an account too: with a token where it is read with Entra ID,
     * which must be asked for again with each request, else with a SAS.
     */
    authorize(lastsMilliseconds: number): Promise<AuthorizedSource>;
}

/** What a source has only where it is a file. */
export interface SourceFile {
    /** Reads its ranges. */
    readonly client: ShareFileClient;
    /** Reads its permission. */
    readonly share: ShareClient;
    /** Its SMB properties, as they were when its properties were last read. */
    smb(signal: AbortSignal): Promise<FileGetPropertiesResponse>;
}

/** What requests to a destination must name. */
interface Access {
    readonly customerProvidedKey?: string;
    readonly encryptionScope?: string;
    readonly conditions?: { readonly leaseId?: string };
}

/**
 * @param own what is asked for
 * @param previous what was recorded last, by which the blob may still be encrypted
 */
export function openDestination(
    location: BlobLocation,
    context: Context,
    own: Access = {},
    previous: Pick<Access, "customerProvidedKey"> = {},
): Destination {
    const address = resolveAddress(location);
    if (address?.kind !== "blob") {
        throw new Error("the destination does not name a blob in Azure Storage");
    }
    refuseInsecure("destination", address);
    const credential = credentialOf(location, address, context);
    const plain = context.clients.blob(address, credential);
    const { customerProvidedKey, encryptionScope, conditions } = own;
    const keys = new Set([customerProvidedKey, previous.customerProvidedKey, undefined]);
    return {
        address,
        url: addressUrl(address),
        credential,
        client: withEncryption(plain, { customerProvidedKey, encryptionScope }),
        readers: Array.from(keys, (key) => withEncryption(plain, { customerProvidedKey: key })),
        container: context.clients.container(address, credential),
        lease: conditions?.leaseId === undefined ? {} : { leaseId: conditions.leaseId },
    };
}

/**
 * The credential that a destination is written with.
 * @throws an error where there is none, and the destination may not receive the stack's
 */
export function credentialOf(location: BlobLocation, address: StorageAddress, context: Context): Credential {
    return explicitCredential(location, address) ?? fallbackCredential(address, context);
}

/** @param key the customer-provided key that the source is encrypted with */
export function openSource(location: BlobLocation, destination: BlobLocation, context: Context, key?: string): Source {
    const opened = sourceOf(location, destination, context, key);
    const source: Source = {
        ...opened,
        properties: async (signal) => withoutEchoesOf(location, await opened.properties(signal)),
    };
    const to = resolveAddress(destination);
    // A token for the source reads all that its principal may; a SAS, this one object.
    return to && to.kind !== "other" && mayReceiveToken(to)
        ? source
        : { ...source, authorize: async (lastsMilliseconds) => ({ url: await source.signedUrl(lastsMilliseconds) }) };
}

function sourceOf(location: BlobLocation, destination: BlobLocation, context: Context, key?: string): Source {
    const address = resolveAddress(location);
    if (!address) {
        throw new Error("the source does not name anything that can be read");
    }
    refuseInsecure("source", address);
    const url = addressUrl(address);
    const object = cloudObjectOf(location);
    if (object) {
        const presigned = (lastsMilliseconds: number) => presignedUrl(object, lastsMilliseconds, context.signal);
        return {
            address,
            url,
            properties: (signal) => readPresigned(object, signal),
            tags: async () => ({}),
            readableUrl: presigned,
            signedUrl: presigned,
            authorize: async (lastsMilliseconds) => ({ url: await presigned(lastsMilliseconds) }),
        };
    }
    if (address.kind === "other") {
        const readable = joinSecretQuery(url, secretQueryOf(location));
        return {
            address,
            url,
            properties: (signal) => readWebServer(readable, signal),
            tags: async () => ({}),
            readableUrl: async () => readable,
            signedUrl: async () => readable,
            authorize: async () => ({ url: readable }),
        };
    }
    const explicit = explicitCredential(location, address);
    const destinationAddress = resolveAddress(destination);
    if (!explicit && destinationAddress && destinationAddress.kind !== "other") {
        const credential = credentialOf(destination, destinationAddress, context);
        const isOther = address.kind !== destinationAddress.kind;
        if (isSameService(address, destinationAddress) && !isOther) {
            const { isEndpoint } = destinationAddress;
            return sourceWithin(
                { ...address, isEndpoint: isEndpoint ?? address.isEndpoint },
                url,
                credential,
                context,
                key,
            );
        }
        if (
            isSameAccountForCredentials(address, destinationAddress) &&
            (!isOther || isForOtherService(address, credential))
        ) {
            return sourceWith(address, url, credential, context, key);
        }
    }
    if (address.kind === "file") {
        return sourceWith(address, url, credentialOf(location, address, context), context, key);
    }
    return explicit ? sourceWith(address, url, explicit, context, key) : sourceWithout(address, url, context, key);
}

/** What a web server tells; where it refuses as a storage account does, also why no token was sent. */
async function readWebServer(url: string, signal: AbortSignal): Promise<SourceProperties> {
    try {
        return await readWebProperties(url, signal);
    } catch (error) {
        const isRefusal = statusCode(error) === 401 || errorCode(error) === "PublicAccessNotPermitted";
        throw isRefusal
            ? withoutToken(error, { kind: "blob", serviceUrl: new URL(url).origin }, redactUrl(url))
            : error;
    }
}

/** Whether a credential is for the account's other service too: a SAS need not be, and the name alone does not make a host the account's. */
function isForOtherService(address: StorageAddress, { kind }: Credential): boolean {
    return kind === "sharedKey" || (kind === "entraId" && mayReceiveToken(address));
}

/** In the destination's own account the request's authorization covers the source too, unless it is a SAS, which covers the destination only. */
export function sourceWithin(
    address: StorageAddress,
    url: string,
    credential: Credential,
    context: Context,
    key?: string,
): Source {
    const source = sourceWith(address, url, credential, context, key);
    return credential.kind === "sas" ? source : { ...source, readableUrl: async () => url };
}

function sourceWith(
    address: StorageAddress,
    url: string,
    credential: Credential,
    context: Context,
    key: string | undefined,
): Source {
    const signedUrl = (lastsMilliseconds: number, permissions?: SourcePermissions) =>
        readableUrl(context.clients, address, credential, context.clock.now(), lastsMilliseconds, permissions);
    const authorize = async (lastsMilliseconds: number): Promise<AuthorizedSource> =>
        credential.kind === "entraId"
            ? {
                  url,
                  authorization: { scheme: "Bearer", value: await storageToken(credential.credential) },
                  shareTokenIntent: address.kind === "file" ? "backup" : undefined,
              }
            : { url: await signedUrl(lastsMilliseconds) };
    if (address.kind === "file") {
        return { ...fileSource(address, url, credential, context), readableUrl: signedUrl, signedUrl, authorize };
    }
    const client = () => withEncryption(context.clients.blob(address, credential), { customerProvidedKey: key });
    return {
        address,
        url,
        client: async () => client(),
        container: async () => context.clients.container(address, credential),
        leasing: client,
        properties: (signal) =>
            context.sources && key === undefined
                ? context.sources.read(address, credential, signal)
                : client().getProperties({ abortSignal: signal }),
        tags: async (signal) => (await client().getTags({ abortSignal: signal })).tags,
        readableUrl: signedUrl,
        signedUrl,
        authorize,
    };
}

function fileSource(
    address: FileAddress,
    url: string,
    credential: Credential,
    { clients }: Context,
): Omit<Source, "readableUrl" | "signedUrl" | "authorize"> {
    const client = clients.file(address, credential);
    let last: FileGetPropertiesResponse | undefined;
    const read = async (signal: AbortSignal) => {
        last = await client.getProperties({ abortSignal: signal });
        return last;
    };
    return {
        address,
        url,
        file: { client, share: clients.share(address, credential), smb: async (signal) => last ?? read(signal) },
        // Files answer ranges without saying so.
        properties: async (signal) => ({ ...(await read(signal)), acceptRanges: "bytes" }),
        tags: async () => ({}),
    };
}

/** Without a credential, a source in another account may be public; if it is not, it is read with Entra ID. */
function sourceWithout(address: BlobAddress, url: string, context: Context, key: string | undefined): Source {
    const known = context.sources?.credentialOf(address);
    // It was found for the container under this name, which another source may have as an endpoint.
    let credential = known?.kind === "entraId" && !mayReceiveToken(address) ? undefined : known;
    async function properties(signal: AbortSignal): Promise<SourceProperties> {
        try {
            const read = await sourceWith(address, url, credential ?? anonymous, context, key).properties(signal);
            credential ??= anonymous;
            return read;
        } catch (error) {
            if (credential || !isPrivate(error) || !isHttps(address)) {
                throw error;
            }
            if (!mayReceiveToken(address)) {
                throw withoutToken(error, address, url);
            }
            const entraId = context.clients.defaultCredential();
            const read = await sourceWith(address, url, entraId, context, key).properties(signal);
            credential = entraId;
            context.sources?.remember(address, entraId);
            return read;
        }
    }
    async function found(signal: AbortSignal): Promise<Source> {
        if (!credential) {
            await properties(signal);
        }
        return sourceWith(address, url, credential!, context, key);
    }
    return {
        address,
        url,
        client: async () => (await found(context.signal)).client!(),
        properties,
        tags: async (signal) => (await found(signal)).tags(signal),
        // That anybody may read it permits nobody to lease it, nor to list its snapshots and take another.
        container: async () => context.clients.container(address, fallbackCredential(address, context)),
        leasing: () => context.clients.blob(address, fallbackCredential(address, context)),
        readableUrl: async (lastsMilliseconds, permissions) =>
            (await found(context.signal)).readableUrl(lastsMilliseconds, permissions),
        signedUrl: async (lastsMilliseconds) => (await found(context.signal)).signedUrl(lastsMilliseconds),
        authorize: async (lastsMilliseconds) => (await found(context.signal)).authorize(lastsMilliseconds),
    };
}

/** Over http (an emulator) there is nothing but keys and SAS. */
function fallbackCredential(address: StorageAddress, { clients }: Context): Credential {
    if (mayReceiveToken(address)) {
        return clients.defaultCredential();
    }
    if (isHttps(address)) {
        throw new Error(noTokenFor(address));
    }
    return anonymous;
}

function isHttps(address: StorageAddress): boolean {
    return address.serviceUrl.startsWith("https:");
}

/** The refusal of an anonymous read, with the reason why nothing else was tried. */
function withoutToken(error: unknown, address: Pick<StorageAddress, "kind" | "serviceUrl">, url: string): StorageError {
    const { message, statusCode, errorCode, requestId } = explain(`read the source ${url}`, error);
    const words = `${message}; ${noTokenFor(address)}`;
    return new StorageError(words, statusCode, errorCode, requestId, { cause: error });
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

/** {@link Source.authorize} for many requests: a SAS is made once, since it lasts as long as the copy may, which a token does not. */
export function authorizing(source: Source, lastsMilliseconds: number): () => Promise<AuthorizedSource> {
    const authorize = () => source.authorize(lastsMilliseconds);
    let first: Promise<AuthorizedSource> | undefined;
    return async () => {
        first ??= authorize();
        return (await first).authorization ? authorize() : first;
    };
}

/** Reads the source's properties, and says so where that fails. */
export async function readSource(source: Source, context: Context): Promise<SourceProperties> {
    try {
        return await source.properties(context.signal);
    } catch (error) {
        throw explain(`read the source ${source.url}`, error);
    }
}

/** Called wherever an end is opened. Not check's to refuse, since a policy may mend what check has passed; and what it mended, the engine may lose. */
export function refuseInsecure(end: "source" | "destination", address: SourceAddress): void {
    if (isInsecure(address)) {
        throw new Error(
            `${end} must use https, got ${JSON.stringify(addressUrl(address))}; write https, which every storage account has`,
        );
    }
}
