/** Whose turn it is among all that match a rule. */
export interface TurnOptions {
    /** Only from the nth match on, counted from 1. @default 1 */
    readonly nth?: number;
    /** How many matches are struck. @default 1 if `nth` is given, all otherwise */
    readonly times?: number;
    /** How likely each match is struck, from 0 to 1. Which ones are follows from the simulator's seed. @default 1 */
    readonly probability?: number;
}

/** Counts the matches of one rule. */
export class Turns {
    private seen = 0;
    private struck = 0;

    constructor(
        private readonly options: TurnOptions,
        private readonly random: () => number,
    ) {
        const { probability } = options;
        if (probability !== undefined && !(probability >= 0 && probability <= 1)) {
            throw new RangeError(`probability must be between 0 and 1, got ${probability}`);
        }
    }

    /** Counts a match; says whether it would be struck. */
    match(): boolean {
        this.seen++;
        const { nth, probability } = this.options;
        const times = this.options.times ?? (nth === undefined ? Number.POSITIVE_INFINITY : 1);
        const due = this.seen >= (nth ?? 1) && this.struck < times;
        return due && (probability === undefined || this.random() < probability);
    }

    /** Notes that the last match was struck. */
    strike(): void {
        this.struck++;
    }
}

/** Numbers from 0 to 1 that look random and are the same for one seed. */
export function seeded(seed: number): () => number {
    let state = seed | 0;
    return () => {
        state = (state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
}
