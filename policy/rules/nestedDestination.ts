import { show } from "../address";
import { defineRule } from "../rule";
import { knownPlace } from "../stack";

/** Copies into a folder that another copy fills. */
export const nestedDestination = defineRule({
    name: "nested-destination",
    description: "A copy's destination must not lie in a folder or container that another one copies into.",
    reason: "The copy of the folder overwrites, or deletes, what the other one has put there.",
    fix: "Copy to a place outside that folder, or let the copy of the folder leave that place out.",
    url: "https://learn.microsoft.com/azure/storage/common/storage-ref-azcopy-sync",
    enforcementLevel: "mandatory",
    severity: "high",
    settings: {},
    reads: ["destination"],
    *checkInStack(copy, stack) {
        knownPlace(copy.destination);
        for (const tree of stack.treesAround(copy)) {
            yield `${copy.destination.property} lies in what ${tree.resource.name} copies into: ${show(copy.destination)} in ${show(tree.destination)}`;
        }
    },
});
