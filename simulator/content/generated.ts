import { type Content, checkedLength } from "./content";

const BLOCK = 4096;

/** A 32-bit hash whose every input bit moves every output bit. */
function mix(value: number): number {
    let x = value | 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    return (x ^ (x >>> 16)) | 0;
}

/** Bytes that are a function of (seed, offset): any range can be read without the ones before it. */
class GeneratedContent implements Content {
    constructor(
        readonly length: number,
        private readonly seed: number,
    ) {}

    read(start: number, end: number): Buffer {
        const first = Math.floor(start / BLOCK);
        const count = Math.ceil(end / BLOCK) - first;
        const words = new Uint32Array(count * (BLOCK / 4));
        for (let block = 0; block < count; block++) {
            this.fill(words, block * (BLOCK / 4), first + block);
        }
        const offset = start - first * BLOCK;
        return Buffer.from(words.buffer, offset, end - start);
    }

    private fill(words: Uint32Array, at: number, block: number): void {
        let x = mix(mix(this.seed) ^ mix(block) ^ Math.imul(Math.floor(block / 2 ** 32), 0x9e3779b1)) || 1;
        for (let i = at; i < at + BLOCK / 4; i++) {
            x ^= x << 13;
            x ^= x >>> 17;
            x ^= x << 5;
            words[i] = x;
        }
    }
}

/** What {@link generated} makes content of. */
export interface GeneratedOptions {
    /** How many bytes. */
    readonly length: number;
    /** Contents of one seed and length are equal; of two seeds, different. @default 1 */
    readonly seed?: number;
}

/** Content that looks random, is always the same for one seed, and takes no memory at any length. */
export function generated(options: GeneratedOptions): Content {
    return new GeneratedContent(checkedLength(options.length), options.seed ?? 1);
}
