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
    GoogleCloudStorageSourceArgs,
    ManagedIdentityCredentialArgs,
    S3SourceArgs,
    ServicePrincipalCredentialArgs,
    WorkloadIdentityCredentialArgs,
} from "./locationArgs";
