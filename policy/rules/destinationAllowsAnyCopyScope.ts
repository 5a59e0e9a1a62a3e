import { known } from "../known";
import { defineRule } from "../rule";

/** Destinations that take copies from anywhere. */
export const destinationAllowsAnyCopyScope = defineRule({
    name: "destination-allows-any-copy-scope",
    description: "A destination's account must take copies from its own tenant or virtual networks only.",
    reason: "Without a scope, anybody who may write there can bring in data from any account on earth.",
    fix: "Set allowedCopyScope of the account to AAD or PrivateLink.",
    url: "https://learn.microsoft.com/azure/storage/common/security-restrict-copy-operations",
    enforcementLevel: "advisory",
    severity: "medium",
    settings: {},
    reads: ["destination"],
    *checkInStack(copy, stack) {
        const account = stack.account(copy, copy.destination);
        if (account && known(account.copyScope) === undefined) {
            yield `${copy.destination.property} is in the account ${account.resource.name}, whose allowedCopyScope is not set`;
        }
    },
});
