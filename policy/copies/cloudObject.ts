import { type Maybe, map, objectOf, type Properties, textOf, Unknown } from "../known";

/** An object of Amazon S3 or Google Cloud Storage. */
interface CloudObject {
    /** Where it is read; its presigned URL is made when the copy starts. */
    readonly url: string;
    /** What tells one state of it, which never changes, from the next. */
    readonly version: Maybe<string>;
}

const vendors = [
    {
        scheme: "s3",
        part: "s3",
        name: "key",
        version: "versionId",
        endpoint: "endpoint",
        service: "https://s3.amazonaws.com",
    },
    {
        scheme: "gs",
        part: "googleCloudStorage",
        name: "object",
        version: "generation",
        endpoint: "apiEndpoint",
        service: "https://storage.googleapis.com",
    },
] as const;

/** The object of another vendor that a location names, by `s3://…`, `gs://…` or its parts; nothing where it names none. */
export function cloudObjectOf(location: Maybe<Properties>): CloudObject | undefined {
    if (location instanceof Unknown) {
        return undefined;
    }
    for (const vendor of vendors) {
        const object = objectOf(location, vendor.part);
        if (object !== undefined) {
            const [bucket, name] = [textOf(object, "bucket"), textOf(object, vendor.name)].map(shown);
            const endpoint = shown(textOf(object, vendor.endpoint)) || vendor.service;
            const url = `${endpoint.replace(/\/+$/, "")}/${bucket}/${name}`;
            return { url, version: textOf(object, vendor.version) };
        }
    }
    return namedBy(textOf(location, "url"));
}

function namedBy(url: Maybe<string>): CloudObject | undefined {
    const named = map(url, (text) => /^(s3|gs):\/\/([^/]+)\/(.*)$/s.exec(text) ?? undefined);
    if (named === undefined || named instanceof Unknown) {
        return undefined;
    }
    const [, scheme, bucket, name] = named;
    const { service } = vendors.find((vendor) => vendor.scheme === scheme)!;
    const generation = scheme === "gs" ? /#(\d+)$/.exec(name!)?.[1] : undefined;
    return { url: `${service}/${bucket}/${name}`, version: generation };
}

function shown(text: Maybe<string>): string {
    return typeof text === "string" ? text : "";
}
