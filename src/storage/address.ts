import { cloudObjectOf, cloudObjectUrl, encodePath, isFixedObject, withoutEndpoint } from "./cloudObject";
import { type BlobLocation, credentialParts } from "./location";
import { isCloudUri, splitSecretQuery } from "./url";

/** A blob in an Azure Storage account. */
export interface BlobAddress {
    readonly kind: "blob";
    /** The blob service's URL, without a slash at its end: `https://contoso.blob.core.windows.net`, `http://127.0.0.1:10000/devstoreaccount1`. */
    readonly serviceUrl: string;
    /** Absent behind a custom domain, where nothing tells it. */
    readonly accountName?: string;
    readonly containerName: string;
    readonly blobName: string;
    readonly snapshot?: string;
    readonly versionId?: string;
}

/** Anything else that the service can read with an HTTP GET. */
export interface OtherAddress {
    readonly kind: "other";
    /** For an object of another vendor, its name: `s3://bucket/key`. */
    readonly url: string;
    /** Whether it is known not to change: a version or snapshot is named. */
    readonly fixed?: true;
}

export type SourceAddress = BlobAddress | OtherAddress;

const hostStyle = /^([a-z0-9]{3,24})(?:-secondary)?\.(?:z\d+\.)?blob\.(?:core\.[a-z.]+|storage\.azure\.net)$/;

/** Whether a URL is that of a file in Azure Files, or in an emulator of it. */
export function isAzureFile(url: string): boolean {
    return /^[a-z0-9]{3,24}\.(?:z\d+\.)?file\.(?:core\.[a-z.]+|storage\.azure\.net|localhost)$/.test(
        parseUrl(url)?.hostname ?? "",
    );
}

