import { expect } from "vitest";
import { blobCopyHandler as handler } from "../../src/provider/blobCopy";
import type { BlobCopyInputs, BlobCopyState } from "../../src/provider/blobCopyTypes";
import type { TestStorage } from "./storage";

/** What a resource goes through in a `pulumi up`: check, then create, or diff and update. Only what follows check is left in the log. */
export async function upOnce(
    storage: TestStorage,
    state: BlobCopyState | undefined,
    inputs: BlobCopyInputs,
): Promise<BlobCopyState> {
    const checked = await handler.check(state ?? {}, inputs, storage.context);
    expect(checked.failures).toEqual([]);
    storage.operations();
    if (!state) {
        return (await handler.create(checked.inputs, storage.context)).state;
    }
    return handler.diff(state, checked.inputs).changes ? handler.update(state, checked.inputs, storage.context) : state;
}

/** The operations that change something, of those that the service was asked for since the last call. */
export function writesOf(storage: TestStorage): string[] {
    return storage.operations().filter((operation) => !/^(Get|List)/.test(operation));
}
