import { azureHost } from "./azureHost";
import { cloudObjectOf, cloudObjectUrl, encodePath, isFixedObject, withoutEndpoint } from "./cloudObject";
import { type BlobLocation, credentialParts } from "./location";
import { isCloudUri, splitSecretQuery } from "./url";
import { noQuery, queryHash } from "./webQuery";

/** A blob in an Azure Storage account. */
export interface BlobAddress {
    readonly kind: "blob";
    /** The blob service's URL, without a slash at its end: `https://contoso.blob.core.windows.net`, `http://127.0.0.1:10000/devstoreaccount1`. */
    readonly serviceUrl: string;
    /** Whether the program names the service's URL itself, as `endpoint`, which no other text stands for. */
    readonly isEndpoint?: true;
    /** Absent behind a custom domain, where nothing tells it. */
    readonly accountName?: string;
    readonly containerName: string;
    readonly blobName: string;
    readonly snapshot?: string;
    readonly versionId?: string;
}

/** A file in a share of an Azure Storage account. */
export interface FileAddress {
    readonly kind: "file";
    /** The file service's URL, without a slash at its end: `https://contoso.file.core.windows.net`, `http://127.0.0.1:10004/devstoreaccount1`. */
    readonly serviceUrl: string;
    /** As that of {@link BlobAddress}. */
    readonly isEndpoint?: true;
    /** Absent behind a custom domain, where nothing tells it. */
    readonly accountName?: string;
    readonly shareName: string;
    /** Without a slash at its beginning: `backups/orders.bak`. */
    readonly filePath: string;
    /** The share snapshot's DateTime. */
    readonly shareSnapshot?: string;
}

/** What stands in an Azure Storage account. */
export type StorageAddress = BlobAddress | FileAddress;

/** Anything else that the service can read with an HTTP GET. */
export interface OtherAddress {
    readonly kind: "other";
    /** For an object of another vendor, its name: `s3://bucket/key`. */
    readonly url: string;
    /** Whether it is known not to change: a version or snapshot is named. */
    readonly fixed?: true;
    /** What a web server's query names beside the URL, as {@link queryHash} tells it; nothing for an object of another vendor. */
    readonly query?: string;
}

export type SourceAddress = StorageAddress | OtherAddress;

/** Emulators that name the account of a file in the host. */
const emulatedFileHost = /^([a-z0-9]{3,24})\.file\.localhost$/;

/** The account of a blob service's host. */
function blobAccount(hostname: string): string | undefined {
    const host = azureHost(hostname);
    return host?.service === "blob" ? host.accountName : undefined;
}

/** The account of a file service's host. */
function fileAccount(hostname: string): string | undefined {
    const host = azureHost(hostname);
    return host?.service === "file" ? host.accountName : emulatedFileHost.exec(hostname)?.[1];
}

/** Whether a URL is that of something in Azure Files. */
export function isAzureFile(url: string): boolean {
    return fileAccount(parseUrl(url)?.hostname ?? "") !== undefined;
}

/** Whether an address is that of a snapshot or a version, which can't change. */
export function isFixed(address: SourceAddress): boolean {
    switch (address.kind) {
        case "blob":
            return address.snapshot !== undefined || address.versionId !== undefined;
        case "file":
            return address.shareSnapshot !== undefined;
        default:
            return address.fixed === true;
    }
}

/** Hosts of emulators, which carry the account's name as the first segment of the path. */
function isPathStyle(url: URL): boolean {
    return /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[.*\]|localhost|host\.docker\.internal)$/.test(url.hostname);
}

function parseUrl(text: string): URL | undefined {
    try {
        const url = new URL(text);
        return url.protocol === "https:" || url.protocol === "http:" ? url : undefined;
    } catch {
        return undefined;
    }
}

/** A service's URL and account, from an endpoint. */
function parseEndpoint(endpoint: string): { serviceUrl: string; accountName?: string } {
    const serviceUrl = redactEndpoint(endpoint);
    const url = new URL(serviceUrl);
    const accountName = isPathStyle(url)
        ? url.pathname.split("/")[1] || undefined
        : (blobAccount(url.hostname) ?? fileAccount(url.hostname));
    return { serviceUrl, accountName };
}

function redactEndpoint(endpoint: string): string {
    return splitSecretQuery(endpoint).url.replace(/\/+$/, "");
}

/** A part of a URL without its escapes; as it is where they are none. */
export function decode(text: string): string {
    try {
        return decodeURIComponent(text);
    } catch {
        return text;
    }
}

