import { isDeepStrictEqual } from "node:util";
import type { BlobGetPropertiesResponse } from "@azure/storage-blob";
import { CopyError } from "../copy/errors";
import { sameMetadata } from "../copy/fromUrl";
import { waitForRehydration } from "../copy/rehydration";
import { resolveAddress } from "../storage/address";
import { explain, explained, isDestinationConflict, isNotFound, isProtectionRefusal } from "../storage/errors";
import type { BlobLocation } from "../storage/location";
import { fitsHeader } from "../storage/tags";
import type { SourceProperties } from "../storage/webSource";
import { isAdoptedByAnother, leaveAdopted, leaveToAnother, noteAdoption, warnOfAdoption } from "./adoption";
import { checkBlobCopy } from "./blobCopyCheck";
import { outputs, outputsOf, ownership, record, recordInputs } from "./blobCopyRecord";
import { type BlobCopyInputs, type BlobCopyState, inputNames } from "./blobCopyTypes";
import { asCopied, asRecorded, destinationChanged, isRespelled, needsCopy, notTheSame, sourceChanged } from "./changes";
import { defaultTimeout } from "./checkOptions";
import {
    type CopyRequest,
    isArchivedAfterwards,
    isCompletedAfterwards,
    isFromUrl,
    type ObtainedCopy,
    what,
} from "./copyRequest";
import { deleteOwn } from "./deleteOwn";
import { recordedType, refuseChangedType } from "./destinationType";
import { parseDuration } from "./duration";
import { encryptionChanged } from "./encryption";
import { CopyLeftPending, OldContentRestored } from "./endOfCopy";
import { type Destination, openDestination, openSource, type Source } from "./ends";
import { type Context, type Handler, PartialFailure } from "./handler";
import { isItself, warnOfItself } from "./itself";
import { hasRecordedBlocks, hasRecordedContent, isOwn, observe } from "./observe";
import { obtain } from "./obtain";
import { settleOverwritten, snapshotIfThere } from "./overwritten";
import { patiently } from "./patience";
import { preflight } from "./preflight";
import { asHttpHeaders } from "./sdkOptions";
import { changesForAdoption, hasHeaders, PartlySet, type PropertyChanges, setProperties } from "./setProperties";
import { whileSourceIsLeased } from "./sourceLeases";
import { foundSource, withSourceQuery } from "./sourceQuery";

/** BlobCopy's lifecycle. */
export const blobCopyHandler: Handler<BlobCopyInputs, BlobCopyState> = {
    check: checkBlobCopy,

    diff(state, news) {
        const replaces = destinationChanged(state, news) ? ["destination"] : [];
        refuseChangedType(state, news);
        return { changes: replaces.length > 0 || mustCopy(state, news) || inputsChanged(state, news), replaces };
    },

    async create(inputs, context) {
        const { destination, state } = await bring(withSourceQuery(inputs), undefined, context);
        return { id: destination.url, state };
    },

    async read(id, state, context) {
        const location = state.destination ?? { url: id };
        const destination = openDestination(
            resolveAddress(location) ? location : { ...location, url: id },
            context,
            state,
        );
        const timeout = parseDuration(state.timeout ?? defaultTimeout)!;
        const properties = await patiently(destination.address, timeout, context, () =>
            explained(`read ${destination.url}`, () => observe(destination, context)),
        );
        return properties && recordRead(state, location, destination, properties, context);
    },

    async update(state, inputs, context) {
        const news = withSourceQuery(inputs);
        if (mustCopy(state, news)) {
            return (await bring(news, state, context)).state;
        }
        if (news.sealBlob === false && state.sealBlob === undefined && (await isSealed(news, context))) {
            return (await bring(news, { ...state, sealBlob: true }, context)).state;
        }
        return setInPlace(state, news, context);
    },

    async delete(state, context) {
        const destination = openDestination(state.destination, context, state);
        if (state.adopted) {
            return leaveAdopted(destination.url, () => observe(destination, context), context);
        }
        if (isAdoptedByAnother(destination, state.lastWriteEtag, context)) {
            return leaveToAnother(destination.url, context);
        }
        await explained(`delete ${destination.url}`, async () => {
            if (await isItself(state, destination.address, () => observe(destination, context), context)) {
                return warnOfItself(destination.url, context);
            }
            await deleteOwn(destination, state, context);
        });
    },
};

