import { isLoopback, show } from "../address";
import { known } from "../known";
import { defineRule } from "../rule";

/** Ends that are reached over plain http. */
export const httpSource = defineRule({
    name: "http-source",
    description: "Both ends of a copy must be reached over https.",
    reason: "Over http everybody on the way can read and change what is copied, and the SAS with it.",
    fix: "Write https; every storage account has it.",
    url: "https://learn.microsoft.com/azure/storage/common/storage-require-secure-transfer",
    enforcementLevel: "mandatory",
    severity: "high",
    settings: {},
    reads: ["source", "destination"],
    *checkEnd(end) {
        if (known(end.scheme) === "http" && !isLoopback(known(end.host))) {
            yield `${end.property} is reached over http: ${show(end)}`;
        }
    },
    remedy: (remedies, properties) => remedies.useHttps?.(properties) ?? false,
});
