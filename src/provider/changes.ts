// What differs between what was recorded and what is asked for.

import { isDeepStrictEqual } from "node:util";
import { CopyError } from "../copy/errors";
import { resolveAddress, sameAddress } from "../storage/address";
import type { BlobLocation } from "../storage/location";
import { isSameObject } from "../storage/sameObject";
import type { SourceProperties } from "../storage/webSource";
import type { CopyInputs, CopyState } from "./copyTypes";
import { recordedSource } from "./sourceQuery";
import { hasUnknown } from "./unknown";

/**
 * Whether another destination is asked for, which replaces the resource. Not where its account or name is only spelled otherwise: a
 * replacement would find the old blob there, and delete it afterwards.
 */
export function destinationChanged(state: CopyState, news: CopyInputs): boolean {
    return !sameObject(state.destination, news.destination);
}

/** Whether two locations name one object, however they spell it. An unknown one may, and the engine asks again once it is known. */
export function sameObject(one: BlobLocation, other: BlobLocation): boolean {
    return compareAddresses(one, other, isSameObject);
}

/** The same, where another spelling counts, since it is recorded with what was copied. */
function sameSpelling(one: BlobLocation, other: BlobLocation): boolean {
    return compareAddresses(one, other, sameAddress);
}

function compareAddresses(one: BlobLocation, other: BlobLocation, compare: typeof sameAddress): boolean {
    if (hasUnknown(one) || hasUnknown(other)) {
        return true;
    }
    const [oneAddress, otherAddress] = [resolveAddress(one), resolveAddress(other)];
    return oneAddress && otherAddress ? compare(oneAddress, otherAddress) : isDeepStrictEqual(one, other);
}

/** Whether the destination is spelled otherwise than it was recorded: what is there must be looked at, since an account's name may be wrong. */
export function isRespelled(state: CopyState, news: CopyInputs): boolean {
    return !sameSpelling(state.destination, news.destination);
}

/**
 * A destination under another name than was recorded, that holds something else than was recorded.
 * @param there the ETag of what is there
 */
export function notTheSame(state: CopyState, url: string, there: string | undefined): CopyError {
    return new CopyError(
        `the destination is ${url} now, and was ${state.url}: both are to be one under two names, but its ETag is ${there}, and was ${state.etag}; if somebody has changed it, run pulumi refresh with the old destination; if they are two, give the resource another name`,
    );
}

/** Whether another source is asked for than was copied last. An unknown one may be the same, as in {@link sameObject}. */
function anotherSource(state: CopyState, news: BlobLocation): boolean {
    if (hasUnknown(state.source) || hasUnknown(news)) {
        return false;
    }
    const asked = resolveAddress(news);
    const recorded = asked && recordedSource(state, asked);
    return asked && recorded ? !sameAddress(recorded, asked) : !isDeepStrictEqual(state.source, news);
}

/** Whether another source is asked for, or the source has another ETag. */
export function sourceChanged(state: CopyState, news: CopyInputs): boolean {
    if (anotherSource(state, news.source)) {
        return true;
    }
    return (
        news.onSourceChange !== "ignore" &&
        news.sourceEtag !== undefined &&
        state.sourceEtag !== undefined &&
        news.sourceEtag !== state.sourceEtag
    );
}

/**
 * Whether the bytes must be moved again.
 * @param contentChanged whether what was copied is not what is asked for now
 */
export function needsCopy(state: CopyState, news: CopyInputs, contentChanged: boolean): boolean {
    // Where the source could not be read when it was copied, only a look at both ends tells whether it has changed since.
    const unrecorded =
        news.onSourceChange !== "ignore" && news.sourceEtag !== undefined && state.sourceEtag === undefined;
    const leftAlone = state.drifted === true && news.onDestinationDrift === "ignore";
    const unfinished = state.copyStatus !== "success" || state.drifted === true;
    return contentChanged || unrecorded || (unfinished && !leftAlone);
}

/**
 * What a source tells of the bytes that were copied from it. The MD5 of one that has changed since is that of others.
 * @param givenMd5 the Content-MD5 that the program gave the destination, which was not the source's
 */
export function asCopied(
    source: SourceProperties,
    { sourceEtag, contentMd5 }: CopyState & { readonly contentMd5?: string },
    givenMd5: string | undefined,
): SourceProperties {
    if (source.etag === sourceEtag) {
        return source;
    }
    const { contentMD5: _, ...others } = source;
    const keepsMd5 = contentMd5 !== undefined && givenMd5 === undefined;
    return { ...others, contentMD5: keepsMd5 ? Buffer.from(contentMd5, "base64") : undefined };
}

/** Metadata as the service has it, in the recorded spelling where only upper and lower case differ: HTTP drops that. */
export function asRecorded(
    recorded: Readonly<Record<string, string>>,
    actual: Record<string, string>,
): Record<string, string> {
    const spelling = new Map(Object.keys(recorded).map((name) => [name.toLowerCase(), name]));
    return Object.fromEntries(
        Object.entries(actual).map(([name, value]) => [spelling.get(name.toLowerCase()) ?? name, value]),
    );
}
