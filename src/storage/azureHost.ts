// Hosts of Azure Storage, as text alone: no Azure SDK here, and nothing is trusted for its look.

import { configured, wrongValue } from "./stackSettings";

/** A service of a storage account, as it stands in its host: `contoso.blob.core.windows.net`. */
export type StorageService = "blob" | "file" | "dfs" | "queue" | "table" | "web";

/** A host that belongs to Azure Storage itself: it ends in the exact suffix of a cloud that is known, or that the stack's config names. */
export interface AzureHost {
    /** The account's own name, in lower case, without its secondary location or route. */
    readonly accountName: string;
    readonly service: StorageService;
    /** The cloud, by its suffix: `core.windows.net`. */
    readonly cloud: string;
}

/** What follows the service in the hosts of each cloud: public, US Government, China. */
const cloudSuffixes = ["core.windows.net", "core.usgovcloudapi.net", "core.chinacloudapi.cn"] as const;

/** What follows the service in the hosts of accounts with a DNS zone of their own, which the public cloud alone has. */
const zoneSuffix = "storage.azure.net";

/** An account's name in a host: beside its own it has one at its secondary location, for each route, and for IPv6. */
const account = "([a-z0-9]{3,24})(?:-(?:secondary|internetrouting|microsoftrouting|ipv6|dualstack))*";
const service = "(blob|file|dfs|queue|table|web)";
const hostPattern = new RegExp(`^${account}\\.(?:z\\d+\\.)?(?:privatelink\\.)?${service}\\.(.+)$`);

/** What a host says of the account behind it; nothing where the host is not Azure's own, however much it looks like that. */
export function azureHost(hostname: string): AzureHost | undefined {
    // A dot at its end makes a host absolute, and no other one.
    const [, accountName, named, suffix] = hostPattern.exec(hostname.toLowerCase().replace(/\.$/, "")) ?? [];
    if (suffix === undefined) {
        return undefined;
    }
    const cloud = suffix === zoneSuffix ? cloudSuffixes[0] : knownSuffixes().find((known) => known === suffix);
    return cloud === undefined ? undefined : { accountName: accountName!, service: named as StorageService, cloud };
}

/** The suffixes of all clouds: those of Azure, and those that `azure-copy:storageSuffixes` adds. */
function knownSuffixes(): readonly string[] {
    return [...cloudSuffixes, ...configuredSuffixes()];
}

/** None of a text that has a mistake, which check tells: a part of it might say something else than was meant. */
function configuredSuffixes(): string[] {
    const value = configured("storageSuffixes");
    return value && !wrongValue(value) ? value.text.split(",").map((suffix) => suffix.trim().toLowerCase()) : [];
}
