export {
    type BlobConditionsArgs,
    BlobCopy,
    type BlobCopyArgs,
    type BlobCopyLookup,
    type BlobHTTPHeadersArgs,
    type DestinationConditionsArgs,
    type ImmutabilityPolicyArgs,
} from "./blobCopy";
export type { CopiedSnapshot } from "./copy/incremental";
export {
    FileCopy,
    type FileCopyArgs,
    type FileCopyLookup,
    type FileHttpHeadersArgs,
    type SmbPropertiesResult,
} from "./fileCopy";
export {
    IncrementalSnapshotCopy,
    type IncrementalSnapshotCopyArgs,
    type IncrementalSnapshotCopyLookup,
    type TakeSnapshotArgs,
} from "./incrementalSnapshotCopy";
export type {
    AnonymousCredentialArgs,
    AzureCliCredentialArgs,
    BlobLocationArgs,
    BlobSourceArgs,
    CredentialArgs,
    DefaultCredentialArgs,
    FileLocationArgs,
    GoogleCloudStorageSourceArgs,
    ManagedIdentityCredentialArgs,
    S3SourceArgs,
    ServicePrincipalCredentialArgs,
    WorkloadIdentityCredentialArgs,
} from "./locationArgs";
