// Whose a file at a destination is. What proves that a resource made it: its state; the marker that Put Range From URL leaves; a copy ID that
// was recorded; a Copy File record of this very source on a file that is, but for that, all that is asked for. Equal bytes prove nothing.

import type { FileGetPropertiesResponse, FileProperties } from "@azure/storage-file-share";
import { type FromUrlSource, sameMetadata } from "../copy/fromUrl";
import { contentMd5, isUntouchedSinceCopy } from "../copy/status";
import { isUnfinishedCopyOf } from "../copy/unfinished";
import { resolveAddress } from "../storage/address";
import type { SourceProperties } from "../storage/webSource";
import type { FileCopyInputs, FileCopyRequest, FileCopyState } from "./fileCopyTypes";
import type { Context } from "./handler";
import { endedBadly, isCopyOf, isCopyOfCurrent, namedSource } from "./observe";
import { asFileHttpHeaders } from "./setFileProperties";
import { parseAttributes, smbOf, smbValues } from "./smb";

/** The metadata entry that tells when a file was last written, once Put Range From URL has written all of it. */
export const writtenMarker = "pulumi_azure_copy_written";

/** The content type of a file whose source has none. */
const defaultContentType = "application/octet-stream";

/** A file at the destination that can stay, since it holds what the source holds. */
export interface Standing {
    /** Nothing proves that this resource made it: it is left at destroy. */
    readonly adopted: boolean;
    /** Whether it has all properties that are asked for, so that nothing needs to be set. */
    readonly complete: boolean;
}

/** Whether the file at the destination can stay, and whose it is; nothing where it can't, or where the source can't be read. */
export async function standingOf(
    request: FileCopyRequest,
    there: FileGetPropertiesResponse,
    source: SourceProperties | undefined,
    reading: FromUrlSource,
    context: Context,
): Promise<Standing | undefined> {
    const { previous, inputs } = request;
    if (!source || there.copyStatus === "pending" || endedBadly(there)) {
        return undefined;
    }
    if (isWholeByMarker(there) && (await isUnfinishedCopyOf(there.metadata, reading))) {
        return { adopted: false, complete: false };
    }
    const recorded =
        isCopyOf(there, request.source.address) && isCopyOfCurrent(there, source) && !isWrittenSince(there, inputs);
    if (!recorded && !hasBytesOf(there, source)) {
        return undefined;
    }
    if (previous && recorded && there.copyId === previous.copyId && previous.copyStatus !== "success") {
        return { adopted: false, complete: false };
    }
    if (previous && (await isOwnFile(there, previous))) {
        const adopted = previous.adopted === true;
        return isOfUnknownSource(request, previous) ? { adopted, complete: false } : undefined;
    }
    if (previous && !isOther(there, previous)) {
        return undefined;
    }
    if (await isAsAsked(request, there, source, context)) {
        return { adopted: !recorded, complete: true };
    }
    // Only the first `pulumi up` adopts: what stands there later was put there since.
    return inputs.adopt && neverWrote(previous) ? { adopted: true, complete: false } : undefined;
}

/** Whether the file at the destination is as this resource has left it, or as a run of it has that was killed before it could record that. */
export async function isOwnFile(there: FileGetPropertiesResponse, state: Partial<FileCopyState>): Promise<boolean> {
    if (state.lastWriteEtag !== undefined && there.etag === state.lastWriteEtag) {
        return true;
    }
    // The file that was recorded has another ETag: somebody has changed it.
    if (state.copyStatus !== "pending" || there.fileId === state.fileId) {
        return false;
    }
    const copiedSince =
        there.copyId !== undefined &&
        there.copyId === state.copyId &&
        isUntouchedSinceCopy(there) &&
        !isWrittenSince(there, state);
    return copiedSince || (isWholeByMarker(there) && (await isMarkedBy(there, state)));
}

/** Whether a resource has never had a file at its destination. */
export function neverWrote(state: Partial<FileCopyState> | undefined): boolean {
    return state === undefined || (state.copyStatus === "pending" && state.lastWriteEtag === undefined);
}