/** The address that a URL names; a URL of an unknown host is another web server's. */
export function parseBlobUrl(text: string, customEndpoint = false): SourceAddress | undefined {
    const url = parseUrl(text);
    if (!url) {
        return undefined;
    }
    const segments = url.pathname.split("/").slice(1);
    const pathStyle = isPathStyle(url);
    const host = blobAccount(url.hostname);
    if (!pathStyle && !host && !customEndpoint) {
        return parseFileUrl(text) ?? { kind: "other", url: text };
    }
    const account = pathStyle ? segments.shift() : host;
    const [first, ...rest] = segments;
    // A single segment is a blob of the root container.
    const [containerName, blobName] = rest.length === 0 ? ["$root", first] : [decode(first!), rest.join("/")];
    if (!blobName || !containerName) {
        return pathStyle && !customEndpoint ? { kind: "other", url: text } : undefined;
    }
    return {
        kind: "blob",
        serviceUrl: `${url.protocol}//${url.host}${pathStyle ? `/${account}` : ""}`,
        accountName: account || undefined,
        containerName,
        blobName: decode(blobName),
        snapshot: parameterOf(url, "snapshot") || undefined,
        versionId: parameterOf(url, "versionid") || undefined,
    };
}

/**
 * The file that a URL of Azure Files names; nothing for any other URL, and for that of a share or directory.
 * @param pathStyle whether an emulator's URL, which has the account's name in its path, is that of a file
 */
export function parseFileUrl(text: string, pathStyle = false): FileAddress | undefined {
    const url = parseUrl(text);
    const inPath = pathStyle && url !== undefined && isPathStyle(url);
    const host = url && fileAccount(url.hostname);
    if (!url || (!host && !inPath)) {
        return undefined;
    }
    const segments = url.pathname.split("/").slice(1);
    const account = inPath ? segments.shift() : host;
    const [shareName, ...path] = segments;
    if (!account || !shareName || !path.at(-1)) {
        return undefined;
    }
    return {
        kind: "file",
        serviceUrl: `${url.protocol}//${url.host}${inPath ? `/${account}` : ""}`,
        accountName: account,
        shareName: decode(shareName),
        filePath: decode(path.join("/")),
        shareSnapshot: parameterOf(url, "sharesnapshot") || undefined,
    };
}

function parameterOf(url: URL, name: string): string | undefined {
    return [...url.searchParams].find(([key]) => key.toLowerCase() === name)?.[1];
}

/** What a connection string says of one of the account's services. */
export function parseConnectionString(
    text: string,
    service: "blob" | "file" = "blob",
): {
    endpoint?: string;
    accountName?: string;
    accountKey?: string;
    sasToken?: string;
} {
    if (/^\s*UseDevelopmentStorage=true\s*;?\s*$/i.test(text)) {
        return {
            endpoint: "http://127.0.0.1:10000/devstoreaccount1",
            accountName: "devstoreaccount1",
            // The emulator's key, which its documentation publishes.
            accountKey: "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
        };
    }
    const settings = new Map<string, string>();
    for (const part of text.split(";")) {
        const equals = part.indexOf("=");
        if (equals > 0) {
            settings.set(part.slice(0, equals).trim().toLowerCase(), part.slice(equals + 1).trim());
        }
    }
    const accountName = settings.get("accountname");
    const suffix = settings.get("endpointsuffix") ?? "core.windows.net";
    const protocol = settings.get("defaultendpointsprotocol") ?? "https";
    const endpoint =
        settings.get(`${service}endpoint`) ?? (accountName && `${protocol}://${accountName}.${service}.${suffix}`);
    const accountKey = settings.get("accountkey");
    const sasToken = settings.get("sharedaccesssignature");
    return {
        endpoint: endpoint || undefined,
        accountName: accountName || undefined,
        accountKey: accountKey || undefined,
        sasToken: sasToken ? sasToken.replace(/^\?/, "") : undefined,
    };
}

/**
 * The address that a location names, or nothing where it is incomplete or malformed.
 * Check has refused such a location with a message of its own (`provider/checkLocation.ts`).
 */
export function resolveAddress(location: BlobLocation): SourceAddress | undefined {
    const object = cloudObjectOf(location);
    if (object) {
        return { kind: "other", url: cloudObjectUrl(object), fixed: isFixedObject(object) || undefined };
    }
    if (location.url !== undefined) {
        return addressOfUrl(location.url, location);
    }
    const kind = isFileLocation(location) ? "file" : "blob";
    const at = serviceOf(location, kind);
    if (!at) {
        return undefined;
    }
    if (kind === "file") {
        const { shareName, filePath, shareSnapshot } = location;
        return shareName && filePath
            ? { kind, ...at, shareName, filePath, shareSnapshot: shareSnapshot || undefined }
            : undefined;
    }
    if (!location.blobName || !location.containerName) {
        return undefined;
    }
    return {
        kind,
        ...at,
        containerName: location.containerName,
        blobName: location.blobName,
        snapshot: location.snapshot || undefined,
        versionId: location.versionId || undefined,
    };
}

