import { startSimulator } from "../../../simulator";
import { ACCOUNT, startAzurite } from "../support/azurite";
import type { Case } from "./case";
import { allCases } from "./cases";
import { type Difference, explains } from "./difference";
import { DIFFERENCES, IGNORED_HEADERS } from "./differences";
import { type Finding, runCases } from "./run";

/** What came of comparing the simulator with Azurite. */
export interface Comparison {
    readonly cases: readonly Case[];
    /** Cases in which all answers were alike. */
    readonly agreed: ReadonlySet<Case>;
    /** Differences between the two that aren't listed. */
    readonly unexplained: readonly Finding[];
    /** Listed differences that didn't show. */
    readonly unused: readonly Difference[];
}

/** Sends every case to a fresh Azurite and a fresh simulator. */
export async function compareWithAzurite(): Promise<Comparison> {
    const cases = allCases();
    const azurite = await startAzurite();
    const simulator = await startSimulator({ accounts: [{ ...ACCOUNT, allowBlobPublicAccess: true }] });
    try {
        const ignored = new Set(Object.keys(IGNORED_HEADERS));
        const found = await runCases(cases, azurite.account, simulator.account(ACCOUNT.name), ignored);
        const used = new Set<Difference>();
        const unexplained: Finding[] = [];
        for (const finding of [...found.values()].flat()) {
            const explaining = DIFFERENCES.filter((each) => explains(each, finding));
            if (explaining.length === 0) {
                unexplained.push(finding);
            }
            for (const each of explaining) {
                used.add(each);
            }
        }
        return {
            cases,
            agreed: new Set(cases.filter((each) => found.get(each)!.length === 0)),
            unexplained,
            unused: DIFFERENCES.filter((each) => !used.has(each)),
        };
    } finally {
        await Promise.all([azurite.close(), simulator.close()]);
    }
}
