import { isDeepStrictEqual } from "node:util";
import type { FileGetPropertiesResponse } from "@azure/storage-file-share";
import { contentMd5 } from "../copy/status";
import { type FileAddress, resolveAddress } from "../storage/address";
import { defined } from "../storage/defined";
import { errorCode, explain, explained, isFileNotFound } from "../storage/errors";
import type { BlobLocation } from "../storage/location";
import { redactUrl } from "../storage/url";
import type { SourceProperties } from "../storage/webSource";
import { isAdoptedByAnother, leaveAdopted, leaveChanged, leaveToAnother, noteAdoption } from "./adoption";
import { discardBesideFile, namesBeside, removeFile } from "./besideFile";
import { asCopied, asRecorded, destinationChanged, isRespelled, needsCopy, notTheSame, sourceChanged } from "./changes";
import { defaultTimeout } from "./checkOptions";
import { parseDuration } from "./duration";
import { CopyLeftPending } from "./endOfCopy";
import { openSource } from "./ends";
import { checkFileCopy } from "./fileCopyCheck";
import {
    type FileCopyInputs,
    type FileCopyRequest,
    type FileCopyState,
    fileInputNames,
    smbInputNames,
} from "./fileCopyTypes";
import { type FileDestination, observeFile, openFileDestination } from "./fileEnds";
import { FileChanged, releaseLeft, whileLeased } from "./fileLease";
import { type Context, type Handler, PartialFailure } from "./handler";
import { isItself, warnOfItself } from "./itself";
import { LeftInPlace, type ObtainedFile, obtainFile } from "./obtainFile";
import { isOwnFile, neverWrote } from "./ownFile";
import { patiently } from "./patience";
import { type FileChanges, setFileProperties } from "./setFileProperties";
import { newFileAttributes, smbOf, smbPropertiesOf, withAttribute } from "./smb";
import { whileSourceIsLeased } from "./sourceLeases";
import { foundSource, withSourceQuery } from "./sourceQuery";

/** FileCopy's lifecycle. */
export const fileCopyHandler: Handler<FileCopyInputs, FileCopyState> = {
    check: checkFileCopy,

    diff(state, news) {
        const replaces = destinationChanged(state, news) ? ["destination"] : [];
        return { changes: replaces.length > 0 || mustCopy(state, news) || inputsChanged(state, news), replaces };
    },

    async create(inputs, context) {
        const { url, address, state } = await bring(withSourceQuery(inputs), undefined, context);
        noteAdoption({ address }, state.lastWriteEtag, context);
        return { id: url, state };
    },

    async read(id, state, context) {
        const location = state.destination ?? { url: id };
        const destination = openFileDestination(
            resolveAddress(location)?.kind === "file" ? location : { ...location, url: id },
            context,
            state.leaseId,
        );
        return explained(`read ${destination.url}`, async () => {
            const properties = await observeFile(destination, context);
            const isOfOthers = properties && neverWrote(state) && !(await isOwnFile(properties, state));
            if (properties && !isOfOthers) {
                return recordRead(state, location, destination, properties);
            }
            // A copy that is under way beside it has nothing at the destination yet; what stands there tells nothing of it.
            const underWay =
                isOfOthers || (state.copyStatus === "pending" && (await namesBeside(destination, context)).length > 0);
            return underWay ? (state as FileCopyState) : undefined;
        });
    },

    async update(state, inputs, context) {
        const news = withSourceQuery(inputs);
        return mustCopy(state, news) ? (await bring(news, state, context)).state : setInPlace(state, news, context);
    },

    async delete(state, context) {
        const destination = openFileDestination(state.destination, context, state.leaseId);
        if (await isItself(state, destination.address, () => observeFile(destination, context), context)) {
            return warnOfItself(destination.url, context);
        }
        await explained(`delete ${destination.url}`, () => deleteOwn(destination, state, context));
        // Also of a finished copy: an update that was killed is not recorded.
        await discardBesideFile(destination, context);
    },
};

// Diff

function mustCopy(state: FileCopyState, news: FileCopyInputs): boolean {
    return needsCopy(state, news, sourceChanged(state, news));
}

/** Every changed input is an update, also one that makes no request: read and delete see only what an update recorded. */
function inputsChanged(state: FileCopyState, news: FileCopyInputs): boolean {
    return fileInputNames.some((name) => !isDeepStrictEqual(state[name], news[name]));
}

