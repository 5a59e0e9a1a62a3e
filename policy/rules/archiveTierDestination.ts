import { known } from "../known";
import { defineRule } from "../rule";

/** Copies into the Archive tier, said or inherited. */
export const archiveTierDestination = defineRule({
    name: "archive-tier-destination",
    description: "A copy's destination must not be in the Archive tier.",
    reason: "An archived blob can't be read before it is rehydrated, which takes up to 15 hours and is billed, as is deleting it before 180 days.",
    fix: 'Set accessTier to "Cool" or "Cold", or exempt the resource if the copy is an archive on purpose.',
    url: "https://learn.microsoft.com/azure/storage/blobs/access-tiers-overview#archive-access-tier",
    enforcementLevel: "mandatory",
    severity: "medium",
    settings: {
        archivedWithinDays: {
            type: "integer",
            description:
                "A lifecycle rule of the destination's account that archives blobs this many days old, or younger, violates the rule too.",
            default: 0,
            minimum: 0,
        },
    },
    reads: ["accessTier"],
    *checkCopy(copy) {
        const tier = known(copy.accessTier);
        if (isArchive(tier)) {
            yield `accessTier is ${JSON.stringify(tier)}`;
        }
    },
    *checkInStack(copy, stack, { archivedWithinDays }) {
        if (known(copy.destination.service) !== "blob" || isArchive(known(copy.accessTier))) {
            return;
        }
        const account = stack.account(copy, copy.destination);
        if (account === undefined) {
            return;
        }
        if (known(copy.accessTier) === undefined && isArchive(known(account.accessTier))) {
            yield `accessTier is not given, and the destination's account, ${account.resource.name}, has the default tier Archive`;
        }
        const [soonest] = stack
            .lifecycleOf(account, copy.destination)
            .map(({ archiveAfterDays }) => known(archiveAfterDays) ?? Number.POSITIVE_INFINITY)
            .sort((one, other) => one - other);
        if (soonest !== undefined && soonest <= archivedWithinDays) {
            yield `${copy.destination.property} is in the account ${account.resource.name}, whose lifecycle rules archive it after ${soonest} days`;
        }
    },
});

function isArchive(tier: string | undefined): boolean {
    return tier?.toLowerCase() === "archive";
}
