import { show } from "../address";
import { defineRule } from "../rule";
import { knownPlace } from "../stack";

/** Incremental copies whose destination something else writes. */
export const incrementalDestinationWritten = defineRule({
    name: "incremental-destination-written",
    description: "Nothing else may write the destination of an incremental copy.",
    reason: "The service refuses the next incremental copy onto a blob that something else has written, and its snapshots have to be made anew.",
    fix: "Give the other copy a destination of its own.",
    url: "https://learn.microsoft.com/rest/api/storageservices/incremental-copy-blob",
    enforcementLevel: "mandatory",
    severity: "high",
    settings: {},
    reads: ["destination", "incremental"],
    *checkInStack(copy, stack) {
        if (!copy.incremental) {
            return;
        }
        const same = stack.sameDestination(copy);
        if (same.length === 0) {
            knownPlace(copy.destination);
        }
        // Two incremental copies are same-destination's to tell, copies of a folder around nested-destination's.
        for (const other of same.filter(({ incremental }) => !incremental)) {
            yield `${copy.destination.property} is written by ${other.resource.name} too: ${show(copy.destination)}`;
        }
    },
});
