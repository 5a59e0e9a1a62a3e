import { shown } from "../storage/shown";
import type { CheckFailure } from "./handler";
import { isSecretPath } from "./secretInputs";

/** Collects mistakes, so that all of them are told at once. */
export class Failures {
    private readonly found: CheckFailure[] = [];

    /** @param secret the paths of inputs whose values are not shown, nor the names in them */
    constructor(private readonly secret: readonly string[] = []) {}

    /**
     * @param value the offending value, shown but for what in it looks like a secret; `undefined` where there is none or it is secret
     * @param rule what is allowed and what to do, in lower case, without a full stop
     */
    add(property: string, value: unknown, rule: string): void {
        const hidden = isSecretPath(property, this.secret);
        const whole = this.secret.find((path) => property.startsWith(`${path}.`));
        const got = value === undefined || value === null || hidden ? "" : ` (got ${shown(value)})`;
        this.found.push({ property: whole ?? property, reason: `${rule}${got}` });
    }

    get count(): number {
        return this.found.length;
    }

    get all(): readonly CheckFailure[] {
        return this.found;
    }
}
