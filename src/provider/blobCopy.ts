import { isDeepStrictEqual } from "node:util";
import type { BlobGetPropertiesResponse } from "@azure/storage-blob";
import { resolveAddress, sameAddress } from "../storage/address";
import { explain, isDestinationConflict, isNotFound } from "../storage/errors";
import type { BlobLocation } from "../storage/location";
import { redactUrl } from "../storage/url";
import { checkBlobCopy, defaultTimeout } from "./blobCopyCheck";
import { outputs, outputsOf, ownership, record, recordInputs, written } from "./blobCopyRecord";
import type { BlobCopyInputs, BlobCopyState } from "./blobCopyTypes";
import type { CopyRequest } from "./copyRequest";
import { deleteOwn } from "./deleteOwn";
import { parseDuration } from "./duration";
import { type Destination, openDestination, openSource } from "./ends";
import { CopyLeftPending, OldContentRestored } from "./finishCopy";
import { type Context, type Handler, PartialFailure } from "./handler";
import { hasRecordedContent, isOwn, observe } from "./observe";
import { obtainCopy } from "./obtainCopy";
import { hasUnknown } from "./unknown";

/** BlobCopy's lifecycle. */
export const blobCopyHandler: Handler<BlobCopyInputs, BlobCopyState> = {
    check: checkBlobCopy,

    diff(state, news) {
        const replaces = destinationChanged(state, news) ? ["destination"] : [];
        return { changes: replaces.length > 0 || needsCopy(state, news) || inputsChanged(state, news), replaces };
    },

    async create(inputs, context) {
        const { destination, state } = await bring(inputs, undefined, context);
        return { id: destination.url, state };
    },

    async read(id, state, context) {
        const location = state.destination ?? { url: id };
        const destination = openDestination(resolveAddress(location) ? location : { ...location, url: id }, context);
        const properties = await explained(`read ${destination.url}`, () => observe(destination, context));
        return properties && recordRead(state, location, destination, properties, context);
    },

    async update(state, news, context) {
        if (needsCopy(state, news)) {
            return (await bring(news, state, context)).state;
        }
        return setInPlace(state, news, context);
    },

    async delete(state, context) {
        const destination = openDestination(state.destination, context);
        await explained(`delete ${destination.url}`, () => deleteOwn(destination, state, context));
    },
};

async function explained<Result>(doing: string, run: () => Promise<Result>): Promise<Result> {
    try {
        return await run();
    } catch (error) {
        throw explain(doing, error);
    }
}

// Diff

function destinationChanged(state: BlobCopyState, news: BlobCopyInputs): boolean {
    return !sameObject(state.destination, news.destination);
}

/** Whether two locations name one object. An unknown one may, and the engine asks again once it is known. */
function sameObject(one: BlobLocation, other: BlobLocation): boolean {
    if (hasUnknown(one) || hasUnknown(other)) {
        return true;
    }
    const [oneAddress, otherAddress] = [resolveAddress(one), resolveAddress(other)];
    return oneAddress && otherAddress ? sameAddress(oneAddress, otherAddress) : isDeepStrictEqual(one, other);
}

function sourceChanged(state: BlobCopyState, news: BlobCopyInputs): boolean {
    if (!sameObject(state.source, news.source)) {
        return true;
    }
    return (
        news.onSourceChange !== "ignore" &&
        news.sourceEtag !== undefined &&
        state.sourceEtag !== undefined &&
        news.sourceEtag !== state.sourceEtag
    );
}

function needsCopy(state: BlobCopyState, news: BlobCopyInputs): boolean {
    // Where the source could not be read when it was copied, only a look at both ends tells whether it has changed since.
    const unrecorded =
        news.onSourceChange !== "ignore" && news.sourceEtag !== undefined && state.sourceEtag === undefined;
    return sourceChanged(state, news) || state.copyStatus !== "success" || state.drifted === true || unrecorded;
}

/** Every changed input is an update, also one that makes no request: read and delete see only what an update recorded. */
function inputsChanged(state: BlobCopyState, news: BlobCopyInputs): boolean {
    return (
        !isDeepStrictEqual(state.source, news.source) ||
        !isDeepStrictEqual(state.destination, news.destination) ||
        !isDeepStrictEqual(state.metadata, news.metadata) ||
        !isDeepStrictEqual(state.tags, news.tags) ||
        state.requestedAccessTier !== news.accessTier ||
        state.overwrite !== news.overwrite ||
        state.timeout !== news.timeout ||
        state.onTimeout !== news.onTimeout ||
        state.onSourceChange !== news.onSourceChange
    );
}

// Create and update

/** Copies, or carries on with a copy that an interrupted run has left, and records the result. */
async function bring(
    inputs: BlobCopyInputs,
    previous: BlobCopyState | undefined,
    context: Context,
): Promise<{ destination: Destination; state: BlobCopyState }> {
    const destination = openDestination(inputs.destination, context);
    const request: CopyRequest = {
        inputs,
        destination,
        source: openSource(inputs.source, inputs.destination, context),
        ...(previous && { previous, sourceChanged: sourceChanged(previous, inputs) }),
        timeoutMilliseconds: parseDuration(inputs.timeout ?? defaultTimeout)!,
    };
    try {
        const obtained = await obtainCopy(request, context);
        const state = record(inputs, destination, obtained.properties, obtained.sourceEtag ?? inputs.sourceEtag);
        return {
            destination,
            state: obtained.adopted ? await adopt(request, state, obtained.properties, context) : state,
        };
    } catch (error) {
        throw asPartialFailure(error, request);
    }
}

