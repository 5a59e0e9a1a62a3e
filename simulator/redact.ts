// What the request log may keep. It knows what is harmless, not what is secret: other servers' signatures, cookies and headers of identities have
// names that nobody here knows.

const HIDDEN = "REDACTED";

/** Parameters of the REST reference, and those of a SAS that aren't its signature. */
const PARAMETERS = new Set(
    [
        "restype comp timeout snapshot versionid sharesnapshot prevsnapshot prevsharesnapshot marker delimiter prefix maxresults include",
        "showonly startfrom endbefore blockid blocklisttype copyid where deletetype recursive",
        "sv ss srt sr sp st se sip spr si sdd skoid sktid skt ske sks skv saoid suoid scid ses sduoid skdutid rscc rscd rsce rscl rsct",
        // Of Microsoft Entra ID and managed identities.
        "api-version resource client_id object_id principal_id msi_res_id mi_res_id authorization_endpoint",
    ].flatMap((names) => names.split(" ")),
);

/** Headers of HTTP, and of the REST reference. */
const HEADERS = new Set(
    [
        "accept accept-charset accept-encoding accept-language cache-control connection content-disposition content-encoding",
        "content-language content-length content-md5 content-range content-type date expect host if-match if-modified-since",
        "if-none-match if-range if-unmodified-since keep-alive metadata range te transfer-encoding user-agent",
        ...[
            "access-tier allow-trailing-dot blob-append-offset blob-cache-control blob-condition-appendpos blob-condition-maxsize",
            "blob-content-disposition blob-content-encoding blob-content-language blob-content-length blob-content-md5 blob-content-type",
            "blob-public-access blob-sequence-number blob-type cache-control client-request-id content-crc64 content-disposition",
            "content-encoding content-language content-length content-md5 content-type copy-action copy-source-blob-properties",
            "copy-source-tag-option date default-encryption-scope delete-snapshots delete-type-permanent",
            "deny-encryption-scope-override destination-lease-id enabled-protocols encryption-algorithm encryption-key-sha256",
            "encryption-scope file-attributes file-change-time file-copy-ignore-readonly file-copy-set-archive file-creation-time",
            "file-extended-info file-last-write-time file-permission file-permission-copy-mode file-permission-format",
            "file-permission-key file-property-semantics file-rename-ignore-readonly file-rename-replace-if-exists",
            "file-request-intent file-support-rename has-immutability-policy has-legal-hold if-sequence-number-eq",
            "if-sequence-number-le if-sequence-number-lt if-tags immutability-policy-mode immutability-policy-until-date",
            "lease-action lease-break-period lease-duration lease-id legal-hold page-write proposed-lease-id range",
            "range-get-content-crc64 range-get-content-md5 recursive rehydrate-priority requires-sync root-squash seal-blob",
            "sequence-number-action share-quota snapshot source-allow-trailing-dot source-content-crc64 source-content-md5",
            "source-encryption-algorithm source-encryption-key-sha256 source-if-match source-if-modified-since source-if-none-match",
            "source-if-tags source-if-unmodified-since source-lease-id source-range tags type useragent version write",
        ].map((names) => names.replace(/\S+/g, "x-ms-$&")),
    ].flatMap((names) => names.split(" ")),
);

/** Headers that hold a URL. */
const URLS = new Set([
    "x-ms-copy-source",
    "x-ms-previous-snapshot-url",
    "x-ms-file-rename-source",
    "x-ms-rename-source",
]);

/** Headers that begin with a scheme, which tells how a request is authorized. */
const SCHEMES = new Set(["authorization", "x-ms-copy-source-authorization"]);

/** What authorizes, amid a text: a whole URL as a parameter's value, for instance. */
const secret = /(?:sig|signature|token|secret|password|accountkey|accesskeyid|credential)(?:=|%3d)/i;

/** A query string (without its question mark) as it may be logged: of what isn't known to be harmless, the name alone. */
export function redactQuery(query: string): string {
    return query === "" ? "" : query.split("&").map(redactParameter).join("&");
}

function redactParameter(parameter: string): string {
    const equals = parameter.indexOf("=");
    const name = equals < 0 ? parameter : parameter.slice(0, equals);
    if (PARAMETERS.has(decode(name).toLowerCase())) {
        return isSecret(parameter.slice(name.length + 1)) ? `${name}=${HIDDEN}` : parameter;
    }
    return equals < 0 ? HIDDEN : `${name}=${HIDDEN}`;
}

/** Headers as they may be logged: of what isn't known to be harmless, the name alone. */
export function redactHeaders(entries: Iterable<[string, string]>): Record<string, string> {
    return Object.fromEntries([...entries].map(([name, value]) => [name, redactHeader(name, value)]));
}

function redactHeader(name: string, value: string): string {
    if (SCHEMES.has(name)) {
        const scheme = /^(?:Bearer|SharedKey|SharedKeyLite)(?= )/i.exec(value)?.[0];
        return scheme === undefined ? HIDDEN : `${scheme} ${HIDDEN}`;
    }
    if (URLS.has(name)) {
        return redactUrl(value);
    }
    return (HEADERS.has(name) || name.startsWith("x-ms-meta-")) && !isSecret(value) ? value : HIDDEN;
}

function redactUrl(url: string): string {
    const [, base, query] = /^([^?#]*)(?:\?([^#]*))?/.exec(url)!;
    // A user and a password.
    const shown = base!.replace(/^([a-z]+:)?\/\/[^/]*@/i, `$1//${HIDDEN}@`);
    return query === undefined ? shown : `${shown}?${redactQuery(query)}`;
}

function isSecret(value: string): boolean {
    return secret.test(value) || secret.test(decode(value));
}

function decode(text: string): string {
    try {
        return decodeURIComponent(text);
    } catch {
        return text;
    }
}
