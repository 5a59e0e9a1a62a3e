import { beforeAll, describe, expect, test } from "vitest";
import { type Comparison, compareWithAzurite } from "./azurite/compare";
import { DIFFERENCES } from "./azurite/differences";
import { report } from "./support/report";

describe("the simulator answers as Azurite does, but for the listed differences", () => {
    let comparison: Comparison;
    beforeAll(async () => {
        comparison = await compareWithAzurite();
        const { cases, outcomes, unexplained } = comparison;
        report("azurite", {
            cases: cases.map((each) => ({ operation: each.operation, outcome: outcomes.get(each) })),
            unexplained: unexplained.length,
            undecided: DIFFERENCES.filter((each) => each.undecided).length,
            lacking: DIFFERENCES.filter((each) => each.lacking).length,
        });
    });

    test("at least 500 cases", () => {
        expect(comparison.cases.length).toBeGreaterThanOrEqual(500);
    });

    test("no answer differs without a reason", () => {
        expect(comparison.unexplained).toEqual([]);
    });

    test("every listed difference shows", () => {
        expect(comparison.unused).toEqual([]);
    });
});
