import { show } from "../address";
import { known } from "../known";
import { crossesAccounts, regionOf, regionsSetting } from "../regions";
import { defineRule } from "../rule";

/** Copies of which nobody tells whether they leave their region. */
export const unknownRegion = defineRule({
    name: "unknown-region",
    description: "The regions at both ends of a copy between accounts should be known.",
    reason: "Where a region is not known, nothing tells whether the copy leaves it, which is billed.",
    fix: "Give region at that end, or name the account in the setting regions.",
    url: "https://azure.microsoft.com/pricing/details/bandwidth/",
    enforcementLevel: "advisory",
    severity: "low",
    settings: { regions: regionsSetting },
    reads: ["source", "destination"],
    *checkInStack(copy, stack, { regions }) {
        if (!crossesAccounts(copy, stack) || known(copy.acknowledgeEgress)) {
            return;
        }
        for (const end of [copy.source, copy.destination]) {
            if (regionOf(copy, end, stack, regions) === undefined) {
                yield `${end.property} is in a region that nothing tells: ${show(end)} is in no account of this stack`;
            }
        }
    },
});
