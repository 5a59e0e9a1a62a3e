import type { Copy } from "../copies/copy";
import { known } from "../known";
import { crossesAccounts, givenRegion, regionOf, regionsSetting } from "../regions";
import { defineRule } from "../rule";

/** Copies between regions that are known, and differ. */
export const crossRegionCopy = defineRule({
    name: "cross-region-copy",
    description: "A copy must stay within its region, unless its egress is acknowledged.",
    reason: "Data that leaves a region is billed by the GiB to the source's account, each time the copy is made.",
    fix: "Copy from an account in the destination's region, or set acknowledgeEgress to true or to the reason; exempt other resources by name.",
    url: "https://azure.microsoft.com/pricing/details/bandwidth/",
    enforcementLevel: "mandatory",
    severity: "medium",
    settings: { regions: regionsSetting },
    reads: ["source", "destination"],
    *checkCopy(copy, { regions }) {
        const [from, to] = [copy.source, copy.destination].map((end) => givenRegion(end, regions));
        if (from !== undefined && to !== undefined && crossesAccounts(copy) && !known(copy.acknowledgeEgress)) {
            yield* difference(copy, from, to);
        }
    },
    *checkInStack(copy, stack, { regions }) {
        const told = [copy.source, copy.destination].map((end) => givenRegion(end, regions));
        if (told.includes(undefined) && crossesAccounts(copy, stack) && !known(copy.acknowledgeEgress)) {
            const [from, to] = [copy.source, copy.destination].map((end) => regionOf(copy, end, stack, regions));
            yield* difference(copy, from, to);
        }
    },
});

function* difference({ source, destination }: Copy, from: string | undefined, to: string | undefined) {
    if (from !== undefined && to !== undefined && from !== to) {
        yield `${source.property} is in ${from}, ${destination.property} in ${to}`;
    }
}