// Diff

/** What only another copy brings: another source, type or encryption, or an append blob that is not sealed any more. */
function contentChanged(state: BlobCopyState, news: BlobCopyInputs): boolean {
    const unsealed = state.sealBlob === true && news.sealBlob !== true;
    const retyped = news.blobType !== undefined && news.blobType !== recordedType(state);
    return sourceChanged(state, news) || encryptionChanged(state, news) || retyped || unsealed;
}

function mustCopy(state: BlobCopyState, news: BlobCopyInputs): boolean {
    return needsCopy(state, news, contentChanged(state, news));
}

/** Whether the destination is sealed since its source is, which nobody has asked for. */
async function isSealed(news: BlobCopyInputs, context: Context): Promise<boolean> {
    const destination = openDestination(news.destination, context, news);
    const there = await explained(`read ${destination.url}`, () => observe(destination, context));
    return there?.isSealed === true;
}

/** Every changed input is an update, also one that makes no request: read and delete see only what an update recorded. */
function inputsChanged(state: BlobCopyState, news: BlobCopyInputs): boolean {
    return inputNames.some(
        (name) => !isDeepStrictEqual(name === "accessTier" ? state.requestedAccessTier : state[name], news[name]),
    );
}

// Create and update

/** Copies, or carries on with a copy that an interrupted run has left, and records the result. */
async function bring(
    inputs: BlobCopyInputs,
    previous: BlobCopyState | undefined,
    context: Context,
): Promise<{ destination: Destination; state: BlobCopyState }> {
    const destination = openDestination(inputs.destination, context, inputs, previous);
    const source = openSource(inputs.source, inputs.destination, context, inputs.sourceCustomerProvidedKey);
    const tags = await explained(`read the tags of ${source.url}`, () => tagsFor(inputs, source, context));
    const request: CopyRequest = {
        inputs,
        destination,
        source,
        tags,
        previous,
        contentChanged: previous && contentChanged(previous, inputs),
        timeoutMilliseconds: parseDuration(inputs.timeout ?? defaultTimeout)!,
    };
    await preflight(request, context);
    const started = context.clock.now().getTime();
    let overwrittenSnapshot = previous?.overwrittenSnapshot;
    let unproven: boolean | undefined;
    try {
        const obtained = await whileSourceIsLeased(request, context, () =>
            patiently(destination.address, request.timeoutMilliseconds, context, (left) =>
                obtain({ ...request, timeoutMilliseconds: left }, context),
            ),
        );
        unproven = obtained.adopted && (obtained.unproven !== undefined || previous?.adopted === true);
        overwrittenSnapshot = await settleOverwritten(request, obtained, context);
        const properties = await online(request, obtained, started, context);
        const state = {
            ...record(inputs, destination, properties, obtained.sourceEtag ?? inputs.sourceEtag),
            overwrittenSnapshot,
            adopted: unproven || undefined,
            copyOperation: obtained.plan.operation,
            copyOperationReason: obtained.plan.reason,
            ...(isFromUrl(obtained) && {
                copyStatus: "success",
                copyCompletedOn: properties.lastModified!.toISOString(),
                sourceUrl: source.url,
            }),
            // Setting some properties has taken the record of the copy away from the blob.
            ...(!isFromUrl(obtained) &&
                properties.copyStatus === undefined && {
                    copyStatus: "success",
                    copyId: previous?.copyId,
                    copyCompletedOn: previous?.copyCompletedOn,
                    sourceUrl: previous?.sourceUrl,
                }),
        } as BlobCopyState;
        const completed = await complete(request, obtained, properties, state, context);
        if (obtained.adopted && !previous) {
            tellOfAdoption(request, obtained, properties, completed, context);
        }
        return { destination, state: completed };
    } catch (error) {
        throw asPartialFailure(error, request, overwrittenSnapshot, unproven);
    }
}

/** The tags that the destination gets: those given, or the source's own. Copy Blob itself can't carry tags over. */
async function tagsFor(
    { tags }: BlobCopyInputs,
    source: Source,
    context: Context,
): Promise<Readonly<Record<string, string>> | undefined> {
    return tags === "source" ? await source.tags(context.signal) : tags;
}

