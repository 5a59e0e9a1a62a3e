import type { Ticks } from "../clock";
import type { Content } from "../content/content";
import { PageMap } from "../content/pageMap";
import type { CopyDestination, CopyState, PendingCopy, StoredObject } from "./copy";
import type { Lease } from "./lease";
import { type BlobHeaders, DEFAULT_HEADERS, type Metadata } from "./properties";
import type { SmbProperties } from "./smb";

/** A file, or what a share snapshot keeps of one. */
export class File implements StoredObject, CopyDestination {
    /** The bytes, and which ranges of them were written. */
    content: PageMap = PageMap.empty(0);
    /** The stored HTTP headers, but for Content-MD5. */
    headers: BlobHeaders = DEFAULT_HEADERS;
    /** The stored Content-MD5, in Base64. */
    md5: string | undefined = undefined;
    metadata: Metadata | undefined = undefined;
    /** The lease, if there ever was one. */
    lease: Lease | undefined = undefined;
    /** The last copy operation whose destination the file was. */
    copy: CopyState | undefined = undefined;
    readers: Set<PendingCopy> | undefined = undefined;
    /** Shared by a file and what snapshots keep of it until it is overwritten as a whole: only then can ranges be compared. */
    lineage: object = {};
    readonly changesWhileCopied = true;

    constructor(
        /** The name as it was given; names are compared without case. */
        readonly name: string,
        /** The file ID: it stays when the file is overwritten or renamed. */
        readonly id: string,
        /** The file ID of the directory that it is in. */
        readonly parentId: string,
        public smb: SmbProperties,
        /** When it was last modified: ETag and Last-Modified in one. */
        public modified: Ticks,
    ) {}

    /** Takes what was copied. */
    receive(content: Content): void {
        this.content = content instanceof PageMap ? content : PageMap.of(content);
    }

    /** Loses all its bytes, which is a write. */
    empty(): void {
        this.content = PageMap.empty(0);
        this.smb = { ...this.smb, lastWritten: this.modified };
    }

    /** The file under another name and in another directory, with all that it has. */
    renamed(name: string, parentId: string): File {
        const file = this.copied(name, parentId);
        file.lease = this.lease;
        file.readers = this.readers;
        return file;
    }

    /** What a share snapshot keeps: all but the lease and those who read it. */
    frozen(): File {
        const file = this.copied(this.name, this.parentId);
        file.copy = this.copy && { ...this.copy, pending: undefined };
        return file;
    }

    private copied(name: string, parentId: string): File {
        const file = new File(name, this.id, parentId, this.smb, this.modified);
        const { content, headers, md5, metadata, copy, lineage } = this;
        return Object.assign(file, { content, headers, md5, metadata, copy, lineage });
    }
}
