import type { Ticks } from "../clock";
import { bytes, type Content } from "../content/content";
import { Blob } from "./blob";

/** Names and content of blobs by their number, so that a million of them take no memory. */
export interface GeneratedNames {
    /** How many blobs. */
    readonly count: number;
    /** The name of the blob of a number from 0 on: the same at every call, and in ascending order (by UTF-16 units). */
    name(index: number): string;
    /** What the blob of a number holds, the same at every call. @default nothing */
    content?(index: number): string | Buffer | Content;
}

/** The block blobs of a generated container: made when they are looked at. */
export class GeneratedBlobs {
    readonly size: number;

    constructor(
        private readonly names: GeneratedNames,
        private readonly now: Ticks,
        private readonly createdSeconds: number,
    ) {
        const { count } = names;
        if (!Number.isSafeInteger(count) || count < 0) {
            throw new RangeError(`count of generated blobs must be a whole number, got ${count}`);
        }
        let last = "";
        for (let index = 0; index < count; index++) {
            const name = names.name(index);
            if (name <= last) {
                throw new Error(`generated names must ascend, got "${name}" after "${last}": pad numbers with zeros`);
            }
            last = name;
        }
        this.size = count;
    }

    /** Whether a name is one of them. */
    has(name: string): boolean {
        const index = this.first(name);
        return index < this.size && this.names.name(index) === name;
    }

    /** The blob of that name. */
    find(name: string): Blob | undefined {
        const index = this.first(name);
        return index < this.size && this.names.name(index) === name ? this.blob(index) : undefined;
    }

    /** Names and blobs from a name (included) on. */
    *entries(from: string): IterableIterator<[string, Blob]> {
        for (let index = this.first(from); index < this.size; index++) {
            yield [this.names.name(index), this.blob(index)];
        }
    }

    private blob(index: number): Blob {
        // Each with an ETag of its own, from just before the container was made.
        const blob = new Blob("BlockBlob", this.now - this.size + index, this.createdSeconds);
        const content = this.names.content?.(index) ?? "";
        blob.content = typeof content === "string" || Buffer.isBuffer(content) ? bytes(content) : content;
        blob.useContentMd5();
        return blob;
    }

    /** The number of the first name that isn't before this one. */
    private first(name: string): number {
        let low = 0;
        let high = this.size;
        while (low < high) {
            const middle = (low + high) >>> 1;
            if (this.names.name(middle) < name) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
