// What a blob's properties are set to without copying it again.

import { isDeepStrictEqual } from "node:util";
import {
    AppendBlobClient,
    type BlobGetPropertiesResponse,
    type BlobHTTPHeaders,
    BlockBlobClient,
} from "@azure/storage-blob";
import { sameMetadata } from "../copy/fromUrl";
import { contentMd5 } from "../copy/status";
import { runWorkers } from "../copy/workers";
import { isDestinationConflict } from "../storage/errors";
import { singleTry } from "../storage/singleTry";
import type { SourceProperties } from "../storage/webSource";
import { written } from "./blobCopyRecord";
import type { BlobCopyInputs, BlobCopyState, ImmutabilityPolicy } from "./blobCopyTypes";
import type { CopyRequest, Unproven } from "./copyRequest";
import type { Destination } from "./ends";
import type { Context } from "./handler";
import { asHttpHeaders, asImmutabilityPolicy } from "./sdkOptions";

/** What is to be set; what is absent stays as it is. */
export interface PropertyChanges {
    readonly metadata?: Readonly<Record<string, string>>;
    /** The whole set. */
    readonly blobHTTPHeaders?: { readonly given: BlobCopyInputs["blobHTTPHeaders"]; readonly source: SourceProperties };
    readonly tags?: Readonly<Record<string, string>>;
    readonly accessTier?: string;
    readonly rehydratePriority?: "High" | "Standard";
    readonly sealBlob?: true;
    readonly legalHold?: boolean;
    /** `"none"` removes the policy. */
    readonly immutabilityPolicy?: ImmutabilityPolicy | "none";
}

/** Some properties were set before another one failed: what was said of them is worth keeping. */
export class PartlySet extends Error {
    constructor(
        /** What was set. */
        readonly done: readonly (keyof PropertyChanges)[],
        /** What the answers said. */
        readonly result: Partial<BlobCopyState>,
        override readonly cause: unknown,
    ) {
        super("some properties were set, another one was not", { cause });
    }
}

/**
 * Sets properties, one request each: Set Blob Legal Hold, Set / Delete Blob Immutability Policy, Set Blob Metadata, Set Blob Properties,
 * Set Blob Tags, Set Blob Tier, Append Blob Seal. Protection is lifted first and put on last, since it forbids the others.
 * @param etag the blob's ETag: nothing is set on a blob that somebody else has changed
 * @param isUntouched whether a blob of another ETag holds what was copied still: where it also has what is to be set, a run has set it that
 * was stopped before it could record that
 * @returns what the answers said
 * @throws PartlySet where something was set before the failure; else what the service answered
 */
export async function setProperties(
    destination: Destination,
    changes: PropertyChanges,
    etag: string,
    context: Context,
    isUntouched: (found: BlobGetPropertiesResponse) => Promise<boolean> = async () => false,
): Promise<Partial<BlobCopyState>> {
    const { client, lease } = destination;
    const abort = { abortSignal: context.signal };
    const now = { etag };
    const done: (keyof PropertyChanges)[] = [];
    let result: Partial<BlobCopyState> = {};
    const wrote = (answer: { etag?: string; lastModified?: Date; versionId?: string }) => {
        now.etag = answer.etag!;
        result = { ...result, ...written(answer) };
    };
    const onlyOurs = () => ({ conditions: { ifMatch: now.etag, ...lease }, ...abort });
    const set = async (name: keyof PropertyChanges, isWanted: boolean, run: () => Promise<unknown>) => {
        if (!isWanted) {
            return;
        }
        try {
            await run();
        } catch (error) {
            throw done.length > 0 ? new PartlySet(done, result, error) : error;
        }
        done.push(name);
    };
    const { metadata, blobHTTPHeaders, tags, accessTier, rehydratePriority, legalHold, immutabilityPolicy } = changes;
    await set("legalHold", legalHold === false, () => client.setLegalHold(false, abort));
    await set("immutabilityPolicy", immutabilityPolicy === "none", () => client.deleteImmutabilityPolicy(abort));
    await set("metadata", metadata !== undefined, async () => {
        wrote(
            await throughLostAnswer(
                client,
                context,
                (one, abortSignal) => one.setMetadata({ ...metadata }, { ...onlyOurs(), abortSignal }),
                (found) => sameMetadata(found.metadata, metadata),
                isUntouched,
            ),
        );
    });
    await set("blobHTTPHeaders", blobHTTPHeaders !== undefined, async () => {
        const { given, source } = blobHTTPHeaders!;
        const headers = asHttpHeaders(given, source);
        wrote(
            await throughLostAnswer(
                client,
                context,
                (one, abortSignal) => one.setHTTPHeaders(headers, { ...onlyOurs(), abortSignal }),
                (found) => hasHeaders(found, given, source),
                isUntouched,
            ),
        );
        result = {
            ...result,
            contentType: headers.blobContentType,
            contentMd5: contentMd5({ contentMD5: headers.blobContentMD5 }),
        } as Partial<BlobCopyState>;
    });
    await set("tags", tags !== undefined, () => client.setTags({ ...tags }, { conditions: lease, ...abort }));
    await set("accessTier", accessTier !== undefined, async () => {
        const { _response } = await client.setAccessTier(accessTier!, {
            rehydratePriority,
            conditions: lease,
            ...abort,
        });
        // An archived blob stays so until it is online.
        const rehydrates = _response.status === 202;
        result = {
            ...result,
            ...(rehydrates
                ? { archiveStatus: `rehydrate-pending-to-${accessTier!.toLowerCase()}` }
                : { accessTier: accessTier! }),
        };
    });
    await set("sealBlob", changes.sealBlob === true, async () => {
        const sealing = singleTry(
            AppendBlobClient,
            destination.container.getAppendBlobClient(destination.address.blobName),
        );
        wrote(
            await throughLostAnswer(
                client,
                context,
                (_, abortSignal) => sealing.seal({ ...onlyOurs(), abortSignal }),
                (found) => found.isSealed === true,
                isUntouched,
            ),
        );
    });
    await set("legalHold", legalHold === true, () => client.setLegalHold(true, abort));
    await set("immutabilityPolicy", immutabilityPolicy !== undefined && immutabilityPolicy !== "none", () => {
        const { expiriesOn, policyMode } = asImmutabilityPolicy(immutabilityPolicy as ImmutabilityPolicy);
        return client.setImmutabilityPolicy({ expiriesOn: expiriesOn!, policyMode: policyMode! }, abort);
    });
    return result;
}

