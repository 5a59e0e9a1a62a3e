import { seeded, type TurnOptions, Turns } from "./turns";

/** Which copies a rule is for, and how they go; a rule that names no destination is for all. */
export interface CopyRule extends TurnOptions {
    /** The destination's account. */
    readonly account?: string;
    /** The destination's container. */
    readonly container?: string;
    /** The destination's name. */
    readonly blob?: string;
    /** The destination's share. */
    readonly share?: string;
    /** The destination's path in its share. */
    readonly path?: string;
    /** How long the copy stays pending. A copy within one account is pending only if a rule says so. */
    readonly seconds?: number;
    /** How it ends: the copy status description, such as `500 InternalServerError "Copy failed."`. */
    readonly fail?: string;
    /** It never ends by itself: it times out after two weeks. */
    readonly stall?: boolean;
    /** The copy status description while it is pending: a non-fatal error. */
    readonly intermittent?: string;
    /** Whether the bytes copied grow in steps, or jump from none to all at the end. @default "none", as the service was seen to do */
    readonly progress?: "steps" | "none";
}

/** What an incremental copy that ended well has moved. */
export interface IncrementalTransfer {
    /** The destination's account. */
    readonly account: string;
    /** The destination's container. */
    readonly container: string;
    /** The destination's name. */
    readonly blob: string;
    readonly copyId: string;
    /** The destination's new snapshot. */
    readonly snapshot: string;
    /** Whether it was the first, which moves every page that was ever written. */
    readonly full: boolean;
    /** How many bytes of pages were transferred. */
    readonly bytes: number;
}

/** Takes a rule away again. */
export interface RuleHandle {
    remove(): void;
}

/** Rules for copies that start from now on. Of those that match, and whose turn it is, the one added last counts. */
export class CopyRules {
    /** The incremental copies that were seen to have ended well, oldest first. */
    readonly incrementalTransfers: IncrementalTransfer[] = [];
    private rules: { readonly rule: CopyRule; readonly turns: Turns }[] = [];
    private readonly random: () => number;

    /** @param seed what probabilities are drawn from */
    constructor(seed = 1) {
        this.random = seeded(seed);
    }

    /** Adds a rule. */
    add(rule: CopyRule): RuleHandle {
        const entry = { rule, turns: new Turns(rule, this.random) };
        this.rules.push(entry);
        return {
            remove: () => {
                this.rules = this.rules.filter((each) => each !== entry);
            },
        };
    }

    /** Removes all rules. */
    clear(): void {
        this.rules = [];
    }

    /** The rule for a destination onto which a copy starts. */
    find(destination: CopyDestinationName): CopyRule | undefined {
        const due = this.rules.filter(({ rule, turns }) => isFor(rule, destination) && turns.match());
        const last = due.at(-1);
        last?.turns.strike();
        return last?.rule;
    }
}

/** The names of a blob, or of a file, onto which a copy starts. */
export type CopyDestinationName = Pick<CopyRule, "account" | "container" | "blob" | "share" | "path">;

function isFor(rule: CopyRule, destination: CopyDestinationName): boolean {
    return (["account", "container", "blob", "share", "path"] as const).every(
        (key) => rule[key] === undefined || rule[key] === destination[key],
    );
}
