import type { BlobLocation } from "../storage/location";
import type { Failures } from "./failures";

const privateLink = /^(https?:\/\/[a-z0-9]{3,24}(?:\.z\d+)?\.)privatelink\.((?:blob|file)\.)/i;

/**
 * Refuses the name that a private endpoint has in its DNS zone. No certificate is for it: clients go by the account's own name, which
 * [leads to the private endpoint](https://learn.microsoft.com/azure/storage/common/storage-private-endpoints#dns-changes-for-private-endpoints)
 * by itself where the zone is known.
 */
export function checkPrivateLink(failures: Failures, end: string, location: BlobLocation): void {
    for (const part of ["url", "endpoint"] as const) {
        const url = location[part];
        if (typeof url === "string" && privateLink.test(url)) {
            const own = url.replace(privateLink, "$1$2");
            failures.add(
                `${end}.${part}`,
                url,
                `must be the account's own name, ${own}, which leads to its private endpoint where that is known`,
            );
        }
    }
}