/** Whether an address is that of a snapshot or a version, which can't change. */
export function isFixed(address: SourceAddress): boolean {
    return address.kind === "blob"
        ? address.snapshot !== undefined || address.versionId !== undefined
        : address.fixed === true;
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

/** A blob service's URL and account, from an endpoint. */
function parseEndpoint(endpoint: string): { serviceUrl: string; accountName?: string } {
    const serviceUrl = redactEndpoint(endpoint);
    const url = new URL(serviceUrl);
    const accountName = isPathStyle(url) ? url.pathname.split("/")[1] || undefined : hostStyle.exec(url.hostname)?.[1];
    return { serviceUrl, ...(accountName && { accountName }) };
}

function redactEndpoint(endpoint: string): string {
    return splitSecretQuery(endpoint).url.replace(/\/+$/, "");
}

function decode(text: string): string {
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
    const host = hostStyle.exec(url.hostname);
    if (!pathStyle && !host && !customEndpoint) {
        const fixed = isAzureFile(text) && /[?&]sharesnapshot=/i.test(url.search);
        return { kind: "other", url: text, ...(fixed && { fixed }) };
    }
    const account = pathStyle ? segments.shift() : host?.[1];
    const [first, ...rest] = segments;
    // A single segment is a blob of the root container.
    const [containerName, blobName] = rest.length === 0 ? ["$root", first] : [decode(first!), rest.join("/")];
    if (!blobName || !containerName) {
        return pathStyle && !customEndpoint ? { kind: "other", url: text } : undefined;
    }
    return {
        kind: "blob",
        serviceUrl: `${url.protocol}//${url.host}${pathStyle ? `/${account}` : ""}`,
        ...(account && { accountName: account }),
        containerName,
        blobName: decode(blobName),
        ...objectOf(url),
    };
}

function objectOf(url: URL): { snapshot?: string; versionId?: string } {
    const find = (name: string) => [...url.searchParams].find(([key]) => key.toLowerCase() === name)?.[1];
    const snapshot = find("snapshot");
    const versionId = find("versionid");
    return { ...(snapshot && { snapshot }), ...(versionId && { versionId }) };
}

/** What a connection string says of the blob service. */
export function parseConnectionString(text: string): {
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
    const endpoint = settings.get("blobendpoint") ?? (accountName && `${protocol}://${accountName}.blob.${suffix}`);
    const accountKey = settings.get("accountkey");
    const sasToken = settings.get("sharedaccesssignature");
    return {
        ...(endpoint && { endpoint }),
        ...(accountName && { accountName }),
        ...(accountKey && { accountKey }),
        ...(sasToken && { sasToken: sasToken.replace(/^\?/, "") }),
    };
}

/**
 * The address that a location names, or nothing where it is incomplete or malformed.
 * Check has refused such a location with a message of its own (`provider/checkLocation.ts`).
 */
export function resolveAddress(location: BlobLocation): SourceAddress | undefined {
    const object = cloudObjectOf(location);
    if (object) {
        return { kind: "other", url: cloudObjectUrl(object), ...(isFixedObject(object) && { fixed: true }) };
    }
    if (location.url !== undefined) {
        const address = parseBlobUrl(location.url, location.accountName !== undefined);
        return address?.kind === "blob"
            ? {
                  ...address,
                  ...(location.accountName && { accountName: location.accountName }),
                  ...(location.snapshot && { snapshot: location.snapshot }),
                  ...(location.versionId && { versionId: location.versionId }),
              }
            : address;
    }
    const fromString = location.connectionString === undefined ? {} : parseConnectionString(location.connectionString);
    const endpoint =
        location.endpoint ??
        fromString.endpoint ??
        (location.accountName && `https://${location.accountName}.blob.core.windows.net`);
    if (!endpoint || !parseUrl(endpoint) || !location.blobName || !location.containerName) {
        return undefined;
    }
    const service = parseEndpoint(endpoint);
    const accountName = location.accountName ?? fromString.accountName ?? service.accountName;
    return {
        kind: "blob",
        serviceUrl: service.serviceUrl,
        ...(accountName && { accountName }),
        containerName: location.containerName,
        blobName: location.blobName,
        ...(location.snapshot && { snapshot: location.snapshot }),
        ...(location.versionId && { versionId: location.versionId }),
    };
}

/** An address as a URL: how it is stored, compared and shown. Holds no secret. */
export function addressUrl(address: SourceAddress): string {
    if (address.kind === "other") {
        return address.url;
    }
    const object = address.snapshot
        ? `?snapshot=${encodeURIComponent(address.snapshot)}`
        : address.versionId
          ? `?versionid=${encodeURIComponent(address.versionId)}`
          : "";
    return `${address.serviceUrl}/${address.containerName}/${encodePath(address.blobName)}${object}`;
}

/** Whether two addresses name the same object. The scheme does not matter: the service reports an http source as https. */
export function sameAddress(one: SourceAddress, other: SourceAddress): boolean {
    return comparable(one) === comparable(other);
}

/** Whether two blobs are in one storage account. */
export function sameAccount(one: SourceAddress, other: SourceAddress): boolean {
    return (
        one.kind === "blob" &&
        other.kind === "blob" &&
        withoutScheme(one.serviceUrl).toLowerCase() === withoutScheme(other.serviceUrl).toLowerCase()
    );
}

function comparable(address: SourceAddress): string {
    const url = withoutEndpoint(new URL(addressUrl(address)));
    // A bucket may be named like a host.
    const scheme = isCloudUri(url.href) ? url.protocol : "";
    return `${scheme}${url.host.toLowerCase()}${decode(url.pathname)}${decode(url.search)}`;
}

function withoutScheme(url: string): string {
    return url.replace(/^https?:\/\//, "");
}

/** Whether an address asks for plain http of Azure itself, which sends what authorizes in the clear; emulators and custom domains may have nothing else. */
export function isInsecure(address: SourceAddress): boolean {
    const url = parseUrl(address.kind === "blob" ? address.serviceUrl : address.url);
    return (
        url?.protocol === "http:" &&
        !url.hostname.endsWith(".localhost") &&
        (hostStyle.test(url.hostname) || isAzureFile(url.href))
    );
}

/** A blob's container as a URL. */
export function containerUrl({ serviceUrl, containerName }: BlobAddress): string {
    return `${serviceUrl}/${containerName}`;
}

/** Whether a location says how to authorize. */
export function hasCredential(location: BlobLocation): boolean {
    return credentialParts.some((part) => location[part] !== undefined);
}
