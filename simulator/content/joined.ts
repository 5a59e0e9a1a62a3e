import type { Content } from "./content";

interface Joint {
    readonly contents: Content[];
    /** Where each content ends. */
    readonly ends: number[];
}

/**
 * Contents one after the other: the blocks of a block blob, the appends of an append blob.
 * Appending shares the parts with the content appended to, so a snapshot of an append blob costs nothing.
 */
export class JoinedContent implements Content {
    readonly length: number;

    private constructor(
        private readonly joint: Joint,
        /** How many of the parts belong to this content. */
        readonly count: number,
    ) {
        this.length = count === 0 ? 0 : joint.ends[count - 1]!;
    }

    /** Joins contents. */
    static of(contents: readonly Content[]): JoinedContent {
        let end = 0;
        const ends = contents.map((content) => {
            end += content.length;
            return end;
        });
        return new JoinedContent({ contents: [...contents], ends }, contents.length);
    }

    /** This content with another one after it. */
    append(content: Content): JoinedContent {
        let { joint } = this;
        if (joint.contents.length > this.count) {
            joint = { contents: joint.contents.slice(0, this.count), ends: joint.ends.slice(0, this.count) };
        }
        joint.contents.push(content);
        joint.ends.push(this.length + content.length);
        return new JoinedContent(joint, this.count + 1);
    }

    async read(start: number, end: number): Promise<Buffer> {
        const read: Buffer[] = [];
        for (let i = this.partAt(start); i < this.count; i++) {
            const content = this.joint.contents[i]!;
            const from = this.joint.ends[i]! - content.length;
            if (from >= end) {
                break;
            }
            if (content.length > 0) {
                read.push(await content.read(Math.max(0, start - from), Math.min(content.length, end - from)));
            }
        }
        return read.length === 1 ? read[0]! : Buffer.concat(read);
    }

    /** The first part that ends after the offset. */
    private partAt(offset: number): number {
        let low = 0;
        let high = this.count;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (this.joint.ends[middle]! > offset) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
