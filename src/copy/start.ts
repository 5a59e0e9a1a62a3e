import type {
    BlobClient,
    BlobImmutabilityPolicy,
    BlobRequestConditions,
    ModifiedAccessConditions,
} from "@azure/storage-blob";

/** What Copy Blob takes here. */
export interface StartCopyOptions {
    readonly metadata?: Readonly<Record<string, string>>;
    readonly tags?: Readonly<Record<string, string>>;
    readonly accessTier?: string;
    readonly rehydratePriority?: "High" | "Standard";
    /** Seals an append blob when the copy is done. */
    readonly sealBlob?: boolean;
    readonly immutabilityPolicy?: BlobImmutabilityPolicy;
    readonly legalHold?: boolean;
    /** What must hold of the source. Its `ifMatch` pins it: the copy starts only if this is still its ETag. */
    readonly sourceConditions?: ModifiedAccessConditions;
    /** What else must hold of the destination; its lease. */
    readonly conditions?: BlobRequestConditions;
    /** Overwrites only the destination with this ETag (`If-Match`); without one, only a free name is written to (`If-None-Match: *`). */
    readonly destinationEtag?: string;
    readonly signal?: AbortSignal;
}

/** Copy Blob's answer. */
export interface StartedCopy {
    /** The end is read from the destination, also where the copy has ended already. */
    readonly copyId: string;
}

/**
 * Starts a copy: [Copy Blob](https://learn.microsoft.com/rest/api/storageservices/copy-blob), one request.
 * @param sourceUrl the source, with a SAS where the service needs one to read it
 */
export async function startCopy(
    destination: BlobClient,
    sourceUrl: string,
    options: StartCopyOptions,
): Promise<StartedCopy> {
    // The SDK's poller is not for waiting (it never ends on `aborted`); this much of it makes exactly one request.
    const poller = await destination.beginCopyFromURL(sourceUrl, {
        abortSignal: options.signal,
        metadata: options.metadata,
        tags: options.tags,
        tier: options.accessTier,
        rehydratePriority: options.rehydratePriority,
        sealBlob: options.sealBlob,
        immutabilityPolicy: options.immutabilityPolicy,
        legalHold: options.legalHold,
        sourceConditions: options.sourceConditions,
        conditions: {
            ...options.conditions,
            ...(options.destinationEtag ? { ifMatch: options.destinationEtag } : { ifNoneMatch: "*" }),
        },
    });
    const state = poller.getOperationState() as { copyId?: string };
    return { copyId: state.copyId! };
}
