import { hasCredential, parseConnectionString, type StorageAddress } from "../storage/address";
import type { BlobLocation } from "../storage/location";
import { mayReceiveToken, nameEndpoint } from "../storage/trust";
import type { Failures } from "./failures";

/** Refuses an end that could be reached by a token alone, where none may go; and files that are to be read without any authorization. */
export function checkTokens(
    failures: Failures,
    end: "source" | "destination",
    location: BlobLocation,
    address: StorageAddress,
    copied: "blob" | "file",
): void {
    const type = location.credential?.type;
    if (type === "anonymous") {
        if (address.kind === "file" && end === "source") {
            failures.add(
                `${end}.credential.type`,
                type,
                "reads no file, since Azure Files has no public ones; give a credential that may, or none for DefaultAzureCredential",
            );
        }
        return;
    }
    if (mayReceiveToken(address)) {
        return;
    }
    const isHttps = address.serviceUrl.startsWith("https:");
    if (type !== undefined) {
        failures.add(
            `${end}.credential`,
            address.serviceUrl,
            isHttps
                ? `gets no token for a host that is none of Azure's; ${nameEndpoint(address)}`
                : "needs an https endpoint, since tokens travel over https only",
        );
        return;
    }
    // Nobody writes without authorization; a file that is copied to a file may be read by the destination's.
    const isFileToBlob = end === "source" && address.kind === "file" && copied === "blob";
    const needsToken = isFileToBlob || (end === "destination" && isHttps);
    if (needsToken && !isAuthorized(location, address)) {
        failures.add(
            end,
            address.serviceUrl,
            isHttps
                ? `gets no token, since its host is none of Azure's; ${nameEndpoint(address)}`
                : "is a file in Azure Files over http, where no token may travel; give its sasToken, accountKey or connectionString",
        );
    }
}

/** Whether a location says how to authorize; a connection string may have neither key nor SAS. */
function isAuthorized(location: BlobLocation, { kind }: StorageAddress): boolean {
    if (location.connectionString === undefined) {
        return hasCredential(location);
    }
    const { accountKey, sasToken } = parseConnectionString(location.connectionString, kind);
    return accountKey !== undefined || sasToken !== undefined;
}
