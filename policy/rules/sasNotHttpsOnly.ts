import { defineRule } from "../rule";
import { azureSas } from "../sas";

/** SAS that plain http takes too. */
export const sasNotHttpsOnly = defineRule({
    name: "sas-not-https-only",
    description: "A SAS must be good for https only.",
    reason: "A SAS that may be sent over http can be read, and used, by everybody on its way.",
    fix: "Make the SAS with the protocol https (spr=https).",
    url: "https://learn.microsoft.com/azure/storage/common/storage-sas-overview#best-practices-when-using-sas",
    enforcementLevel: "mandatory",
    severity: "high",
    settings: {},
    reads: ["credential"],
    *checkEnd(end) {
        const sas = azureSas(end);
        // A stored access policy can't fix the protocol, so that its absence is telling there too.
        if (sas && sas.get("spr")?.toLowerCase() !== "https") {
            yield `${end.property} has a SAS with ${sas.has("spr") ? `spr=${sas.get("spr")}` : "no spr"}`;
        }
    },
});
