export { BlobCopy, type BlobCopyArgs, type BlobCopyLookup } from "./blobCopy";
export type { BlobLocationArgs, BlobSourceArgs } from "./locationArgs";
