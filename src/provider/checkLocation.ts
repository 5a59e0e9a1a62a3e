import {
    addressUrl,
    hasCredential,
    isAzureFile,
    parseBlobUrl,
    parseConnectionString,
    resolveAddress,
    type SourceAddress,
} from "../storage/address";
import { type BlobLocation, credentialParts, locationParts } from "../storage/location";
import { checkCloudObject, isCloudObject } from "./checkCloudObject";
import { checkEntraId } from "./checkEntraId";
import type { Failures } from "./failures";
import { hasUnknown, unknownValue } from "./unknown";

/** The longest URL that Copy Blob reads from, with its SAS. */
const longestSourceUrlBytes = 2_048;

/** What a SAS must permit at each end, at least. */
const needed = { source: ["r"], destination: ["w", "c"] } as const;

/**
 * Checks where a blob is said to be, and returns its address where that can be told.
 * @param end the input's name, which every message begins with
 */
export function checkLocation(
    failures: Failures,
    end: "source" | "destination",
    location: BlobLocation | undefined,
    now: Date,
): SourceAddress | undefined {
    if ((location as unknown) === unknownValue) {
        return undefined;
    }
    if (location === undefined || location === null || typeof location !== "object") {
        failures.add(
            end,
            location,
            "give a URL, or an object with containerName, blobName and accountName or endpoint",
        );
        return undefined;
    }
    if (isCloudObject(location)) {
        return checkCloudObject(failures, end, location);
    }
    const before = failures.count;
    checkParts(failures, end, location);
    checkCredential(failures, end, location, now);
    if (hasUnknown(location) || failures.count > before) {
        return undefined;
    }
    const address = resolveAddress(location);
    if (!address) {
        failures.add(
            `${end}.url`,
            location.url,
            "must name a blob, such as https://contoso.blob.core.windows.net/container/blob",
        );
        return undefined;
    }
    if (address.kind === "other") {
        if (end === "destination") {
            failures.add(
                `${end}.url`,
                address.url,
                "must be the URL of a blob in Azure Storage; for a custom domain, give endpoint, containerName and blobName",
            );
            return undefined;
        }
        if (hasCredential({ ...location, sasToken: undefined })) {
            failures.add(
                end,
                address.url,
                "takes no account key, connection string or credential, since it is no blob in Azure Storage",
            );
        }
        if (isAzureFile(address.url)) {
            checkAzureFile(failures, end, address.url, location);
        }
    } else {
        checkNames(failures, end, address.containerName, address.blobName, location);
        const type = location.credential?.type;
        if (type !== undefined && type !== "anonymous" && !address.serviceUrl.startsWith("https:")) {
            failures.add(
                `${end}.credential`,
                address.serviceUrl,
                "needs an https endpoint, since tokens travel over https only",
            );
        }
    }
    const length =
        Buffer.byteLength(addressUrl(address)) + (location.sasToken ? 1 + Buffer.byteLength(location.sasToken) : 0);
    if (end === "source" && length > longestSourceUrlBytes) {
        failures.add(
            end,
            `${length} bytes`,
            `must be a URL of ${longestSourceUrlBytes} bytes at most, its SAS included; use a shorter name`,
        );
    }
    return failures.count > before ? undefined : address;
}

