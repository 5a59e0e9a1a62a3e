// Names beside a destination, which tell by themselves whose they are and of what content.

import { createHash } from "node:crypto";
import { contentKey, type SourceContent } from "../copy/fromUrl";

const infix = ".pulumi-azure-copy-";
const keyDigits = 16;

/**
 * What the names beside a destination begin with.
 * @param longest how many characters a name may have
 */
export function besidePrefix(name: string, longest: number): string {
    const room = longest - infix.length - keyDigits;
    return `${name.length > room ? shortened(name, room) : name}${infix}`;
}

/** Two long names may differ at their ends alone. */
function shortened(name: string, room: number): string {
    const digest = createHash("sha256").update(name).digest("hex").slice(0, keyDigits);
    // Not half of a character that takes two units.
    return name.slice(0, room - keyDigits).replace(/[\uD800-\uDBFF]$/, "") + digest;
}

/** The name beside a destination for a source's content. */
export function besideName(name: string, longest: number, url: string, source: SourceContent): string {
    return besidePrefix(name, longest) + contentKey(url, source).toString("hex").slice(0, keyDigits);
}

/** Whether a name is one beside a destination. */
export function isBesideName(name: string, prefix: string): boolean {
    return name.startsWith(prefix) && /^[0-9a-f]{16}$/.test(name.slice(prefix.length));
}
