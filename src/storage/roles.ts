// Roles of Azure for requests that are authorized with Microsoft Entra ID.

import { isOfFileService } from "./fileServiceUrls";

/** What of a request decides which role it takes. */
export interface AskedRequest {
    readonly method: string;
    readonly url: string;
    readonly headers: { get(name: string): string | undefined };
}

const reader = "Storage Blob Data Reader";
const contributor = "Storage Blob Data Contributor";
const owner = "Storage Blob Data Owner";
const delegator = "Storage Blob Delegator";
const fileReader = "Storage File Data Privileged Reader";
const fileContributor = "Storage File Data Privileged Contributor";
const fileDelegator = "Storage File Delegator";

/** What only an owner may read or write, by the query's `comp`. */
const ownersOnly = ["tags", "immutabilityPolicies"];

/** The same as headers of a request that writes a blob. */
const ownersHeaders = ["x-ms-tags", "x-ms-immutability-policy-until-date"];

/** The built-in role with the fewest rights that permits a request. */
export function roleFor(request: AskedRequest): string {
    const comp = new URL(request.url).searchParams.get("comp") ?? "";
    const reads = request.method === "GET" || request.method === "HEAD";
    if (isOfFileService(request.url)) {
        return comp === "userdelegationkey" ? fileDelegator : reads ? fileReader : fileContributor;
    }
    if (comp === "userdelegationkey") {
        return delegator;
    }
    if (ownersOnly.includes(comp)) {
        return owner;
    }
    if (reads) {
        return reader;
    }
    return ownersHeaders.some((name) => request.headers.get(name) !== undefined) ? owner : contributor;
}

/** What to do where a request lacks its role. A user delegation key is the account's. */
export function assignRole(request: AskedRequest): string {
    const role = roleFor(request);
    const isDelegator = role === delegator || role === fileDelegator;
    const where = isDelegator ? "on the account" : `on the ${placeOf(request.url)} or its account`;
    return `the credential lacks a role for ${request.url.replace(/\?.*$/, "")}: assign it ${role}, ${where}`;
}

/** What to do where a source that the service reads lacks its role. */
export function assignSourceRole(url: string): string {
    const role = isOfFileService(url) ? fileReader : reader;
    return `the credential lacks a role for the source ${url.replace(/\?.*$/, "")}: assign it ${role}, on the ${placeOf(url)} or its account`;
}

function placeOf(url: string): string {
    return isOfFileService(url) ? "share" : "container";
}
