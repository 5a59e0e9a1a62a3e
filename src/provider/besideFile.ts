// A new file is written beside the destination, under a name that tells its source, and renamed to it once all is there: what stands
// at the destination stands until then, and nobody sees a file that is half there.

import type { FileGetPropertiesResponse } from "@azure/storage-file-share";
import { CopyError, CopyTimeoutError } from "../copy/errors";
import type { FromUrlSource } from "../copy/fromUrl";
import type { Plan } from "../copy/plan";
import { planFileCopy } from "../copy/planFile";
import { copyRanges } from "../copy/ranges";
import { isUnfinishedCopyOf, unfinishedIn, unfinishedMarker } from "../copy/unfinished";
import { namedByQuery } from "../storage/address";
import { errorCode, explain, isFileNotFound, statusCode } from "../storage/errors";
import { withMetadata } from "../storage/fileClients";
import { isWithinAccount } from "../storage/sameAccount";
import type { SourceProperties } from "../storage/webSource";
import { besideName, besidePrefix, isBesideName } from "./besideName";
import { what } from "./copyRequest";
import { awaitEnd } from "./endOfCopy";
import { authorizing } from "./ends";
import type { FileCopyRequest } from "./fileCopyTypes";
import { createDirectories, directoryNames, type FileDestination, fileName, observeFile, siblingOf } from "./fileEnds";
import type { Context } from "./handler";
import { isCopyOf, isCopyOfCurrent } from "./observe";
import { isWrittenSince, writtenMarker } from "./ownFile";
import { asFileHttpHeaders, type FileChanges, setFileProperties } from "./setFileProperties";
import { copyFileSmb, newFileAttributes, parseAttributes, smbOf, withAttribute } from "./smb";
import { underTimeout } from "./underTimeout";
import { changedMeanwhile } from "./unpinned";
import { verifyCopy } from "./verifyCopy";

/** How many characters a file's name may have. */
const longestFileName = 255;

/** How long a SAS that was made for a copy outlasts its timeout, so that the copy lives until somebody runs `pulumi up` again. */
const sasGraceMilliseconds = 24 * 3_600_000;

/** A whole new file beside the destination. */
export interface WrittenBeside {
    readonly beside: FileDestination;
    readonly properties: FileGetPropertiesResponse;
    readonly plan: Plan;
}

/** The source as the executor reads it. Nothing of it can be pinned, so that its ETag is compared before and after. */
export function readingOf(
    request: FileCopyRequest,
    properties: SourceProperties | undefined,
    context: Context,
): FromUrlSource {
    const { source, timeoutMilliseconds } = request;
    const query = namedByQuery(source.address);
    return {
        authorize: authorizing(source, timeoutMilliseconds + sasGraceMilliseconds),
        identity: properties?.etag,
        query,
        confirm: async () => {
            const change = await changedMeanwhile(request, properties?.etag, context);
            if (change) {
                throw change;
            }
        },
        contentLength: properties?.contentLength ?? 0,
        contentMd5: properties?.contentMD5,
    };
}

/**
 * Brings the source's content beside the destination, or carries on with what an interrupted run has left there.
 * @throws CopyLeftPending where a Copy File goes on; whatever else is thrown may have left something, too
 */
export async function writeBeside(
    request: FileCopyRequest,
    source: SourceProperties | undefined,
    reading: FromUrlSource,
    deadline: Date,
    context: Context,
): Promise<WrittenBeside> {
    const { inputs, destination } = request;
    const name = besideName(fileName(destination.address), longestFileName, request.source.url, reading);
    const beside = siblingOf(destination, name);
    const found = await observeFile(beside, context);
    const method = inputs.method ?? "auto";
    const isNear = isWithinAccount(request.source.address, destination.address);
    const mayChoose = method === "auto" && source !== undefined && !isNear;
    let plan = planFileCopy({
        method,
        verifyMd5: inputs.verify === "md5",
        source,
        sameAccount: isNear,
        readByToken: mayChoose && (await reading.authorize()).authorization !== undefined,
    });
    const fromHere = found !== undefined && isCopyOf(found, request.source.address);
    const pending = fromHere && found.copyStatus === "pending";
    if (pending && plan.operation !== "Copy File") {
        plan = { operation: "Copy File", reason: "a Copy File of this source is pending already" };
    }
    const planned = { ...request, plan };
    const byRanges = plan.operation === "Put Range From URL";
    const whole =
        fromHere &&
        found.copyStatus === "success" &&
        source &&
        isCopyOfCurrent(found, source) &&
        !isWrittenSince(found, inputs);
    const carriesOn = byRanges ? await isUnfinishedCopyOf(found?.metadata, reading) : pending || whole === true;
    if (found && !carriesOn) {
        await removeFile(beside, found, context);
    }
    const pendingId = pending ? found.copyId! : undefined;
    const properties = byRanges
        ? await putRanges(planned, beside, source!, reading, context)
        : whole
          ? found
          : await copyFile(planned, beside, source, pendingId, deadline, context);
    const changes = carriesOn ? allOf(planned, properties, source) : notTakenBy(planned, properties);
    const dressed = await dress(planned, beside, properties, changes, context);
    return { beside, properties: byRanges ? await markWhole(beside, dressed, context) : dressed, plan };
}

