// Where a URL leads, as far as the URL tells.

import type { Credential, End } from "./copies/copy";
import { type Maybe, map, Unknown } from "./known";

type Place = Pick<End, "service" | "scheme" | "host" | "accountName" | "containerName" | "path" | "snapshot">;

/** What follows a service in the hosts of Azure's clouds, exactly: anybody may have a host that only looks like theirs. */
const cloud = "(?:core\\.(?:windows\\.net|usgovcloudapi\\.net|chinacloudapi\\.cn)|storage\\.azure\\.net)";

const azureHost = new RegExp(
    `^([a-z0-9]{3,24})(?:-(?:secondary|internetrouting|microsoftrouting|ipv6|dualstack))*\\.(?:z\\d+\\.)?(?:privatelink\\.)?(blob|dfs|file)\\.${cloud}$`,
);

/** An account's static website: what its container `$web` holds. */
const websiteHost = new RegExp(`^([a-z0-9]{3,24})(?:-[a-z0-9-]+)?\\.(?:z\\d+\\.)?web\\.${cloud}$`);

/** An emulator that names the account in the host. */
const emulatedHost = /^([a-z0-9]{3,24})\.(blob|dfs|file)\.localhost$/;

const loopback = /^(?:127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[::1?\]|(?:[^.]+\.)*localhost|host\.docker\.internal)$/;

/** Whether a host is this machine, where emulators and simulated accounts are: nothing there costs, leaks or lasts. */
export function isLoopback(host: string | undefined): boolean {
    return host !== undefined && loopback.test(host);
}

/** A host without a name, where the account's name stands first in the path. */
const ipAddress = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[.*\])$/;

/** Whether a host is Azure Storage's own. */
export function isAzureHost(host: string | undefined): boolean {
    return host !== undefined && azureHost.test(host);
}

const nowhere = {
    service: undefined,
    scheme: undefined,
    host: undefined,
    accountName: undefined,
    containerName: undefined,
    path: undefined,
    snapshot: undefined,
} satisfies Place;

/**
 * The place that a URL without its query names. Anything without a scheme is a path on the machine that copies.
 * @param service the service of Azure Storage that it is known to be in, where the host doesn't tell: a custom domain, an IP address
 */
export function placeOfUrl(url: Maybe<string>, service?: "blob" | "file"): Place {
    if (url instanceof Unknown) {
        return Object.fromEntries(Object.keys(nowhere).map((part) => [part, url])) as unknown as Place;
    }
    if (url === undefined) {
        return nowhere;
    }
    const parsed = /^https?:\/\//i.test(url) && URL.canParse(url) ? new URL(url) : undefined;
    if (!parsed) {
        return { ...nowhere, service: "local", path: url };
    }
    const scheme = parsed.protocol.slice(0, -1);
    // A dot at its end makes a host absolute, and no other one.
    const host = parsed.hostname.replace(/\.$/, "");
    const segments = parsed.pathname.split("/").filter((segment) => segment !== "");
    const azure = azureHost.exec(host) ?? emulatedHost.exec(host);
    if (!azure && !service && !(isLoopback(host) && segments.length > 1)) {
        return { ...nowhere, service: "web", scheme, host, path: segments.join("/") };
    }
    const isPathStyle = isLoopback(host) || ipAddress.test(host);
    const accountName = azure?.[1] ?? (isPathStyle ? segments.shift()?.replace(/-secondary$/, "") : undefined);
    const [containerName, ...path] = segments.map(decode);
    const known = azure?.[2] === "file" ? "file" : "blob";
    return {
        service: azure ? known : (service ?? "blob"),
        scheme,
        host,
        accountName,
        containerName,
        path: path.join("/"),
        snapshot: snapshotOf(parsed.searchParams),
    };
}

/**
 * What tells the container, or share, of an end from every other one: by its account, whichever host leads there, where that is known.
 * Nothing where it is not known.
 */
export function containerKey(end: End): string | undefined {
    const { service, accountName, host, containerName } = websiteOf(end) ?? end;
    const parts = [service, accountName ?? host, containerName];
    return parts.every((part) => typeof part === "string") ? parts.join("/").toLowerCase() : undefined;
}

/** What tells two places apart, however they are spelled; nothing where it is not known. Names of files differ by more than upper and lower case. */
export function placeKeyOf(end: End): string | undefined {
    const container = containerKey(end);
    const { path, service } = websiteOf(end) ?? end;
    if (container === undefined || typeof path !== "string") {
        return undefined;
    }
    // The service takes a backslash for a slash, and drops dots at the ends of files' names.
    const name = path.replaceAll("\\", "/");
    return `${container}/${service === "file" ? name.toLowerCase().replace(/\.+(?=\/|$)/g, "") : name}`;
}

/** The blob that a page of a static website is; of a folder, its index document. */
function websiteOf({ service, host, path }: End): (Pick<End, "host" | "containerName"> & BlobOfAccount) | undefined {
    const accountName = service === "web" && typeof host === "string" ? websiteHost.exec(host)?.[1] : undefined;
    if (accountName === undefined || typeof path !== "string") {
        return undefined;
    }
    const page = decode(path);
    const isFolder = !/[^/]\.[^/]+$/.test(page);
    const index = page === "" ? "index.html" : `${page}/index.html`;
    return { service: "blob", host, accountName, containerName: "$web", path: isFolder ? index : page };
}

interface BlobOfAccount {
    readonly service: "blob";
    readonly accountName: string;
    readonly path: string;
}

