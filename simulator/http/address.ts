import { storageError } from "./errors";

/** What a URL addresses, before any name in it is checked. */
export interface Address {
    readonly account: string;
    readonly container?: string;
    readonly blob?: string;
    /** Whether the account stands in the path (`http://127.0.0.1:10000/account/…`), not in the host. */
    readonly pathStyle: boolean;
}

/** A parsed query: names in lower case, values decoded. The first of equal names counts. */
export type Query = ReadonlyMap<string, string>;

/** The account that a host name names: `account.blob.core.windows.net`, `account.blob.localhost`. */
export function accountOfHost(host: string): string | undefined {
    return /^([a-z0-9]{3,24})(?:-secondary)?\.blob\./i.exec(host)?.[1]?.toLowerCase();
}

/** Takes a path and host apart. A path of one segment is a blob of $root unless the query says it's a container. */
export function parseAddress(host: string, path: string, query: Query): Address | undefined {
    const hostAccount = accountOfHost(host);
    let rest = path.startsWith("/") ? path.slice(1) : path;
    let account = hostAccount;
    if (account === undefined) {
        const slash = rest.indexOf("/");
        account = decode(slash < 0 ? rest : rest.slice(0, slash)).replace(/-secondary$/, "");
        rest = slash < 0 ? "" : rest.slice(slash + 1);
    }
    if (account === "") {
        return undefined;
    }
    const pathStyle = hostAccount === undefined;
    if (rest === "") {
        return { account, pathStyle };
    }
    const slash = rest.indexOf("/");
    const first = decode(slash < 0 ? rest : rest.slice(0, slash));
    const name = slash < 0 ? "" : decode(rest.slice(slash + 1));
    if (name !== "") {
        return { account, container: first, blob: name, pathStyle };
    }
    const restype = query.get("restype")?.toLowerCase();
    if (slash >= 0 || restype === "container" || restype === "account") {
        return { account, container: first, pathStyle };
    }
    return { account, container: "$root", blob: first, pathStyle };
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
    if (name === "$root" || name === "$logs" || name === "$web" || name === "$blobchangefeed") {
        return;
    }
    if (name.length < 3 || name.length > 63) {
        throw storageError("OutOfRangeInput", {
            message: "The specified resource name length is not within the permissible limits.",
        });
    }
    if (!/^[a-z0-9](?:-?[a-z0-9])*$/.test(name)) {
        throw storageError("InvalidResourceName");
    }
}

/** Throws 400 if that can't be a blob's name. */
export function checkBlobName(name: string): void {
    if (name.length > 1024) {
        throw storageError("OutOfRangeInput", {
            message: "The specified resource name length is not within the permissible limits.",
        });
    }
    if (name.split("/").length > 254) {
        throw storageError("InvalidUri");
    }
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
