// Brings the source's content to a file, from wherever things stand there: nothing yet, what an interrupted run has left, an older
// copy of ours, somebody else's file.

import type { FileGetPropertiesResponse } from "@azure/storage-file-share";
import { CopyError, DestinationConflictError } from "../copy/errors";
import type { FromUrlSource } from "../copy/fromUrl";
import type { Plan } from "../copy/plan";
import { contentMd5 } from "../copy/status";
import { isUnfinishedCopyOf, unfinishedMarker } from "../copy/unfinished";
import { errorCode, explain, isFileNotFound, passingRefusal } from "../storage/errors";
import type { SourceProperties } from "../storage/webSource";
import { discardBesideFile, namesBeside, readingOf, type WrittenBeside, writeBeside } from "./besideFile";
import { changedSincePreview, pendingElsewhere, permitOverwrite } from "./conflicts";
import { what } from "./copyRequest";
import { CopyLeftPending, isExplained } from "./endOfCopy";
import { readSource } from "./ends";
import type { FileCopyRequest, FileCopyState } from "./fileCopyTypes";
import { isDirectory, observeFile } from "./fileEnds";
import { FileChanged, leaseAgain, releaseLeft, whileLeased } from "./fileLease";
import type { Context } from "./handler";
import { endedBadly, isCopyOf, isCopyOfCurrent, isOwn } from "./observe";
import { setFileProperties } from "./setFileProperties";
import { smbOf } from "./smb";

/** How often a destination that keeps changing under us is looked at again before we give up. */
const attempts = 4;

/** How the content came to be there. */
export interface ObtainedFile {
    readonly properties: FileGetPropertiesResponse;
    /** The source's ETag that was copied, where it is known. */
    readonly sourceEtag: string | undefined;
    /** Absent where a finished copy was found there. */
    readonly plan?: Plan;
}

/**
 * Brings the source's content to the destination.
 * @throws CopyLeftPending where something must be kept in mind; CopyError and StorageError else. What was at the destination stands then
 */
export async function obtainFile(request: FileCopyRequest, context: Context): Promise<ObtainedFile> {
    const { destination, inputs } = request;
    const deadline = new Date(context.clock.now().getTime() + request.timeoutMilliseconds);
    const source = await readOrLeave(request, context);
    const sourceEtag = source?.etag;
    if (
        inputs.onSourceChange === "fail" &&
        inputs.sourceEtag !== undefined &&
        source &&
        sourceEtag !== inputs.sourceEtag
    ) {
        throw changedSincePreview(request);
    }
    const reading = readingOf(request, source, context);
    let begun: { renamed: boolean; written?: WrittenBeside } | undefined;
    try {
        for (let attempt = 0; attempt < attempts; attempt++) {
            const there = await observeFile(destination, context);
            if (there && (await holds(request, there, source, reading))) {
                const properties = await adopt(request, there, source, context);
                await discardBesideFile(destination, context);
                return { properties, sourceEtag };
            }
            if (there) {
                await permit(request, there, context);
            }
            begun = { renamed: false };
            const written = await writeBeside(request, source, reading, deadline, context);
            begun.written = written;
            if (await rename(request, written, there, context)) {
                begun.renamed = true;
                if (there) {
                    await leaseAgain(destination);
                }
                await discardBesideFile(destination, context);
                // Last of all: whatever stops this process before, the marker tells the next one whose file this is.
                const properties = await takeMarkerOff(request, written, context);
                return { properties, sourceEtag, plan: written.plan };
            }
        }
        throw new CopyError(`could not copy ${what(request)}, whose destination keeps changing; run pulumi up again`);
    } catch (error) {
        const told = isExplained(error) ? error : explain(`copy ${what(request)}`, error);
        const changed = error instanceof FileChanged;
        throw begun ? await keepingInMind(request, { ...begun, changed }, told, source, context) : told;
    }
}