/** What must be kept in mind of an unfinished copy, or of old content that was put back. */
function asPartialFailure(
    error: unknown,
    request: CopyRequest,
    overwrittenSnapshot: string | undefined,
    unproven: boolean | undefined,
): unknown {
    const { inputs, destination, previous } = request;
    if (error instanceof CopyLeftPending) {
        const { running } = error;
        const state = running.properties
            ? record(inputs, destination, running.properties, running.sourceEtag)
            : {
                  ...recordInputs(inputs),
                  url: destination.url,
                  sourceEtag: running.sourceEtag ?? inputs.sourceEtag,
              };
        return new PartialFailure(
            destination.url,
            {
                ...state,
                overwrittenSnapshot,
                ...(running.copyId && { copyId: running.copyId }),
                adopted: unproven || undefined,
                copyStatus: "pending",
            },
            error.cause,
        );
    }
    if (error instanceof OldContentRestored && previous && !error.ofOthers) {
        // The old content is ours still, under a new ETag; what was asked for has not been copied.
        const { sourceEtag: _, ...kept } = previous;
        return new PartialFailure(
            destination.url,
            { ...kept, etag: error.etag, lastWriteEtag: error.etag, copyStatus: "failed" },
            error.cause,
        );
    }
    return error instanceof OldContentRestored ? error.cause : error;
}

/** The destination once it is online, where that is waited for. */
async function online(
    request: CopyRequest,
    { properties, sourceEtag }: ObtainedCopy,
    started: number,
    context: Context,
): Promise<BlobGetPropertiesResponse> {
    if (!request.inputs.waitForRehydration || properties.archiveStatus === undefined) {
        return properties;
    }
    const copyId = properties.copyId!;
    try {
        return await waitForRehydration(request.destination.client, {
            copyId,
            clock: context.clock,
            signal: context.signal,
            deadline: new Date(started + request.timeoutMilliseconds),
            what: what(request),
            progress: (progress) => context.progress(progress),
        });
    } catch (error) {
        const cause = error instanceof CopyError ? error : explain(`wait until ${what(request)} is online`, error);
        throw new CopyLeftPending({ copyId, sourceEtag, properties }, cause);
    }
}

/**
 * Sets what the copy itself could not bring. A copy that was found there becomes this resource's own: a new ETag by one Set Blob
 * Metadata, so that the conditional delete of an older owner (a rename without an alias, `up --replace`) misses it.
 */
async function complete(
    request: CopyRequest,
    obtained: ObtainedCopy,
    found: BlobGetPropertiesResponse,
    state: BlobCopyState,
    context: Context,
): Promise<BlobCopyState> {
    const { destination, tags } = request;
    const { adopted, source, unproven } = obtained;
    const changes = adopted
        ? changesForAdoption(request, found, source, unproven)
        : {
              ...(!isFromUrl(obtained) && changesAfterCopyBlob(request, found)),
              ...(obtained.plan.beside && changesAfterBeside(request, found, source!)),
              tags: tags && !fitsHeader(tags) ? tags : undefined,
          };
    try {
        return { ...state, ...(await setOrLeave(destination, changes, found, adopted, context)) };
    } catch (error) {
        const { result, cause } = error instanceof PartlySet ? error : { result: {}, cause: error };
        const doing = adopted
            ? `adopt ${destination.url}`
            : `set the headers or tags of ${destination.url}, which was copied`;
        const later = found.archiveStatus
            ? " (it is being brought online: run pulumi up again after that, or set waitForRehydration)"
            : "";
        const failure = explain(`${doing}${later}`, cause);
        // Without its record, the next run would have to find out anew whose copy this is.
        throw adopted && result.etag === undefined
            ? failure
            : new CopyLeftPending(
                  {
                      copyId: found.copyId,
                      sourceEtag: state.sourceEtag,
                      properties: { ...found, etag: result.etag ?? found.etag },
                  },
                  failure,
              );
    }
}

/** Sets what is to be set. What a container protects takes no new ETag, nor can an older owner delete it. */
async function setOrLeave(
    destination: Destination,
    changes: PropertyChanges,
    found: BlobGetPropertiesResponse,
    adopted: boolean,
    context: Context,
): Promise<Partial<BlobCopyState>> {
    try {
        return await setProperties(destination, changes, found.etag!, context);
    } catch (error) {
        const { metadata, ...others } = changes;
        if (!adopted || !isProtectionRefusal(error) || !sameMetadata(metadata, found.metadata)) {
            throw error;
        }
        return setProperties(destination, others, found.etag!, context);
    }
}

