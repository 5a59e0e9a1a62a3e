// Objects of Amazon S3 and Google Cloud Storage by name. How they are read: presigned.ts.

import type { BlobLocation, GoogleCloudStorageLocation, S3Location } from "./location";

/** An object of another vendor, and where it is said to be. */
export type CloudObject =
    | { readonly vendor: "s3"; readonly location: S3Location }
    | { readonly vendor: "googleCloudStorage"; readonly location: GoogleCloudStorageLocation };

/** The object that a location names, as `s3://bucket/key`, `gs://bucket/object#generation` or by its parts; nothing where it names none. */
export function cloudObjectOf({ url, s3, googleCloudStorage }: BlobLocation): CloudObject | undefined {
    if (s3) {
        return { vendor: "s3", location: s3 };
    }
    if (googleCloudStorage) {
        return { vendor: "googleCloudStorage", location: googleCloudStorage };
    }
    const [, scheme, bucket, name] = /^(s3|gs):\/\/([^/]*)\/?(.*)$/s.exec(url ?? "") ?? [];
    if (scheme === undefined) {
        return undefined;
    }
    if (scheme === "s3") {
        return { vendor: "s3", location: { bucket: bucket!, key: name! } };
    }
    const [, object, generation] = /^(.*?)(?:#(\d+))?$/s.exec(name!)!;
    return {
        vendor: "googleCloudStorage",
        location: { bucket: bucket!, object: object!, generation },
    };
}

/** The name of an object that names nothing else, without a secret: what it is stored, compared and shown as. */
export function cloudObjectUrl({ vendor, location }: CloudObject): string {
    if (vendor === "s3") {
        const { bucket, key, versionId, endpoint } = location;
        const version = versionId === undefined ? "" : `?versionId=${encodeURIComponent(versionId)}`;
        return `${root(endpoint, "s3:/")}/${bucket}/${encodePath(key)}${version}`;
    }
    const { bucket, object, generation, apiEndpoint } = location;
    const version = generation === undefined ? "" : `?generation=${generation}`;
    return `${root(apiEndpoint, "gs:/")}/${bucket}/${encodePath(object)}${version}`;
}

/** Whether the object can't change, since a version of it is named. */
export function isFixedObject({ vendor, location }: CloudObject): boolean {
    return (vendor === "s3" ? location.versionId : location.generation) !== undefined;
}

function root(endpoint: string | undefined, scheme: string): string {
    return endpoint === undefined ? scheme : endpoint.replace(/\/+$/, "");
}

/** A name as a URL's path; slashes part it. */
export function encodePath(name: string): string {
    // A path may hold these as they are; encodeURIComponent escapes them.
    const encode = (segment: string) =>
        encodeURIComponent(segment).replace(/%(?:40|3A|24|2C|2B|3B|3D|26)/g, decodeURIComponent);
    return name.split("/").map(encode).join("/");
}

const s3Host = /^(?:(.+)\.)?s3(?:[.-][a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?$/;
const googleHost = /^(?:(.+)\.)?storage\.googleapis\.com$/;

/**
 * A URL of either vendor as `s3://…` or `gs://…`, whose form does not depend on region, endpoint and style; any other one as it is. The
 * service reports the URL that it was given, by which an object is recognized so.
 */
export function withoutEndpoint(url: URL): URL {
    for (const [scheme, host] of [
        ["s3", s3Host],
        ["gs", googleHost],
    ] as const) {
        const match = host.exec(url.hostname);
        if (match) {
            return new URL(
                `${scheme}://${match[1] ? `${match[1]}${url.pathname}` : url.pathname.slice(1)}${url.search}`,
            );
        }
    }
    return url;
}
