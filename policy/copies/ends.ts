// Ends as resources other than this package's give them.

import { credentialOfQuery, placeOfUrl, splitQuery } from "../address";
import { type Maybe, map, type Properties, textOf, Unknown } from "../known";
import type { End } from "./copy";

/** What most ends leave open. */
const open = { isTree: false, credential: undefined, region: undefined, tenantId: undefined } as const;

/** An end that is given as one URL, with its SAS. */
export function urlEnd(role: End["role"], property: string, url: Maybe<string>, input = property): End {
    const base = map(url, (text) => splitQuery(text).base);
    const query = map(url, (text) => splitQuery(text).query);
    const snapshot = typeof url === "string" ? placeOfUrl(url).snapshot : undefined;
    const place = placeOfUrl(base);
    return {
        role,
        property,
        inputs: [input],
        ...place,
        ...open,
        snapshot,
        credential: query instanceof Unknown ? query : credentialOfQuery(query, place.service),
    };
}

/** A blob that is given by three names, in an account of Azure's public cloud. */
export function blobDestination(
    properties: Properties,
    names: { account: string; container: string; blob: string },
    defaultName: string,
): End {
    const accountName = textOf(properties, names.account);
    return {
        role: "destination",
        property: names.blob,
        inputs: [names.account, names.container],
        service: "blob",
        scheme: "https",
        host: map(accountName, (name) => `${name}.blob.core.windows.net`),
        accountName,
        containerName: textOf(properties, names.container),
        path: textOf(properties, names.blob) ?? defaultName,
        snapshot: undefined,
        ...open,
    };
}
