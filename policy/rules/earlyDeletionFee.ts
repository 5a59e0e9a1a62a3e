import type { Account } from "../accounts/account";
import { type Copy, isPage } from "../copies/copy";
import { known } from "../known";
import { defineRule } from "../rule";

/** Days that a blob in a tier is billed for at least. */
const billedDays: Readonly<Record<string, number>> = { cool: 30, cold: 90, archive: 180 };

/** Cool blobs that do not stay as long as they are billed. */
export const earlyDeletionFee = defineRule({
    name: "early-deletion-fee",
    description: "A copy in a cool tier must stay there as long as it is billed for.",
    reason: "A blob in Cool, Cold or Archive is billed for 30, 90 or 180 days, also if it is overwritten or deleted before.",
    fix: 'Set accessTier to "Hot", or onSourceChange of a BlobCopy to "ignore" or "fail", or acknowledgeOverwrite to true or to the reason; delete no sooner by lifecycle rules.',
    url: "https://learn.microsoft.com/azure/storage/blobs/access-tiers-overview#early-deletion-period",
    enforcementLevel: "advisory",
    severity: "low",
    settings: {},
    reads: ["accessTier"],
    *checkCopy(copy) {
        const tier = known(copy.accessTier);
        const days = daysOf(tier);
        const again = days !== undefined && rewriting(copy);
        if (again) {
            yield `accessTier is ${JSON.stringify(tier)}, billed for ${days} days, and ${again}`;
        }
    },
    *checkInStack(copy, stack) {
        const given = known(copy.accessTier);
        if (known(copy.destination.service) !== "blob" || (given !== undefined && daysOf(given) === undefined)) {
            return;
        }
        const account = stack.account(copy, copy.destination);
        const days = daysOf(given ?? inheritedTier(copy, account));
        if (account === undefined || days === undefined) {
            return;
        }
        const tier =
            given === undefined
                ? `accessTier is not given, and the destination's account, ${account.resource.name}, has the default tier ${known(account.accessTier)}, billed for ${days} days`
                : `accessTier is ${JSON.stringify(given)}, billed for ${days} days`;
        const again = given === undefined && rewriting(copy);
        if (again) {
            yield `${tier}; ${again}`;
        }
        const [soonest] = stack
            .lifecycleOf(account, copy.destination)
            .map(({ deleteAfterDays }) => known(deleteAfterDays) ?? Number.POSITIVE_INFINITY)
            .sort((one, other) => one - other);
        if (soonest !== undefined && soonest < days) {
            yield `${tier}, and lifecycle rules of ${account.resource.name} delete after ${soonest}`;
        }
    },
});

function daysOf(tier: string | undefined): number | undefined {
    return billedDays[tier?.toLowerCase() ?? ""];
}

/** A page blob has no tier of its account. */
function inheritedTier(copy: Copy, account: Account | undefined): string | undefined {
    return account && !isPage(copy) ? known(account.accessTier) : undefined;
}

/** That a copy writes again what it wrote before, in words, where nobody has said that it is known. */
function rewriting(copy: Copy): string | undefined {
    if (known(copy.acknowledgeOverwrite)) {
        return undefined;
    }
    if (known(copy.overwrites)) {
        return "the copy overwrites";
    }
    return known(copy.copiesAgain) ? "the copy is made again whenever its source changes" : undefined;
}
