import { defineRule } from "../rule";
import { azureSas, sasTime } from "../sas";

const millisecondsADay = 86_400_000;

/** SAS that last longer than they need to. */
export const sasLongLived = defineRule({
    name: "sas-long-lived",
    description: "A SAS must not last longer than some days.",
    reason: "Nothing but a new account key or stored access policy ends a SAS before it expires.",
    fix: "Make a SAS that expires sooner, or leave it out and use Microsoft Entra ID.",
    url: "https://learn.microsoft.com/azure/storage/common/sas-expiration-policy",
    enforcementLevel: "mandatory",
    severity: "medium",
    settings: {
        days: {
            type: "number",
            description: "How many days a SAS may last, from its start or from now.",
            default: 7,
            minimum: 0,
        },
    },
    reads: ["credential"],
    *checkEnd(end, _copy, { days }) {
        const sas = azureSas(end);
        if (!sas) {
            return;
        }
        const expires = sasTime(sas, "se");
        if (expires === undefined) {
            if (!sas.has("si")) {
                yield `${end.property} has a SAS without an expiry that can be read`;
            }
            return; // a stored access policy tells when it expires
        }
        const lasts = (expires - (sasTime(sas, "st") ?? Date.now())) / millisecondsADay;
        if (lasts > days) {
            yield `${end.property} has a SAS that lasts ${lasts.toFixed(0)} days, until ${sas.get("se")}, and may last ${days}`;
        }
    },
});