/** Has the older owner leave what this create has adopted, and tells of what it will leave itself. */
function tellOfAdoption(
    { destination }: CopyRequest,
    { unproven }: ObtainedCopy,
    found: BlobGetPropertiesResponse,
    { lastWriteEtag }: BlobCopyState,
    context: Context,
): void {
    noteAdoption(destination, lastWriteEtag === found.etag ? undefined : lastWriteEtag, context);
    if (unproven) {
        const has = unproven === "equal" ? "everything that this resource would write" : "the content of the source";
        warnOfAdoption(destination, has, context);
    }
}

/** What Copy Blob does not take, and the protection that has to wait for it. */
function changesAfterCopyBlob(request: CopyRequest, found: BlobGetPropertiesResponse): PropertyChanges {
    const { blobHTTPHeaders, legalHold, immutabilityPolicy } = request.inputs;
    return {
        blobHTTPHeaders: blobHTTPHeaders && { given: blobHTTPHeaders, source: found },
        accessTier: isArchivedAfterwards(request) ? "Archive" : undefined,
        ...(isCompletedAfterwards(request) && { legalHold: legalHold || undefined, immutabilityPolicy }),
    };
}

/** Protection, and what an interrupted run has written beside an old blob for headers that are not asked for any more. */
function changesAfterBeside(
    { inputs }: CopyRequest,
    found: BlobGetPropertiesResponse,
    source: SourceProperties,
): PropertyChanges {
    const { blobHTTPHeaders: given, legalHold, immutabilityPolicy } = inputs;
    return {
        blobHTTPHeaders: hasHeaders(found, given, source) ? undefined : { given, source },
        legalHold: legalHold || undefined,
        immutabilityPolicy,
    };
}

/** Metadata, headers, tags, tier, seal and protection change without a copy; credentials and options without a request. */
async function setInPlace(state: BlobCopyState, news: BlobCopyInputs, context: Context): Promise<BlobCopyState> {
    const destination = openDestination(news.destination, context, news);
    const recorded: BlobCopyState = {
        ...outputsOf(state),
        ...recordInputs(news),
        ...ownership(state),
        drifted: state.drifted || undefined,
    };
    if (isRespelled(state, news)) {
        const there = await explained(`read ${destination.url}`, () => observe(destination, context));
        if (!there) {
            return (await bring(news, { ...state, copyStatus: "aborted" }, context)).state;
        }
        if (there.etag !== state.etag) {
            throw notTheSame(state, destination.url, there.etag);
        }
    }
    const own = state.etag === state.lastWriteEtag;
    const notOwn = !own && state.lastWriteEtag !== undefined && { lastWriteEtag: state.lastWriteEtag };
    try {
        const changes = await changesInPlace(state, news, context);
        const set = await setProperties(
            destination,
            changes,
            state.etag!,
            context,
            async (found) => isAsLeft(found, state, changes) && holdsRecorded(destination, found, state, context),
        );
        return { ...recorded, ...set, ...notOwn, url: destination.url };
    } catch (error) {
        if (error instanceof PartlySet) {
            const failure = explain(`set the properties of ${destination.url}, of which some were set`, error.cause);
            throw new PartialFailure(
                state.url,
                { ...withInputs(state, recorded, error.done), ...error.result, ...notOwn },
                failure,
            );
        }
        if (isNotFound(error)) {
            return (await bring(news, { ...state, copyStatus: "aborted" }, context)).state;
        }
        if (isDestinationConflict(error)) {
            throw explain(
                `set the properties of ${destination.url}, which was changed by somebody else (run pulumi refresh, then pulumi up)`,
                error,
            );
        }
        throw explain(`set the properties of ${destination.url}`, error);
    }
}

/**
 * Whether a blob has nothing but what was recorded of it or what is to be set, so that a killed run of this very update has left it: its
 * bytes alone would not tell.
 */
