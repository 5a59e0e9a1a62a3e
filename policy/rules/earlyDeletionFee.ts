import { known } from "../known";
import { defineRule } from "../rule";

/** Days that a blob in a tier is billed for at least. */
const billedDays: Readonly<Record<string, number>> = { cool: 30, cold: 90, archive: 180 };

/** Cool blobs that do not stay as long as they are billed. */
export const earlyDeletionFee = defineRule({
    name: "early-deletion-fee",
    description: "A copy in a cool tier stays there as long as it is billed for.",
    reason: "A blob in Cool, Cold or Archive is billed for 30, 90 or 180 days, also if it is overwritten or deleted before.",
    fix: 'Set accessTier to "Hot", or onSourceChange of a BlobCopy to "ignore" or "fail", or acknowledgeOverwrite to true or to the reason; delete no sooner by lifecycle rules.',
    url: "https://learn.microsoft.com/azure/storage/blobs/access-tiers-overview#early-deletion-period",
    enforcementLevel: "advisory",
    severity: "low",
    settings: {},
    reads: ["accessTier"],
    *checkCopy(copy) {
        const days = billedDays[known(copy.accessTier)?.toLowerCase() ?? ""];
        if (days === undefined || known(copy.acknowledgeOverwrite)) {
            return;
        }
        if (known(copy.overwrites)) {
            yield `accessTier is ${JSON.stringify(copy.accessTier)}, billed for ${days} days, and the copy overwrites`;
        } else if (known(copy.copiesAgain)) {
            yield `accessTier is ${JSON.stringify(copy.accessTier)}, billed for ${days} days, and the copy is made again whenever its source changes`;
        }
    },
    *checkInStack(copy, stack) {
        const days = billedDays[known(copy.accessTier)?.toLowerCase() ?? ""];
        const account = days === undefined ? undefined : stack.account(copy, copy.destination);
        for (const { deleteAfterDays } of account ? stack.lifecyclesOf(account) : []) {
            if (deleteAfterDays !== undefined && deleteAfterDays < days!) {
                yield `accessTier is ${JSON.stringify(copy.accessTier)}, billed for ${days} days, and lifecycle rules of ${account!.resource.name} delete after ${deleteAfterDays}`;
            }
        }
    },
});
