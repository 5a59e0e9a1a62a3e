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
    type CopiedSnapshot,
    IncrementalSnapshotCopy,
    type IncrementalSnapshotCopyArgs,
    type IncrementalSnapshotCopyLookup,
    type TakeSnapshotArgs,
} from "./incrementalSnapshotCopy";
export type { BlobLocationArgs, BlobSourceArgs } from "./locationArgs";