/** What this run has left must be carried on with, or be deleted with the resource: nobody else would ever do either. */
async function keepingInMind(
    { destination }: FileCopyRequest,
    {
        renamed,
        written,
        changed,
    }: { readonly renamed: boolean; readonly written?: WrittenBeside; readonly changed: boolean },
    error: Error,
    source: SourceProperties | undefined,
    context: Context,
): Promise<Error> {
    if (error instanceof CopyLeftPending) {
        return error;
    }
    if (error instanceof DestinationConflictError) {
        await discardBesideFile(destination, context); // it is of no use: the destination is somebody else's
        return error;
    }
    const hasLeft = async () => (await namesBeside(destination, context)).length > 0;
    // Who is stopped can't look.
    if (renamed || written || (await hasLeft().catch(() => context.signal.aborted))) {
        const properties = written && { properties: written.properties };
        // Under its new name it has another ETag, by which the next run knows it.
        const there =
            written && renamed && !changed ? await observeFile(destination, context).catch(() => undefined) : undefined;
        const lastWriteEtag = there && isWritten(there, written!) ? there.etag : undefined;
        return new CopyLeftPending(
            { sourceEtag: source?.etag, ...properties, ...(lastWriteEtag && { lastWriteEtag }) },
            error,
        );
    }
    return error;
}

/** What the source tells of itself; nothing where it may not be read from here, which Copy File does not need. */
async function readOrLeave(request: FileCopyRequest, context: Context): Promise<SourceProperties | undefined> {
    try {
        return await readSource(request.source, context);
    } catch (error) {
        const { cause } = error as Error;
        // Where a role is missing here, the service lacks it too.
        if (request.inputs.method === "fromUrl" || isFileNotFound(cause) || passingRefusal(cause)) {
            throw error;
        }
        return undefined;
    }
}

/** Whether the destination holds what the source holds now: a run that was interrupted had finished the copy. */
async function holds(
    request: FileCopyRequest,
    there: FileGetPropertiesResponse,
    source: SourceProperties | undefined,
    reading: FromUrlSource,
): Promise<boolean> {
    const { previous } = request;
    if (!source || there.copyStatus === "pending" || endedBadly(there)) {
        return false;
    }
    if (await isUnfinishedCopyOf(there.metadata, reading)) {
        return true; // it is renamed only when it is whole
    }
    if (previous && !(isOwn(there, previous) ? isOfUnknownSource(request, previous) : isOther(there, previous))) {
        return false;
    }
    const md5 = contentMd5(source);
    const sameMd5 = md5 !== undefined && md5 === contentMd5(there) && source.contentLength === there.contentLength;
    return (
        sameMd5 || (isCopyOf(there, request.source.address) && isCopyOfCurrent(there, source) && !isWrittenSince(there))
    );
}

/** Whether all is as it was recorded, but for the source's ETag, which this machine could not read then. */
function isOfUnknownSource({ contentChanged }: FileCopyRequest, previous: FileCopyState): boolean {
    return (
        previous.copyStatus === "success" && previous.sourceEtag === undefined && !previous.drifted && !contentChanged
    );
}

/** Whether it is another file than was recorded. What is different about that one, somebody else has changed, who need not touch its MD5 and times. */
function isOther(there: FileGetPropertiesResponse, previous: FileCopyState): boolean {
    return there.copyId === undefined
        ? there.fileId !== previous.fileId
        : there.copyId !== previous.copyId || previous.copyStatus !== "success";
}

/** Unlike a blob's, a file's record of its copy survives whatever is written into it. */
function isWrittenSince({ fileLastWriteOn, copyCompletedOn }: FileGetPropertiesResponse): boolean {
    return fileLastWriteOn !== undefined && fileLastWriteOn.getTime() > copyCompletedOn!.getTime() + 1_000;
}

/** @throws DestinationConflictError where a file may not be overwritten */
async function permit(request: FileCopyRequest, there: FileGetPropertiesResponse, context: Context): Promise<void> {
    const { previous } = request;
    if (there.copyStatus === "pending") {
        throw pendingElsewhere(request, there);
    }
    try {
        permitOverwrite(request, there, previous !== undefined && isOwn(there, previous));
    } catch (error) {
        await releaseLeft(request.destination, there, context);
        throw error;
    }
}

/**
 * [Rename File](https://learn.microsoft.com/rest/api/storageservices/rename-file): onto a free name, or in the old file's place while
 * nobody else can write it.
 * @returns whether the destination was still what it was when it was looked at
 */
