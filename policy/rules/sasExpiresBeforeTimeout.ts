import { known } from "../known";
import { defineRule } from "../rule";
import { azureSas, sasTime } from "../sas";

/** SAS that may expire while the copy is under way. */
export const sasExpiresBeforeTimeout = defineRule({
    name: "sas-expires-before-timeout",
    description: "A SAS must outlast the timeout of its copy.",
    reason: "A copy whose SAS expires while the service still reads fails, after hours perhaps.",
    fix: "Make a SAS that lasts longer than the timeout, or shorten the timeout.",
    url: "https://learn.microsoft.com/rest/api/storageservices/copy-blob#authorization",
    enforcementLevel: "mandatory",
    severity: "low",
    settings: {
        defaultTimeoutHours: {
            type: "number",
            description: "Hours that a copy without a timeout of its own is taken to last at most.",
            default: 24,
            minimum: 0,
        },
    },
    reads: ["credential", "timeout"],
    *checkEnd(end, copy, { defaultTimeoutHours }) {
        const sas = azureSas(end);
        const expires = sas && sasTime(sas, "se");
        const seconds = known(copy.timeoutSeconds) ?? defaultTimeoutHours * 3_600;
        if (expires !== undefined && expires < Date.now() + seconds * 1_000) {
            yield `${end.property} has a SAS that expires at ${sas!.get("se")}, before a copy that starts now times out, after ${(seconds / 3_600).toFixed(1)} hours`;
        }
    },
});
