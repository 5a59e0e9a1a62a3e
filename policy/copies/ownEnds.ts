// Ends as this package's own resources give them: by a URL, or by parts.

import {
    credentialOfConnectionString,
    credentialOfQuery,
    httpsAtAzure,
    placeOfUrl,
    readConnectionString,
    splitQuery,
} from "../address";
import { type Maybe, map, objectOf, type Properties, plainProperties, textOf, Unknown } from "../known";
import { cloudObjectOf } from "./cloudObject";
import type { Credential, End } from "./copy";

/** What a resource writes. */
export type Written = "blob" | "file";

/** One end of a resource: its input `source` or `destination`. */
export function ownEnd(role: End["role"], properties: Properties, written: Written): End {
    const location = objectOf(properties, role);
    const object = cloudObjectOf(location);
    const place = object ? placeOfUrl(object.url) : placeOf(role, location, written);
    return {
        role,
        property: role,
        inputs: [role],
        ...place,
        snapshot: object?.version ?? firstText(location, "snapshot", "versionId", "shareSnapshot") ?? place.snapshot,
        isTree: false,
        credential: object ? undefined : credentialOf(location, place.service),
        region: textOf(location, "region"),
        tenantId: textOf(location, "tenantId"),
    };
}

function firstText(location: Maybe<Properties>, ...parts: string[]): Maybe<string> {
    return parts.map((part) => textOf(location, part)).find((text) => text !== undefined);
}

type Place = ReturnType<typeof placeOfUrl>;

function placeOf(role: End["role"], location: Maybe<Properties>, written: Written): Place {
    const url = textOf(location, "url");
    if (location instanceof Unknown) {
        return placeOfUrl(location);
    }
    return url === undefined ? placeOfParts(role, location, written) : placeOfOwnUrl(role, url, location, written);
}

/** A URL's place; what is written, and what an account is given for, is in Azure Storage, also behind a custom domain. */
function placeOfOwnUrl(role: End["role"], url: Maybe<string>, location: Maybe<Properties>, written: Written): Place {
    const accountName = textOf(location, "accountName");
    const service = role === "destination" ? written : accountName === undefined ? undefined : "blob";
    const place = placeOfUrl(url, service);
    // A single segment is a blob of the root container.
    const isInRoot = place.service === "blob" && place.path === "";
    return {
        ...place,
        ...(isInRoot && { containerName: "$root", path: place.containerName }),
        accountName: accountName ?? place.accountName,
    };
}

function placeOfParts(role: End["role"], location: Properties | undefined, written: Written): Place {
    const isFile =
        firstText(location, "shareName", "filePath") !== undefined || (role === "destination" && written === "file");
    const service = isFile ? "file" : "blob";
    const given = textOf(location, "endpoint");
    const endpoint =
        given ??
        map(textOf(location, "connectionString"), (text) => readConnectionString(text, service).endpoint) ??
        map(textOf(location, "accountName"), (name) => `https://${name}.${service}.core.windows.net`) ??
        new Unknown(role);
    const account = placeOfUrl(
        map(endpoint, (text) => `${splitQuery(text).base.replace(/\/+$/, "")}/-/-`),
        service,
    );
    // An account without an endpoint of its own is reached where accounts are.
    const isOrdinary = given === undefined && endpoint instanceof Unknown;
    return {
        ...account,
        ...(isOrdinary && { scheme: "https" }),
        service: given instanceof Unknown ? given : service,
        accountName: textOf(location, "accountName") ?? account.accountName,
        containerName: textOf(location, isFile ? "shareName" : "containerName"),
        path: textOf(location, isFile ? "filePath" : "blobName"),
    };
}

