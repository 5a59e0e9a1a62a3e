// SMB properties as each request takes them.

import type { FileGetPropertiesResponse, FileProperties, FileStartCopyOptions } from "@azure/storage-file-share";
import {
    type FileCopyInputs,
    type FileCopyRequest,
    type SmbInputs,
    type SmbProperties,
    smbInputNames,
} from "./fileCopyTypes";
import type { Context } from "./handler";

/** SMB properties as the service reports them; its times have seven digits, of which the SDK keeps three. */
export function smbPropertiesOf(properties: FileGetPropertiesResponse): SmbProperties {
    return defined({
        fileAttributes: properties.fileAttributes,
        fileCreationTime: properties.fileCreatedOn?.toISOString(),
        fileLastWriteTime: properties.fileLastWriteOn?.toISOString(),
        fileChangeTime: properties.fileChangeOn?.toISOString(),
        filePermissionKey: properties.filePermissionKey,
    });
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

/** What Copy File takes, `"source"` included. */
export function copyFileSmb(
    inputs: FileCopyInputs,
): Pick<FileStartCopyOptions, "copyFileSmbInfo" | "filePermission" | "filePermissionKey"> {
    const { filePermission, filePermissionKey, fileAttributes, fileCreationTime, fileLastWriteTime, fileChangeTime } =
        inputs;
    const given = filePermissionKey !== undefined || (filePermission !== undefined && filePermission !== "source");
    return {
        ...(given && defined({ filePermission, filePermissionKey })),
        copyFileSmbInfo: {
            ...defined({ fileAttributes, fileCreationTime, fileLastWriteTime, fileChangeTime }),
            ...(inputs.setArchiveAttribute && { setArchiveAttribute: true }),
            ...(filePermission === "source" && { filePermissionCopyMode: "source" as const }),
            ...(given && { filePermissionCopyMode: "override" as const }),
        },
    };
}

/**
 * What Set File Properties takes, with the source's own values read from it. A permission is brought over as its security descriptor,
 * since its key is known in its own share alone.
 */
export async function smbValues(
    request: FileCopyRequest,
    wanted: SmbInputs,
    context: Context,
): Promise<Omit<FileProperties, "abortSignal" | "tracingOptions">> {
    const abortSignal = context.signal;
    const { file } = request.source;
    const takesSource = Object.values(wanted).includes("source");
    const source = takesSource && file ? await file.client.getProperties({ abortSignal }) : undefined;
    const time = (value: string | undefined, ofSource: Date | undefined) =>
        value === "source" ? ofSource : value === undefined ? undefined : new Date(value);
    let { filePermission, filePermissionKey } = wanted;
    if (filePermission === "source" && source && file) {
        const { permission } = await file.share.getPermission(source.filePermissionKey!, { abortSignal });
        const { destination } = request;
        ({ filePermissionKey } = await destination.share.createPermission(permission, { abortSignal }));
        filePermission = undefined;
    }
    const attributes = wanted.fileAttributes === "source" ? source?.fileAttributes : wanted.fileAttributes;
    return defined({
        fileAttributes: attributes === undefined ? undefined : parseAttributes(attributes),
        creationTime: time(wanted.fileCreationTime, source?.fileCreatedOn),
        lastWriteTime: time(wanted.fileLastWriteTime, source?.fileLastWriteOn),
        changeTime: time(wanted.fileChangeTime, source?.fileChangeOn),
        filePermission,
        filePermissionKey,
    });
}

/** The SDK's class is loaded with the SDK. */
export function parseAttributes(text: string) {
    const { FileSystemAttributes } = require("@azure/storage-file-share") as typeof import("@azure/storage-file-share");
    return FileSystemAttributes.parse(text);
}

function defined<Values extends object>(values: Values): { [Name in keyof Values]?: NonNullable<Values[Name]> } {
    return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
