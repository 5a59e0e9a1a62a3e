import { createHash } from "node:crypto";

/**
 * The bytes of a blob, held by reference: a copy of a blob, a snapshot, or a thousand of them share one Content.
 * A Content never changes.
 */
export interface Content {
    /** How many bytes. */
    readonly length: number;
    /** Reads the bytes from start up to (not including) end, both within the length. */
    read(start: number, end: number): Buffer | Promise<Buffer>;
    /** The Base64 MD5 of the whole, if it is known. */
    readonly md5?: string;
}

/** No bytes at all. */
export const EMPTY: Content = { length: 0, md5: "1B2M2Y8AsgTpgAmY7PhCfg==", read: () => Buffer.alloc(0) };

class BufferContent implements Content {
    constructor(
        private readonly buffer: Buffer,
        private known?: string,
    ) {}

    get md5(): string {
        this.known ??= createHash("md5").update(this.buffer).digest("base64");
        return this.known;
    }

    get length(): number {
        return this.buffer.length;
    }

    read(start: number, end: number): Buffer {
        return this.buffer.subarray(start, end);
    }
}

/** A short text costs a third of what a Buffer costs, and a million blobs are mostly short ones. */
class TextContent implements Content {
    constructor(
        private readonly text: string,
        readonly length: number,
    ) {}

    get md5(): string {
        return createHash("md5").update(this.text, "utf8").digest("base64");
    }

    read(start: number, end: number): Buffer {
        return Buffer.from(this.text, "utf8").subarray(start, end);
    }
}

class ZeroContent implements Content {
    constructor(readonly length: number) {}

    read(start: number, end: number): Buffer {
        return Buffer.alloc(end - start);
    }
}

class SliceContent implements Content {
    constructor(
        readonly whole: Content,
        readonly offset: number,
        readonly length: number,
    ) {}

    read(start: number, end: number): Buffer | Promise<Buffer> {
        return this.whole.read(this.offset + start, this.offset + end);
    }
}

/** The bytes of a Buffer, or of a text in UTF-8. The Buffer isn't copied: don't change it afterwards. */
export function bytes(value: string | Buffer, md5?: string): Content {
    if (value.length === 0) {
        return EMPTY;
    }
    if (typeof value === "string") {
        return new TextContent(value, Buffer.byteLength(value));
    }
    return new BufferContent(value, md5);
}

/** So many zero bytes; none of them takes memory. */
export function zeros(length: number): Content {
    return new ZeroContent(checkedLength(length));
}

/** A part of a content, without copying it. */
export function slice(content: Content, start: number, end: number): Content {
    return start === 0 && end === content.length ? content : new SliceContent(content, start, end - start);
}

/** The content that a byte was cut out of, and where it stands in there. */
export function originOf(content: Content, at: number): { origin: Content; offset: number } {
    return content instanceof SliceContent
        ? originOf(content.whole, content.offset + at)
        : { origin: content, offset: at };
}

/** Throws unless the length is a whole number of bytes that a blob may have. */
export function checkedLength(length: number): number {
    if (!Number.isSafeInteger(length) || length < 0) {
        throw new RangeError(`length must be a whole number of bytes, got ${length}`);
    }
    return length;
}

/** Bytes of a content piece by piece, so that no more than one piece is in memory. */
export async function* pieces(content: Content, start = 0, end = content.length): AsyncGenerator<Buffer> {
    const size = 1024 * 1024;
    for (let at = start; at < end; at += size) {
        yield await content.read(at, Math.min(at + size, end));
    }
}