// Create and update

function requestFor(inputs: FileCopyInputs, previous: FileCopyState | undefined, context: Context): FileCopyRequest {
    return {
        inputs,
        destination: openFileDestination(inputs.destination, context, inputs.leaseId),
        source: openSource(inputs.source, inputs.destination, context),
        previous,
        contentChanged: previous && sourceChanged(previous, inputs),
        timeoutMilliseconds: parseDuration(inputs.timeout ?? defaultTimeout)!,
    };
}

/** Copies, or carries on with a copy that an interrupted run has left, and records the result. */
async function bring(
    inputs: FileCopyInputs,
    previous: FileCopyState | undefined,
    context: Context,
): Promise<{ url: string; address: FileAddress; state: FileCopyState }> {
    const request = requestFor(inputs, previous, context);
    const { url, address } = request.destination;
    try {
        const obtained = await whileSourceIsLeased(request, context, () =>
            patiently(address, request.timeoutMilliseconds, context, (left) =>
                obtainFile({ ...request, timeoutMilliseconds: left }, context),
            ),
        );
        return { url, address, state: recordObtained(request, obtained) };
    } catch (error) {
        throw error instanceof CopyLeftPending ? leftPending(request, error) : error;
    }
}

/** A copy that goes on beside the destination, where what stood there stands still; or one that was put there, and could not be finished. */
function leftPending({ inputs, destination, previous }: FileCopyRequest, left: CopyLeftPending) {
    const { url } = destination;
    const { running, cause } = left;
    const { sourceEtag: _, ...asked } = inputs;
    const copyId = running.copyId ?? running.properties?.copyId;
    const { adopted } = left instanceof LeftInPlace ? left : (previous ?? {});
    const lastWriteEtag =
        (left instanceof LeftInPlace ? left.lastWriteEtag : running.lastWriteEtag) ?? previous?.lastWriteEtag;
    const state: Partial<FileCopyState> = {
        ...(left instanceof LeftInPlace ? outputs(destination, left.there) : previous && outputsOf(previous)),
        ...asked,
        url,
        sourceEtag: running.sourceEtag,
        lastWriteEtag,
        adopted: adopted || undefined,
        ...(copyId && { copyId }),
        copyStatus: "pending",
    };
    return new PartialFailure(url, state, cause);
}

function recordObtained(
    request: FileCopyRequest,
    { properties, sourceEtag, plan, adopted }: ObtainedFile,
): FileCopyState {
    const { inputs, destination, source, previous } = request;
    const { sourceEtag: seen, ...asked } = inputs;
    return {
        ...asked,
        ...outputs(destination, properties),
        copyOperation:
            plan?.operation ?? previous?.copyOperation ?? (properties.copyId ? "Copy File" : "Put Range From URL"),
        copyOperationReason: plan?.reason ?? previous?.copyOperationReason ?? "a finished copy was found there",
        copyStatus: "success",
        copyCompletedOn: (properties.copyCompletedOn ?? properties.lastModified)!.toISOString(),
        sourceUrl: source.url,
        sourceEtag: sourceEtag ?? seen,
        lastWriteEtag: properties.etag!,
        adopted,
    };
}