/** The service that a location's parts name. */
function serviceOf(
    location: BlobLocation,
    kind: "blob" | "file",
): Pick<StorageAddress, "serviceUrl" | "isEndpoint" | "accountName"> | undefined {
    const fromString =
        location.connectionString === undefined ? {} : parseConnectionString(location.connectionString, kind);
    const endpoint =
        location.endpoint ??
        fromString.endpoint ??
        (location.accountName && `https://${location.accountName}.${kind}.core.windows.net`);
    if (!endpoint || !parseUrl(endpoint)) {
        return undefined;
    }
    const service = parseEndpoint(endpoint);
    const accountName = location.accountName ?? fromString.accountName ?? service.accountName;
    return {
        serviceUrl: service.serviceUrl,
        isEndpoint: location.endpoint ? true : undefined,
        accountName: accountName || undefined,
    };
}

function addressOfUrl(url: string, location: BlobLocation): SourceAddress | undefined {
    const address = parseBlobUrl(url, location.accountName !== undefined);
    if (address?.kind === "other") {
        return webAddress(splitSecretQuery(address.url).url, secretQueryOf(location));
    }
    return address?.kind === "blob"
        ? {
              ...address,
              accountName: location.accountName || address.accountName,
              snapshot: location.snapshot || address.snapshot,
              versionId: location.versionId || address.versionId,
          }
        : address;
}

/** The secret part of a location's query: beside its URL, or in it, where a transformation of the program has put it back. */
export function secretQueryOf({ url, sasToken }: BlobLocation): string | undefined {
    const parts = [url && splitSecretQuery(url).secretQuery, sasToken?.replace(/^\?/, "")].filter((part) => part);
    return parts.length === 0 ? undefined : parts.join("&");
}

/**
 * What a web server's URL names.
 * @param url without what is secret of its query
 * @param secretQuery the rest of its query
 */
export function webAddress(url: string, secretQuery: string | undefined): OtherAddress {
    return { kind: "other", url, query: queryHash(comparable({ kind: "other", url }), secretQuery) };
}

/** What tells a web server's files under one URL apart, where its query names anything. */
export function namedByQuery(address: SourceAddress): string | undefined {
    return address.kind === "other" && address.query !== noQuery ? address.query : undefined;
}

/** Whether a location names a file by its parts. */
export function isFileLocation({ shareName, filePath }: BlobLocation): boolean {
    return (shareName ?? filePath) !== undefined;
}

/** An address as a URL: how it is stored, compared and shown. Holds no secret. */
export function addressUrl(address: SourceAddress): string {
    if (address.kind === "other") {
        return address.url;
    }
    if (address.kind === "file") {
        const { serviceUrl, shareName, filePath, shareSnapshot } = address;
        const snapshot = shareSnapshot ? `?sharesnapshot=${shareSnapshot}` : "";
        return `${serviceUrl}/${shareName}/${encodePath(filePath)}${snapshot}`;
    }
    const object = address.snapshot
        ? `?snapshot=${encodeURIComponent(address.snapshot)}`
        : address.versionId
          ? `?versionid=${encodeURIComponent(address.versionId)}`
          : "";
    return `${address.serviceUrl}/${address.containerName}/${encodePath(address.blobName)}${object}`;
}

/**
 * Whether two addresses are one but for their spelling. The scheme does not matter: the service reports an http source as https. Whether
 * two hosts lead to one object: `sameObject.ts`.
 */
export function sameAddress(one: SourceAddress, other: SourceAddress): boolean {
    return comparable(one) === comparable(other) && namedByQuery(one) === namedByQuery(other);
}

function comparable(address: SourceAddress): string {
    const url = withoutEndpoint(new URL(addressUrl(address)));
    // A bucket may be named like a host.
    const scheme = isCloudUri(url.href) ? url.protocol : "";
    const path = decode(url.pathname);
    // Names of files are told apart by more than upper and lower case, as Windows does.
    const comparablePath = address.kind === "file" ? path.toLowerCase() : path;
    return `${scheme}${url.host.toLowerCase()}${comparablePath}${decode(url.search)}`;
}

/** Whether an address asks for plain http of Azure itself, which sends what authorizes in the clear; emulators and custom domains may have nothing else. */
export function isInsecure(address: SourceAddress): boolean {
    const url = parseUrl(address.kind === "other" ? address.url : address.serviceUrl);
    return url?.protocol === "http:" && azureHost(url.hostname) !== undefined;
}

/** A blob's container, or a file's share, as a URL. */
export function containerUrl(address: StorageAddress): string {
    return `${address.serviceUrl}/${address.kind === "file" ? address.shareName : address.containerName}`;
}

/** Whether a location says how to authorize. */
export function hasCredential(location: BlobLocation): boolean {
    return credentialParts.some((part) => location[part] !== undefined);
}