/** Whether the marker is that of the source that was recorded. */
async function isMarkedBy(there: FileGetPropertiesResponse, state: Partial<FileCopyState>): Promise<boolean> {
    const address = state.source && resolveAddress(state.source);
    if (!address || state.sourceEtag === undefined) {
        return false;
    }
    return isUnfinishedCopyOf(there.metadata, namedSource(address, state.sourceEtag, there.contentLength!));
}

/** Whether the marker tells that all was written, and nobody has written since. */
function isWholeByMarker({ metadata = {}, fileLastWriteOn }: FileGetPropertiesResponse): boolean {
    const marked = Object.entries(metadata).find(([name]) => name.toLowerCase() === writtenMarker)?.[1];
    return marked !== undefined && marked === fileLastWriteOn?.toISOString();
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

/** Whether a file has the length and MD5 of the source. The service compares a file's MD5 with nothing. */
function hasBytesOf(there: FileGetPropertiesResponse, source: SourceProperties): boolean {
    const md5 = contentMd5(source);
    return (
        source.contentLength !== undefined &&
        source.contentLength === there.contentLength &&
        (there.contentLength === 0 || (md5 !== undefined && md5 === contentMd5(there)))
    );
}

/**
 * Whether bytes were written into a finished copy. Unlike a blob's, a file's record of its copy survives that.
 * @param asked the times that the copy was given
 */
export function isWrittenSince(
    there: FileGetPropertiesResponse,
    asked: Pick<FileCopyInputs, "fileCreationTime" | "fileLastWriteTime">,
): boolean {
    const { fileLastWriteOn: written, fileCreatedOn: created, copyCompletedOn } = there;
    if (written === undefined) {
        return false;
    }
    if (asked.fileLastWriteTime === undefined && asked.fileCreationTime === undefined && created !== undefined) {
        return written.getTime() !== created.getTime(); // Copy File stamps both at once
    }
    const given = asked.fileLastWriteTime === "source" ? undefined : asked.fileLastWriteTime;
    const isAsGiven = given !== undefined && new Date(given).getTime() === written.getTime();
    // The end of a copy is told in whole seconds.
    return !isAsGiven && (!copyCompletedOn || written.getTime() >= copyCompletedOn.getTime() + 1_000);
}

/** Whether a file has the metadata, headers and SMB properties that the resource would give it. A change time passes with each request. */
async function isAsAsked(
    request: FileCopyRequest,
    there: FileGetPropertiesResponse,
    source: SourceProperties,
    context: Context,
): Promise<boolean> {
    const { inputs } = request;
    return (
        sameMetadata(there.metadata, inputs.metadata ?? source.metadata) &&
        toldHeaders(asFileHttpHeaders(inputs.fileHttpHeaders, source)) ===
            toldHeaders(asFileHttpHeaders(undefined, there)) &&
        (await hasAskedSmb(request, there, context))
    );
}

function toldHeaders({ fileContentType, fileContentMD5, ...others }: ReturnType<typeof asFileHttpHeaders>): string {
    const all = {
        ...others,
        fileContentType: fileContentType || defaultContentType,
        fileContentMD5: fileContentMD5 && Buffer.from(fileContentMD5).toString("base64"),
    };
    return JSON.stringify(Object.entries(all).sort());
}

async function hasAskedSmb(
    request: FileCopyRequest,
    there: FileGetPropertiesResponse,
    context: Context,
): Promise<boolean> {
    const archive = request.inputs.setArchiveAttribute === true;
    const asked = await smbValues(request, { smb: smbOf(request.inputs), archive }, there, context);
    const { fileAttributes, creationTime, lastWriteTime, filePermission } = asked;
    const isTime = (wanted: FileProperties["creationTime"], actual: Date | undefined) =>
        !(wanted instanceof Date) || wanted.getTime() === actual?.getTime();
    const attributes = parseAttributes(there.fileAttributes ?? "None");
    if (
        (fileAttributes !== undefined && fileAttributes.toString() !== attributes.toString()) ||
        !isTime(creationTime, there.fileCreatedOn) ||
        !isTime(lastWriteTime, there.fileLastWriteOn)
    ) {
        return false;
    }
    // A share keeps each permission once, under a key.
    const key =
        filePermission === undefined
            ? asked.filePermissionKey
            : (await request.destination.share.createPermission(filePermission, { abortSignal: context.signal }))
                  .filePermissionKey;
    return key === undefined || key === there.filePermissionKey;
}