/** Tells when the last byte was written: whoever finds the marker can tell whether somebody has written since. */
async function markWhole(
    { client }: FileDestination,
    properties: FileGetPropertiesResponse,
    context: Context,
): Promise<FileGetPropertiesResponse> {
    const metadata = { ...properties.metadata, [writtenMarker]: properties.fileLastWriteOn!.toISOString() };
    const { etag } = await client.setMetadata(metadata, { abortSignal: context.signal });
    return { ...properties, metadata, etag: etag ?? properties.etag };
}

type Planned = FileCopyRequest & { readonly plan: Plan };

/** [Copy File](https://learn.microsoft.com/rest/api/storageservices/copy-file), waited for. */
async function copyFile(
    request: Planned,
    beside: FileDestination,
    source: SourceProperties | undefined,
    pendingId: string | undefined,
    deadline: Date,
    context: Context,
): Promise<FileGetPropertiesResponse> {
    const copyId = pendingId ?? (await startCopyFile(request, beside, context));
    return awaitEnd<FileGetPropertiesResponse>(
        request,
        // Its name tells that it is of this very content, also where it was joined.
        { copyId, sourceEtag: source?.etag, joined: false, preserved: [], wasFree: true },
        {
            client: beside.client,
            abort: (id) => abortCopyFile(beside, id),
            observe: () => observeFile(beside, context),
            putRight: async (ended, error) => {
                await removeFile(beside, ended, context);
                throw error("nothing was written to the destination");
            },
        },
        deadline,
        context,
    );
}

async function startCopyFile(request: Planned, beside: FileDestination, context: Context): Promise<string> {
    const { inputs, source } = request;
    const url = await source.readableUrl(request.timeoutMilliseconds + sasGraceMilliseconds);
    const smb = await copyFileSmb(request, context);
    try {
        const { copyId } = await inDirectories(request, context, () =>
            beside.client.startCopyFromURL(url, {
                ...withMetadata(inputs.metadata),
                ...smb,
                abortSignal: context.signal,
            }),
        );
        return copyId!;
    } catch (error) {
        // Where the answer was lost, the SDK has asked again, and met its own copy.
        const there = errorCode(error) === "PendingCopyOperation" ? await observeFile(beside, context) : undefined;
        if (there?.copyId !== undefined && isCopyOf(there, source.address)) {
            return there.copyId;
        }
        throw error;
    }
}

/** Put Range From URL, under the timeout. */
async function putRanges(
    request: Planned,
    beside: FileDestination,
    source: SourceProperties,
    reading: FromUrlSource,
    context: Context,
): Promise<FileGetPropertiesResponse> {
    const { inputs } = request;
    const metadata = inputs.metadata ?? source.metadata;
    const aborts = inputs.onTimeout === "abort";
    const afterwards = aborts
        ? 'what was copied was removed, since onTimeout is "abort"'
        : "what was copied is kept, and the next pulumi up carries on from there, with a longer timeout if need be";
    try {
        await inDirectories(request, context, () =>
            underTimeout(request, reading.contentLength, afterwards, context, (run) =>
                copyRanges({
                    destination: beside.client,
                    writer: context.clients.fileOnce(beside.address, beside.credential),
                    source: reading,
                    sourceFile: request.source.file?.client,
                    fileHttpHeaders: asFileHttpHeaders(inputs.fileHttpHeaders, source),
                    metadata,
                    run,
                }),
            ),
        );
    } catch (error) {
        const left = aborts && error instanceof CopyTimeoutError ? await observeFile(beside, context) : undefined;
        if (left) {
            await removeFile(beside, left, context);
        }
        throw error instanceof CopyError ? error : explain(`copy ${what(request)} by ${request.plan.operation}`, error);
    }
    const properties = await observeFile(beside, context);
    if (!properties) {
        throw new CopyError(`what was copied of ${request.source.url} was deleted by somebody else: ${beside.url}`);
    }
    verifyCopy(request, source, properties, inputs.fileHttpHeaders?.fileContentMD5);
    return properties;
}

async function dress(
    request: Planned,
    beside: FileDestination,
    there: FileGetPropertiesResponse,
    changes: FileChanges,
    context: Context,
): Promise<FileGetPropertiesResponse> {
    const set = await setFileProperties(request, beside, changes, there, {}, context);
    return (set ? await observeFile(beside, context) : undefined) ?? there;
}