type Answer = Pick<BlobGetPropertiesResponse, "etag" | "lastModified" | "versionId">;

/**
 * Runs a request that is made on condition of the blob's ETag. Where its answer was lost it is made again, and meets what it has done
 * itself; that somebody else has done the same in between is not to be feared.
 * @param isDone whether the blob has what the request sets
 */
async function throughLostAnswer(
    client: BlockBlobClient,
    { clock, signal }: Context,
    write: (client: BlockBlobClient, signal: AbortSignal) => Promise<Answer>,
    isDone: (found: BlobGetPropertiesResponse) => boolean,
    isUntouched: (found: BlobGetPropertiesResponse) => Promise<boolean>,
): Promise<Answer> {
    const trying = singleTry(BlockBlobClient, client);
    let tries = 0;
    let answer: Answer | undefined;
    const work = async (_: unknown, abortSignal: AbortSignal) => {
        tries++;
        answer = await write(trying, abortSignal);
    };
    try {
        await runWorkers({ items: ["once"], concurrency: 1, clock, signal, work });
    } catch (error) {
        const found = isDestinationConflict(error) ? await client.getProperties({ abortSignal: signal }) : undefined;
        if (!found || !isDone(found) || (tries === 1 && !(await isUntouched(found)))) {
            throw error;
        }
        return found;
    }
    return answer!;
}

/**
 * What a copy that was found there still lacks of what is asked for. Its metadata is set in any case, for a new ETag.
 * @param source what its headers and metadata are to be; without it, Copy Blob has brought them, or somebody else whose they stay
 * @param unproven where nothing proves that the resource has made it: what is equal is not set again
 */
export function changesForAdoption(
    { inputs, tags }: CopyRequest,
    found: BlobGetPropertiesResponse,
    source: SourceProperties | undefined,
    unproven: Unproven | undefined,
): PropertyChanges {
    const { accessTier, blobHTTPHeaders, legalHold, immutabilityPolicy } = inputs;
    const metadata = inputs.metadata ?? (source ?? found).metadata ?? {};
    // Protected by the run that has made it, it takes neither a new ETag nor another owner's delete. An archived one takes no new ETag.
    const isFinal = isProtected(found) || isArchived(found);
    const hasMetadata = isFinal && sameMetadata(metadata, found.metadata);
    const isComplete = (isFinal || unproven !== undefined) && hasHeaders(found, blobHTTPHeaders, source ?? found);
    const hasTags = unproven === "equal" && (found.tagCount ?? 0) > 0;
    return {
        metadata: hasMetadata ? undefined : metadata,
        blobHTTPHeaders:
            (blobHTTPHeaders || source) && !isComplete
                ? { given: blobHTTPHeaders, source: source ?? found }
                : undefined,
        tags: hasTags ? undefined : tags,
        accessTier: accessTier === found.accessTier || found.archiveStatus !== undefined ? undefined : accessTier,
        sealBlob: (inputs.sealBlob ?? source?.isSealed) === true && !found.isSealed ? true : undefined,
        legalHold: legalHold === (found.legalHold ?? false) ? undefined : legalHold,
        immutabilityPolicy,
    };
}

function isArchived({ accessTier, archiveStatus }: BlobGetPropertiesResponse): boolean {
    return accessTier === "Archive" && archiveStatus === undefined;
}

function isProtected({
    legalHold,
    immutabilityPolicyExpiresOn,
    date = new Date(),
}: BlobGetPropertiesResponse): boolean {
    return legalHold === true || (immutabilityPolicyExpiresOn !== undefined && immutabilityPolicyExpiresOn > date);
}

/** Whether a blob has the content headers that are given, and else those of the source. */
export function hasHeaders(
    found: BlobGetPropertiesResponse,
    given: BlobCopyInputs["blobHTTPHeaders"],
    source: SourceProperties,
): boolean {
    const plain = (headers: BlobHTTPHeaders) => ({
        ...headers,
        blobContentMD5: headers.blobContentMD5 && Buffer.from(headers.blobContentMD5).toString("base64"),
    });
    return isDeepStrictEqual(plain(asHttpHeaders(given, source)), plain(asHttpHeaders(undefined, found)));
}
