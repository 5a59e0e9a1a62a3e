import { shown } from "../storage/shown";
import type { CheckFailure } from "./handler";

/** Collects mistakes, so that all of them are told at once. */
export class Failures {
    private readonly found: CheckFailure[] = [];

    /**
     * @param value the offending value, shown but for what in it looks like a secret; `undefined` where there is none or it is secret
     * @param rule what is allowed and what to do, in lower case, without a full stop
     */
    add(property: string, value: unknown, rule: string): void {
        const got = value === undefined || value === null ? "" : ` (got ${shown(value)})`;
        this.found.push({ property, reason: `${rule}${got}` });
    }

    get count(): number {
        return this.found.length;
    }

    get all(): readonly CheckFailure[] {
        return this.found;
    }
}
