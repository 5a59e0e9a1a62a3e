import { BlobSASPermissions, generateBlobSASQueryParameters, SASProtocol } from "@azure/storage-blob";
import { addressUrl, type BlobAddress } from "./address";
import type { Clients } from "./clients";
import type { Credential } from "./credential";
import { explain } from "./errors";
import { joinSecretQuery } from "./url";

/** Clocks of machines and of the service differ; a SAS that starts now may not have started there. */
const startEarlierMilliseconds = 15 * 60_000;

/** A user delegation key ends at most seven days after the request, by the service's clock; so an hour is left for clocks that differ. */
const longestUserDelegationMilliseconds = (7 * 24 - 1) * 3_600_000;

/** Reading the blob, and its tags where a condition asks for them. */
export type SourcePermissions = "r" | "rt";

/**
 * The URL of a blob with whatever the service needs to read it: the SAS that was given; else a SAS made for this one
 * object, read-only, HTTPS-only (unless the endpoint is http), signed with the account key or, with Entra ID, a user delegation key.
 * @param lastsMilliseconds how long the SAS is needed
 * @param permissions what a SAS that is made permits
 */
export async function readableUrl(
    clients: Clients,
    address: BlobAddress,
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
    const values = {
        containerName: address.containerName,
        blobName: address.blobName,
        ...(address.snapshot && { snapshotTime: address.snapshot }),
        ...(address.versionId && { versionId: address.versionId }),
        permissions: BlobSASPermissions.parse(permissions),
        startsOn,
        protocol: address.serviceUrl.startsWith("https:") ? SASProtocol.Https : SASProtocol.HttpsAndHttp,
    };
    if (credential.kind === "sharedKey") {
        const expiresOn = new Date(now.getTime() + lastsMilliseconds);
        return joinSecretQuery(
            url,
            generateBlobSASQueryParameters({ ...values, expiresOn }, credential.credential).toString(),
        );
    }
    const expiresOn = new Date(now.getTime() + Math.min(lastsMilliseconds, longestUserDelegationMilliseconds));
    const accountName = address.accountName;
    if (!accountName) {
        throw new Error(`a user delegation SAS for ${url} needs the account's name; give accountName beside endpoint`);
    }
    const key = await clients
        .service(address, credential)
        .getUserDelegationKey(startsOn, expiresOn)
        .catch((error) => {
            throw explain(`get a user delegation key, to sign a SAS for ${url}`, error);
        });
    return joinSecretQuery(url, generateBlobSASQueryParameters({ ...values, expiresOn }, key, accountName).toString());
}
