// Brings the source's content to a file, from wherever things stand there: nothing yet, what an interrupted run has left, an older
// copy of ours, somebody else's file.

import type { FileGetPropertiesResponse } from "@azure/storage-file-share";
import { CopyError, DestinationConflictError } from "../copy/errors";
import { sameMetadata } from "../copy/fromUrl";
import type { Plan } from "../copy/plan";
import { unfinishedMarker } from "../copy/unfinished";
import { errorCode, explain, isFileNotFound, isRedirect, passingRefusal } from "../storage/errors";
import type { SourceProperties } from "../storage/webSource";
import { warnOfAdoption } from "./adoption";
import { discardBesideFile, namesBeside, readingOf, type WrittenBeside, writeBeside } from "./besideFile";
import { changedSincePreview, pendingElsewhere, permitOverwrite } from "./conflicts";
import { what } from "./copyRequest";
import { CopyLeftPending, isExplained } from "./endOfCopy";
import { readSource } from "./ends";
import type { FileCopyRequest } from "./fileCopyTypes";
import { isDirectory, observeFile } from "./fileEnds";
import { FileChanged, leaseAgain, releaseLeft, whileLeased } from "./fileLease";
import type { Context } from "./handler";
import { refuseItself } from "./itself";
import { isOwnFile, type Standing, standingOf, writtenMarker } from "./ownFile";
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
    /** Found there without proof that this resource made it. */
    readonly adopted?: true;
}

/** A copy that stands at the destination, and could not be finished or recorded as such. */
export class LeftInPlace extends CopyLeftPending<FileGetPropertiesResponse> {
    constructor(
        /** What stands there. */
        readonly there: FileGetPropertiesResponse,
        /** The ETag that this run has given the file. */
        readonly lastWriteEtag: string,
        readonly adopted: boolean,
        sourceEtag: string | undefined,
        cause: Error,
    ) {
        super({ sourceEtag, properties: there }, cause);
    }
}

/** What a run has begun at the destination. */
interface Begun {
    written?: WrittenBeside;
    /** The ETag that this run has given the file at the destination. */
    placed?: string;
    adopted?: boolean;
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
    let begun: Begun = {};
    try {
        for (let attempt = 0; attempt < attempts; attempt++) {
            const there = await observeFile(destination, context);
            if (there) {
                await refuseItself(request, there, context, source);
            }
            const standing = there && (await standingOf(request, there, source, reading, context));
            if (standing) {
                begun = { adopted: standing.adopted };
                const properties = await keep(request, standing, there, source!, begun, context);
                if (!properties) {
                    continue; // somebody was faster
                }
                await discardBesideFile(destination, context);
                return { properties, sourceEtag, adopted: standing.adopted || undefined };
            }
            if (there) {
                await permit(request, there, context);
            }
            begun = {};
            const written = await writeBeside(request, source, reading, deadline, context);
            begun.written = written;
            begun.placed = await rename(request, written, there, context);
            if (begun.placed !== undefined) {
                if (there) {
                    await leaseAgain(destination);
                }
                await discardBesideFile(destination, context);
                // Last of all: whatever stops this process before, the marker tells the next one whose file this is.
                const properties = await takeMarkerOff(request, begun, context);
                return { properties, sourceEtag, plan: written.plan };
            }
        }
        throw new CopyError(`could not copy ${what(request)}, whose destination keeps changing; run pulumi up again`);
    } catch (error) {
        const told = isExplained(error) ? error : explain(`copy ${what(request)}`, error);
        throw await keepingInMind(request, begun, told, source, context);
    }
}

/** What this run has left must be carried on with, or be deleted with the resource: nobody else would ever do either. */
async function keepingInMind(
    { destination }: FileCopyRequest,
    { written, placed, adopted }: Begun,
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
    const there = placed === undefined ? undefined : await observeFile(destination, context).catch(() => undefined);
    if (there) {
        return new LeftInPlace(there, placed!, adopted === true, source?.etag, error);
    }
    const hasLeft = async () => (await namesBeside(destination, context)).length > 0;
    // Who is stopped can't look.
    if (placed !== undefined || written || (await hasLeft().catch(() => context.signal.aborted))) {
        const properties = written && { properties: written.properties };
        return new CopyLeftPending({ sourceEtag: source?.etag, ...properties }, error);
    }
    return error;
}

/** What the source tells of itself; nothing where it may not be read from here, which Copy File does not need. */
async function readOrLeave(request: FileCopyRequest, context: Context): Promise<SourceProperties | undefined> {
    try {
        return await readSource(request.source, context);
    } catch (error) {
        const { cause } = error as Error;
        const { method } = request.inputs;
        // Where a role is missing here, the service lacks it too; and it follows no redirects.
        const isRefused = passingRefusal(cause) || (isRedirect(cause) && method !== "copyFile");
        if (method === "fromUrl" || isFileNotFound(cause) || isRefused) {
            throw error;
        }
        return undefined;
    }
}

/** @throws DestinationConflictError where a file may not be overwritten */
async function permit(request: FileCopyRequest, there: FileGetPropertiesResponse, context: Context): Promise<void> {
    const { previous } = request;
    if (there.copyStatus === "pending") {
        throw pendingElsewhere(request, there);
    }
    try {
        permitOverwrite(request, there, previous !== undefined && (await isOwnFile(there, previous)));
    } catch (error) {
        await releaseLeft(request.destination, there, context);
        throw error;
    }
}