function snapshotOf(query: URLSearchParams): string | undefined {
    return [...query].find(([name]) => /^(?:snapshot|sharesnapshot|versionid)$/i.test(name))?.[1];
}

/** A part of a URL without its escapes; as it is where they are none. */
export function decode(text: string): string {
    try {
        return decodeURIComponent(text);
    } catch {
        return text;
    }
}

/** A URL of Azure Storage itself with https for http; nothing where there is nothing to mend. An emulator may have nothing but http. */
export function httpsAtAzure(url: Maybe<string>): string | undefined {
    if (typeof url !== "string" || !/^http:/i.test(url) || !URL.canParse(url) || !isAzureHost(new URL(url).hostname)) {
        return undefined;
    }
    return url.replace(/^http:/i, "https:");
}

/** A URL without its query, and the query. */
export function splitQuery(url: string): { base: string; query: string | undefined } {
    const question = url.indexOf("?");
    return question < 0
        ? { base: url, query: undefined }
        : { base: url.slice(0, question), query: url.slice(question + 1) };
}

/**
 * A SAS by its parameters, their names in lower case as the service takes them in any, where a query is one. It may have what surrounds it where
 * it was pasted: a question mark, quotes, another layer of escapes.
 */
export function sasOf(query: Maybe<string>): Maybe<URLSearchParams> {
    return map(query, (text) => {
        const bare = withoutQuotes(text);
        return [bare, decode(bare)].map(parametersOf).find((parameters) => parameters.has("sig"));
    });
}

function parametersOf(query: string): URLSearchParams {
    const given = new URLSearchParams(query.replace(/^\?/, ""));
    return new URLSearchParams([...given].map(([name, value]): [string, string] => [name.toLowerCase(), value]));
}

function withoutQuotes(text: string): string {
    return text.trim().replace(/^(["'])(.*)\1$/s, "$2");
}

/**
 * The credential that a URL's query is, if it is one.
 * @param service where the URL leads: another server than Azure Storage may have a `sig` of its own
 */
export function credentialOfQuery(query: Maybe<string>, service?: End["service"]): Credential | undefined {
    const sas = sasOf(query);
    if (sas === undefined) {
        return undefined;
    }
    return { kind: "sas", ...((service !== "web" || sas instanceof Unknown || isOfAzureStorage(sas)) && { sas }) };
}

/** Whether a signature is that of a SAS, which says its version or, before there were any, what it opens until when. */
function isOfAzureStorage(sas: URLSearchParams): boolean {
    const version = sas.get("sv");
    return version === null ? sas.has("sr") && sas.has("se") : /^\d{4}-\d\d-\d\d$/.test(version);
}

/** The credential that a connection string is: a key, or a SAS, which may stand in one of its endpoints. */
export function credentialOfConnectionString(text: Maybe<string>): Credential {
    const sas = map(text, (given) => {
        const settings = settingsOf(given);
        const endpoints = [...settings].filter(([name]) => name.endsWith("endpoint")).map(([, url]) => url);
        const queries = [settings.get("sharedaccesssignature"), ...endpoints.map((url) => splitQuery(url).query)];
        return queries.map((query) => sasOf(query)).find((found) => found !== undefined);
    });
    return { kind: "connectionString", ...(sas !== undefined && { sas }) };
}

function settingsOf(connectionString: string): Map<string, string> {
    const parts = withoutQuotes(connectionString).split(";");
    return new Map(
        parts.map((part): [string, string] => {
            const equals = part.indexOf("=");
            return [part.slice(0, equals).trim().toLowerCase(), part.slice(equals + 1).trim()];
        }),
    );
}

/** What a connection string says of one of the account's services. */
export function readConnectionString(
    text: string,
    service: "blob" | "file",
): { endpoint?: string; accountName?: string } {
    const settings = settingsOf(text);
    const accountName = settings.get("accountname");
    const suffix = settings.get("endpointsuffix") ?? "core.windows.net";
    const scheme = settings.get("defaultendpointsprotocol") ?? "https";
    const endpoint = /usedevelopmentstorage=true/i.test(text)
        ? "http://127.0.0.1:10000/devstoreaccount1"
        : (settings.get(`${service}endpoint`) ?? (accountName && `${scheme}://${accountName}.${service}.${suffix}`));
    return { ...(endpoint && { endpoint }), ...(accountName && { accountName }) };
}

/** An end in words, without anything secret: `https://contoso.blob.core.windows.net/seed/orders.bak`. */
export function show(end: End): string {
    const text = (part: Maybe<string>) => (typeof part === "string" ? part : "…");
    if (end.service === "local") {
        return text(end.path);
    }
    const place = [end.containerName, end.path].filter((part) => part !== undefined && part !== "").map(text);
    const isPathStyle = isLoopback(text(end.host)) || ipAddress.test(text(end.host));
    const account = isPathStyle && end.accountName !== undefined ? [text(end.accountName)] : [];
    const host =
        typeof end.host === "string"
            ? end.host
            : `${text(end.accountName)}.${end.service === "file" ? "file" : "blob"}.core.windows.net`;
    return `${text(end.scheme)}://${[host, ...account, ...place].join("/")}`;
}

/** A place in an account as users name it in settings: `contosogolden/images/orders.bak`. */
export function placeName(end: End): string {
    return [end.accountName, end.containerName, end.path]
        .map((part) => (typeof part === "string" ? part : ""))
        .filter((part) => part !== "")
        .join("/");
}
