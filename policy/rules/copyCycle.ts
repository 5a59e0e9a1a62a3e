import type { Copy } from "../copies/copy";
import { defineRule } from "../rule";
import { knownPlace, type Stack } from "../stack";

/** Copies that feed each other. */
export const copyCycle = defineRule({
    name: "copy-cycle",
    description: "A copy's source must not be made, in the end, from its own destination.",
    reason: "Each run changes the source of the next, so that the stack never comes to rest.",
    fix: "Break the cycle: remove one of the copies, or let it read a snapshot.",
    url: "https://learn.microsoft.com/rest/api/storageservices/copy-blob",
    enforcementLevel: "mandatory",
    severity: "high",
    settings: {},
    reads: ["source", "destination"],
    *checkInStack(copy, stack) {
        knownPlace(copy.source);
        knownPlace(copy.destination);
        const path = pathBack(copy, stack);
        // Told once, of the first by URN of those that make it up.
        if (path?.every((other) => other === copy || stack.isBefore(copy, other))) {
            const names = [...path, copy].map(({ resource }) => resource.name);
            yield `${copy.source.property} is written by the copies that ${copy.destination.property} feeds: ${names.join(" → ")}`;
        }
    },
});

/** The copies from a copy's destination back to its source, itself first; the shortest way. */
function pathBack(copy: Copy, stack: Stack): Copy[] | undefined {
    const from = new Map<Copy, Copy | undefined>();
    let front = [...stack.writersOf(copy.source)];
    for (const one of front) {
        from.set(one, undefined);
    }
    while (front.length > 0) {
        const next: Copy[] = [];
        for (const one of front) {
            if (one === copy) {
                return chain(one, from);
            }
            for (const writer of stack.writersOf(one.source)) {
                if (!from.has(writer)) {
                    from.set(writer, one);
                    next.push(writer);
                }
            }
        }
        front = next;
    }
    return undefined;
}

function chain(last: Copy, from: ReadonlyMap<Copy, Copy | undefined>): Copy[] {
    const path: Copy[] = [];
    for (let one: Copy | undefined = last; one !== undefined; one = from.get(one)) {
        path.push(one);
    }
    return path;
}
