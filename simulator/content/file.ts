import { statSync } from "node:fs";
import { open } from "node:fs/promises";
import type { Content } from "./content";

/** Bytes of a file on disk. */
class FileContent implements Content {
    constructor(
        private readonly path: string,
        readonly length: number,
        readonly md5?: string,
    ) {}

    async read(start: number, end: number): Promise<Buffer> {
        const handle = await open(this.path);
        try {
            const buffer = Buffer.alloc(end - start);
            let filled = 0;
            while (filled < buffer.length) {
                const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, start + filled);
                if (bytesRead === 0) {
                    throw new Error(`file ${this.path} became shorter than ${this.length} bytes`);
                }
                filled += bytesRead;
            }
            return buffer;
        } finally {
            await handle.close();
        }
    }
}

/** The content of a file, read when it is asked for. The file must stay as it is. */
export function file(path: string, md5?: string): Content {
    return new FileContent(path, statSync(path).size, md5);
}
