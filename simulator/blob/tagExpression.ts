import type { Tags } from "../state/properties";

/** A parsed x-ms-if-tags expression. */
export type TagExpression = (tags: Tags) => boolean;

/** A parsed expression of Find Blobs by Tags. */
export interface TagSearch {
    readonly matches: TagExpression;
    /** The tags it names, which are the ones told of each blob. */
    readonly names: readonly string[];
    /** The container it is limited to. */
    readonly container?: string;
}

type Comparison = (actual: string, wanted: string) => boolean;

const COMPARISONS: Record<string, Comparison> = {
    "=": (actual, wanted) => actual === wanted,
    "<>": (actual, wanted) => actual !== wanted,
    "<": (actual, wanted) => actual < wanted,
    "<=": (actual, wanted) => actual <= wanted,
    ">": (actual, wanted) => actual > wanted,
    ">=": (actual, wanted) => actual >= wanted,
};

interface Token {
    readonly kind: "name" | "text" | "comparison" | "word" | "parenthesis";
    readonly value: string;
}

const TOKEN = /\s*(?:"((?:[^"]|"")*)"|'((?:[^']|'')*)'|(<>|<=|>=|=|<|>)|([A-Za-z_][A-Za-z0-9_]*)|([()]))/y;

/**
 * Parses `"status" = 'done' AND ("size" >= '5' OR "owner" <> 'me')`. AND binds closer than OR. Values are compared as
 * text, character by character; a tag that isn't there is different from every value. Returns undefined for what
 * isn't an expression.
 */
export function parseTagExpression(text: string): TagExpression | undefined {
    const tokens = tokenize(text);
    if (!tokens || tokens.length === 0) {
        return undefined;
    }
    const parser = new Parser(tokens);
    const expression = parser.alternatives();
    return expression && parser.atEnd ? expression : undefined;
}

/**
 * Parses the expression of Find Blobs by Tags: comparisons joined by AND, without `<>`, and `@container = 'name'`. A tag that
 * isn't there doesn't match. Returns undefined for anything else.
 */
export function parseTagSearch(text: string): TagSearch | undefined {
    const inContainer = /^\s*@container\s*=\s*'([^']*)'\s*(?:AND\b|$)/i.exec(text);
    const rest = inContainer ? text.slice(inContainer[0].length) : text;
    const tokens = tokenize(rest);
    const expression = rest.trim() === "" ? undefined : parseTagExpression(rest);
    if (!tokens || !expression) {
        return undefined;
    }
    const allowed = tokens.every(({ kind, value }, index) => {
        const isName = kind === "word" && tokens[index + 1]?.kind === "comparison";
        return kind !== "parenthesis" && value !== "<>" && (kind !== "word" || isName || value.toUpperCase() === "AND");
    });
    const names = tokens.filter((_, index) => tokens[index + 1]?.kind === "comparison").map(({ value }) => value);
    return allowed ? { matches: expression, names, container: inContainer?.[1] } : undefined;
}

function tokenize(text: string): Token[] | undefined {
    const tokens: Token[] = [];
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.trimEnd().length) {
        const match = TOKEN.exec(text);
        if (!match) {
            return undefined;
        }
        const [, name, value, comparison, word, parenthesis] = match;
        if (name !== undefined) {
            tokens.push({ kind: "name", value: name.replaceAll('""', '"') });
        } else if (value !== undefined) {
            tokens.push({ kind: "text", value: value.replaceAll("''", "'") });
        } else if (comparison !== undefined) {
            tokens.push({ kind: "comparison", value: comparison });
        } else if (word !== undefined) {
            tokens.push({ kind: "word", value: word });
        } else {
            tokens.push({ kind: "parenthesis", value: parenthesis! });
        }
    }
    return tokens;
}

class Parser {
    private at = 0;

    constructor(private readonly tokens: readonly Token[]) {}

    get atEnd(): boolean {
        return this.at === this.tokens.length;
    }

    alternatives(): TagExpression | undefined {
        let left = this.conjunction();
        while (left && this.keyword("OR")) {
            const first = left;
            const second = this.conjunction();
            left = second && ((tags) => first(tags) || second(tags));
        }
        return left;
    }

    private conjunction(): TagExpression | undefined {
        let left = this.term();
        while (left && this.keyword("AND")) {
            const first = left;
            const second = this.term();
            left = second && ((tags) => first(tags) && second(tags));
        }
        return left;
    }

    private term(): TagExpression | undefined {
        if (this.take("parenthesis", "(")) {
            const inner = this.alternatives();
            return inner && this.take("parenthesis", ")") ? inner : undefined;
        }
        const name = this.take("name") ?? this.take("word");
        const comparison = name && this.take("comparison");
        const wanted = comparison && this.take("text");
        if (!name || !comparison || !wanted) {
            return undefined;
        }
        const compare = COMPARISONS[comparison.value]!;
        return (tags) => {
            const actual = tags[name.value];
            return actual === undefined ? comparison.value === "<>" : compare(actual, wanted.value);
        };
    }

    private keyword(word: string): boolean {
        const token = this.tokens[this.at];
        if (token?.kind === "word" && token.value.toUpperCase() === word) {
            this.at++;
            return true;
        }
        return false;
    }

    private take(kind: Token["kind"], value?: string): Token | undefined {
        const token = this.tokens[this.at];
        if (token?.kind !== kind || (value !== undefined && token.value !== value)) {
            return undefined;
        }
        this.at++;
        return token;
    }
}
