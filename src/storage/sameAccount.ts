// Whether two names lead to one storage account. Two questions, which must not be mixed up: whether they may (then nothing is copied
// onto itself), and whether they do for sure (then a credential of the one is handed to the other).

import type { SourceAddress, StorageAddress } from "./address";
import { azureHost } from "./azureHost";

/** How two names compare: `unknown` where the names alone do not tell, and the service must. */
export type Sameness = "same" | "other" | "unknown";

/** A service of an account, as an address names it. */
export type ServiceAddress = Pick<StorageAddress, "serviceUrl" | "accountName">;

/** Names by which a machine reaches itself: emulators listen there. */
const loopback =
    /^(?:(?:.+\.)?localhost|localhost\.localdomain|ip6-localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]|\[::ffff:(?:7f00:1|0:0)\]|host\.docker\.internal)$/;

/** An emulator's host that carries the account's name: `devstoreaccount1.blob.localhost`. */
const emulatedHost = /^([a-z0-9]{3,24})(?:-secondary)?\.(?:blob|file|dfs|web)\.localhost$/;

/** A host as it is compared: without the dot at its end, which makes it absolute and no other one. */
function hostOf({ hostname }: URL): string {
    return hostname.toLowerCase().replace(/\.$/, "");
}

/** The account that an emulator's host carries. */
export function emulatedAccount(url: URL): string | undefined {
    return emulatedHost.exec(hostOf(url))?.[1];
}

/** Where a service is. */
interface Place {
    readonly cloud: string | undefined;
    /** Host and port; one text for all names of this machine. */
    readonly authority: string;
    /** The part of the path, or of an emulator's host, that tells accounts of one authority apart; empty where there is none. */
    readonly part: string;
    /** The account's name, by the host, the path, or the program, in this order. */
    readonly accountName: string | undefined;
}

function placeOf({ serviceUrl, accountName }: ServiceAddress): Place {
    const url = new URL(serviceUrl);
    const azure = azureHost(url.hostname);
    const path = url.pathname.replace(/^\/+|\/+$/g, "").toLowerCase();
    const part = emulatedAccount(url) ?? path.replace(/^([^/]+)-secondary(?=\/|$)/, "$1");
    // Either scheme at its usual port: https is reached by http, too.
    const port = url.port === "80" || url.port === "443" ? "" : url.port;
    return {
        cloud: azure?.cloud,
        authority: `${loopback.test(hostOf(url)) ? "localhost" : hostOf(url)}:${port}`,
        part,
        accountName: azure?.accountName ?? (part.split("/")[0] || accountName?.toLowerCase()),
    };
}

/** Whether two services are of one account, of whichever kind they are, as far as their names tell. */
export function sameAccount(one: ServiceAddress, other: ServiceAddress): Sameness {
    const [a, b] = [placeOf(one), placeOf(other)];
    if (a.cloud && b.cloud) {
        return a.cloud === b.cloud && a.accountName === b.accountName ? "same" : "other";
    }
    if (a.authority === b.authority && a.part === b.part) {
        return "same";
    }
    if (a.accountName === undefined || b.accountName === undefined) {
        return "unknown";
    }
    if (a.accountName !== b.accountName) {
        return "other";
    }
    return a.authority !== b.authority && mayBeTwo(a, b) ? "unknown" : "same";
}

/** Accounts of emulators and private installations have the name of any other, so that two servers' may be two. */
function mayBeTwo(a: Place, b: Place): boolean {
    const isNamedInPath = (place: Place) => place.part !== "";
    return (
        (isNamedInPath(a) && (isNamedInPath(b) || b.cloud !== undefined)) || (isNamedInPath(b) && a.cloud !== undefined)
    );
}

/**
 * Whether an account's credential may be handed to what another address names: the very same service URL, hosts of one known cloud
 * with the same account, or an emulator's services, each of which has a port of its own. What a program says of an account's name is
 * no proof of where a host leads.
 */
export function isSameAccountForCredentials(one: StorageAddress, other: StorageAddress): boolean {
    if (isSameService(one, other)) {
        return true;
    }
    const [a, b] = [new URL(one.serviceUrl), new URL(other.serviceUrl)];
    if (a.protocol !== b.protocol) {
        return false;
    }
    const [azure, otherAzure] = [azureHost(a.hostname), azureHost(b.hostname)];
    if (azure && otherAzure) {
        const isOne = azure.cloud === otherAzure.cloud && azure.accountName === otherAzure.accountName;
        return isOne && zoneOf(a) === zoneOf(b) && a.port === b.port;
    }
    const isOtherService = one.kind !== other.kind && a.hostname === b.hostname && a.port !== b.port;
    return isOtherService && loopback.test(a.hostname) && a.pathname !== "/" && a.pathname === b.pathname;
}

/** Whether a copy stays within one account's service, as far as that may be relied on: the service reads such a source at once. */
export function isWithinAccount(source: SourceAddress, destination: StorageAddress): boolean {
    return source.kind === destination.kind && isSameAccountForCredentials(source, destination);
}

/** Whether two addresses have one service URL: scheme, host, port and path. */
export function isSameService(one: ServiceAddress, other: ServiceAddress): boolean {
    const normal = ({ serviceUrl }: ServiceAddress) => new URL(serviceUrl).href.replace(/\/+$/, "");
    return normal(one) === normal(other);
}

/** The DNS zone of an account that has one: nothing says that names are unique across zones. */
function zoneOf({ hostname }: URL): string | undefined {
    return /^[^.]+\.(z\d+)\./.exec(hostname.toLowerCase())?.[1];
}
