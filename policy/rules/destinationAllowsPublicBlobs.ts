import { known } from "../known";
import { defineRule } from "../rule";

/** Destinations that can be opened to everybody. */
export const destinationAllowsPublicBlobs = defineRule({
    name: "destination-allows-public-blobs",
    description: "A destination's account must not let its containers be public.",
    reason: "One container's setting then opens what was copied there to the whole internet.",
    fix: "Set allowBlobPublicAccess (azure-native) or allowNestedItemsToBePublic (azure) to false.",
    url: "https://learn.microsoft.com/azure/storage/blobs/anonymous-read-access-prevent",
    enforcementLevel: "mandatory",
    severity: "high",
    settings: {},
    reads: ["destination", "container"],
    *checkInStack(copy, stack) {
        const account = known(copy.destination.service) === "blob" && stack.account(copy, copy.destination);
        if (account && known(account.allowsPublicBlobs)) {
            yield `${copy.destination.property} is in the account ${account.resource.name}, which lets containers be public`;
        }
    },
});
