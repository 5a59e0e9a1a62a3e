// What the operations on a blob have in common, for cases that try the same thing on all of them.

import type { Request } from "../support/request";
import type { Seen, Step } from "./case";
import * as r from "./requests";

/** An operation on a blob that is there already, put by the setup's step 0. */
export interface BlobOperation {
    readonly name: string;
    /** What makes the blob: its Put Blob first. */
    readonly setup: (path: string) => readonly Step[];
    readonly request: (path: string, seen: Seen, more: Partial<Request>) => Request;
    /** The permission letters of a SAS one of which must be there; those of an overwrite. */
    readonly permission: string;
}

const block = (path: string) => [r.putBlob(path)];
const page = (path: string) => [r.putPageBlob(path)];
const append = (path: string) => [r.putAppendBlob(path)];

/** The permissions that a SAS may hold on blobs, most of them. */
export const LETTERS = ["r", "a", "c", "w", "d", "l", "t"];

export const ON_BLOBS: readonly BlobOperation[] = [
    {
        name: "Put Blob",
        setup: block,
        request: (path, _, more) => r.putBlob(path, "other content", more),
        permission: "w",
    },
    { name: "Get Blob", setup: block, request: (path, _, more) => r.getBlob(path, more), permission: "r" },
    {
        name: "Get Blob Properties",
        setup: block,
        request: (path, _, more) => r.getBlobProperties(path, more),
        permission: "r",
    },
    {
        name: "Get Blob Metadata",
        setup: block,
        request: (path, _, more) => r.getBlobMetadata(path, more),
        permission: "r",
    },
    {
        name: "Set Blob Metadata",
        setup: block,
        request: (path, _, more) => r.setBlobMetadata(path, more),
        permission: "w",
    },
    {
        name: "Set Blob Properties",
        setup: block,
        request: (path, _, more) => r.setBlobProperties(path, more),
        permission: "w",
    },
    { name: "Get Blob Tags", setup: block, request: (path, _, more) => r.getBlobTags(path, more), permission: "t" },
    {
        name: "Set Blob Tags",
        setup: block,
        request: (path, _, more) => r.setBlobTags(path, undefined, more),
        permission: "t",
    },
    {
        name: "Set Blob Tier",
        setup: block,
        request: (path, _, more) => r.setBlobTier(path, "Cool", more),
        permission: "w",
    },
    { name: "Snapshot Blob", setup: block, request: (path, _, more) => r.snapshotBlob(path, more), permission: "cw" },
    {
        name: "Lease Blob",
        setup: block,
        request: (path, _, more) => r.leaseBlob(path, "acquire", { "x-ms-lease-duration": "-1" }, more),
        permission: "w",
    },
    { name: "Delete Blob", setup: block, request: (path, _, more) => r.deleteBlob(path, more), permission: "d" },
    {
        name: "Put Block",
        setup: block,
        request: (path, _, more) => r.putBlock(path, undefined, undefined, more),
        permission: "w",
    },
    {
        name: "Put Block List",
        setup: block,
        request: (path, _, more) => r.putBlockList(path, [], more),
        permission: "w",
    },
    {
        name: "Get Block List",
        setup: block,
        request: (path, _, more) => r.getBlockList(path, "all", more),
        permission: "r",
    },
    {
        name: "Put Page",
        setup: page,
        request: (path, _, more) => r.putPage(path, undefined, undefined, more),
        permission: "w",
    },
    { name: "Get Page Ranges", setup: page, request: (path, _, more) => r.getPageRanges(path, more), permission: "r" },
    {
        name: "Append Block",
        setup: append,
        request: (path, _, more) => r.appendBlock(path, undefined, more),
        permission: "aw",
    },
    {
        name: "Copy Blob",
        setup: (path) => [r.putBlob(path), r.putBlob(`${path}-source`, "copied")],
        request: (path, seen, more) => r.copyBlob(path, `${seen.endpoint}${path}-source`, more),
        permission: "w",
    },
];

/** A step that does the operation with these headers. */
export function step(
    operation: BlobOperation,
    path: string,
    headers: (seen: Seen) => Readonly<Record<string, string>>,
): Step {
    return (seen) => operation.request(path, seen, { headers: headers(seen) });
}
