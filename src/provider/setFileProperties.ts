// What a file's properties are set to without copying it again.

import type { FileGetPropertiesResponse, FileHttpHeaders } from "@azure/storage-file-share";
import { defined } from "../storage/defined";
import type { SourceProperties } from "../storage/webSource";
import type { FileCopyRequest, FileHttpHeaderInputs, SmbInputs } from "./fileCopyTypes";
import type { FileDestination } from "./fileEnds";
import type { Context } from "./handler";
import { smbValues } from "./smb";

/** What is to be set; what is absent stays as it is. */
export interface FileChanges {
    readonly metadata?: Readonly<Record<string, string>>;
    /** The whole set: those given, and else the source's. */
    readonly fileHttpHeaders?: { readonly given: FileHttpHeaderInputs | undefined; readonly source: SourceProperties };
    readonly smb?: SmbInputs;
    /** Whether the attribute Archive comes to those of `smb`, or to those that are there. */
    readonly archive?: boolean;
}

/** The whole set of content headers, as Set File Properties takes it: those given, and else those of the source. */
export function asFileHttpHeaders(given: FileHttpHeaderInputs | undefined, source: SourceProperties): FileHttpHeaders {
    const md5 = given?.fileContentMD5 === undefined ? source.contentMD5 : Buffer.from(given.fileContentMD5, "base64");
    const headers = {
        fileCacheControl: given?.fileCacheControl ?? source.cacheControl,
        fileContentType: given?.fileContentType ?? source.contentType,
        fileContentEncoding: given?.fileContentEncoding ?? source.contentEncoding,
        fileContentLanguage: given?.fileContentLanguage ?? source.contentLanguage,
        fileContentDisposition: given?.fileContentDisposition ?? source.contentDisposition,
        fileContentMD5: md5,
    };
    return defined(headers);
}

/**
 * Sets properties, by one [Set File Metadata](https://learn.microsoft.com/rest/api/storageservices/set-file-metadata) and one
 * [Set File Properties](https://learn.microsoft.com/rest/api/storageservices/set-file-properties), where each has something to set.
 * @param there what the file has now: setting SMB properties would clear its content headers
 * @returns whether anything was set
 */
export async function setFileProperties(
    request: FileCopyRequest,
    { client }: Pick<FileDestination, "client">,
    changes: FileChanges,
    there: FileGetPropertiesResponse,
    lease: { leaseId?: string },
    context: Context,
): Promise<boolean> {
    const options = { leaseAccessConditions: lease, abortSignal: context.signal };
    const smb = await smbValues(request, changes, there, context);
    const hasSmb = Object.keys(smb).length > 0;
    if (!changes.metadata && !changes.fileHttpHeaders && !hasSmb) {
        return false;
    }
    if (changes.metadata) {
        await client.setMetadata({ ...changes.metadata }, options);
    }
    // Each request is a change, whose time would take the place of the one that was asked for.
    const keepsTime = request.inputs.fileChangeTime !== undefined && there.fileChangeOn;
    if (changes.fileHttpHeaders || hasSmb || keepsTime) {
        const { given, source } = changes.fileHttpHeaders ?? { given: undefined, source: there };
        const kept = keepsTime ? { changeTime: there.fileChangeOn } : {};
        await client.setProperties({ fileHttpHeaders: asFileHttpHeaders(given, source), ...kept, ...smb, ...options });
    }
    return true;
}
