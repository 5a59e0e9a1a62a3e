/** Whether a text matches one of some patterns, in which `*` stands for anything, in upper or lower case: hosts, accounts. */
export function matchesAny(text: string, patterns: readonly string[]): boolean {
    return patterns.some((pattern) => expressionOf(pattern, "i").test(text));
}

/** Whether a resource is exempt by its name, which is another one in another case. */
export function isExempt(name: string, patterns: readonly string[]): boolean {
    return patterns.some((pattern) => expressionOf(pattern, "").test(name));
}

/** The first pattern that would exempt a resource, were it not for upper and lower case. */
export function nearlyExempt(name: string, patterns: readonly string[]): string | undefined {
    return isExempt(name, patterns) ? undefined : patterns.find((pattern) => matchesAny(name, [pattern]));
}

function expressionOf(pattern: string, flags: string): RegExp {
    const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${parts.join(".*")}$`, flags);
}
