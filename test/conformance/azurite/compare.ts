import { startSimulator } from "../../../simulator";
import { azuriteKey, startAzurite } from "../../helpers/azurite";
import type { Case } from "./case";
import { allCases } from "./cases";
import { type Difference, explains } from "./difference";
import { DIFFERENCES, IGNORED_HEADERS } from "./differences";
import { type Finding, runCases } from "./run";

/** The account that both are asked for. */
const ACCOUNT = { name: "compared", key: azuriteKey };

/** Whether all answers were alike, all but some headers or elements, or not even status and error code. */
export type Outcome = "agreed" | "other details" | "other status or code";

/** What came of comparing the simulator with Azurite. */
export interface Comparison {
    readonly cases: readonly Case[];
    /** How each case went. */
    readonly outcomes: ReadonlyMap<Case, Outcome>;
    /** Differences between the two that aren't listed. */
    readonly unexplained: readonly Finding[];
    /** Listed differences that didn't show. */
    readonly unused: readonly Difference[];
}

/** Sends every case to a fresh Azurite and a fresh simulator. */
export async function compareWithAzurite(): Promise<Comparison> {
    const cases = allCases();
    const azurite = await startAzurite([ACCOUNT.name]);
    const theirs = { ...ACCOUNT, blobEndpoint: `${azurite.url}/${ACCOUNT.name}` };
    const simulator = await startSimulator({ accounts: [{ ...ACCOUNT, allowBlobPublicAccess: true }] });
    try {
        const ignored = new Set(Object.keys(IGNORED_HEADERS));
        const found = await runCases(cases, theirs, simulator.account(ACCOUNT.name), ignored);
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
            outcomes: new Map(cases.map((each) => [each, outcomeOf(found.get(each)!)])),
            unexplained,
            unused: DIFFERENCES.filter((each) => !used.has(each)),
        };
    } finally {
        await Promise.all([azurite.close(), simulator.close()]);
    }
}

function outcomeOf(findings: readonly Finding[]): Outcome {
    if (findings.length === 0) {
        return "agreed";
    }
    return findings.some(({ aspect }) => aspect === "answer") ? "other status or code" : "other details";
}
