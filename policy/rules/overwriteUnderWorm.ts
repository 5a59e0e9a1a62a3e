import { show } from "../address";
import type { Copy } from "../copies/copy";
import { known } from "../known";
import { defineRule } from "../rule";

/** Overwriting where the container forbids it. */
export const overwriteUnderWorm = defineRule({
    name: "overwrite-under-worm",
    description: "A copy must not overwrite in a container with an immutability policy or a legal hold.",
    reason: "A container-level policy lets blobs be created, not overwritten, deleted or copied to incrementally: the copy fails, and so does every later change of it.",
    fix: "Copy to a new name each time, into another container, or use version-level immutability, which keeps the old content as a version.",
    url: "https://learn.microsoft.com/azure/storage/blobs/immutable-container-level-worm-policies",
    enforcementLevel: "mandatory",
    severity: "high",
    settings: {},
    reads: ["destination", "container", "rewrites"],
    *checkInStack(copy, stack) {
        const rewrites = rewriting(copy);
        const policy = rewrites && stack.immutabilityOf(copy, copy.destination);
        if (policy) {
            yield `${copy.destination.property} ${rewrites}, and ${policy.name} makes its container immutable: ${show(copy.destination)}`;
        }
    },
});

/** How a copy writes over what is there, in words. */
function rewriting(copy: Copy): string | undefined {
    if (copy.incremental) {
        return "is written by incremental copies";
    }
    if (known(copy.overwrites)) {
        return "is overwritten";
    }
    return known(copy.copiesAgain) ? "is copied again when the source changes" : undefined;
}