/** What the operation itself does not take. */
function notTakenBy({ inputs, plan }: Planned, there: FileGetPropertiesResponse): FileChanges {
    if (plan.operation === "Put Range From URL") {
        return { smb: smbOf(inputs), archive: inputs.setArchiveAttribute === true };
    }
    const none = inputs.metadata !== undefined && Object.keys(inputs.metadata).length === 0;
    return {
        // No request of Copy File can say "no metadata".
        metadata: none && Object.keys(there.metadata ?? {}).length > 0 ? {} : undefined,
        fileHttpHeaders: inputs.fileHttpHeaders && { given: inputs.fileHttpHeaders, source: there },
    };
}

/** Everything: what an interrupted run has begun, it has begun with what was asked for then. */
function allOf(
    { inputs, plan }: Planned,
    there: FileGetPropertiesResponse,
    source: SourceProperties | undefined,
): FileChanges {
    const metadata = inputs.metadata ?? source?.metadata;
    const marker = plan.operation === "Put Range From URL" ? unfinishedIn(there.metadata) : undefined;
    // Where this machine may not read the source, only the service could tell these.
    const readable = ([, value]: [string, unknown]) => source !== undefined || value !== "source";
    return {
        metadata: metadata && { ...metadata, ...(marker && { [unfinishedMarker]: marker }) },
        fileHttpHeaders:
            source || inputs.fileHttpHeaders ? { given: inputs.fileHttpHeaders, source: source ?? there } : undefined,
        smb: {
            ...(inputs.fileAttributes === undefined && { fileAttributes: newFileAttributes }),
            ...Object.fromEntries(Object.entries(smbOf(inputs)).filter(readable)),
        },
        archive: inputs.setArchiveAttribute === true,
    };
}

/** Runs what makes a file; makes its directories first where they lack. */
async function inDirectories<Result>(
    { inputs, destination }: FileCopyRequest,
    context: Context,
    run: () => Promise<Result>,
): Promise<Result> {
    try {
        return await run();
    } catch (error) {
        if (errorCode(error) !== "ParentNotFound" || inputs.createDirectories === false) {
            throw error;
        }
        await createDirectories(destination, context);
        return run();
    }
}

/** [Abort Copy File](https://learn.microsoft.com/rest/api/storageservices/abort-copy-file); the copy may have ended meanwhile. */
async function abortCopyFile({ client }: FileDestination, copyId: string): Promise<void> {
    try {
        await client.abortCopyFromURL(copyId);
    } catch (error) {
        if (errorCode(error) !== "NoPendingCopyOperation") {
            throw error;
        }
    }
}

/** Deletes a file that is ours, whatever keeps it: a pending copy, or an attribute. */
export async function removeFile(
    file: FileDestination,
    there: FileGetPropertiesResponse,
    context: Context,
    lease: { leaseId?: string } = {},
): Promise<void> {
    const { copyStatus, copyId, fileAttributes } = there;
    if (copyStatus === "pending") {
        await abortCopyFile(file, copyId!);
    }
    const options = { leaseAccessConditions: lease, abortSignal: context.signal };
    if (/\bReadOnly\b/i.test(fileAttributes ?? "")) {
        const writable = parseAttributes(withAttribute(fileAttributes, "ReadOnly", false));
        // With its headers, which it would lose: the deletion may still fail.
        const fileHttpHeaders = asFileHttpHeaders(undefined, there);
        await file.client.setProperties({ fileHttpHeaders, fileAttributes: writable, ...options });
    }
    await file.client.deleteIfExists(options);
}

/** Deletes whatever is left beside a destination, also of earlier states of its source. */
export async function discardBesideFile(destination: FileDestination, context: Context): Promise<void> {
    try {
        for (const name of await namesBeside(destination, context)) {
            const file = siblingOf(destination, name);
            const there = await observeFile(file, context);
            if (there) {
                await removeFile(file, there, context);
            }
        }
    } catch (error) {
        if (statusCode(error) !== 403) {
            context.warn(explain(`delete what was left beside ${destination.url}`, error).message);
        }
    }
}

/** What stands beside a destination. */
export async function namesBeside({ address, share }: FileDestination, context: Context): Promise<string[]> {
    const prefix = besidePrefix(fileName(address), longestFileName);
    const directory = share.getDirectoryClient(directoryNames(address).join("/"));
    const names: string[] = [];
    try {
        for await (const { name } of directory.listFilesAndDirectories({ prefix, abortSignal: context.signal })) {
            if (isBesideName(name, prefix)) {
                names.push(name);
            }
        }
    } catch (error) {
        if (!isFileNotFound(error)) {
            throw error;
        }
    }
    return names;
}
