// What follows from inputs that a program has marked as secret. The engine keeps those inputs secret by itself, in the state, too; not what is derived
// from them.

import { addressUrl, resolveAddress } from "../storage/address";
import type { BlobLocation } from "../storage/location";
import { withoutScheme } from "../storage/url";
import { unknownValue } from "./unknown";

type Values = Readonly<Record<string, unknown>>;

/** The input by which the resource's class tells the paths of those inputs. It is in the state, too, since read and delete get nothing else. */
export const secretInputsKey = "__secrets";

/** The paths of those inputs: `source.url`, `metadata`. A state of version 0.1 tells none. */
export function secretPaths(values: Values): readonly string[] {
    const paths = values[secretInputsKey];
    return Array.isArray(paths) ? paths.filter((path) => typeof path === "string") : [];
}

/** Whether a path is that of a secret input, of a part or of the whole of one. */
export function isSecretPath(path: string, secret: readonly string[]): boolean {
    return secret.some((one) => one === path || path.startsWith(`${one}.`) || one.startsWith(`${path}.`));
}

/**
 * The texts in those inputs, and what else tells them: the address of an end, and its path.
 * @param values the inputs or the state; with the resource's ID, where it is read by that
 */
export function secretTexts(values: Values): string[] {
    const paths = secretPaths(values);
    const given = paths.flatMap((path) => textsIn(path.split(".").reduce(part, values)));
    const ends = ["source", "destination"].filter((end) => isSecretPlace(end, paths)).map((end) => values[end]);
    const found = paths.includes("id") ? [{ url: values.id }] : [];
    return [...given, ...[...ends, ...found].flatMap(addressTexts)].filter((text) => text !== unknownValue);
}

function part(value: unknown, name: string): unknown {
    return typeof value === "object" && value !== null ? (value as Values)[name] : undefined;
}

function textsIn(value: unknown): string[] {
    if (typeof value === "string") {
        return [value];
    }
    return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** Whether a secret input tells where an end is. */
function isSecretPlace(end: string, paths: readonly string[]): boolean {
    const others = new RegExp(`^${end}\\.(?:credential|region|tenantId|s3\\.region)(?:\\.|$)`);
    return paths.some((path) => (path === end || path.startsWith(`${end}.`)) && !others.test(path));
}

/** A service may tell an address with another scheme, or an object by its path alone. */
function addressTexts(location: unknown): string[] {
    if (typeof location !== "object" || location === null) {
        return [];
    }
    try {
        const address = resolveAddress(location as BlobLocation);
        if (!address) {
            return [];
        }
        const url = addressUrl(address).replace(/\?.*$/s, "");
        const { pathname } = new URL(url);
        const inContainer = pathname.split("/").slice(2).join("/");
        return [url, withoutScheme(url), pathname.slice(1), ...(inContainer ? [inContainer] : [])];
    } catch {
        // Check tells what is wrong with it.
        return [];
    }
}

/** Outputs by what they follow from, beside the ends. */
const derived: Readonly<Record<string, readonly string[]>> = {
    snapshot: ["sourceSnapshot", "takenSnapshots"],
    accessTier: ["requestedAccessTier"],
    "blobHTTPHeaders.blobContentType": ["contentType"],
    "blobHTTPHeaders.blobContentMD5": ["contentMd5"],
    "fileHttpHeaders.fileContentType": ["contentType"],
    "fileHttpHeaders.fileContentMD5": ["contentMd5"],
    fileAttributes: ["smbProperties"],
    fileCreationTime: ["smbProperties"],
    fileLastWriteTime: ["smbProperties"],
    fileChangeTime: ["smbProperties"],
    filePermission: ["smbProperties"],
    filePermissionKey: ["smbProperties"],
    id: ["url"],
};

/** How the engine spells a secret value on the wire, by its own kinds of values. */
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** A state with the outputs marked as secret that follow from secret inputs. */
export function withSecretOutputs(state: Values, values: Values): Values {
    const paths = secretPaths(values);
    const names = new Set([
        ...Object.entries(derived).flatMap(([path, outputs]) => (isSecretPath(path, paths) ? outputs : [])),
        ...(isSecretPlace("source", paths) ? ["sourceUrl"] : []),
        ...(isSecretPlace("destination", paths) ? ["url", "destinationSnapshotUrl"] : []),
    ]);
    return Object.fromEntries(
        Object.entries(state).map(([name, value]) => [
            name,
            names.has(name) && value !== undefined ? { [signature]: secretSignature, value } : value,
        ]),
    );
}
