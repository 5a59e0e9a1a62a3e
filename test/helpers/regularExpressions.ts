// How long a regular expression may take, told from its text.

/** One part of a sequence, with its quantifier. */
interface Part {
    readonly source: string;
    readonly alternatives: readonly (readonly Part[])[];
    /** Whether it matches no character, or can be left out, so that it never fails. */
    readonly optional: boolean;
    readonly endless: boolean;
}

/**
 * The parts that may match any number of characters and are followed by something that can fail. Without one, a search takes time that grows as the
 * text does: where it fails, it does so after a fixed number of characters, and what was matched is not looked at again.
 */
export function endlessBeforeMore(source: string): string[] {
    const { alternatives, end } = parseAlternatives(source, 0);
    if (end !== source.length) {
        throw new Error(`${source} is read up to ${end} only`);
    }
    return alternatives.flatMap((parts) => findIn(parts, false));
}

/** @param canFailAfter whether something that can fail comes after the parts */
function findIn(parts: readonly Part[], canFailAfter: boolean): string[] {
    return parts.flatMap((part, place) => {
        const more = canFailAfter || parts.slice(place + 1).some(({ optional }) => !optional);
        return [
            ...part.alternatives.flatMap((inner) => findIn(inner, more)),
            ...(part.endless && more ? [part.source] : []),
        ];
    });
}

function parseAlternatives(source: string, from: number): { alternatives: Part[][]; end: number } {
    const alternatives: Part[][] = [[]];
    let at = from;
    while (at < source.length && source[at] !== ")") {
        if (source[at] === "|") {
            alternatives.push([]);
            at++;
            continue;
        }
        const { part, end } = parsePart(source, at);
        alternatives.at(-1)!.push(part);
        at = end;
    }
    return { alternatives, end: at };
}

function parsePart(source: string, from: number): { part: Part; end: number } {
    const group = /^\((?:\?(?:[:=!]|<[=!]))?/.exec(source.slice(from))?.[0];
    let alternatives: Part[][] = [];
    let end: number;
    if (group) {
        const inner = parseAlternatives(source, from + group.length);
        alternatives = inner.alternatives;
        end = inner.end + 1;
    } else {
        const [atom] = /^(?:\[(?:[^\]\\]|\\.)*\]|\\p\{\w+\}|\\.|[^()|])/s.exec(source.slice(from))!;
        end = from + atom.length;
    }
    const quantifier = /^(?:[*+?]|\{\d+(?:,\d*)?\})/.exec(source.slice(end))?.[0] ?? "";
    const [least, endless] = [/^(?:[*?]|\{0\b)/.test(quantifier) ? 0 : 1, /^(?:[*+]|\{\d+,\})$/.test(quantifier)];
    const isEmptyGroup =
        group && !/[=!]/.test(group) && alternatives.some((parts) => parts.every((one) => one.optional));
    const part = {
        source: source.slice(from, end + quantifier.length),
        alternatives,
        optional: least === 0 || Boolean(isEmptyGroup),
        endless,
    };
    return { part, end: end + quantifier.length };
}
