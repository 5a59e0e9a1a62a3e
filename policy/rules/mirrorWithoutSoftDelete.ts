import { show } from "../address";
import { known } from "../known";
import { isInAzureAccount, lacksProtection, protectedAccountsSetting } from "../protection";
import { defineRule } from "../rule";

/** Mirrors that delete for good. */
export const mirrorWithoutSoftDelete = defineRule({
    name: "mirror-without-soft-delete",
    description: "A copy that deletes at its destination what is not at its source must have soft delete there.",
    reason: "A wrong or empty source empties the destination in one run.",
    fix: "Enable soft delete for blobs at the destination, or do not let the copy delete; name accounts whose shares are backed up in the setting protectedAccounts.",
    url: "https://learn.microsoft.com/azure/storage/blobs/soft-delete-blob-overview",
    enforcementLevel: "mandatory",
    severity: "critical",
    settings: { protectedAccounts: protectedAccountsSetting },
    reads: ["destination", "deletes"],
    *checkInStack(copy, stack, { protectedAccounts }) {
        if (!known(copy.deletes) || !isInAzureAccount(copy.destination)) {
            return;
        }
        const lack = lacksProtection(copy, stack, protectedAccounts, ["softDelete"]);
        if (lack !== undefined) {
            yield `${copy.destination.property} loses what is not at the source, and ${lack}: ${show(copy.destination)}`;
        }
    },
});
