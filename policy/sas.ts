import { isLoopback } from "./address";
import type { End } from "./copies/copy";
import { known } from "./known";

/** The SAS at an end in Azure, where there is one; that of an emulator opens nothing. */
export function azureSas(end: End): URLSearchParams | undefined {
    const credential = known(end.credential);
    if (credential?.sas === undefined || isLoopback(known(end.host))) {
        return undefined;
    }
    return known(credential.sas);
}

/** A time in a SAS, in milliseconds; nothing where it is none. */
export function sasTime(sas: URLSearchParams, name: "st" | "se"): number | undefined {
    const time = Date.parse(sas.get(name) ?? "");
    return Number.isNaN(time) ? undefined : time;
}
