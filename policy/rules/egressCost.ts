import { placeName } from "../address";
import { known } from "../known";
import { continentOf, crossesAccounts, regionOf, regionsSetting } from "../regions";
import { defineRule } from "../rule";

/**
 * US dollars a GB, by the source's continent: to another region of it, and to another continent. Azure's list prices for data transfer between
 * regions (azure.microsoft.com/pricing/details/bandwidth, "Inter-Region"), as pages that cite them gave them in September 2026. Agreements, clouds
 * of governments and China differ: the setting `prices` replaces them.
 */
const listPrices = {
    northAmerica: { within: 0.02, beyond: 0.05 },
    europe: { within: 0.02, beyond: 0.05 },
    asia: { within: 0.08, beyond: 0.08 },
    oceania: { within: 0.08, beyond: 0.08 },
    middleEastAndAfrica: { within: 0.08, beyond: 0.08 },
    southAmerica: { within: 0.16, beyond: 0.16 },
};

type Prices = Readonly<Record<string, { readonly within: number; readonly beyond: number }>>;

/** Copies whose egress costs too much each time. */
export const egressCost = defineRule({
    name: "egress-cost",
    description: "The egress of a copy between regions must cost no more than a limit.",
    reason: "Each copy between regions is billed by its size, and a source that changes is copied again.",
    fix: "Copy from an account in the destination's region, copy less, or raise the setting limit.",
    url: "https://azure.microsoft.com/pricing/details/bandwidth/",
    enforcementLevel: "mandatory",
    severity: "high",
    settings: {
        limit: {
            type: "number",
            description: "What one copy may cost, in the prices' currency.",
            default: 50,
            minimum: 0,
        },
        regions: regionsSetting,
        sizes: {
            type: "object",
            description:
                'Sizes in GiB of sources that no resource tells, by place: {"contosogolden/images": 200}. The longest place that a source begins with counts.',
            default: {} as Readonly<Record<string, number>>,
            additionalProperties: { type: "number" },
        },
        prices: {
            type: "object",
            description:
                "Prices a GiB by the source's continent (northAmerica, southAmerica, europe, asia, oceania, middleEastAndAfrica): within it, and beyond. Replaces the whole table, which holds Azure's list prices of September 2026.",
            default: listPrices as Prices,
            additionalProperties: {
                type: "object",
                properties: { within: { type: "number" }, beyond: { type: "number" } },
                required: ["within", "beyond"],
                additionalProperties: false,
            },
        },
        currency: { type: "string", description: "The prices' currency, for messages.", default: "USD" },
    },
    reads: ["source", "destination"],
    *checkInStack(copy, stack, { limit, regions, sizes, prices, currency }) {
        if (!crossesAccounts(copy, stack)) {
            return;
        }
        const [from, to] = [copy.source, copy.destination].map((end) => regionOf(copy, end, stack, regions));
        if (from === undefined || to === undefined || from === to) {
            return; // unknown-region's to tell
        }
        const bytes = known(copy.size);
        const gibibytes = bytes === undefined ? sizeOf(placeName(copy.source), sizes) : bytes / 1024 ** 3;
        const price = priceOf(from, to, prices);
        const cost = gibibytes === undefined || price === undefined ? 0 : gibibytes * price;
        if (cost > limit) {
            yield `${copy.source.property} has ${gibibytes!.toFixed(0)} GiB, whose way from ${from} to ${to} costs about ${cost.toFixed(2)} ${currency}, above the limit of ${limit}`;
        }
    },
});

/** A region that is newer than the list of continents has the dearest price, rather than none. */
function priceOf(from: string, to: string, prices: Prices): number | undefined {
    const continent = continentOf(from);
    if (continent === undefined) {
        return Math.max(...Object.values(prices).map(({ beyond }) => beyond));
    }
    const price = prices[continent];
    return price && (continentOf(to) === continent ? price.within : price.beyond);
}

function sizeOf(place: string, sizes: Readonly<Record<string, number>>): number | undefined {
    const [longest] = Object.keys(sizes)
        .filter((prefix) => place === prefix || place.startsWith(`${prefix.replace(/\/$/, "")}/`))
        .sort((one, other) => other.length - one.length);
    return longest === undefined ? undefined : sizes[longest];
}
