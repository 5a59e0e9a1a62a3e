import { credentialOfQuery, httpsAtAzure, placeOfUrl, readConnectionString, sasOf, splitQuery } from "../address";
import { secondsOf } from "../duration";
import {
    flagOf,
    type Maybe,
    map,
    numberOf,
    objectOf,
    type Properties,
    plainProperties,
    textOf,
    Unknown,
} from "../known";
import type { Acknowledgement, Copy, CopyReader, Credential, End } from "./copy";

/** This package's `BlobCopy`. */
export const blobCopyReader: CopyReader = {
    label: "BlobCopy",
    matches: (type) => type === "pulumi-nodejs:dynamic/azure-copy:BlobCopy",
    tells: [
        "source",
        "destination",
        "credential",
        "accessTier",
        "rehydration",
        "overwrites",
        "copiesAgain",
        "timeout",
        "size",
        "acknowledgement",
    ],
    read(resource) {
        const { properties } = resource;
        if (properties.source === undefined && properties.destination === undefined) {
            return []; // BlobCopy.get reads, and copies nothing
        }
        const source = endOf("source", objectOf(properties, "source"));
        const copy: Copy = {
            resource,
            tool: "BlobCopy",
            source,
            destination: endOf("destination", objectOf(properties, "destination")),
            accessTier: textOf(properties, "requestedAccessTier") ?? textOf(properties, "accessTier"),
            rehydratePriority: textOf(properties, "rehydratePriority"),
            waitForRehydration: flagOf(properties, "waitForRehydration"),
            overwrites: map(textOf(properties, "overwrite"), (overwrite) => overwrite === "always") ?? false,
            copiesAgain: copiesAgain(source, textOf(properties, "onSourceChange")),
            timeoutSeconds: map(textOf(properties, "timeout"), secondsOf),
            size: numberOf(properties, "sourceContentLength"),
            acknowledgeEgress: acknowledgement(properties, "acknowledgeEgress"),
            acknowledgeCrossTenant: acknowledgement(properties, "acknowledgeCrossTenant"),
            acknowledgeOverwrite: acknowledgement(properties, "acknowledgeOverwrite"),
            secrets: [...secretsOf(properties.source), ...secretsOf(properties.destination)],
        };
        return [copy];
    },
    useHttps: (properties) => ["source", "destination"].map((end) => useHttpsAt(properties, end)).includes(true),
    setTimeout(properties, timeout) {
        if (Object.hasOwn(properties, "timeout")) {
            return false;
        }
        properties.timeout = timeout;
        return true;
    },
};

function copiesAgain(source: End, onSourceChange: Maybe<string>): Maybe<boolean> {
    if (typeof source.snapshot === "string") {
        return false; // never changes
    }
    return map(onSourceChange, (choice) => choice === "copyAgain") ?? true;
}

function acknowledgement(properties: Properties, key: string): Acknowledgement {
    return flagOf(properties, key) ?? textOf(properties, key);
}

function endOf(role: End["role"], location: Maybe<Properties>): End {
    const text = (key: string) => textOf(location, key);
    const url = urlOfCloudObject(location) ?? text("url");
    const told = placeOfUrl(url ?? urlOfParts(role, location));
    // An account without an endpoint of its own is reached where accounts are.
    const isOrdinary = url === undefined && told.service instanceof Unknown && text("endpoint") === undefined;
    const place = isOrdinary && !(location instanceof Unknown) ? { ...told, ...inAzure } : told;
    return {
        role,
        property: role,
        inputs: [role],
        ...place,
        accountName: text("accountName") ?? place.accountName,
        containerName: text("containerName") ?? place.containerName,
        path: text("blobName") ?? place.path,
        snapshot: text("snapshot") ?? text("versionId") ?? place.snapshot,
        isTree: false,
        credential: credentialOf(location, place.service),
        region: text("region"),
        tenantId: text("tenantId"),
    };
}

const inAzure = { service: "blob", scheme: "https" } as const;

/** Where an object of Amazon S3 or Google Cloud Storage is read from; its presigned URL is made when the copy starts. */
function urlOfCloudObject(location: Maybe<Properties>): Maybe<string> {
    const named = map(textOf(location, "url"), (url) => /^(s3|gs):\/\/([^/]+)\/(.*)$/s.exec(url) ?? undefined);
    if (named instanceof Unknown) {
        return undefined;
    }
    const parts = (property: string, name: string, endpoint: string) => {
        const object = objectOf(location, property);
        const [bucket, key, at] = ["bucket", name, endpoint].map((part) => textOf(object, part));
        return object === undefined
            ? undefined
            : [at, bucket, key].map((part) => (typeof part === "string" ? part : ""));
    };
    const s3 = named?.[1] === "s3" ? ["", named[2], named[3]] : parts("s3", "key", "endpoint");
    const google =
        named?.[1] === "gs" ? ["", named[2], named[3]] : parts("googleCloudStorage", "object", "apiEndpoint");
    const [endpoint, bucket, key] = s3 ?? google ?? [];
    if (bucket === undefined) {
        return undefined;
    }
    const service = endpoint || (s3 ? "https://s3.amazonaws.com" : "https://storage.googleapis.com");
    return `${service.replace(/\/+$/, "")}/${bucket}/${key}`;
}

/** The URL that parts stand for; unknown with its account. */
function urlOfParts(role: string, location: Maybe<Properties>): Maybe<string> {
    if (location instanceof Unknown) {
        return location;
    }
    const endpoint =
        textOf(location, "endpoint") ??
        map(textOf(location, "connectionString"), (text) => readConnectionString(text).endpoint) ??
        map(textOf(location, "accountName"), (name) => `https://${name}.blob.core.windows.net`);
    if (endpoint === undefined || endpoint instanceof Unknown) {
        return endpoint ?? new Unknown(role);
    }
    const [container, blob] = [textOf(location, "containerName"), textOf(location, "blobName")];
    const segment = (part: Maybe<string>) =>
        typeof part === "string" ? part.split("/").map(encodeURIComponent) : ["-"];
    return [splitQuery(endpoint).base.replace(/\/+$/, ""), ...segment(container), ...segment(blob)].join("/");
}

function credentialOf(location: Maybe<Properties>, service: End["service"]): Maybe<Credential> {
    if (location instanceof Unknown) {
        return location;
    }
    for (const kind of ["accountKey", "connectionString"] as const) {
        if (location?.[kind] !== undefined) {
            return { kind };
        }
    }
    const credential = objectOf(location, "credential");
    if (credential !== undefined && service !== "web") {
        return map(credential, (given) =>
            map(textOf(given, "type"), (type) => ({ kind: type === "anonymous" ? "anonymous" : "entraId" })),
        );
    }
    const token = textOf(location, "sasToken");
    // A URL that is not known yet may turn out to carry a SAS or none.
    if (token instanceof Unknown && textOf(location, "url") instanceof Unknown) {
        return token;
    }
    if (token !== undefined) {
        return service === "web" ? undefined : (credentialOfQuery(token) ?? { kind: "sas", sas: sasOf(token) });
    }
    return map(service, (where) => ({ kind: where === "web" ? "anonymous" : "entraId" }));
}

const secretParts = ["connectionString", "accountKey", "sasToken"];

function secretsOf(location: unknown): string[] {
    if (typeof location !== "object" || location === null) {
        return [];
    }
    const { credential } = location as Properties;
    const given = typeof credential === "object" && credential !== null ? (credential as Properties) : {};
    const values = [
        ...secretParts.map((part) => (location as Properties)[part]),
        given.clientSecret,
        given.certificatePassword,
    ];
    return values.filter((value) => typeof value === "string");
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
