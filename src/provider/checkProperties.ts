import type { Failures } from "./failures";
import { unknownValue } from "./unknown";

type Entries = Readonly<Record<string, string>>;

function entriesOf(failures: Failures, property: string, value: unknown): [string, string][] {
    if (value === undefined || value === unknownValue) {
        return [];
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
        failures.add(property, value, "must be an object of texts");
        return [];
    }
    return Object.entries(value).filter(([name, text]) => {
        if (typeof text !== "string") {
            failures.add(`${property}.${name}`, text, "must be a text");
        }
        return typeof text === "string" && text !== unknownValue;
    }) as [string, string][];
}

/** [Metadata](https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata): names are C# identifiers, values travel as HTTP headers, 8 KiB in all. */
export function checkMetadata(failures: Failures, metadata: Entries | undefined): void {
    const names = new Set<string>();
    let bytes = 0;
    for (const [name, value] of entriesOf(failures, "metadata", metadata)) {
        const property = `metadata.${name}`;
        if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
            failures.add(
                property,
                name,
                "must be named like a C# identifier: letters, digits and underscores, no digit first",
            );
        }
        if (names.has(name.toLowerCase())) {
            failures.add(property, name, "stands twice; names differ by more than upper and lower case");
        }
        names.add(name.toLowerCase());
        if (!/^[\x20-\x7e]*$/.test(value)) {
            failures.add(
                property,
                value,
                "must be printable ASCII, since it travels as an HTTP header; encode it, as base64 for instance",
            );
        } else if (value !== value.trim() || value === "") {
            failures.add(property, value, "must not be empty, nor begin or end with a space, which HTTP drops");
        }
        bytes += name.length + Buffer.byteLength(value);
    }
    if (bytes > 8_192) {
        failures.add("metadata", `${bytes} bytes`, "must have 8,192 bytes at most, names and values together");
    }
}

/** [Index tags](https://learn.microsoft.com/rest/api/storageservices/set-blob-tags): ten at most, of limited length and characters. */
export function checkTags(failures: Failures, tags: Entries | "source" | undefined): void {
    if (tags === "source") {
        return;
    }
    if (typeof tags === "string" && tags !== unknownValue) {
        failures.add("tags", tags, 'must be an object of texts, or "source" to copy the source\'s');
        return;
    }
    const entries = entriesOf(failures, "tags", tags);
    if (entries.length > 10) {
        failures.add("tags", `${entries.length} tags`, "must be 10 at most");
    }
    const allowed = /^[A-Za-z0-9 +\-./:=_]*$/;
    for (const [key, value] of entries) {
        if (key.length < 1 || key.length > 128 || !allowed.test(key)) {
            failures.add(`tags.${key}`, key, "must have a key of 1 to 128 letters, digits, spaces and + - . / : = _");
        }
        if (value.length > 256 || !allowed.test(value)) {
            failures.add(
                `tags.${key}`,
                value,
                "must have a value of at most 256 letters, digits, spaces and + - . / : = _",
            );
        }
    }
}

export const blockBlobTiers = ["Hot", "Cool", "Cold", "Archive"];
export const pageBlobTiers = ["P4", "P6", "P10", "P15", "P20", "P30", "P40", "P50", "P60", "P70", "P80"];

/**
 * Access tiers: block blobs have Hot, Cool, Cold and Archive, premium page blobs P4 to P80, append blobs none.
 * @param blobType the source's, where it is known
 */
export function checkAccessTier(failures: Failures, tier: string | undefined, blobType: string | undefined): void {
    if (tier === undefined || tier === unknownValue) {
        return;
    }
    const allowed =
        blobType === "BlockBlob"
            ? blockBlobTiers
            : blobType === "PageBlob"
              ? pageBlobTiers
              : blobType === "AppendBlob"
                ? []
                : [...blockBlobTiers, ...pageBlobTiers];
    if (!allowed.includes(tier)) {
        const rule = allowed.length > 0 ? `must be one of ${allowed.join(", ")}` : "must be left out";
        failures.add("accessTier", tier, blobType ? `${rule}, since the source is a ${blobTypeWords(blobType)}` : rule);
    }
}

function blobTypeWords(blobType: string): string {
    return blobType.replace(/(.)([A-Z])/g, "$1 $2").toLowerCase();
}

/** True or false. */
export function checkFlag(failures: Failures, property: string, value: boolean | undefined): void {
    if (value !== undefined && (value as unknown) !== unknownValue && typeof value !== "boolean") {
        failures.add(property, value, "must be true or false");
    }
}

/** One of a few words. */
export function checkChoice(
    failures: Failures,
    property: string,
    value: string | undefined,
    allowed: readonly string[],
): void {
    if (value !== undefined && value !== unknownValue && !allowed.includes(value)) {
        failures.add(property, value, `must be one of ${allowed.map((choice) => JSON.stringify(choice)).join(", ")}`);
    }
}
