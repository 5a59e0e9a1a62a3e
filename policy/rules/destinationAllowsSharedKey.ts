import { known } from "../known";
import { defineRule } from "../rule";

/** Destinations that account keys open. */
export const destinationAllowsSharedKey = defineRule({
    name: "destination-allows-shared-key",
    description: "A destination's account must not take shared keys.",
    reason: "Whoever holds a key can do everything in the account, and nobody can tell who it was.",
    fix: "Set allowSharedKeyAccess (azure-native) or sharedAccessKeyEnabled (azure) to false.",
    url: "https://learn.microsoft.com/azure/storage/common/shared-key-authorization-prevent",
    enforcementLevel: "advisory",
    severity: "medium",
    settings: {},
    reads: ["destination"],
    *checkInStack(copy, stack) {
        const account = stack.account(copy, copy.destination);
        if (account && known(account.allowsSharedKey)) {
            yield `${copy.destination.property} is in the account ${account.resource.name}, which takes shared keys`;
        }
    },
});
