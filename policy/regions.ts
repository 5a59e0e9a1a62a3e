// Which region an end of a copy is in, and which continent a region is billed with.

import { isLoopback } from "./address";
import type { Copy, End } from "./copies/copy";
import { known, Unknown } from "./known";
import type { Stack } from "./stack";

/** The setting by which users tell regions of accounts outside the stack. */
export const regionsSetting = {
    type: "object",
    description:
        'Regions of storage accounts outside the stack, by account name: {"contosogolden": "westeurope"}. A region given at an end of a copy goes first.',
    default: {} as Readonly<Record<string, string>>,
    additionalProperties: { type: "string" },
} as const;

/** A region as Azure's APIs spell it: `westeurope` for `West Europe`. */
export function normalRegion(region: string): string {
    return region.toLowerCase().replace(/\s+/g, "");
}

/**
 * Whether both ends are in Azure accounts, and not in one and the same. Elsewhere no Azure region is left.
 * @param stack tells accounts apart whose names are not known yet
 */
export function crossesAccounts(copy: Copy, stack?: Stack): boolean {
    const ends = [copy.source, copy.destination];
    if (!ends.every(isInAzure)) {
        return false;
    }
    const [from, to] = ends.map((end) => stack?.account(copy, end));
    return from || to ? from !== to : known(nameOf(copy.source)) !== known(nameOf(copy.destination));
}

/** What tells an account from another: behind a custom domain, its host. */
function nameOf(end: End): End["host"] {
    return end.accountName ?? end.host;
}

function isInAzure(end: End): boolean {
    const service = known(end.service);
    return (service === "blob" || service === "file") && !(typeof end.host === "string" && isLoopback(end.host));
}

/** A region, without a look at the stack. */
export function givenRegion(end: End, regions: Readonly<Record<string, string>>): string | undefined {
    const region =
        known(end.region) ?? (end.accountName instanceof Unknown ? undefined : regions[end.accountName ?? ""]);
    return region === undefined ? undefined : normalRegion(region);
}

/** A region, where a program or the settings tell it. */
export function regionOf(
    copy: Copy,
    end: End,
    stack: Stack,
    regions: Readonly<Record<string, string>>,
): string | undefined {
    const region = givenRegion(end, regions) ?? known(stack.account(copy, end)?.region);
    return region === undefined ? undefined : normalRegion(region);
}

/** Continents as Azure bills data transfer by them, and what the names of their regions have in common. */
const continents: Readonly<Record<string, RegExp>> = {
    northAmerica: /(?:east|west|central)us|^(?:us(?:gov|dod|sec|nat)|canada|mexico)/,
    southAmerica: /^(?:brazil|chile)/,
    europe: /europe|^(?:uk|france|germany|switzerland|norway|sweden|poland|italy|spain|austria|belgium|denmark|finland|greece)/,
    asia: /asia|india|^(?:japan|korea|indonesia|malaysia|taiwan|china)/,
    oceania: /^(?:australia|newzealand)/,
    middleEastAndAfrica: /^(?:uae|qatar|israel|saudi|southafrica)/,
};

/** The continent of a region; nothing for a region that is not known here. */
export function continentOf(region: string): string | undefined {
    return Object.keys(continents).find((continent) => continents[continent]!.test(region));
}
