import { show } from "../address";
import { defineRule } from "../rule";
import { knownPlace } from "../stack";

/** Two resources that write one blob. */
export const sameDestination = defineRule({
    name: "same-destination",
    description: "Two resources must not copy to one destination.",
    reason: "They overwrite each other by turns, and either one's deletion takes the other's content.",
    fix: "Give each copy a destination of its own, or remove one of the resources.",
    url: "https://learn.microsoft.com/rest/api/storageservices/copy-blob",
    enforcementLevel: "mandatory",
    severity: "high",
    settings: {},
    reads: ["destination"],
    *checkInStack(copy, stack) {
        const same = stack.sameDestination(copy);
        if (same.length === 0) {
            knownPlace(copy.destination);
        }
        // Told of all but the first by URN; of an incremental copy and another one, by incremental-destination-written.
        const earlier = same.filter((other) => stack.isBefore(other, copy));
        const alike = earlier.filter((other) => (other.incremental ?? false) === (copy.incremental ?? false));
        const others = [...new Set(alike.map(({ resource }) => resource.name))];
        if (others.length > 0) {
            yield `${copy.destination.property} is the destination of ${others.join(", ")} too: ${show(copy.destination)}`;
        }
    },
});
