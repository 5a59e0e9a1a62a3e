// How a text that others have written may reach a terminal.

/**
 * Characters that are not seen, and that steer what is: controls, what turns the direction of a line, what has no width, halves of a pair, and line
 * ends of other alphabets.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{DI}]/gu;

/** As many characters are shown of what a server or a program says within a message. */
const longestQuote = 400;

/** A text with each character that is not seen as an escape: `\u001b`. Line ends stay. */
export function visible(text: string): string {
    return text.replace(unseen, (character) => (character === "\n" ? "\n" : escaped(character)));
}

/**
 * What somebody else has written, as it may stand within a message of ours: on one line, without characters that are not seen, and cut.
 * Secrets are to be taken out first: half of one is not recognized.
 * @param longest in characters, 400 where nothing is said
 */
export function quoted(text: string, longest = longestQuote): string {
    const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
    return cut.replace(unseen, escaped);
}

function escaped(character: string): string {
    const code = character.codePointAt(0)!.toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
}
