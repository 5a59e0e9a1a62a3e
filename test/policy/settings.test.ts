import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { AzureCopyGuardArgs } from "../../policy/azureCopyGuard";
import { rules } from "../../policy/rules";
import { problemsOf } from "../../policy/settings";

it("has the version of the package", () => {
    const [own, whole] = ["policy/package.json", "package.json"].map((file) =>
        JSON.parse(readFileSync(join(__dirname, "../..", file), "utf8")),
    );
    expect(own.version).toBe(whole.version);
});

it("takes arguments by their types", () => {
    const good: AzureCopyGuardArgs = {
        all: "advisory",
        egressCost: { limit: 5, sizes: { golden: 3 } },
        copyCycle: "disabled",
    };
    // @ts-expect-error no such rule
    const noRule: AzureCopyGuardArgs = { egressCosts: "advisory" };
    // @ts-expect-error no such setting
    const noSetting: AzureCopyGuardArgs = { egressCost: { limits: 5 } };
    // @ts-expect-error no such value
    const noValue: AzureCopyGuardArgs = { egressCost: { limit: "5" } };
    // @ts-expect-error no such level
    const noLevel: AzureCopyGuardArgs = { copyCycle: "strict" };
    expect([good, noRule, noSetting, noValue, noLevel]).toHaveLength(5); // the compiler has looked at them
});

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
