import type { CheckFailure } from "./handler";

/** Collects mistakes, so that all of them are told at once. */
export class Failures {
    private readonly found: CheckFailure[] = [];

    /**
     * @param value the offending value, shown as it is; `undefined` where there is none or it is secret
     * @param rule what is allowed and what to do, in lower case, without a full stop
     */
    add(property: string, value: unknown, rule: string): void {
        const shown = value === undefined || value === null ? "" : ` (got ${show(value)})`;
        this.found.push({ property, reason: `${rule}${shown}` });
    }

    get count(): number {
        return this.found.length;
    }

    get all(): readonly CheckFailure[] {
        return this.found;
    }
}

function show(value: unknown): string {
    const text = JSON.stringify(value) ?? String(value);
    return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