/**
 * [Rename File](https://learn.microsoft.com/rest/api/storageservices/rename-file): onto a free name, or in the old file's place while
 * nobody else can write it.
 * @returns the ETag of the new file; nothing where the destination was not any more what it was when it was looked at
 */
async function rename(
    request: FileCopyRequest,
    { beside }: WrittenBeside,
    there: FileGetPropertiesResponse | undefined,
    context: Context,
): Promise<string | undefined> {
    const { destination, inputs } = request;
    const changeTime = await changeTimeOf(request, context);
    const moved = { ...changeTime, abortSignal: context.signal };
    const path = destination.address.filePath;
    const staged = await observeFile(beside, context);
    try {
        const { fileRenameResponse } = await (there
            ? whileLeased(destination, there.etag, context, ({ leaseId }) =>
                  beside.client.rename(path, {
                      ...moved,
                      replaceIfExists: true,
                      ignoreReadOnly: inputs.ignoreReadOnly || undefined,
                      destinationLeaseAccessConditions: { leaseId },
                  }),
              )
            : beside.client.rename(path, moved));
        return fileRenameResponse.etag;
    } catch (error) {
        // Where the answer was lost, the SDK has asked again, and found nothing to rename any more.
        const now = await observeFile(destination, context);
        if (now && staged && now.fileId === staged.fileId) {
            // One that somebody has changed since has another ETag than the last one that was ours.
            return isSameWrite(now, staged) ? now.etag : staged.etag;
        }
        if (errorCode(error) === "ResourceAlreadyExists" && (await isDirectory(destination, context))) {
            throw new DestinationConflictError(
                `a directory is at the destination ${destination.url}; copy to another name, or delete it`,
            );
        }
        if (error instanceof FileChanged || errorCode(error) === "ResourceAlreadyExists") {
            return undefined;
        }
        throw error;
    }
}

/** Whether nobody has written into a file meanwhile, or given it other metadata. */
function isSameWrite(now: FileGetPropertiesResponse, before: FileGetPropertiesResponse): boolean {
    return (
        now.contentLength === before.contentLength &&
        now.fileLastWriteOn?.getTime() === before.fileLastWriteOn?.getTime() &&
        sameMetadata(now.metadata, before.metadata)
    );
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
    begun: Begun,
    context: Context,
): Promise<FileGetPropertiesResponse> {
    const { destination } = request;
    const there = await observeFile(destination, context);
    if (!there) {
        throw new CopyError(`${destination.url} was deleted by somebody else right after it was copied`);
    }
    const isMarked = begun.written!.plan.operation === "Put Range From URL";
    const isOurs = there.etag === begun.placed;
    const finished = isOurs && isMarked ? await own(request, there, undefined, begun, context) : isOurs && there;
    if (!finished) {
        throw new CopyError(
            `${destination.url} was changed by somebody else right after it was copied; run pulumi refresh, then pulumi up`,
        );
    }
    return finished;
}

/** Keeps what stands at the destination; nothing where somebody has changed it since it was looked at. */
async function keep(
    request: FileCopyRequest,
    standing: Standing,
    there: FileGetPropertiesResponse,
    source: SourceProperties,
    begun: Begun,
    context: Context,
): Promise<FileGetPropertiesResponse | undefined> {
    const kept = await own(request, there, standing.complete ? undefined : source, begun, context);
    if (kept && standing.adopted && request.previous?.adopted !== true) {
        const has = standing.complete ? "all that is asked for" : "the source's content";
        warnOfAdoption(request.destination, has, context);
    }
    return kept;
}

/**
 * Makes a finished copy this resource's own: by its metadata, which gives it a new ETag, so that an older owner's deletion misses it, and,
 * where another run has brought it, by all else that is asked for.
 * @param source what its headers and metadata are to be, where another run has brought it
 * @returns nothing where the file is not any more what it was when it was looked at
 */
async function own(
    request: FileCopyRequest,
    there: FileGetPropertiesResponse,
    source: SourceProperties | undefined,
    begun: Begun,
    context: Context,
): Promise<FileGetPropertiesResponse | undefined> {
    const { destination, inputs } = request;
    const isMarker = (name: string) => [unfinishedMarker, writtenMarker].includes(name.toLowerCase());
    const unmarked = Object.entries(there.metadata ?? {}).filter(([name]) => !isMarker(name));
    const changes = {
        metadata: inputs.metadata ?? source?.metadata ?? Object.fromEntries(unmarked),
        fileHttpHeaders: source && { given: inputs.fileHttpHeaders, source },
        smb: source && smbOf(inputs),
        archive: source && inputs.setArchiveAttribute === true,
    };
    try {
        return await whileLeased(destination, there.etag, context, async (lease) => {
            try {
                await setFileProperties(request, destination, changes, there, lease, context);
                return (await observeFile(destination, context))!;
            } catch (error) {
                // Nobody else can have given it another ETag under the lease.
                const now = await observeFile(destination, context).catch(() => undefined);
                begun.placed = now && now.etag !== there.etag ? now.etag! : begun.placed;
                throw error;
            }
        });
    } catch (error) {
        if (error instanceof FileChanged) {
            return undefined;
        }
        throw error;
    }
}
