import {
    addressUrl,
    type FileAddress,
    hasCredential,
    isAzureFile,
    isFileLocation,
    parseBlobUrl,
    parseConnectionString,
    resolveAddress,
    type SourceAddress,
    secretQueryOf,
} from "../storage/address";
import { type BlobLocation, blobParts, credentialParts, locationParts } from "../storage/location";
import { joinSecretQuery } from "../storage/url";
import { checkCloudObject, isCloudObject } from "./checkCloudObject";
import { checkEntraId } from "./checkEntraId";
import { checkPrivateLink } from "./checkPrivateLink";
import { checkTokens } from "./checkTokens";
import type { Failures } from "./failures";
import { hasUnknown, unknownValue } from "./unknown";

/** The longest URL that Copy Blob reads from, with its SAS. */
const longestSourceUrlBytes = 2_048;

/** What a SAS must permit at each end, at least. */
const needed = { source: ["r"], destination: ["w", "c"] } as const;

/** What a copy writes to. */
export type DestinationKind = "blob" | "file";

const serviceWords = { blob: "in Azure Storage", file: "in Azure Files" } as const;
const wholeNames = { blob: "containerName, blobName", file: "shareName, filePath" } as const;
const exampleUrls = {
    blob: "https://contoso.blob.core.windows.net/container/blob",
    file: "https://contoso.file.core.windows.net/share/file",
} as const;

/**
 * Checks where a blob or file is said to be, and returns its address where that can be told.
 * @param end the input's name, which every message begins with
 * @param copied what the copy writes to; a source may be either, and more
 */
export function checkLocation(
    failures: Failures,
    end: "source" | "destination",
    location: BlobLocation | undefined,
    now: Date,
    copied: DestinationKind = "blob",
): SourceAddress | undefined {
    if ((location as unknown) === unknownValue) {
        return undefined;
    }
    if (location === undefined || location === null || typeof location !== "object") {
        failures.add(end, location, `give a URL, or an object with ${wholeNames[copied]} and accountName or endpoint`);
        return undefined;
    }
    if (isCloudObject(location)) {
        return checkCloudObject(failures, end, location);
    }
    const before = failures.count;
    const kind = isFileLocation(location) || (end === "destination" && copied === "file") ? "file" : "blob";
    checkParts(failures, end, location, kind);
    checkPrivateLink(failures, end, location);
    if (end === "destination") {
        refuseParts(failures, end, location, copied);
    }
    checkCredential(failures, end, location, now, kind);
    if (hasUnknown(location) || failures.count > before) {
        return undefined;
    }
    const address = resolveAddress(location);
    if (!address) {
        failures.add(`${end}.url`, location.url, `must name a ${copied}, such as ${exampleUrls[copied]}`);
        return undefined;
    }
    if (end === "destination" && address.kind !== copied) {
        failures.add(
            `${end}.url`,
            addressUrl(address),
            `must be the URL of a ${copied} ${serviceWords[copied]}; for a custom domain, give endpoint, ${wholeNames[copied].replace(",", " and")}`,
        );
        return undefined;
    }
    if (address.kind === "other") {
        if (isAzureFile(address.url)) {
            failures.add(`${end}.url`, address.url, `must name a share and a file: ${exampleUrls.file}`);
        } else if (hasCredential({ ...location, sasToken: undefined })) {
            failures.add(
                end,
                address.url,
                "takes no account key, connection string or credential, since its host is none of Azure's; for an account under another host give endpoint, containerName and blobName in place of url",
            );
        }
    } else if (address.kind === "file") {
        checkFileNames(failures, end, address, location);
    } else {
        checkNames(failures, end, address.containerName, address.blobName, location);
    }
    if (address.kind !== "other") {
        checkTokens(failures, end, location, address, copied);
    }
    const length = Buffer.byteLength(joinSecretQuery(addressUrl(address), secretQueryOf(location)));
    if (end === "source" && length > longestSourceUrlBytes) {
        failures.add(
            end,
            `${length} bytes`,
            `must be a URL of ${longestSourceUrlBytes} bytes at most, its SAS included; use a shorter name`,
        );
    }
    return failures.count > before ? undefined : address;
}

// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: the rules of each part stand in the order in which their failures are told.
function checkParts(failures: Failures, end: string, location: BlobLocation, kind: DestinationKind): void {
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
    const { shareName, filePath } = location;
    if (url !== undefined) {
        const parts = (
            ["endpoint", "containerName", "blobName", "shareName", "filePath", "connectionString"] as const
        ).filter((part) => location[part] !== undefined);
        if (parts.length > 0) {
            failures.add(path("url"), undefined, `contradicts ${parts.join(", ")}; give the URL or the parts`);
        }
        if (url !== unknownValue && url !== "" && !/^https?:\/\/[^/?#@]+(?:[/?#]|$)/i.test(url)) {
            failures.add(
                path("url"),
                url,
                "must be an absolute https URL (http for emulators and web servers that have no other), without a user name or password",
            );
        }
    } else {
        if (!accountName && !endpoint && !connectionString) {
            failures.add(end, undefined, "lacks the storage account; give accountName, endpoint or connectionString");
        }
        const missing = kind === "file" ? { shareName, filePath } : { containerName, blobName };
        for (const [part, value] of Object.entries(missing)) {
            if (value === undefined) {
                failures.add(path(part), undefined, "is missing");
            }
        }
        const others = blobParts.filter((part) => kind === "file" && location[part] !== undefined);
        if (others.length > 0) {
            failures.add(path(others[0]!), undefined, "contradicts shareName and filePath; give a blob or a file");
        }
    }
    if (endpoint !== undefined && endpoint !== unknownValue) {
        if (!/^https?:\/\/[^/?#@]+(?:\/[^?#]*)?$/i.test(endpoint)) {
            failures.add(
                path("endpoint"),
                endpoint,
                `must be a ${kind} service's URL, such as https://contoso.${kind}.core.windows.net`,
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
        for (const part of ["snapshot", "versionId", "shareSnapshot"] as const) {
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
    const urlFile = fromUrl?.kind === "file" ? fromUrl : undefined;
    if (
        end === "destination" &&
        (urlObject?.snapshot ?? urlObject?.versionId ?? urlFile?.shareSnapshot) !== undefined
    ) {
        failures.add(path("url"), url, "names a snapshot or version, which can't be written to");
    }
    if (urlFile?.shareSnapshot !== undefined && !isServiceDateTime(urlFile.shareSnapshot)) {
        failures.add(path("url"), urlFile.shareSnapshot, `names a share snapshot that ${serviceDateTimeWords}`);
    }
    for (const part of ["snapshot", "versionId", "shareSnapshot"] as const) {
        const value = location[part];
        if (value !== undefined && value !== unknownValue && !isServiceDateTime(value)) {
            failures.add(path(part), value, serviceDateTimeWords);
        }
    }
}

/** The parts that name what the destination of such a copy is not. */
function refuseParts(failures: Failures, end: string, location: BlobLocation, copied: DestinationKind): void {
    const foreign = copied === "file" ? (["containerName", "blobName"] as const) : (["shareName", "filePath"] as const);
    for (const part of foreign) {
        if (location[part] !== undefined) {
            failures.add(`${end}.${part}`, location[part], `must be left out, since the destination is a ${copied}`);
        }
    }
}

function checkCredential(
    failures: Failures,
    end: "source" | "destination",
    location: BlobLocation,
    now: Date,
    kind: DestinationKind,
): void {
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
        const parsed = parseConnectionString(connectionString, kind);
        if (!parsed.endpoint) {
            failures.add(
                `${end}.connectionString`,
                undefined,
                `must have AccountName or ${kind === "file" ? "FileEndpoint" : "BlobEndpoint"}; copy it whole from the storage account`,
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
    const isAzure = url === undefined || isAzureFile(url) || parseBlobUrl(url)?.kind !== "other";
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

/** [Names](https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-shares--directories--files--and-metadata) of a share and a path in it. */
function checkFileNames(
    failures: Failures,
    end: string,
    { shareName, filePath }: FileAddress,
    location: BlobLocation,
): void {
    const at = (part: string) => (location.url === undefined ? `${end}.${part}` : `${end}.url`);
    if (!/^(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*$/.test(shareName)) {
        failures.add(
            at("shareName"),
            shareName,
            "must have 3 to 63 lower-case letters, digits and single hyphens between them",
        );
    }
    const names = filePath.split("/");
    if (filePath.length > 2_048 || names.length > 250 || names.some((name) => name.length > 255)) {
        failures.add(
            at("filePath"),
            `${filePath.length} characters, ${names.length} names`,
            "must have at most 2,048 characters, and 250 names of at most 255 characters",
        );
    }
    if (names.some((name) => name === "" || name === "." || name === "..")) {
        failures.add(at("filePath"), filePath, "must be names with single slashes between them, none of them . or ..");
    }
    if (names.some((name) => name.endsWith(".") && name !== "." && name !== "..")) {
        failures.add(at("filePath"), filePath, "must have no name that ends in a dot, which the service would drop");
    }
    if (/["\\:|<>*?\p{Cc}]/u.test(filePath)) {
        failures.add(
            at("filePath"),
            filePath,
            'must have none of the characters " \\ : | < > * ? and no control characters',
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
    if (/[?&]sig=/i.test(blobName)) {
        failures.add(at("blobName"), undefined, "must be the name alone; give the SAS that stands in it as sasToken");
    }
    if (containerName === "$root" && segments.length > 1) {
        failures.add(at("blobName"), blobName, "must have no slash in the root container");
    }
}