async function rename(
    request: FileCopyRequest,
    { beside }: WrittenBeside,
    there: FileGetPropertiesResponse | undefined,
    context: Context,
): Promise<boolean> {
    const { destination, inputs } = request;
    const changeTime = await changeTimeOf(request, context);
    const moved = { ...changeTime, abortSignal: context.signal };
    const path = destination.address.filePath;
    const { fileId } = (await observeFile(beside, context)) ?? {};
    try {
        if (there) {
            await whileLeased(destination, there.etag, context, ({ leaseId }) =>
                beside.client.rename(path, {
                    ...moved,
                    replaceIfExists: true,
                    ...(inputs.ignoreReadOnly && { ignoreReadOnly: true }),
                    destinationLeaseAccessConditions: { leaseId },
                }),
            );
        } else {
            await beside.client.rename(path, moved);
        }
        return true;
    } catch (error) {
        // Where the answer was lost, the SDK has asked again, and found nothing to rename any more.
        const now = await observeFile(destination, context);
        if (fileId !== undefined && now?.fileId === fileId) {
            return true;
        }
        if (errorCode(error) === "ResourceAlreadyExists" && (await isDirectory(destination, context))) {
            throw new DestinationConflictError(
                `a directory is at the destination ${destination.url}; copy to another name, or delete it`,
            );
        }
        if (error instanceof FileChanged || errorCode(error) === "ResourceAlreadyExists") {
            return false;
        }
        throw error;
    }
}

/** A rename is a change, whose time would take the place of the one that was asked for. */
async function changeTimeOf({ inputs, source }: FileCopyRequest, context: Context) {
    const { fileChangeTime } = inputs;
    if (fileChangeTime === undefined) {
        return {};
    }
    const ofSource = async () => (await source.file?.smb(context.signal))?.fileChangeOn?.toISOString();
    const time = fileChangeTime === "source" ? await ofSource() : fileChangeTime;
    return time === undefined ? {} : { copyFileSmbInfo: { fileChangeTime: time } };
}

/** What Put Range From URL has written is recognized by its marker until it stands at the destination. */
async function takeMarkerOff(
    request: FileCopyRequest,
    written: WrittenBeside,
    context: Context,
): Promise<FileGetPropertiesResponse> {
    const { destination } = request;
    const there = await observeFile(destination, context);
    if (!there) {
        throw new CopyError(`${destination.url} was deleted by somebody else right after it was copied`);
    }
    if (!isWritten(there, written)) {
        throw new CopyError(`${destination.url} was changed by somebody else right after it was copied`);
    }
    return written.plan.operation === "Put Range From URL" ? adopt(request, there, undefined, context) : there;
}

/** Whether the file at the destination is the one that was written beside it, and holds the same bytes: renaming leaves its last write time. */
function isWritten(there: FileGetPropertiesResponse, { properties }: WrittenBeside): boolean {
    return (
        there.fileId === properties.fileId &&
        there.contentLength === properties.contentLength &&
        there.fileLastWriteOn?.getTime() === properties.fileLastWriteOn?.getTime()
    );
}

/**
 * Makes a finished copy this resource's own: by its metadata, which gives it a new ETag, and, where another run has brought it, by all
 * else that is asked for.
 * @param source what its headers and metadata are to be, where another run has brought it
 */
async function adopt(
    request: FileCopyRequest,
    there: FileGetPropertiesResponse,
    source: SourceProperties | undefined,
    context: Context,
): Promise<FileGetPropertiesResponse> {
    const { destination, inputs } = request;
    const isMarker = (name: string) => name.toLowerCase() === unfinishedMarker;
    const own = Object.entries(there.metadata ?? {}).filter(([name]) => !isMarker(name));
    const metadata = inputs.metadata ?? source?.metadata ?? Object.fromEntries(own);
    return whileLeased(destination, there.etag, context, async (lease) => {
        await setFileProperties(
            request,
            destination,
            {
                metadata,
                ...(source && {
                    fileHttpHeaders: { given: inputs.fileHttpHeaders, source },
                    smb: smbOf(inputs),
                    archive: inputs.setArchiveAttribute === true,
                }),
            },
            there,
            lease,
            context,
        );
        return (await observeFile(destination, context))!;
    });
}
