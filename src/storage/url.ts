// URLs as text: no Azure SDK here, since resource classes use this while a program starts.

/**
 * Query parameters that say *which* object is meant: of a blob, a file in Azure Files, an object of Amazon S3 or Google Cloud
 * Storage. Every other one authorizes, or names a web server's file (webQuery.ts), and is a secret either way.
 */
const objectParameters = new Set(["snapshot", "versionid", "sharesnapshot", "generation"]);

/** A URL without its secret part, and that part. */
export interface SplitUrl {
    /** The URL, with the parameters kept that say which object is meant. */
    readonly url: string;
    /** The rest of the query string: a SAS, or whatever a foreign URL carries there. */
    readonly secretQuery?: string;
}

/** Takes the query string off a URL, but for the parameters that identify a snapshot or a version. */
export function splitSecretQuery(url: string): SplitUrl {
    if (isCloudUri(url)) {
        return { url };
    }
    const fragment = url.indexOf("#");
    const whole = fragment < 0 ? url : url.slice(0, fragment);
    const question = whole.indexOf("?");
    if (question < 0) {
        return { url: whole };
    }
    const parameters = whole
        .slice(question + 1)
        .split("&")
        .filter((parameter) => parameter !== "");
    const identifies = (parameter: string) => objectParameters.has(parameter.split("=", 1)[0]!.toLowerCase());
    const kept = parameters.filter(identifies);
    const secret = parameters.filter((parameter) => !identifies(parameter));
    return {
        url: whole.slice(0, question) + (kept.length > 0 ? `?${kept.join("&")}` : ""),
        secretQuery: secret.join("&") || undefined,
    };
}

/** The inverse of {@link splitSecretQuery}. */
export function joinSecretQuery(url: string, secretQuery: string | undefined): string {
    if (!secretQuery) {
        return url;
    }
    return `${url}${url.includes("?") ? "&" : "?"}${secretQuery.replace(/^\?/, "")}`;
}

/** A URL as it may be shown and stored. */
export function redactUrl(url: string): string {
    return splitSecretQuery(url).url;
}

/** Whether a text names an object of Amazon S3 or Google Cloud Storage as the vendors' own tools do: a name, in which `?` and `#` stand for themselves. */
export function isCloudUri(text: string): boolean {
    return /^(?:s3|gs):\/\//.test(text);
}

/** A URL without `https://` or `http://`. */
export function withoutScheme(url: string): string {
    return url.replace(/^https?:\/\//, "");
}