function isAsLeft(found: BlobGetPropertiesResponse, state: BlobCopyState, changes: PropertyChanges): boolean {
    const { metadata, blobHTTPHeaders } = changes;
    const types = [
        state.contentType,
        blobHTTPHeaders && asHttpHeaders(blobHTTPHeaders.given, blobHTTPHeaders.source).blobContentType,
    ];
    const sets = [state.metadata, metadata].filter((set) => set !== undefined);
    return (
        types.includes(found.contentType) &&
        (sets.length === 0 || sets.some((set) => sameMetadata(found.metadata, set)))
    );
}

/** A record of which some properties are as another one has them. */
function withInputs(
    state: BlobCopyState,
    recorded: BlobCopyState,
    names: readonly (keyof PropertyChanges)[],
): BlobCopyState {
    const changed = names.map((name) => (name === "accessTier" ? "requestedAccessTier" : name));
    return { ...state, ...Object.fromEntries(changed.map((name) => [name, recorded[name]])) };
}

/** What differs between what was recorded and what is asked for. What is not asked for any more is as the source has it. */
async function changesInPlace(state: BlobCopyState, news: BlobCopyInputs, context: Context): Promise<PropertyChanges> {
    const changed = (name: (typeof inputNames)[number]) => !isDeepStrictEqual(state[name], news[name]);
    const source = openSource(news.source, news.destination, context, news.sourceCustomerProvidedKey);
    const ofSource = () => source.properties(context.signal);
    return {
        metadata: changed("metadata") ? (news.metadata ?? (await ofSource()).metadata ?? {}) : undefined,
        blobHTTPHeaders: changed("blobHTTPHeaders")
            ? {
                  given: news.blobHTTPHeaders,
                  source: asCopied(await ofSource(), state, state.blobHTTPHeaders?.blobContentMD5),
              }
            : undefined,
        tags: changed("tags") ? ((await tagsFor(news, source, context)) ?? {}) : undefined,
        accessTier: news.accessTier === state.requestedAccessTier ? undefined : news.accessTier,
        rehydratePriority: news.rehydratePriority,
        sealBlob: changed("sealBlob") && news.sealBlob === true ? true : undefined,
        legalHold: changed("legalHold") ? (news.legalHold ?? false) : undefined,
        immutabilityPolicy: changed("immutabilityPolicy") ? (news.immutabilityPolicy ?? "none") : undefined,
    };
}

// Read

/** Whether the destination still holds the bytes that were recorded, as far as its properties or its blocks tell. */
async function holdsRecorded(
    destination: Destination,
    properties: BlobGetPropertiesResponse,
    state: Partial<BlobCopyState>,
    context: Context,
): Promise<boolean> {
    return hasRecordedContent(properties, state) || (await hasRecordedBlocks(destination, properties, state, context));
}

async function recordRead(
    state: Partial<BlobCopyState>,
    location: BlobLocation,
    destination: Destination,
    properties: BlobGetPropertiesResponse,
    context: Context,
): Promise<BlobCopyState> {
    const known = state.lastWriteEtag !== undefined || state.copyId !== undefined;
    const own = isOwn(properties, state);
    const intact = !known || own || (await holdsRecorded(destination, properties, state, context));
    const inputs = {
        ...state,
        ...(state.source ? { source: state.source } : foundSource(properties.copySource)),
        destination: location,
    };
    const now = outputs(destination, properties);
    return {
        ...inputs,
        ...now,
        // Setting properties takes the record of the copy away from the blob; the content is still the copy's.
        ...(intact &&
            known &&
            !now.copyId && {
                copyId: state.copyId,
                copyStatus: state.copyStatus,
                copyCompletedOn: state.copyCompletedOn,
                sourceUrl: state.sourceUrl,
            }),
        // What follows a copy's end (comparing, headers, tags, snapshots that are needed no longer) is the next update's.
        ...(own &&
            state.copyStatus === "pending" &&
            now.copyStatus === "success" && { copyStatus: "pending" as const }),
        ...(state.metadata && { metadata: asRecorded(state.metadata, properties.metadata ?? {}) }),
        ...(typeof state.tags === "object" && {
            tags: (await destination.client.getTags({ abortSignal: context.signal })).tags,
        }),
        ...(own && { lastWriteEtag: properties.etag }),
        ...(state.overwrittenSnapshot && {
            overwrittenSnapshot: await snapshotIfThere(destination, state.overwrittenSnapshot, context),
        }),
        ...(intact ? { drifted: undefined } : { drifted: true, destinationBlobType: state.destinationBlobType }),
    } as BlobCopyState;
}
