import type { CopyOperation } from "../copy/plan";
import type { FileMethod } from "../copy/planFile";
import { acknowledgements } from "./acknowledgements";
import type { AnyCopyRequest, CopyInputs, CopyState } from "./copyTypes";
import type { FileDestination } from "./fileEnds";

/** What a program asks for, plain: what the handler gets. The documentation of each is with `FileCopyArgs`. */
export interface FileCopyInputs extends CopyInputs, SmbInputs {
    readonly createDirectories?: boolean;
    readonly fileHttpHeaders?: FileHttpHeaderInputs;
    readonly ignoreReadOnly?: boolean;
    readonly setArchiveAttribute?: boolean;
    readonly leaseId?: string;
    readonly method?: FileMethod;
}

/** What SMB clients see of a file; `"source"` is the source's own. */
export interface SmbInputs {
    /** `ReadOnly | Hidden`. */
    readonly fileAttributes?: string;
    /** ISO 8601, as the times that follow. */
    readonly fileCreationTime?: string;
    readonly fileLastWriteTime?: string;
    readonly fileChangeTime?: string;
    /** A security descriptor in SDDL. */
    readonly filePermission?: string;
    readonly filePermissionKey?: string;
}

/** Every input that tells of SMB properties. */
export const smbInputNames = [
    "fileAttributes",
    "fileCreationTime",
    "fileLastWriteTime",
    "fileChangeTime",
    "filePermission",
    "filePermissionKey",
] as const satisfies readonly (keyof SmbInputs)[];

/** Content headers; those left out are the source's. */
export interface FileHttpHeaderInputs {
    readonly fileCacheControl?: string;
    readonly fileContentType?: string;
    readonly fileContentEncoding?: string;
    readonly fileContentLanguage?: string;
    readonly fileContentDisposition?: string;
    /** Base64. */
    readonly fileContentMD5?: string;
}

/** Every input that a program may give. */
export const fileInputNames = [
    "source",
    "destination",
    "createDirectories",
    "metadata",
    "fileHttpHeaders",
    ...smbInputNames,
    "ignoreReadOnly",
    "setArchiveAttribute",
    "leaseId",
    "leaseSource",
    "overwrite",
    "adopt",
    "timeout",
    "onTimeout",
    "onSourceChange",
    "onDestinationDrift",
    "verify",
    "method",
    ...acknowledgements,
] as const satisfies readonly (keyof FileCopyInputs)[];

/** What is recorded: the inputs (read and delete get nothing else) and what the service said. */
export interface FileCopyState extends CopyState, FileCopyInputs {
    /** ISO 8601, as every time here. */
    readonly lastModified?: string;
    /** Bytes. */
    readonly contentLength?: number;
    readonly contentType?: string;
    /** Base64; absent where the source has none. */
    readonly contentMd5?: string;
    readonly fileId?: string;
    readonly smbProperties?: SmbProperties;
    readonly copyOperation?: CopyOperation;
    readonly copyOperationReason?: string;
    readonly copyCompletedOn?: string;
    /** Without its SAS. */
    readonly sourceUrl?: string;
}

/** SMB properties as the service reports them. */
export interface SmbProperties {
    readonly fileAttributes?: string;
    readonly fileCreationTime?: string;
    readonly fileLastWriteTime?: string;
    readonly fileChangeTime?: string;
    readonly filePermissionKey?: string;
}

/** Which file is to be brought where. */
export interface FileCopyRequest extends AnyCopyRequest {
    readonly inputs: FileCopyInputs;
    readonly destination: FileDestination;
    readonly previous?: FileCopyState;
}
