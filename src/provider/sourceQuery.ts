// What is recorded of a web server's query, which tells one file under a URL from another.

import { resolveAddress, type SourceAddress, secretQueryOf, webAddress } from "../storage/address";
import type { BlobLocation } from "../storage/location";
import { splitSecretQuery } from "../storage/url";
import type { CopyInputs, CopyState } from "./copyTypes";
import { hasUnknown } from "./unknown";

/** Inputs with what is recorded of their source's query; without it where the source is no web server's, or is not known yet. */
export function withSourceQuery<Inputs extends Pick<CopyInputs, "source" | "sourceQueryHash">>(inputs: Inputs): Inputs {
    const { sourceQueryHash: _, ...others } = inputs;
    const known = inputs.source && !hasUnknown(inputs.source);
    const query = known ? queryOf(resolveAddress(inputs.source)) : undefined;
    return { ...others, sourceQueryHash: query } as Inputs;
}

/** What is recorded of the source of a copy that is found, as the service tells it. */
export function foundSource(copySource = ""): { readonly source: BlobLocation; readonly sourceQueryHash?: string } {
    const { url, secretQuery } = splitSecretQuery(copySource);
    const isWeb = resolveAddress({ url })?.kind === "other";
    return { source: { url }, sourceQueryHash: isWeb ? webAddress(url, secretQuery).query : undefined };
}

/**
 * The source that was copied last.
 * @param news what is asked for now, which a state that tells of no query, as version 0.1 may have written it, is taken to be of
 */
export function recordedSource(state: CopyState, news: SourceAddress): SourceAddress | undefined {
    const address = resolveAddress(state.source);
    if (address?.kind !== "other" || queryOf(address) === undefined) {
        return address;
    }
    const { query: ofInputs, ...named } = address;
    const isFound = secretQueryOf(state.source) === undefined;
    if (isFound && queryOf(news) === undefined) {
        return named; // an object of another vendor, found by the URL by which it was read
    }
    const query = state.sourceQueryHash ?? (isFound ? queryOf(news) : ofInputs);
    return { ...named, query };
}

function queryOf(address: SourceAddress | undefined): string | undefined {
    return address?.kind === "other" ? address.query : undefined;
}
