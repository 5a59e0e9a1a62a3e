import { describe, expect, it } from "vitest";
import { rules } from "../../policy/rules";
import { problemsOf } from "../../policy/settings";

describe("a configuration", () => {
    it("is good with rules, levels and settings that there are", () => {
        expect(
            problemsOf(
                {
                    all: "advisory",
                    "egress-cost": { enforcementLevel: "mandatory", limit: 5, exempt: [] },
                    "copy-cycle": {},
                },
                rules,
            ),
        ).toEqual([]);
    });

    it("fails by every name that means nothing, with those that there are", () => {
        const problems = problemsOf({ "egress-costs": {}, "egress-cost": { limits: 5 }, all: { limit: 3 } }, rules);
        expect(problems).toEqual([
            expect.stringMatching(
                /^egress-costs is no rule; there are all, archive-tier-destination, .*unknown-values$/,
            ),
            "egress-cost.limits is no setting; there are enforcementLevel, limit, regions, sizes, prices, currency, exempt",
            "all.limit is no setting; there are enforcementLevel",
        ]);
    });
});
