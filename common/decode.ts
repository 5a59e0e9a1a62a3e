// How a text reads once what is escaped in it is decoded, and where each character of that stands in the text.

/** A text that was decoded. */
export interface Decoded {
    readonly text: string;
    /** Where each character began in the text that was given first, and where that ended; nothing where it is that text itself. */
    readonly starts?: readonly number[];
}

/**
 * `%2B`, `%252B`; `\u002b`, `\x2b`, `\"` and `\\"`; `&#43;`, `&#x2b;`, `&amp;` and `&amp;amp;`. Takes
 * time that grows as the text does, for the same reason as the patterns of redact.ts.
 */
export const escapes =
    /(?:%(?:25){0,9}[0-9a-f]{2})+|\\+(?:u\{[0-9a-f]{1,6}\}|u[0-9a-f]{4}|x[0-9a-f]{2}|["'/bfnrt])?|&(?:amp;){0,9}(?:#\d{1,7}|#x[0-9a-f]{1,6}|amp|quot|apos|lt|gt|plus|equals|sol|percnt|colon|semi|quest|num);/gi;

const named: Readonly<Record<string, string>> = {
    amp: "&",
    quot: '"',
    apos: "'",
    lt: "<",
    gt: ">",
    plus: "+",
    equals: "=",
    sol: "/",
    percnt: "%",
    colon: ":",
    semi: ";",
    quest: "?",
    num: "#",
};

const lettered: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** The same text, decoded once; nothing where nothing in it is escaped. Takes time that grows as the text does. */
export function decode(given: Decoded): Decoded | undefined {
    const parts: string[] = [];
    const starts: number[] = [];
    let at = 0;
    const put = (text: string, from: number, step: number) => {
        parts.push(text);
        for (let index = 0; index < text.length; index++) {
            const place = from + index * step;
            starts.push(given.starts?.[place] ?? place);
        }
    };
    let changed = false;
    for (const match of given.text.matchAll(escapes)) {
        const [found] = match;
        put(given.text.slice(at, match.index), at, 1);
        at = match.index + found.length;
        if (found.startsWith("%")) {
            for (const { text, from } of decodePercent(found)) {
                put(text, match.index + from, 0);
            }
        } else {
            put(found.startsWith("&") ? decodeEntity(found) : decodeBackslash(found), match.index, 0);
        }
        changed = true;
    }
    if (!changed) {
        return undefined;
    }
    put(given.text.slice(at), at, 1);
    const end = given.text.length;
    starts.push(given.starts?.[end] ?? end);
    const text = parts.join("");
    return text === given.text ? undefined : { text, starts };
}

/** Bytes in UTF-8; those that are none stand for themselves. */
function* decodePercent(escapes: string): Iterable<{ text: string; from: number }> {
    const bytes = Array.from(escapes.matchAll(/%(?:25){0,9}([0-9a-f]{2})/gi), ({ 1: digits, index }) => ({
        byte: Number.parseInt(digits!, 16),
        index,
    }));
    for (let place = 0; place < bytes.length; ) {
        const { byte, index } = bytes[place]!;
        const length = lengthOfCharacter(byte);
        const text = Buffer.from(bytes.slice(place, place + length).map((one) => one.byte)).toString("utf8");
        const isWhole = length > 1 && [...text].length === 1 && text !== "\ufffd";
        yield { text: length === 1 || !isWhole ? String.fromCharCode(byte) : text, from: index };
        place += isWhole ? length : 1;
    }
}

/** How many bytes a character in UTF-8 has that begins with this one. */
function lengthOfCharacter(first: number): number {
    if (first < 0xc2 || first > 0xf4) {
        return 1;
    }
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

function decodeEntity(entity: string): string {
    const name = /([^;&]+);$/.exec(entity)![1]!.toLowerCase();
    if (!name.startsWith("#")) {
        return named[name]!;
    }
    return ofCode(name.startsWith("#x") ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1)), entity);
}

function decodeBackslash(text: string): string {
    const [, code, letter] = /^\\+(?:(?:u\{?|x)([0-9a-f]+)\}?|(.))?$/i.exec(text)!;
    if (code !== undefined) {
        return ofCode(Number.parseInt(code, 16), text);
    }
    return letter === undefined ? "\\" : (lettered[letter] ?? letter);
}

function ofCode(code: number, otherwise: string): string {
    return code <= 0x10ffff ? String.fromCodePoint(code) : otherwise;
}
