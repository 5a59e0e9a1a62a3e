import { BlobSASPermissions, generateBlobSASQueryParameters, SASProtocol } from "@azure/storage-blob";
import { addressUrl, type FileAddress, type StorageAddress } from "./address";
import type { Clients } from "./clients";
import type { Credential } from "./credential";
import { explain } from "./errors";
import { fileKey, fileShareSdk } from "./fileClients";
import { joinSecretQuery } from "./url";

/** Clocks of machines and of the service differ; a SAS that starts now may not have started there. */
const startEarlierMilliseconds = 15 * 60_000;

/** A user delegation key ends at most seven days after the request, by the service's clock; so an hour is left for clocks that differ. */
export const longestUserDelegationMilliseconds = (7 * 24 - 1) * 3_600_000;

/** Reading the blob, and its tags where a condition asks for them. */
export type SourcePermissions = "r" | "rt";

/**
 * The URL of a blob or file with whatever the service needs to read it: the SAS that was given; else a SAS made for this one
 * object, read-only, HTTPS-only (unless the endpoint is http), signed with the account key or, with Entra ID, a user delegation key.
 * @param lastsMilliseconds how long the SAS is needed
 * @param permissions what a SAS that is made permits
 */
export async function readableUrl(
    clients: Clients,
    address: StorageAddress,
    credential: Credential,
    now: Date,
    lastsMilliseconds: number,
    permissions: SourcePermissions = "r",
): Promise<string> {
    const url = addressUrl(address);
    switch (credential.kind) {
        case "anonymous":
            return url;
        case "sas":
            return joinSecretQuery(url, credential.sasToken);
    }
    const startsOn = new Date(now.getTime() - startEarlierMilliseconds);
    const protocol = address.serviceUrl.startsWith("https:") ? SASProtocol.Https : SASProtocol.HttpsAndHttp;
    const longest = credential.kind === "sharedKey" ? lastsMilliseconds : longestUserDelegationMilliseconds;
    const expiresOn = new Date(now.getTime() + Math.min(lastsMilliseconds, longest));
    const lasting = { startsOn, expiresOn, protocol };
    if (credential.kind === "entraId" && !address.accountName) {
        throw new Error(`a user delegation SAS for ${url} needs the account's name; give accountName beside endpoint`);
    }
    if (address.kind === "file") {
        return joinSecretQuery(url, await fileSas(clients, address, credential, lasting));
    }
    const values = {
        containerName: address.containerName,
        blobName: address.blobName,
        snapshotTime: address.snapshot,
        versionId: address.versionId,
        permissions: BlobSASPermissions.parse(permissions),
        ...lasting,
    };
    if (credential.kind === "sharedKey") {
        return joinSecretQuery(url, generateBlobSASQueryParameters(values, credential.credential).toString());
    }
    const key = await delegationKey(clients.service(address, credential), lasting, url);
    return joinSecretQuery(url, generateBlobSASQueryParameters(values, key, address.accountName!).toString());
}

/** A user delegation key, by which Entra ID signs a SAS. */
async function delegationKey<Key>(
    service: { getUserDelegationKey(startsOn: Date, expiresOn: Date): Promise<Key> },
    { startsOn, expiresOn }: { startsOn: Date; expiresOn: Date },
    url: string,
): Promise<Key> {
    try {
        return await service.getUserDelegationKey(startsOn, expiresOn);
    } catch (error) {
        throw explain(`get a user delegation key, to sign a SAS for ${url}`, error);
    }
}

/** A SAS for one file, or for what a share snapshot keeps of it. */
async function fileSas(
    clients: Clients,
    address: FileAddress,
    credential: Exclude<Credential, { kind: "anonymous" | "sas" }>,
    lasting: { startsOn: Date; expiresOn: Date; protocol: SASProtocol },
): Promise<string> {
    const { FileSASPermissions, generateFileSASQueryParameters } = fileShareSdk();
    const values = {
        shareName: address.shareName,
        filePath: address.filePath,
        permissions: FileSASPermissions.parse("r"),
        ...lasting,
    };
    if (credential.kind === "sharedKey") {
        return generateFileSASQueryParameters(values, fileKey(credential)).toString();
    }
    const key = await delegationKey(clients.fileService(address, credential), lasting, addressUrl(address));
    return generateFileSASQueryParameters(values, key, address.accountName!).toString();
}