function credentialOf(location: Maybe<Properties>, service: End["service"]): Maybe<Credential> {
    if (location instanceof Unknown) {
        return location;
    }
    const token = textOf(location, "sasToken");
    const connectionString = textOf(location, "connectionString");
    const connected = connectionString === undefined ? undefined : credentialOfConnectionString(connectionString);
    const sas = [
        credentialOfQuery(token, service),
        connected,
        // What a program gives without asking the resource to split it off.
        ...["url", "endpoint"].map((part) => queryOf(textOf(location, part), service)),
    ].find((one) => one?.sas !== undefined)?.sas;
    const given = sas !== undefined && { sas };
    if (location?.accountKey !== undefined) {
        return { kind: "accountKey", ...given };
    }
    if (connected) {
        return { ...connected, ...given };
    }
    const credential = objectOf(location, "credential");
    if (credential !== undefined && service !== "web") {
        return map(credential, (identity) =>
            map(textOf(identity, "type"), (type) => ({
                kind: type === "anonymous" ? "anonymous" : "entraId",
                ...given,
            })),
        );
    }
    // A URL that is not known yet may turn out to carry a SAS or none.
    if (token instanceof Unknown && textOf(location, "url") instanceof Unknown) {
        return token;
    }
    if (sas !== undefined) {
        return { kind: "sas", sas };
    }
    if (token !== undefined) {
        return service === "web" ? undefined : { kind: "sas" };
    }
    return map(service, (where) => ({ kind: where === "web" ? "anonymous" : "entraId" }));
}

function queryOf(url: Maybe<string>, service: End["service"]): Credential | undefined {
    return typeof url === "string" ? credentialOfQuery(splitQuery(url).query, service) : undefined;
}

const secretParts = new Set([
    "connectionString",
    "accountKey",
    "sasToken",
    "clientSecret",
    "certificatePassword",
    "accessKeyId",
    "secretAccessKey",
    "sessionToken",
    "credentials",
]);

/** The secrets at both ends, however deep. */
export function ownSecrets(properties: Properties): string[] {
    return [...[properties.source, properties.destination].flatMap(secretsOf), ...markedSecrets(properties)];
}

/** What the program has marked as secret besides, which the resource tells by its paths. */
function markedSecrets(properties: Properties): string[] {
    const paths = Array.isArray(properties.__secrets) ? properties.__secrets : [];
    const part = (value: unknown, name: string) =>
        typeof value === "object" && value !== null ? (value as Properties)[name] : undefined;
    return paths
        .filter((path) => typeof path === "string")
        .flatMap((path) => textsIn(path.split(".").reduce(part, properties as unknown)));
}

function textsIn(value: unknown): string[] {
    if (typeof value === "string") {
        return [value, ...(URL.canParse(value) ? [new URL(value).pathname.slice(1)] : [])];
    }
    return typeof value === "object" && value !== null && !(value instanceof Unknown)
        ? Object.values(value).flatMap(textsIn)
        : [];
}

function secretsOf(value: unknown): string[] {
    if (typeof value !== "object" || value === null || value instanceof Unknown) {
        return [];
    }
    return Object.entries(value).flatMap(([name, part]) =>
        typeof part === "string" ? (secretParts.has(name) ? [part] : []) : secretsOf(part),
    );
}

/** Writes https for http at both ends, where they are Azure's own. */
export function useHttps(properties: Record<string, unknown>): boolean {
    return ["source", "destination"].map((end) => useHttpsAt(properties, end)).includes(true);
}

function useHttpsAt(properties: Record<string, unknown>, end: string): boolean {
    const location = objectOf(plainProperties(properties), end);
    for (const part of ["url", "endpoint"]) {
        const https = httpsAtAzure(textOf(location, part));
        if (https !== undefined) {
            (properties[end] as Record<string, unknown>)[part] = https;
            return true;
        }
    }
    return false;
}

/** Gives a resource a timeout that has none. */
export function setTimeout(properties: Record<string, unknown>, timeout: string): boolean {
    if (Object.hasOwn(properties, "timeout")) {
        return false;
    }
    properties.timeout = timeout;
    return true;
}
