// SMB properties as each request takes them.

import type { FileGetPropertiesResponse, FileProperties, FileStartCopyOptions } from "@azure/storage-file-share";
import { defined } from "../storage/defined";
import { fileShareSdk } from "../storage/fileClients";
import {
    type FileCopyInputs,
    type FileCopyRequest,
    type SmbInputs,
    type SmbProperties,
    smbInputNames,
} from "./fileCopyTypes";
import type { FileDestination } from "./fileEnds";
import type { Context } from "./handler";

/** SMB properties as the service reports them; its times have seven digits, of which the SDK keeps three. */
export function smbPropertiesOf(properties: FileGetPropertiesResponse): SmbProperties {
    return {
        fileAttributes: properties.fileAttributes,
        fileCreationTime: properties.fileCreatedOn?.toISOString(),
        fileLastWriteTime: properties.fileLastWriteOn?.toISOString(),
        fileChangeTime: properties.fileChangeOn?.toISOString(),
        filePermissionKey: properties.filePermissionKey,
    };
}

/** The inputs that tell of SMB properties. */
export function smbOf(inputs: FileCopyInputs): SmbInputs {
    return defined(Object.fromEntries(smbInputNames.map((name) => [name, inputs[name]])));
}

/** Attributes with another one among them, or without one. */
export function withAttribute(attributes: string | undefined, attribute: string, present: boolean): string {
    const others = (attributes ?? "None").split("|").map((one) => one.trim());
    const left = others.filter((one) => one !== "None" && one.toLowerCase() !== attribute.toLowerCase());
    return [...left, ...(present ? [attribute] : [])].join(" | ") || "None";
}

/** The attributes of a file that is given none. */
export const newFileAttributes = "Archive";

/** The longest security descriptor that travels in a header: 8 KiB. */
const mostDescriptorBytes = 8_192;

/**
 * The permission that is asked for, as requests take it; nothing where it is the source's. A long one goes by a key, which
 * [Create Permission](https://learn.microsoft.com/rest/api/storageservices/create-permission) gives it in the destination's share.
 */
async function permissionGiven(
    { filePermission, filePermissionKey }: SmbInputs,
    { share }: FileDestination,
    { signal }: Context,
): Promise<Pick<SmbInputs, "filePermission" | "filePermissionKey">> {
    if (filePermission === undefined || filePermission === "source") {
        return defined({ filePermissionKey });
    }
    if (Buffer.byteLength(filePermission) <= mostDescriptorBytes) {
        return { filePermission };
    }
    const created = await share.createPermission(filePermission, { abortSignal: signal });
    return defined({ filePermissionKey: created.filePermissionKey });
}

/** What Copy File takes, `"source"` included. */
export async function copyFileSmb(
    { inputs, destination }: FileCopyRequest,
    context: Context,
): Promise<Pick<FileStartCopyOptions, "copyFileSmbInfo" | "filePermission" | "filePermissionKey">> {
    const { filePermission, fileAttributes, fileCreationTime, fileLastWriteTime, fileChangeTime } = inputs;
    const permission = await permissionGiven(inputs, destination, context);
    const given = Object.keys(permission).length > 0;
    return {
        ...permission,
        copyFileSmbInfo: {
            fileAttributes,
            fileCreationTime,
            fileLastWriteTime,
            fileChangeTime,
            setArchiveAttribute: inputs.setArchiveAttribute || undefined,
            filePermissionCopyMode: given ? "override" : filePermission === "source" ? "source" : undefined,
        },
    };
}

/**
 * What Set File Properties takes, with the source's own values read from it. A permission is brought over as its security descriptor,
 * since its key is known in its own share alone.
 * @param there what the file has now
 */
export async function smbValues(
    request: FileCopyRequest,
    { smb: wanted = {}, archive }: { readonly smb?: SmbInputs; readonly archive?: boolean },
    there: FileGetPropertiesResponse,
    context: Context,
): Promise<Omit<FileProperties, "abortSignal" | "tracingOptions">> {
    const abortSignal = context.signal;
    const { file } = request.source;
    const takesSource = Object.values(wanted).includes("source");
    const source = takesSource ? await file?.smb(abortSignal) : undefined;
    const time = (value: string | undefined, ofSource: Date | undefined) =>
        value === "source" ? ofSource : value === undefined ? undefined : new Date(value);
    let permission = await permissionGiven(wanted, request.destination, context);
    if (wanted.filePermission === "source" && source && file) {
        const { permission: ofSource } = await file.share.getPermission(source.filePermissionKey!, { abortSignal });
        const created = await request.destination.share.createPermission(ofSource, { abortSignal });
        permission = defined({ filePermissionKey: created.filePermissionKey });
    }
    const own = wanted.fileAttributes === "source" ? source?.fileAttributes : wanted.fileAttributes;
    const attributes = archive ? withAttribute(own ?? there.fileAttributes, "Archive", true) : own;
    return defined({
        fileAttributes: attributes === undefined ? undefined : parseAttributes(attributes),
        creationTime: time(wanted.fileCreationTime, source?.fileCreatedOn),
        lastWriteTime: time(wanted.fileLastWriteTime, source?.fileLastWriteOn),
        changeTime: time(wanted.fileChangeTime, source?.fileChangeOn),
        ...permission,
    });
}

/** The SDK's class is loaded with the SDK. */
export function parseAttributes(text: string) {
    return fileShareSdk().FileSystemAttributes.parse(text);
}