function checkParts(failures: Failures, end: string, location: BlobLocation): void {
    const path = (part: string) => `${end}.${part}`;
    for (const [part, value] of Object.entries(location)) {
        if (value === undefined) {
            continue;
        }
        if (!(locationParts as readonly string[]).includes(part)) {
            failures.add(
                path(part),
                undefined,
                `is no part of a blob's address; allowed are ${locationParts.join(", ")}`,
            );
        } else if (part !== "credential" && (typeof value !== "string" || value === "")) {
            const secret = (credentialParts as readonly string[]).includes(part);
            failures.add(path(part), secret ? undefined : value, "must be a text that is not empty");
        }
    }
    const { url, endpoint, accountName, containerName, blobName, connectionString, snapshot, versionId } = location;
    if (url !== undefined) {
        const parts = (["endpoint", "containerName", "blobName", "connectionString"] as const).filter(
            (part) => location[part] !== undefined,
        );
        if (parts.length > 0) {
            failures.add(path("url"), undefined, `contradicts ${parts.join(", ")}; give the URL or the parts`);
        }
        if (url !== unknownValue && url !== "" && !/^https?:\/\/[^/]+/i.test(url)) {
            failures.add(
                path("url"),
                url,
                "must be an absolute https URL (http for emulators and web servers that have no other)",
            );
        }
    } else {
        if (!accountName && !endpoint && !connectionString) {
            failures.add(end, undefined, "lacks the storage account; give accountName, endpoint or connectionString");
        }
        for (const [part, value] of Object.entries({ containerName, blobName })) {
            if (value === undefined) {
                failures.add(path(part), undefined, "is missing");
            }
        }
    }
    if (endpoint !== undefined && endpoint !== unknownValue) {
        if (!/^https?:\/\/[^/?#]+[^?#]*$/i.test(endpoint)) {
            failures.add(
                path("endpoint"),
                endpoint,
                "must be a blob service's URL, such as https://contoso.blob.core.windows.net",
            );
        }
        if (connectionString !== undefined) {
            failures.add(
                path("endpoint"),
                endpoint,
                "contradicts connectionString, which carries the endpoint; give one of them",
            );
        }
    }
    if (accountName !== undefined && accountName !== unknownValue && !/^[a-z0-9]{3,24}$/.test(accountName)) {
        failures.add(path("accountName"), accountName, "must have 3 to 24 lower-case letters and digits");
    }
    if (end === "destination") {
        for (const part of ["snapshot", "versionId"] as const) {
            if (location[part] !== undefined) {
                failures.add(path(part), location[part], "can't be written to; leave it out");
            }
        }
    }
    const fromUrl = url === undefined || url === unknownValue ? undefined : parseBlobUrl(url);
    const urlObject = fromUrl?.kind === "blob" ? fromUrl : undefined;
    if ((snapshot ?? urlObject?.snapshot) !== undefined && (versionId ?? urlObject?.versionId) !== undefined) {
        failures.add(
            path("versionId"),
            versionId ?? urlObject?.versionId,
            "contradicts snapshot; a blob is read from one of them",
        );
    }
    if (end === "destination" && (urlObject?.snapshot ?? urlObject?.versionId) !== undefined) {
        failures.add(path("url"), url, "names a snapshot or version, which can't be written to");
    }
    for (const part of ["snapshot", "versionId"] as const) {
        const value = location[part];
        if (value !== undefined && value !== unknownValue && !isServiceDateTime(value)) {
            failures.add(path(part), value, serviceDateTimeWords);
        }
    }
}

function checkCredential(failures: Failures, end: "source" | "destination", location: BlobLocation, now: Date): void {
    const given = credentialParts.filter((part) => location[part] !== undefined);
    if (given.length > 1) {
        failures.add(`${end}.${given[1]}`, undefined, `contradicts ${given[0]}; give one way to authorize`);
        return;
    }
    const { accountKey, sasToken, connectionString, credential } = location;
    if (credential !== undefined) {
        checkEntraId(failures, end, credential);
    }
    if (accountKey && accountKey !== unknownValue && !/^[A-Za-z0-9+/]+={0,2}$/.test(accountKey)) {
        failures.add(
            `${end}.accountKey`,
            undefined,
            "must be base64, as the portal and listStorageAccountKeys give it",
        );
    }
    if (connectionString && connectionString !== unknownValue) {
        const parsed = parseConnectionString(connectionString);
        if (!parsed.endpoint) {
            failures.add(
                `${end}.connectionString`,
                undefined,
                "must have AccountName or BlobEndpoint; copy it whole from the storage account",
            );
        }
        if (
            location.accountName &&
            location.accountName !== unknownValue &&
            parsed.accountName &&
            parsed.accountName !== location.accountName
        ) {
            failures.add(
                `${end}.accountName`,
                location.accountName,
                `contradicts connectionString, which is for ${parsed.accountName}`,
            );
        }
    }
    // Only a blob's or file's own SAS can be judged; behind another server's URL stands whatever that server wants there.
    const { url } = location;
    const isAzure = url === undefined || isAzureFile(url) || parseBlobUrl(url)?.kind === "blob";
    if (sasToken && sasToken !== unknownValue && isAzure) {
        checkSas(failures, end, sasToken, now);
    }
}

function checkSas(failures: Failures, end: "source" | "destination", sasToken: string, now: Date): void {
    const path = `${end}.sasToken`;
    const sas = new URLSearchParams(sasToken.replace(/^\?/, ""));
    if (!sas.get("sig")) {
        failures.add(path, undefined, "has no signature (sig); copy the SAS whole");
        return;
    }
    const expires = sas.get("se");
    if (expires && Date.parse(expires) <= now.getTime()) {
        failures.add(path, undefined, `expired at ${expires}; make a new one`);
    }
    const permissions = sas.get("sp");
    if (permissions !== null && !needed[end].some((letter) => permissions.includes(letter))) {
        const words =
            end === "source" ? "permit reading (sp with r)" : "permit writing (sp with w; d besides, to delete)";
        failures.add(path, `sp=${permissions}`, `must ${words}`);
    }
}

/** A file in Azure Files, which the service reads with a SAS only, even within an account. */
function checkAzureFile(failures: Failures, end: string, url: string, { sasToken }: BlobLocation): void {
    const { pathname, searchParams } = new URL(url);
    if (!/^\/[^/]+\/.*[^/]$/.test(pathname)) {
        failures.add(
            `${end}.url`,
            url,
            "must name a share and a file: https://contoso.file.core.windows.net/share/file",
        );
    }
    for (const [name, value] of searchParams) {
        if (name.toLowerCase() === "sharesnapshot" && !isServiceDateTime(value)) {
            failures.add(`${end}.url`, value, `names a share snapshot that ${serviceDateTimeWords}`);
        }
    }
    if (sasToken === undefined) {
        failures.add(
            end,
            url,
            "is a file in Azure Files, which the service reads with a SAS only; give one that permits reading (sp=r), as sasToken or in the URL",
        );
    }
}

const serviceDateTimeWords = "must be the DateTime that the service gave, such as 2026-01-31T12:00:00.0000000Z";

function isServiceDateTime(text: string): boolean {
    return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,7}Z$/.test(text);
}

function checkNames(
    failures: Failures,
    end: string,
    containerName: string,
    blobName: string,
    location: BlobLocation,
): void {
    const at = (part: string) => (location.url === undefined ? `${end}.${part}` : `${end}.url`);
    if (!/^(?:\$root|\$web|\$logs|(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*)$/.test(containerName)) {
        failures.add(
            at("containerName"),
            containerName,
            "must have 3 to 63 lower-case letters, digits and single hyphens between them",
        );
    }
    const segments = blobName.split("/");
    if (blobName.length > 1_024 || segments.length > 254) {
        failures.add(
            at("blobName"),
            `${blobName.length} characters, ${segments.length} segments`,
            "must have at most 1,024 characters and 254 path segments",
        );
    }
    if (segments.some((segment) => segment === "." || segment === "..")) {
        failures.add(at("blobName"), blobName, "must have no path segment that is . or .., which URLs resolve away");
    }
    if (containerName === "$root" && segments.length > 1) {
        failures.add(at("blobName"), blobName, "must have no slash in the root container");
    }
}