/** What must be kept in mind of an unfinished copy, or of old content that was put back. */
function asPartialFailure(error: unknown, request: CopyRequest): unknown {
    const { inputs, destination, previous } = request;
    if (error instanceof CopyLeftPending) {
        const { running } = error;
        const state = running.properties
            ? record(inputs, destination, running.properties, running.sourceEtag)
            : {
                  ...recordInputs(inputs),
                  url: destination.url,
                  copyId: running.copyId,
                  ...(running.sourceEtag && { sourceEtag: running.sourceEtag }),
              };
        return new PartialFailure(
            destination.url,
            { ...state, copyId: running.copyId, copyStatus: "pending" },
            error.cause,
        );
    }
    if (error instanceof OldContentRestored && previous) {
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

/**
 * Makes a copy that was found there this resource's own: a new ETag by one Set Blob Metadata, so that the conditional
 * delete of an older owner (a rename without an alias, `up --replace`) misses it; and tags and tier as asked for.
 */
async function adopt(
    request: CopyRequest,
    state: BlobCopyState,
    found: BlobGetPropertiesResponse,
    context: Context,
): Promise<BlobCopyState> {
    const { inputs, destination } = request;
    return explained(`adopt ${destination.url}`, async () => {
        const set = await destination.client.setMetadata(
            { ...(inputs.metadata ?? found.metadata ?? {}) },
            { conditions: { ifMatch: found.etag! }, abortSignal: context.signal },
        );
        if (inputs.tags) {
            await destination.client.setTags({ ...inputs.tags }, { abortSignal: context.signal });
        }
        const tier = inputs.accessTier;
        if (tier && tier !== found.accessTier) {
            await destination.client.setAccessTier(tier, { abortSignal: context.signal });
        }
        return { ...state, ...written(set), ...(tier && { accessTier: tier }) };
    });
}

/** Metadata, tags and tier change without a copy; credentials and options without a request. */
async function setInPlace(state: BlobCopyState, news: BlobCopyInputs, context: Context): Promise<BlobCopyState> {
    const destination = openDestination(news.destination, context);
    const { client } = destination;
    let result: BlobCopyState = { ...outputsOf(state), ...recordInputs(news), ...ownership(state) };
    try {
        if (!isDeepStrictEqual(state.metadata, news.metadata)) {
            // Without metadata of its own, a copy has its source's.
            const metadata =
                news.metadata ??
                (await openSource(news.source, news.destination, context).properties(context.signal)).metadata ??
                {};
            const set = await client.setMetadata(
                { ...metadata },
                { conditions: { ifMatch: state.etag! }, abortSignal: context.signal },
            );
            const own = state.etag === state.lastWriteEtag;
            result = { ...result, ...written(set), ...(!own && { lastWriteEtag: state.lastWriteEtag }) };
        }
        if (!isDeepStrictEqual(state.tags, news.tags)) {
            await client.setTags({ ...news.tags }, { abortSignal: context.signal });
        }
        if (news.accessTier && news.accessTier !== state.requestedAccessTier) {
            await client.setAccessTier(news.accessTier, { abortSignal: context.signal });
            result = { ...result, accessTier: news.accessTier };
        }
        return result;
    } catch (error) {
        if (isNotFound(error)) {
            return (await bring(news, { ...state, copyStatus: "aborted" }, context)).state;
        }
        if (isDestinationConflict(error)) {
            throw explain(
                `set the metadata of ${destination.url}, which was changed by somebody else (run pulumi refresh, then pulumi up)`,
                error,
            );
        }
        throw explain(`set the metadata, tags or tier of ${destination.url}`, error);
    }
}

// Read

async function recordRead(
    state: Partial<BlobCopyState>,
    location: BlobLocation,
    destination: Destination,
    properties: BlobGetPropertiesResponse,
    context: Context,
): Promise<BlobCopyState> {
    const known = state.lastWriteEtag !== undefined || state.copyId !== undefined;
    const own = isOwn(properties, state);
    const intact = !known || own || hasRecordedContent(properties, state);
    const inputs = {
        ...state,
        source: state.source ?? { url: redactUrl(properties.copySource ?? "") },
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
        ...(state.metadata && { metadata: asRecorded(state.metadata, properties.metadata ?? {}) }),
        ...(state.tags && { tags: (await destination.client.getTags({ abortSignal: context.signal })).tags }),
        ...(own && { lastWriteEtag: properties.etag }),
        ...(intact ? { drifted: undefined } : { drifted: true }),
    } as BlobCopyState;
}

/** Metadata as the service has it, in the recorded spelling where only upper and lower case differ: HTTP drops that. */
function asRecorded(
    recorded: Readonly<Record<string, string>>,
    actual: Record<string, string>,
): Record<string, string> {
    const spelling = new Map(Object.keys(recorded).map((name) => [name.toLowerCase(), name]));
    return Object.fromEntries(
        Object.entries(actual).map(([name, value]) => [spelling.get(name.toLowerCase()) ?? name, value]),
    );
}
