import { type StorageError, storageError } from "./errors";

/** The services that are simulated, as a SAS and a host name spell them. */
export type StorageService = "blob" | "file";

/** What a URL addresses, before any name in it is checked. */
export interface Address {
    readonly service: StorageService;
    readonly account: string;
    readonly container?: string;
    readonly blob?: string;
    readonly share?: string;
    /** The path of a file or directory in its share, without slashes at its ends; undefined for the share itself. */
    readonly path?: string;
    /** Whether the account stands in the path (`http://127.0.0.1:10000/account/…`), not in the host. */
    readonly pathStyle: boolean;
}

/** A parsed query: names in lower case, values decoded. The first of equal names counts. */
export type Query = ReadonlyMap<string, string>;

/** Beside its own name an account has one at its secondary location, for each route, and for IPv6. */
const hostOfAccount =
    /^([a-z0-9]{3,24})(?:-(?:secondary|internetrouting|microsoftrouting|ipv6|dualstack))*\.(blob|file)\./;

/** The account and service that a host name names: `account.blob.core.windows.net`, `account.file.localhost`. */
export function accountOfHost(
    host: string,
): { readonly account: string; readonly service: StorageService } | undefined {
    const [, account, service] = hostOfAccount.exec(host.toLowerCase()) ?? [];
    return account === undefined ? undefined : { account, service: service as StorageService };
}

/** Takes a path and host apart; a host that names no service is that of the service given. */
export function parseAddress(host: string, path: string, query: Query, listener: StorageService): Address | undefined {
    const named = accountOfHost(host);
    let rest = path.startsWith("/") ? path.slice(1) : path;
    let account = named?.account;
    if (account === undefined) {
        const slash = rest.indexOf("/");
        account = decode(slash < 0 ? rest : rest.slice(0, slash)).replace(/-secondary$/, "");
        rest = slash < 0 ? "" : rest.slice(slash + 1);
    }
    if (account === "") {
        return undefined;
    }
    const service = named?.service ?? listener;
    const found = { service, account, pathStyle: named === undefined };
    if (rest === "") {
        return found;
    }
    const slash = rest.indexOf("/");
    const first = decode(slash < 0 ? rest : rest.slice(0, slash));
    const name = slash < 0 ? "" : decode(rest.slice(slash + 1));
    if (service === "file") {
        const path = name.replace(/^\/+|\/+$/g, "");
        return { ...found, share: first, path: path === "" ? undefined : path };
    }
    return { ...found, ...parseBlobPath(first, name, slash >= 0, query) };
}

/** A path of one segment is a blob of $root unless the query says it's a container. */
function parseBlobPath(
    first: string,
    name: string,
    hasSlash: boolean,
    query: Query,
): { readonly container: string; readonly blob?: string } {
    if (name !== "") {
        return { container: first, blob: name };
    }
    const restype = query.get("restype")?.toLowerCase();
    return hasSlash || restype === "container" || restype === "account"
        ? { container: first }
        : { container: "$root", blob: first };
}

/** Takes a query string (without its question mark) apart. */
export function parseQuery(query: string): Query {
    const parsed = new Map<string, string>();
    for (const pair of query === "" ? [] : query.split("&")) {
        const equals = pair.indexOf("=");
        const name = decode(equals < 0 ? pair : pair.slice(0, equals)).toLowerCase();
        if (name !== "" && !parsed.has(name)) {
            parsed.set(name, decode(equals < 0 ? "" : pair.slice(equals + 1)));
        }
    }
    return parsed;
}

/** Throws 400 if that can't be a container's name. */
export function checkContainerName(name: string): void {
    if (name !== "$root" && name !== "$logs" && name !== "$web" && name !== "$blobchangefeed") {
        checkShareName(name);
    }
}

/** Throws 400 if that can't be a share's name. */
export function checkShareName(name: string): void {
    if (name.length < 3 || name.length > 63) {
        throw nameOutOfRange();
    }
    if (!/^[a-z0-9](?:-?[a-z0-9])*$/.test(name)) {
        throw storageError("InvalidResourceName");
    }
}

/** Throws 400 if that can't be a blob's name. */
export function checkBlobName(name: string): void {
    if (name.length > 1024) {
        throw nameOutOfRange();
    }
    if (name.split("/").length > 254) {
        throw storageError("InvalidUri");
    }
}

/** Throws 400 if that can't be the path of a file or directory. */
export function checkFilePath(path: string): void {
    const names = path.split("/");
    if (path.length > 2048 || names.length > 250) {
        throw storageError("InvalidFileOrDirectoryPathName");
    }
    if (names.some((name) => name.length > 255)) {
        throw nameOutOfRange();
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that no name may have
    if (names.some((name) => name === "" || /[\u0000-\u001f"\\:|<>*?]/.test(name))) {
        throw storageError("InvalidResourceName");
    }
}

function nameOutOfRange(): StorageError {
    return storageError("OutOfRangeInput", {
        message: "The specified resource name length is not within the permissible limits.",
    });
}

function decode(text: string): string {
    if (!text.includes("%")) {
        return text;
    }
    try {
        return decodeURIComponent(text);
    } catch {
        throw storageError("InvalidUri");
    }
}
