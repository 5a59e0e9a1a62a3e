import { azureBlobReader } from "./azureBlob";
import { azureNativeBlobReader } from "./azureNativeBlob";
import { blobCopyReader } from "./blobCopy";
import { commandReader } from "./command";
import type { CopyReader } from "./copy";
import { fileCopyReader } from "./fileCopy";
import { incrementalSnapshotCopyReader } from "./incrementalSnapshotCopy";

/** Every type of resource that copies, in the order of the table of what is covered. */
export const copyReaders: readonly CopyReader[] = [
    blobCopyReader,
    fileCopyReader,
    incrementalSnapshotCopyReader,
    azureBlobReader,
    azureNativeBlobReader,
    commandReader,
];

/** The reader of a type of resource; nothing for resources that don't copy. */
export function readerOf(type: string): CopyReader | undefined {
    return copyReaders.find((reader) => reader.matches(type));
}
