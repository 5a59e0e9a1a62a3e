/** Whether a text matches one of some patterns, in which `*` stands for anything. */
export function matchesAny(text: string, patterns: readonly string[]): boolean {
    return patterns.some((pattern) => {
        const expression = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
        return new RegExp(`^${expression.join(".*")}$`, "i").test(text);
    });
}
