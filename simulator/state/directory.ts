import BTree from "sorted-btree";
import type { Ticks } from "../clock";
import { File } from "./file";
import type { Metadata } from "./properties";
import type { SmbProperties } from "./smb";

/** A directory, and what is in it. */
export class Directory {
    metadata: Metadata | undefined = undefined;
    /** Files and directories by name in upper case: names are compared without case. */
    private readonly held = new BTree<string, File | Directory>();

    constructor(
        /** The name as it was given; empty for the root directory. */
        readonly name: string,
        /** The file ID; `0` for the root directory. */
        readonly id: string,
        /** The file ID of the directory that it is in; `0` for the root directory too. */
        readonly parentId: string,
        public smb: SmbProperties,
        /** When it was last modified: ETag and Last-Modified in one. */
        public modified: Ticks,
    ) {}

    /** The file or directory of that name. */
    get(name: string): File | Directory | undefined {
        return this.held.get(name.toUpperCase());
    }

    /** Puts a file or directory under its name. */
    set(item: File | Directory): void {
        this.held.set(item.name.toUpperCase(), item);
    }

    /** Leaves nothing under a name. */
    delete(name: string): void {
        this.held.delete(name.toUpperCase());
    }

    /** Whether nothing is in it. */
    get isEmpty(): boolean {
        return this.held.size === 0;
    }

    /** Files and directories in order of their names in upper case, from a name (included) on. */
    entries(from: string): IterableIterator<[string, File | Directory]> {
        return this.held.entries(from.toUpperCase());
    }

    /** All files in it and below. */
    *files(): IterableIterator<File> {
        for (const item of this.held.values()) {
            if (item instanceof File) {
                yield item;
            } else {
                yield* item.files();
            }
        }
    }

    /** The directory under another name and in another directory, with all that is in it. */
    renamed(name: string, parentId: string): Directory {
        const directory = new Directory(name, this.id, parentId, this.smb, this.modified);
        directory.metadata = this.metadata;
        for (const item of this.held.values()) {
            directory.set(item);
        }
        return directory;
    }

    /** What a share snapshot keeps of it. */
    frozen(): Directory {
        const directory = new Directory(this.name, this.id, this.parentId, this.smb, this.modified);
        directory.metadata = this.metadata;
        for (const item of this.held.values()) {
            directory.set(item.frozen());
        }
        return directory;
    }
}