/** Metadata, headers and SMB properties change without a copy; credentials and options without a request. */
async function setInPlace(state: FileCopyState, news: FileCopyInputs, context: Context): Promise<FileCopyState> {
    const request = requestFor(news, state, context);
    const { destination } = request;
    const { sourceEtag: _, ...asked } = news;
    const recorded: FileCopyState = {
        ...outputsOf(state),
        url: destination.url,
        ...asked,
        sourceEtag: state.sourceEtag,
        lastWriteEtag: state.lastWriteEtag,
        adopted: state.adopted || undefined,
        drifted: state.drifted || undefined,
    };
    if (isRespelled(state, news)) {
        const there = await explained(`read ${destination.url}`, () => observeFile(destination, context));
        if (!there) {
            return (await bring(news, { ...state, copyStatus: "aborted" }, context)).state;
        }
        if (there.etag !== state.etag) {
            throw notTheSame(state, destination.url, there.etag);
        }
    }
    const changes = await explained(`read the source ${request.source.url}`, () =>
        changesInPlace(request, state, context),
    );
    if (Object.keys(defined(changes)).length === 0) {
        return recorded;
    }
    try {
        const properties = await whileLeased(destination, state.etag, context, async (lease, there) => {
            try {
                await setFileProperties(request, destination, changes, there, lease, context);
            } catch (error) {
                throw await halfSet(state, destination, changes, there, error, context);
            }
            return (await observeFile(destination, context))!;
        });
        const { copyId, copyStatus, copyCompletedOn, sourceUrl, ...now } = outputs(destination, properties);
        const own = state.etag === state.lastWriteEtag;
        return { ...recorded, ...now, ...(own && { lastWriteEtag: properties.etag! }) };
    } catch (error) {
        if (error instanceof PartialFailure) {
            throw error;
        }
        if (error instanceof FileChanged) {
            if (!(await observeFile(destination, context))) {
                return (await bring(news, { ...state, copyStatus: "aborted" }, context)).state;
            }
            throw explain(`set the properties of ${destination.url} (run pulumi refresh, then pulumi up)`, error);
        }
        throw explain(`set the properties of ${destination.url}`, error);
    }
}

/** Where the first of two requests has succeeded, the file is as much this resource's as before, under a new ETag. */
async function halfSet(
    state: FileCopyState,
    destination: FileDestination,
    { metadata }: FileChanges,
    before: FileGetPropertiesResponse,
    error: unknown,
    context: Context,
): Promise<unknown> {
    const now = await observeFile(destination, context).catch(() => undefined);
    if (!now?.etag || now.etag === before.etag) {
        return error;
    }
    const kept: FileCopyState = {
        ...state,
        etag: now.etag,
        ...(metadata && { metadata: asRecorded(metadata, now.metadata ?? {}) }),
        ...(state.etag === state.lastWriteEtag && { lastWriteEtag: now.etag }),
    };
    const cause = explain(`set all properties of ${destination.url}`, error);
    return new PartialFailure(destination.url, kept, cause);
}

/** What differs between what was recorded and what is asked for. Metadata and headers that are not asked for any more are as the source has them. */
async function changesInPlace(
    { inputs, source }: FileCopyRequest,
    state: FileCopyState,
    context: Context,
): Promise<FileChanges> {
    const changed = (name: (typeof fileInputNames)[number]) => !isDeepStrictEqual(state[name], inputs[name]);
    let read: Promise<SourceProperties> | undefined;
    const ofSource = () => {
        read ??= source.properties(context.signal);
        return read;
    };
    const wanted = smbOf({ ...inputs, fileAttributes: inputs.fileAttributes ?? newFileAttributes });
    const smb = Object.fromEntries(Object.entries(wanted).filter(([name]) => changed(name as "fileAttributes")));
    return {
        metadata: changed("metadata") ? (inputs.metadata ?? (await ofSource()).metadata ?? {}) : undefined,
        fileHttpHeaders: changed("fileHttpHeaders")
            ? {
                  given: inputs.fileHttpHeaders,
                  source: asCopied(await ofSource(), state, state.fileHttpHeaders?.fileContentMD5),
              }
            : undefined,
        smb: smbInputNames.some((name) => name in smb) ? smb : undefined,
        archive: "fileAttributes" in smb ? inputs.setArchiveAttribute === true : undefined,
    };
}

// Read and delete

async function recordRead(
    state: Partial<FileCopyState>,
    location: BlobLocation,
    destination: FileDestination,
    properties: FileGetPropertiesResponse,
): Promise<FileCopyState> {
    const known = state.lastWriteEtag !== undefined || state.copyId !== undefined || state.copyStatus !== undefined;
    const own = await isOwnFile(properties, state);
    const intact = !known || own || hasRecordedContent(properties, state);
    const { copyId, copyStatus, copyCompletedOn, sourceUrl, ...now } = outputs(destination, properties);
    return {
        ...state,
        ...(state.source ? { source: state.source } : foundSource(properties.copySource)),
        destination: location,
        ...now,
        // What the service tells of a copy tells of the last one, which may not have been ours.
        ...(!known && { copyId, copyStatus, copyCompletedOn, sourceUrl }),
        ...(state.metadata && { metadata: asRecorded(state.metadata, properties.metadata ?? {}) }),
        ...(own && properties.etag && { lastWriteEtag: properties.etag }),
        ...(intact ? { drifted: undefined } : { drifted: true }),
    } as FileCopyState;
}

