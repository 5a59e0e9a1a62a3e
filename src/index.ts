export {
    type BlobConditionsArgs,
    BlobCopy,
    type BlobCopyArgs,
    type BlobCopyLookup,
    type BlobHTTPHeadersArgs,
    type DestinationConditionsArgs,
    type ImmutabilityPolicyArgs,
} from "./blobCopy";
export {
    FileCopy,
    type FileCopyArgs,
    type FileCopyLookup,
    type FileHttpHeadersArgs,
    type SmbPropertiesResult,
} from "./fileCopy";
export type {
    BlobLocationArgs,
    BlobSourceArgs,
    FileLocationArgs,
    GoogleCloudStorageSourceArgs,
    S3SourceArgs,
} from "./locationArgs";
