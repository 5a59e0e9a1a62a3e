import { createHash } from "node:crypto";
import { type Content, pieces } from "./content";

/** The Base64 MD5 of a content: the one that is known, or else computed piece by piece. */
export async function md5Of(content: Content): Promise<string> {
    const { md5 } = content;
    if (md5 !== undefined) {
        return md5;
    }
    const hash = createHash("md5");
    for await (const piece of pieces(content)) {
        hash.update(piece);
    }
    return hash.digest("base64");
}
