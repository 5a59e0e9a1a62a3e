import type { Finding } from "./run";

/** A text, a pattern, one of several, or null for "isn't there". */
export type Expected = string | RegExp | null | readonly (string | null)[];

/** A known difference between Azurite and the simulator, in which the real service is with the simulator, unless it is said otherwise. */
export interface Difference {
    /** The operations in whose answers it shows. @default any */
    readonly operations?: readonly string[];
    /** The cases in which it shows. @default any */
    readonly cases?: RegExp;
    /** `answer`, `header …` or `body …`. */
    readonly aspect: string | RegExp;
    readonly azurite: Expected;
    readonly simulator: Expected;
    /** How it is known that the real service is with the simulator. */
    readonly why: string;
    /** Whether it isn't known how the service answers: `why` says what was decided. */
    readonly undecided?: true;
    /** Whether the real service is with Azurite: the simulator has yet to follow. */
    readonly lacking?: true;
}

/** Whether a finding is what the difference describes. */
export function explains(difference: Difference, finding: Finding): boolean {
    const { operations, cases, aspect, azurite, simulator } = difference;
    return (
        fits(aspect, finding.aspect) &&
        (operations === undefined || operations.includes(finding.operation)) &&
        (cases === undefined || cases.test(finding.case)) &&
        fits(azurite, finding.azurite) &&
        fits(simulator, finding.simulator)
    );
}

function fits(expected: Expected, value: string | undefined): boolean {
    if (expected instanceof RegExp) {
        return value !== undefined && expected.test(value);
    }
    if (Array.isArray(expected)) {
        return expected.includes(value ?? null);
    }
    return expected === (value ?? null);
}
