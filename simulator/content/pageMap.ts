import BTree from "sorted-btree";
import { type Content, originOf, slice } from "./content";

interface Extent {
    readonly end: number;
    readonly content: Content;
}

/** A range of pages that were written, both ends included as the service writes them. */
export interface PageRange {
    readonly start: number;
    readonly end: number;
}

/** Adds a range, which may go on where the last one ended. */
function join(ranges: { start: number; end: number }[], from: number, to: number): void {
    const last = ranges.at(-1);
    if (last && last.end + 1 === from) {
        last.end = to - 1;
    } else {
        ranges.push({ start: from, end: to - 1 });
    }
}

/**
 * The content of a page blob: only what was written takes room, whatever the length, and a snapshot shares the tree.
 * Every change gives a new PageMap.
 */
export class PageMap implements Content {
    private constructor(
        readonly length: number,
        private readonly extents: BTree<number, Extent>,
    ) {}

    /** A page blob's content with no page written. */
    static empty(length: number): PageMap {
        return new PageMap(length, new BTree());
    }

    /** A page blob's content that is all of this content, as if written page by page. */
    static of(content: Content): PageMap {
        const extents = new BTree<number, Extent>();
        if (content.length > 0) {
            extents.set(0, { end: content.length, content });
        }
        return new PageMap(content.length, extents);
    }

    /** With this content written at the offset. */
    write(offset: number, content: Content): PageMap {
        const extents = this.cleared(offset, offset + content.length);
        extents.set(offset, { end: offset + content.length, content });
        return new PageMap(this.length, extents);
    }

    /** With the pages from start up to (not including) end cleared. */
    clear(start: number, end: number): PageMap {
        return new PageMap(this.length, this.cleared(start, end));
    }

    /** With another length: pages beyond it are gone. */
    resize(length: number): PageMap {
        return new PageMap(length, length < this.length ? this.cleared(length, this.length) : this.extents.clone());
    }

    /** The written ranges between start and end (not included), neighbours joined. */
    ranges(start = 0, end = this.length): PageRange[] {
        const found: { start: number; end: number }[] = [];
        this.visit(start, end, (from, to) => {
            join(found, from, to);
        });
        return found;
    }

    /**
     * What was written and what was cleared since an earlier state, by 512-byte pages: pages written again with equal bytes
     * count as written, as long as they were written by another request.
     */
    changesSince(old: PageMap, start: number, end: number): { written: PageRange[]; cleared: PageRange[] } {
        const edges = new Set([start, end]);
        for (const map of [this, old]) {
            map.visit(start, end, (from, to) => void edges.add(from).add(to));
        }
        const sorted = [...edges].sort((a, b) => a - b);
        const written: { start: number; end: number }[] = [];
        const cleared: { start: number; end: number }[] = [];
        for (let i = 0; i + 1 < sorted.length; i++) {
            const [from, to] = [sorted[i]!, sorted[i + 1]!];
            const [now, before] = [this.originAt(from), old.originAt(from)];
            if (now && (!before || now.origin !== before.origin || now.offset !== before.offset)) {
                join(written, from, to);
            } else if (!now && before) {
                join(cleared, from, to);
            }
        }
        return { written, cleared };
    }

    /** Which write the byte at an offset comes from, and where in it. */
    private originAt(at: number): { origin: Content; offset: number } | undefined {
        const [extentStart, extent] = this.extents.getPairOrNextLower(at) ?? [];
        return extent && extent.end > at ? originOf(extent.content, at - extentStart!) : undefined;
    }

    async read(start: number, end: number): Promise<Buffer> {
        const parts: { at: number; from: number; to: number; content: Content }[] = [];
        this.visit(start, end, (from, to, extentStart, content) => {
            parts.push({ at: from - start, from: from - extentStart, to: to - extentStart, content });
        });
        const buffer = Buffer.alloc(end - start);
        for (const part of parts) {
            (await part.content.read(part.from, part.to)).copy(buffer, part.at);
        }
        return buffer;
    }

    private visit(
        start: number,
        end: number,
        each: (from: number, to: number, extentStart: number, content: Content) => void,
    ): void {
        const first = this.extents.getPairOrNextLower(start)?.[0] ?? start;
        this.extents.forRange(first, end, false, (extentStart, extent) => {
            if (extent.end > start) {
                each(Math.max(start, extentStart), Math.min(end, extent.end), extentStart, extent.content);
            }
        });
    }

    /** The extents without the range; what sticks out of it on either side stays. */
    private cleared(start: number, end: number): BTree<number, Extent> {
        const extents = this.extents.clone();
        const touched: [number, Extent][] = [];
        const first = this.extents.getPairOrNextLower(start)?.[0] ?? start;
        this.extents.forRange(first, end, false, (extentStart, extent) => {
            if (extent.end > start) {
                touched.push([extentStart, extent]);
            }
        });
        for (const [extentStart, extent] of touched) {
            extents.delete(extentStart);
            if (extentStart < start) {
                extents.set(extentStart, { end: start, content: slice(extent.content, 0, start - extentStart) });
            }
            if (extent.end > end) {
                const content = slice(extent.content, end - extentStart, extent.end - extentStart);
                extents.set(end, { end: extent.end, content });
            }
        }
        return extents;
    }
}
