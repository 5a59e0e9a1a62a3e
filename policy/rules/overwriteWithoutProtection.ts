import { show } from "../address";
import { known } from "../known";
import { isInAzureAccount, lacksProtection, protectedAccountsSetting } from "../protection";
import { defineRule } from "../rule";

/** Copies that overwrite what can't be brought back. */
export const overwriteWithoutProtection = defineRule({
    name: "overwrite-without-protection",
    description:
        "A copy must overwrite only where versions, soft delete or a snapshot keep the old content, or where that is acknowledged.",
    reason: "Without any of these, what somebody else has put at the destination is lost for good.",
    fix: "Enable blob versioning or soft delete at the destination, set snapshotBeforeOverwrite of a BlobCopy, do not overwrite, or set acknowledgeOverwrite to true or to the reason; exempt other resources by name.",
    url: "https://learn.microsoft.com/azure/storage/blobs/data-protection-overview",
    enforcementLevel: "mandatory",
    severity: "critical",
    settings: { protectedAccounts: protectedAccountsSetting },
    reads: ["destination", "overwrites"],
    *checkInStack(copy, stack, { protectedAccounts }) {
        if (!known(copy.overwrites) || !isInAzureAccount(copy.destination)) {
            return;
        }
        if (known(copy.acknowledgeOverwrite) || known(copy.snapshotsBefore)) {
            return;
        }
        const lack = lacksProtection(copy, stack, protectedAccounts, ["versioning", "softDelete"]);
        if (lack !== undefined) {
            yield `${copy.destination.property} may be overwritten by ${copy.tool}, and ${lack}: ${show(copy.destination)}`;
        }
    },
});
