// Properties that blobs, files and their copies share.

import type { Content } from "../content/content";

/** Metadata: names as they were sent (they are compared without case), and values. */
export type Metadata = Readonly<Record<string, string>>;

/** Index tags. */
export type Tags = Readonly<Record<string, string>>;

/** The HTTP headers stored with a blob. */
export interface BlobHeaders {
    readonly contentType?: string;
    readonly contentEncoding?: string;
    readonly contentLanguage?: string;
    readonly contentDisposition?: string;
    readonly cacheControl?: string;
}

/** What a blob has when its writer names no headers. One object for all blobs: a million of them cost nothing. */
export const DEFAULT_HEADERS: BlobHeaders = { contentType: "application/octet-stream" };

/** A committed block of a block blob. */
export interface Block {
    /** The block's ID in Base64, as it was sent. */
    readonly id: string;
    readonly content: Content;
}
