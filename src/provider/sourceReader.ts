// What check reads of sources, in few requests: the engine runs check for one resource at a time, so that 2,000 sources read
// one by one are 2,000 round trips. After a handful of blobs of one container, a list tells of the others.

import type { BlobItem } from "@azure/storage-blob";
import type { Clock } from "../copy/clock";
import { type BlobAddress, containerUrl } from "../storage/address";
import type { Clients } from "../storage/clients";
import type { Credential } from "../storage/credential";
import { statusCode } from "../storage/errors";
import type { SourceProperties } from "../storage/webSource";
import { withinTime } from "../storage/withinTime";

/** Reads the properties of blobs that are sources; what it tells may be a minute old, and lacks the metadata. */
export interface SourceReader {
    /** Reads a blob as {@link BlobClient.getProperties} does, or finds it in a list that was read for others. */
    read(
        address: BlobAddress,
        credential: Credential,
        signal: AbortSignal,
    ): Promise<Omit<SourceProperties, "metadata">>;
    /** The credential by which blobs of this container turned out to be readable, where a source carries none. */
    credentialOf(address: BlobAddress): Credential | undefined;
    remember(address: BlobAddress, credential: Credential): void;
}

/** How many blobs are read one by one before a page of a list is worth its request. */
const readsPerPage = 8;
/** How far a container is listed at most; the sources beyond are read one by one. */
const longestListPages = 8;
/** How many blobs are kept in mind, of all containers. */
const mostEntries = 100_000;
/** How long a list is believed. */
const freshMilliseconds = 60_000;
/** The longest a page may take: check has 20 seconds, and must still read by itself where the list does not come. */
const longestPageMilliseconds = 8_000;

/** A container as one credential sees it. */
interface Container {
    readonly entries: Map<string, SourceProperties>;
    /** For each prefix that was listed where its list goes on; an empty text where it has ended. */
    readonly lists: Map<string, string>;
    /** What all names that were asked for begin with. */
    common: string | undefined;
    /** What was read one by one since the last page. */
    misses: string[];
    pages: number;
    /** When what is known of it is forgotten. */
    expires: number;
    /** When it may be listed again, after a list was refused. */
    closedUntil: number;
    underWay: Promise<void> | undefined;
}

/**
 * Makes a reader for all checks of one process.
 * @param pageSize how many blobs one request lists: as many as the service gives
 */
export function createSourceReader(clients: Clients, clock: Pick<Clock, "now">, pageSize = 5_000): SourceReader {
    const containers = new WeakMap<Credential, Map<string, Container>>();
    const listed = new Set<Container>();
    const credentials = new Map<string, Credential>();

    function containerOf(address: BlobAddress, credential: Credential): Container {
        let ofCredential = containers.get(credential);
        if (!ofCredential) {
            ofCredential = new Map();
            containers.set(credential, ofCredential);
        }
        const key = containerUrl(address);
        let container = ofCredential.get(key);
        if (!container) {
            container = {
                entries: new Map(),
                lists: new Map(),
                common: undefined,
                misses: [],
                pages: 0,
                expires: Number.POSITIVE_INFINITY,
                closedUntil: 0,
                underWay: undefined,
            };
            ofCredential.set(key, container);
        }
        return container;
    }

    /** Forgets what is not fresh any more; the next handful is read one by one again. */
    function forgetStale(now: number): void {
        for (const container of listed) {
            if (container.expires <= now && !container.underWay) {
                listed.delete(container);
                container.entries.clear();
                container.lists.clear();
                Object.assign(container, {
                    common: undefined,
                    misses: [],
                    pages: 0,
                    expires: Number.POSITIVE_INFINITY,
                });
            }
        }
    }

    function mayList(container: Container, now: number): boolean {
        const kept = [...listed].reduce((sum, { entries }) => sum + entries.size, 0);
        return (
            container.misses.length >= readsPerPage &&
            container.pages < longestListPages &&
            container.closedUntil <= now &&
            kept + pageSize <= mostEntries
        );
    }

    async function listPage(container: Container, address: BlobAddress, credential: Credential): Promise<void> {
        const now = clock.now().getTime();
        const prefix = nextPrefix(container);
        const continuationToken = container.lists.get(prefix) || undefined;
        container.misses = [];
        try {
            const { value: page } = await withinTime(longestPageMilliseconds, undefined, (abortSignal) =>
                clients
                    .container(address, credential)
                    .listBlobsFlat({ prefix, abortSignal })
                    .byPage({ maxPageSize: pageSize, continuationToken })
                    .next(),
            );
            for (const item of page.segment.blobItems as BlobItem[]) {
                container.entries.set(item.name, propertiesOf(item));
            }
            container.pages++;
            container.lists.set(prefix, page.continuationToken ?? "");
            container.expires = Math.min(container.expires, now + freshMilliseconds);
            listed.add(container);
        } catch (error) {
            const status = statusCode(error) ?? 0;
            // Who may not list now may not list later either; a service that is slow or out of reach may recover.
            container.closedUntil = status >= 400 && status < 500 ? Number.POSITIVE_INFINITY : now + freshMilliseconds;
        }
    }

    return {
        async read(address, credential, signal) {
            const readSingly = () => clients.blob(address, credential).getProperties({ abortSignal: signal });
            if (address.snapshot || address.versionId) {
                return readSingly();
            }
            const { blobName } = address;
            forgetStale(clock.now().getTime());
            const container = containerOf(address, credential);
            await container.underWay;
            if (!container.entries.has(blobName)) {
                if (!container.underWay && mayList(container, clock.now().getTime())) {
                    container.underWay = listPage(container, address, credential).finally(() => {
                        container.underWay = undefined;
                    });
                }
                await container.underWay;
            }
            const known = container.entries.get(blobName);
            if (known) {
                return known;
            }
            const properties = await readSingly();
            // A blob that an ended list should have had is younger than the list: another page would not tell of it.
            if (![...container.lists].some(([prefix, next]) => next === "" && blobName.startsWith(prefix))) {
                container.common = commonPrefix(container.common ?? blobName, blobName);
                if (container.misses.length < readsPerPage) {
                    container.misses.push(blobName);
                }
            }
            return properties;
        },
        credentialOf: (address) => credentials.get(containerUrl(address)),
        remember(address, credential) {
            credentials.set(containerUrl(address), credential);
        },
    };
}

/**
 * What to list next: the folder of all that was asked for, so that one list serves many folders; where that is too large
 * for a page, the folder of what was asked for last; and then that one's next page.
 */
function nextPrefix(container: Container): string {
    const wide = folderOf(container.common!);
    const narrow = folderOf(container.misses.reduce(commonPrefix));
    return [wide, narrow].find((prefix) => !container.lists.has(prefix)) ?? narrow;
}

function folderOf(name: string): string {
    return name.slice(0, name.lastIndexOf("/") + 1);
}

function commonPrefix(one: string, other: string): string {
    let length = 0;
    while (length < one.length && one[length] === other[length]) {
        length++;
    }
    return one.slice(0, length);
}

/** What a list tells of a blob, as Get Blob Properties tells it. */
function propertiesOf({ properties }: BlobItem): SourceProperties {
    const { etag, lastModified, contentLength, contentMD5, blobType, accessTier } = properties;
    return {
        // Lists tell ETags without the quotation marks that the header has.
        etag: /^(?:W\/)?"/.test(etag) ? etag : `"${etag}"`,
        lastModified,
        contentLength,
        contentMD5: contentMD5?.length ? contentMD5 : undefined,
        blobType,
        accessTier,
    };
}
