import BTree from "sorted-btree";
import type { Blob } from "./blob";
import type { GeneratedBlobs } from "./generatedBlobs";
import type { Slot } from "./slot";

/** What a name holds; null says that the generated blob of that name is gone. */
type Held = Blob | Slot | null;

/**
 * Names and what they hold, in order. Of a generated container, only those that were ever looked up one by one, changed or
 * deleted take room; all others are made while they are listed, and forgotten.
 */
export class Names {
    private readonly held = new BTree<string, Held>();
    private added = 0;

    constructor(private readonly generated: GeneratedBlobs | undefined) {}

    /** What a name holds. A generated blob is kept from now on: whoever looks it up may change it. */
    get(name: string): Blob | Slot | undefined {
        const found = this.held.get(name);
        if (found !== undefined || !this.generated) {
            return found ?? undefined;
        }
        const blob = this.generated.find(name);
        if (blob) {
            this.held.set(name, blob);
        }
        return blob;
    }

    /** Puts something under a name. */
    set(name: string, value: Blob | Slot): void {
        const old = this.held.get(name);
        if (old === null || (old === undefined && !this.generated?.has(name))) {
            this.added++;
        }
        this.held.set(name, value);
    }

    /** Leaves nothing under a name. */
    delete(name: string): void {
        if (this.get(name) === undefined) {
            return;
        }
        this.added--;
        if (this.generated?.has(name)) {
            this.held.set(name, null);
        } else {
            this.held.delete(name);
        }
    }

    /** How many names there are. */
    get size(): number {
        return (this.generated?.size ?? 0) + this.added;
    }

    /** Names and what they hold, in order, from a name (included) on. */
    entries(from: string): IterableIterator<[string, Blob | Slot]> {
        const held = this.held.entries(from);
        return this.generated ? merged(held, this.generated.entries(from)) : (held as never);
    }
}

/** Both in one order; where a name is in both, what is held counts. */
function* merged(
    held: IterableIterator<[string, Held]>,
    generated: IterableIterator<[string, Blob]>,
): IterableIterator<[string, Blob | Slot]> {
    let left = held.next();
    let right = generated.next();
    while (!left.done || !right.done) {
        if (!right.done && (left.done || right.value[0] < left.value[0])) {
            yield right.value;
            right = generated.next();
            continue;
        }
        const [name, value] = left.value as [string, Held];
        if (!right.done && right.value[0] === name) {
            right = generated.next();
        }
        left = held.next();
        if (value !== null) {
            yield [name, value];
        }
    }
}
