// Values that a program or a stack gives, as messages about them show them: a secret may have been given in a wrong place.

import { redact } from "../../common/redact";
import { quoted } from "../../common/visible";
import { knownSecrets } from "./knownSecrets";

/** As many characters of a value are shown. */
const longestValue = 200;

/** As many are looked at. */
const longestLook = 4_096;

/** A value as JSON, cut, without what is secret in it or looks so. */
export function shown(value: unknown): string {
    const clean = typeof value === "string" ? JSON.stringify(withoutSecrets(value)) : withoutSecrets(asJson(value));
    return quoted(clean, longestValue);
}

function asJson(value: unknown): string {
    return JSON.stringify(value) ?? String(value);
}

function withoutSecrets(text: string): string {
    return (
        redact(text, knownSecrets)
            .slice(0, longestLook)
            // A query may authorize in any way.
            .replace(/(\?)[^\s"'?]*=[^\s"']*/g, "$1REDACTED")
            // A user name and a password before a host; digits would be a port.
            .replace(/((?:^|["'\s/]))[^\s"'/@:]+:(?!\d{0,5}(?:[/?#]|$))[^\s"'@]+(?=@)/g, "$1REDACTED")
            .replace(/(?<![0-9a-f])[0-9a-f]{32,}(?![0-9a-f])/gi, "REDACTED")
            // Secret keys of Amazon have 40 characters.
            .replace(/(?<![A-Za-z0-9+])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])/g, (word) => hidden(word, 0.17))
            .replace(/[^\s"'?#&;,:@<>]{20,}/g, (word) => hidden(word, 0.22))
    );
}

const guids = /(?<![0-9a-f])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-f])/gi;

/**
 * A word, or `REDACTED` where it is none that people make, as keys and secrets of all vendors are: upper case, lower case and digits in disorder. In
 * random base64 one of two characters is of another kind than the one before it, a capital before a small letter left aside; in names, whatever stands
 * between their parts, one of ten.
 * @param most how many of a name's characters are so at most, of 1
 */
function hidden(word: string, most: number): string {
    const kinds = Array.from(word.replace(guids, ""), kindOf);
    const changes = kinds.filter((kind, place) => changesKind(kinds[place - 1], kind)).length;
    return ["A", "a", "0"].every((kind) => kinds.includes(kind)) && changes / kinds.length > most ? "REDACTED" : word;
}

function changesKind(before: string | undefined, kind: string): boolean {
    return before !== undefined && before !== "" && kind !== "" && before !== kind && before + kind !== "Aa";
}

function kindOf(character: string): string {
    return /\p{Lu}/u.test(character) ? "A" : /\p{Ll}/u.test(character) ? "a" : /\d/.test(character) ? "0" : "";
}