/** Whether the file still holds the bytes that were recorded, whatever else has changed about it. */
function hasRecordedContent(properties: FileGetPropertiesResponse, state: Partial<FileCopyState>): boolean {
    // Every write of bytes sets the last write time, by SMB and REST alike, unless whoever writes takes care to keep it.
    const lastWrite = properties.fileLastWriteOn?.toISOString();
    return (
        properties.contentLength === state.contentLength &&
        properties.fileId === state.fileId &&
        (properties.etag === state.etag ||
            (lastWrite !== undefined && lastWrite === state.smbProperties?.fileLastWriteTime))
    );
}

/** Deletes the destination, if it is as this resource has left it. The directories that it is in stay. */
async function deleteOwn(destination: FileDestination, state: FileCopyState, context: Context): Promise<void> {
    const there = await observeFile(destination, context);
    if (!there) {
        return;
    }
    if (state.adopted && there.etag === state.lastWriteEtag) {
        await releaseLeft(destination, there, context);
        return leaveAdopted(destination.url, async () => there, context);
    }
    // Where it has left a pending copy, which the other one has joined, no ETag tells whose the file is.
    const isUnfinished = state.copyStatus === "pending" && there.etag !== state.lastWriteEtag;
    if (isUnfinished && isAdoptedByAnother(destination, state.lastWriteEtag, context)) {
        return leaveToAnother(destination.url, context);
    }
    if (!(await isOwnFile(there, state)) && !isMadeWritable(there, state)) {
        await releaseLeft(destination, there, context);
        return neverWrote(state) ? undefined : leaveChanged(destination.url, context);
    }
    try {
        await whileLeased(destination, there.etag, context, (lease, now) =>
            removeFile(destination, now, context, lease),
        );
    } catch (error) {
        if (error instanceof FileChanged) {
            return (await observeFile(destination, context)) ? leaveChanged(destination.url, context) : undefined;
        }
        if (isFileNotFound(error) && errorCode(error) !== undefined) {
            return;
        }
        throw error;
    }
}

/** Whether the file lacks nothing but the attribute that a deletion takes off first: that deletion was ours, and failed. */
function isMadeWritable(
    there: FileGetPropertiesResponse,
    { smbProperties, fileId, metadata, ...state }: FileCopyState,
): boolean {
    const { fileAttributes, fileLastWriteTime } = smbProperties ?? {};
    return (
        // Else what was recorded is what a refresh has found of somebody else's.
        state.etag === state.lastWriteEtag &&
        !state.adopted &&
        /\bReadOnly\b/i.test(fileAttributes ?? "") &&
        there.fileAttributes === withAttribute(fileAttributes, "ReadOnly", false) &&
        there.fileId === fileId &&
        there.contentLength === state.contentLength &&
        there.fileLastWriteOn?.toISOString() === fileLastWriteTime &&
        (!metadata || isDeepStrictEqual(asRecorded(metadata, there.metadata ?? {}), metadata))
    );
}

// Record

/** What the service says of the destination. */
function outputs(destination: FileDestination, properties: FileGetPropertiesResponse) {
    const told = {
        etag: properties.etag,
        lastModified: properties.lastModified?.toISOString(),
        contentLength: properties.contentLength,
        contentType: properties.contentType,
        contentMd5: contentMd5(properties),
        fileId: properties.fileId,
        smbProperties: smbPropertiesOf(properties),
        copyId: properties.copyId,
        copyStatus: properties.copyStatus,
        copyCompletedOn: properties.copyCompletedOn?.toISOString(),
        sourceUrl: properties.copySource && redactUrl(properties.copySource),
    };
    return { url: destination.url, ...told } as Pick<FileCopyState, "url" | keyof typeof told>;
}

const outputNames = [
    "url",
    "etag",
    "lastModified",
    "contentLength",
    "contentType",
    "contentMd5",
    "fileId",
    "smbProperties",
    "copyOperation",
    "copyOperationReason",
    "copyId",
    "copyStatus",
    "copyCompletedOn",
    "sourceUrl",
] as const;

function outputsOf(state: FileCopyState): Pick<FileCopyState, (typeof outputNames)[number]> {
    return Object.fromEntries(outputNames.map((name) => [name, state[name]])) as never;
}
