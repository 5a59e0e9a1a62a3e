import { show } from "../address";
import { known } from "../known";
import { defineRule } from "../rule";

/** Overwriting where the container forbids it. */
export const overwriteUnderWorm = defineRule({
    name: "overwrite-under-worm",
    description: "No copy overwrites in a container with an immutability policy or a legal hold.",
    reason: "A container-level policy lets blobs be created, not overwritten or deleted: the copy fails, and so does every later change of it.",
    fix: "Copy to a new name each time, into another container, or use version-level immutability, which keeps the old content as a version.",
    url: "https://learn.microsoft.com/azure/storage/blobs/immutable-container-level-worm-policies",
    enforcementLevel: "mandatory",
    severity: "high",
    settings: {},
    reads: ["destination", "overwrites"],
    *checkInStack(copy, stack) {
        const overwrites = known(copy.overwrites)
            ? "is overwritten"
            : known(copy.copiesAgain)
              ? "is copied again when the source changes"
              : undefined;
        const policy = overwrites && stack.immutabilityOf(copy, copy.destination);
        if (policy) {
            yield `${copy.destination.property} ${overwrites}, and ${policy.name} makes its container immutable: ${show(copy.destination)}`;
        }
    },
});
