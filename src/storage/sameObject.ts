// Whether a copy's source and destination are one object under two names: copied onto itself, it would be taken for its own copy,
// and deleted with it.

import { decode, isFixed, type OtherAddress, type SourceAddress, type StorageAddress, sameAddress } from "./address";
import { azureHost } from "./azureHost";
import { withoutEndpoint } from "./cloudObject";
import { emulatedAccount, type Sameness, type ServiceAddress, sameAccount } from "./sameAccount";
import { isCloudUri } from "./url";

/** Whether a copy's source may be its destination, however either is spelled. Only ever a reason to refuse. */
export function mayBeSameObject(source: SourceAddress, destination: StorageAddress): boolean {
    return sameness(source, destination) === "same";
}

/**
 * Compares a copy's two ends by their names. A snapshot or version is another object than its blob.
 * @returns `unknown` where only the service can tell, since a name does not tell the account, or may stand for two objects
 */
export function sameness(source: SourceAddress, destination: StorageAddress): Sameness {
    if (isFixed(source)) {
        return "other";
    }
    if (source.kind === "other") {
        return samenessOfUrl(source, destination);
    }
    return source.kind === destination.kind ? compare(named(source), named(destination)) : "other";
}

/**
 * Whether two addresses that a program gave one after the other name one object, whatever the spelling of its account and name.
 * Of anything that is not in Azure Storage, the URL alone counts.
 */
export function isSameObject(one: SourceAddress, other: SourceAddress): boolean {
    if (sameAddress(one, other)) {
        return true;
    }
    if (one.kind === "other" || other.kind !== one.kind || fixedPart(one) !== fixedPart(other)) {
        return false;
    }
    return compare(named(one), named(other as StorageAddress)) === "same";
}

function fixedPart(address: StorageAddress): string {
    return address.kind === "file"
        ? (address.shareSnapshot ?? "")
        : `${address.snapshot ?? ""} ${address.versionId ?? ""}`;
}

/** What tells objects apart. */
interface Named {
    readonly service: ServiceAddress;
    /** The container or the share. */
    readonly root: string;
    readonly name: string;
    readonly kind: "blob" | "file";
}

function named(address: StorageAddress): Named {
    return address.kind === "file"
        ? { service: address, root: address.shareName, name: address.filePath, kind: "file" }
        : { service: address, root: address.containerName, name: address.blobName, kind: "blob" };
}

function compare(one: Named, other: Named): Sameness {
    const names = sameName(one, other);
    if (one.root.toLowerCase() !== other.root.toLowerCase() || names === "other") {
        return "other";
    }
    const accounts = sameAccount(one.service, other.service);
    return accounts === "same" ? names : accounts;
}

/** `unknown` for names that some accounts tell apart and others don't: `a//b` is `a/b` in a hierarchical namespace. */
function sameName(one: Named, other: Named): Sameness {
    if (exactName(one) === exactName(other)) {
        return "same";
    }
    return looseName(one) === looseName(other) ? "unknown" : "other";
}

/** The name that the service stores: `\` as `/`; of files it drops dots at the end, and keeps the case without telling names apart by it. */
function exactName({ name, kind }: Named): string {
    const path = name.replaceAll("\\", "/");
    return kind === "file" ? path.replace(/\.+(?=\/|$)/g, "").toLowerCase() : path;
}

function looseName(object: Named): string {
    const segments = exactName(object)
        .split("/")
        .map((segment) => segment.replace(/[. ]+$/, ""))
        .filter((segment) => segment !== "");
    const path = segments.join("/").normalize();
    return object.kind === "file" ? path.toUpperCase() : path;
}

/** A URL that names no blob or file by its look: of another service of the account, of an emulator, or of any web server. */
function samenessOfUrl({ url: text }: OtherAddress, destination: StorageAddress): Sameness {
    const url = new URL(text);
    if (isCloudUri(withoutEndpoint(url).href) || /[?&](?:snapshot|versionid|sharesnapshot)=/i.test(url.search)) {
        return "other";
    }
    const path = url.pathname.split("/").slice(1).map(decode);
    const target = named(destination);
    const azure = azureHost(url.hostname);
    if (azure === undefined) {
        // A custom domain, a content delivery network, an emulator, or any web server.
        const account = emulatedAccount(url) === undefined ? path[0] : undefined;
        const asHost = at(url.origin, path, target.kind);
        const asPath = at(`${url.origin}/${account}`, path.slice(1), target.kind);
        return [asHost, asPath].some((found) => compare(found, target) === "same") ? "same" : "unknown";
    }
    if (target.kind === "file") {
        return "other";
    }
    if (azure.service === "web") {
        return target.root === "$web" ? compareWebsite({ serviceUrl: url.origin }, path.join("/"), target) : "other";
    }
    return azure.service === "dfs" ? compare(at(url.origin, path, "blob"), target) : "other";
}

/** What a path names in a service. A single segment is a blob of the root container. */
function at(serviceUrl: string, path: readonly string[], kind: Named["kind"]): Named {
    const [root = "", ...rest] = path.length === 1 ? ["$root", ...path] : path;
    return { service: { serviceUrl }, root, name: rest.join("/"), kind };
}

/** A static website serves a folder by its index document, whose name the account alone knows. */
function compareWebsite(service: ServiceAddress, path: string, target: Named): Sameness {
    const page = compare({ service, root: "$web", name: path, kind: "blob" }, target);
    if (page !== "other") {
        return page;
    }
    const accounts = sameAccount(service, target.service);
    const name = exactName(target);
    const folder = path === "" || path.endsWith("/") ? path : `${path}/`;
    const inFolder = name.startsWith(folder) && !name.slice(folder.length).includes("/");
    if (accounts === "other" || !inFolder) {
        return "other";
    }
    const isUsual = /^(?:index|default)\.[a-z]+$/i.test(name.slice(folder.length));
    return accounts === "same" && isUsual && folder === path ? "same" : "unknown";
}
