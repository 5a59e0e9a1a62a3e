// Secrets that a server says again: one that is given a SAS may answer with it, as an ETag or a content type for instance.

import { redact, Secrets } from "../../common/redact";
import { quoted } from "../../common/visible";
import { secretsOf } from "../storage/credential";
import type { BlobLocation } from "../storage/location";
import type { SourceProperties } from "../storage/webSource";

/** As many characters a content type or an ETag has in the state at most. */
export const longestWord = 1_024;

/** Shorter ones are words, too. */
const shortestEcho = 8;

/** Known secrets alone are taken out: ETags and names are compared later, and may look like anything. */
export function withoutSecrets(value: unknown, secrets: Secrets): unknown {
    if (typeof value === "string") {
        return redact(value, secrets, []);
    }
    if (Array.isArray(value)) {
        return value.map((one) => withoutSecrets(one, secrets));
    }
    return typeof value === "object" && value !== null
        ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withoutSecrets(one, secrets)]))
        : value;
}

/**
 * What a source says of itself, but for what holds a secret that it was asked with. An ETag counts as none then; and where it is endless, or has
 * characters that are not seen, since previews show it.
 */
export function withoutEchoesOf(location: BlobLocation, said: SourceProperties): SourceProperties {
    const { etag, ...others } = said;
    const properties = etag === undefined || quoted(etag, longestWord) !== etag ? others : said;
    const secrets = secretsIn(secretsOf(location));
    if (secrets.forms.length === 0) {
        return properties;
    }
    const isEcho = (value: unknown): boolean =>
        JSON.stringify(withoutSecrets(value, secrets)) !== JSON.stringify(value);
    const words = ["etag", "contentType", "contentEncoding", "contentLanguage", "contentDisposition", "cacheControl"];
    const kept = Object.entries(properties).filter(([name, value]) => !words.includes(name) || !isEcho(value));
    const { metadata } = properties;
    return {
        ...(Object.fromEntries(kept) as SourceProperties),
        metadata: metadata && Object.fromEntries(Object.entries(metadata).filter(([, value]) => !isEcho(value))),
    };
}

export function secretsIn(credentials: readonly string[]): Secrets {
    return new Secrets(credentials.filter(({ length }) => length >= shortestEcho));
}
