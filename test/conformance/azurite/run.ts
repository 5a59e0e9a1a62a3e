import type { Endpoint, RawAnswer } from "../../simulator/support/raw";
import { exchange, type Request } from "../support/request";
import { type Aspects, Normalizer } from "./answer";
import { type Case, type Seen, SHARED, type Step } from "./case";
import { createContainer } from "./requests";

/** Something in which two answers to the same request differ. */
export interface Finding {
    readonly case: string;
    readonly step: number;
    readonly operation: string;
    /** What differs: `answer` (status and error code), `header …`, `body …`. */
    readonly aspect: string;
    /** undefined where Azurite's answer doesn't have it. */
    readonly azurite: string | undefined;
    /** undefined where the simulator's answer doesn't have it. */
    readonly simulator: string | undefined;
}

/** How many cases are under way at a time. */
const AT_ONCE = 12;

/** Sends every case to both services and gives what differs, by case. */
export async function runCases(
    cases: readonly Case[],
    azurite: Endpoint,
    simulator: Endpoint,
    ignoredHeaders: ReadonlySet<string>,
): Promise<ReadonlyMap<Case, readonly Finding[]>> {
    await Promise.all([azurite, simulator].map((each) => exchange(each, createContainer(SHARED))));
    const findings = new Map<Case, readonly Finding[]>();
    // Cases that wait come first, so that the others run meanwhile.
    const waits = (each: Case) => each.steps.some((step) => typeof step === "number");
    const waiting = cases.filter(waits).map(async (each) => {
        findings.set(each, await runCase(each, azurite, simulator, ignoredHeaders));
    });
    const queue = cases.filter((each) => !waits(each)).values();
    const workers = Array.from({ length: AT_ONCE }, async () => {
        for (const each of queue) {
            findings.set(each, await runCase(each, azurite, simulator, ignoredHeaders));
        }
    });
    await Promise.all([...waiting, ...workers]);
    return findings;
}

async function runCase(
    each: Case,
    azurite: Endpoint,
    simulator: Endpoint,
    ignored: ReadonlySet<string>,
): Promise<Finding[]> {
    const sides = [new Side(azurite, ignored), new Side(simulator, ignored)] as const;
    const findings: Finding[] = [];
    for (const [index, step] of each.steps.entries()) {
        if (typeof step === "number") {
            await new Promise((resolve) => setTimeout(resolve, step * 1000));
            continue;
        }
        const [theirs, ours] = await Promise.all([sides[0].ask(step), sides[1].ask(step)]);
        findings.push(...differing(theirs.aspects, ours.aspects, each.name, index, theirs.operation));
        if (theirs.aspects.get("answer") !== ours.aspects.get("answer")) {
            break; // What follows rests on different states.
        }
    }
    return findings;
}

/** One of the two services within one case. */
class Side {
    private readonly answers: RawAnswer[] = [];
    private readonly normalizer: Normalizer;

    constructor(
        private readonly account: Endpoint,
        ignored: ReadonlySet<string>,
    ) {
        this.normalizer = new Normalizer(account.blobEndpoint, ignored);
    }

    async ask(step: Exclude<Step, number>): Promise<{ operation: string; aspects: Aspects }> {
        const request: Request = typeof step === "function" ? step(this.seen()) : step;
        const answer = await exchange(this.account, request);
        this.answers.push(answer);
        return { operation: request.operation, aspects: this.normalizer.aspects(answer) };
    }

    private seen(): Seen {
        const { answers } = this;
        return {
            answers,
            endpoint: this.account.blobEndpoint,
            header(step, name) {
                const value = answers[step]?.headers[name];
                if (value === undefined) {
                    throw new Error(`the answer to step ${step} has no ${name}: ${JSON.stringify(answers[step])}`);
                }
                return String(value);
            },
        };
    }
}

function differing(theirs: Aspects, ours: Aspects, name: string, step: number, operation: string): Finding[] {
    const finding = (aspect: string): Finding => ({
        case: name,
        step,
        operation,
        aspect,
        azurite: theirs.get(aspect),
        simulator: ours.get(aspect),
    });
    if (theirs.get("answer") !== ours.get("answer")) {
        return [finding("answer")];
    }
    return [...new Set([...theirs.keys(), ...ours.keys()])]
        .filter((aspect) => theirs.get(aspect) !== ours.get(aspect))
        .map(finding);
}
