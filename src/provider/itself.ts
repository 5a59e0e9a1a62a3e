// A copy's source must not be its destination: adopted as its own copy, it would be deleted with the resource. Names are compared
// first; where they do not tell, the service is asked about both.

import { DestinationConflictError } from "../copy/errors";
import { addressUrl, resolveAddress, type SourceAddress, type StorageAddress, sameAddress } from "../storage/address";
import { explain, isFileNotFound, isNotFound } from "../storage/errors";
import type { BlobLocation } from "../storage/location";
import { mayBeSameObject, sameness } from "../storage/sameObject";
import { redactUrl } from "../storage/url";
import type { AnyCopyRequest, CopyState } from "./copyTypes";
import { openSource } from "./ends";
import type { Failures } from "./failures";
import type { Context } from "./handler";

/** What tells one object from another, as both of its names tell it. */
interface Identity {
    readonly etag?: string;
    readonly lastModified?: Date;
    readonly contentLength?: number;
    /** A blob's creation. */
    readonly createdOn?: Date;
    /** A file's creation. */
    readonly fileCreatedOn?: Date;
    readonly fileId?: string;
}

/**
 * Reports a destination that is the source, by whichever of its names.
 * @param remedy what to do instead: `give another name`
 */
export function checkNotItself(
    failures: Failures,
    source: SourceAddress | undefined,
    destination: SourceAddress | undefined,
    remedy: string,
): void {
    if (!source || !destination || destination.kind === "other") {
        return;
    }
    if (sameAddress(source, destination)) {
        failures.add("destination", undefined, `is the source itself; ${remedy}`);
    } else if (mayBeSameObject(source, destination)) {
        failures.add(
            "destination",
            addressUrl(destination),
            `is the source itself, under another name than ${redactUrl(addressUrl(source))}; ${remedy}`,
        );
    }
}

/**
 * Refuses to write to what is at the destination, or to adopt it, where it is the source itself.
 * @param there the destination's properties
 * @param known the source's properties, where they were read; else they are, where names do not tell
 * @throws DestinationConflictError
 */
export async function refuseItself(
    { source, destination }: AnyCopyRequest,
    there: Identity,
    context: Context,
    known?: Identity,
): Promise<void> {
    const names = sameness(source.address, destination.address);
    if (names === "other") {
        return;
    }
    if (names === "unknown") {
        const read = known ?? (await readIdentity(source.properties, source.address, source.url, destination, context));
        if (!read || !isOne(read, there)) {
            return;
        }
    }
    throw new DestinationConflictError(
        `the source ${source.url} and the destination ${destination.url} are one ${destination.address.kind} under two names (ETag ${there.etag}), and nothing was written; give the destination another name`,
    );
}

async function readIdentity(
    properties: (signal: AbortSignal) => Promise<Identity>,
    { kind }: SourceAddress,
    url: string,
    destination: AnyCopyRequest["destination"],
    context: Context,
): Promise<Identity | undefined> {
    try {
        return await properties(context.signal);
    } catch (error) {
        // Something is at the destination, so that what is not there is not it. Of a web server that refuses, the copy itself will tell.
        if (kind === "other" || (kind === "file" ? isFileNotFound(error) : isNotFound(error))) {
            return undefined;
        }
        throw explain(
            `tell whether ${url} is ${destination.url} under another name (give accountName at both ends, or a source that can be read from here)`,
            error,
        );
    }
}

/** Whether what two names tell is of one object. A length is not told by all, nor is a creation. */
function isOne(one: Identity, other: Identity): boolean {
    const plain = (etag: string | undefined) => etag?.replace(/^W\//, "").replaceAll('"', "");
    const agree = <T>(a: T | undefined, b: T | undefined) => a === undefined || b === undefined || a === b;
    return (
        one.etag !== undefined &&
        plain(one.etag) === plain(other.etag) &&
        one.lastModified?.getTime() === other.lastModified?.getTime() &&
        agree(one.contentLength, other.contentLength) &&
        agree(one.createdOn?.getTime(), other.createdOn?.getTime()) &&
        agree(one.fileCreatedOn?.getTime(), other.fileCreatedOn?.getTime()) &&
        agree(one.fileId, other.fileId)
    );
}

/**
 * Whether a recorded destination is its recorded source, which must not be deleted: an older version did not see through all names.
 * @param observe reads the destination's properties
 */
export async function isItself(
    state: Pick<CopyState, "source" | "destination">,
    destination: StorageAddress,
    observe: () => Promise<Identity | undefined>,
    context: Context,
): Promise<boolean> {
    const source = state.source && resolveAddress(state.source);
    const names = source ? sameness(source, destination) : "other";
    if (names !== "unknown" || source?.kind === "other") {
        return names === "same";
    }
    try {
        const there = await observe();
        const { properties } = openSource(state.source as BlobLocation, state.destination, context);
        return there !== undefined && isOne(await properties(context.signal), there);
    } catch {
        return false; // what can't be compared is as the state has it
    }
}

/** Warns of a destination that was left, since it is the source. */
export function warnOfItself(url: string, context: Context): void {
    context.warn(`${url} is the source itself under another name, and was left alone`);
}
