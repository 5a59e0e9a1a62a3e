import { known } from "../known";
import { defineRule } from "../rule";

/** Copies of archived blobs that leave open how long they take. */
export const rehydrationWithoutTimeout = defineRule({
    name: "rehydration-without-timeout",
    description: "A copy that rehydrates must say how soon, and how long it is waited for.",
    reason: "Rehydration takes up to 15 hours with Standard priority, mostly one with High, which costs more; the service lets it be set once.",
    fix: 'Set rehydratePriority to "Standard" or "High", and timeout to what the deployment can wait.',
    url: "https://learn.microsoft.com/azure/storage/blobs/archive-rehydrate-overview",
    enforcementLevel: "mandatory",
    severity: "low",
    settings: {},
    reads: ["rehydration"],
    *checkCopy(copy) {
        const priority = known(copy.rehydratePriority);
        if (priority === undefined && !known(copy.waitForRehydration)) {
            return;
        }
        if (priority === undefined) {
            yield "rehydratePriority is not given, and the copy is waited for until it is rehydrated";
        }
        if (known(copy.timeoutSeconds) === undefined) {
            yield "no timeout is given, and the copy rehydrates";
        }
    },
});
