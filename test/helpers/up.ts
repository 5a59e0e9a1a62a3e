import { expect } from "vitest";
import { blobCopyHandler } from "../../src/provider/blobCopy";
import type { BlobCopyInputs, BlobCopyState } from "../../src/provider/blobCopyTypes";
import type { Handler } from "../../src/provider/handler";
import type { TestStorage } from "./storage";

/** What a resource goes through in a `pulumi up`: check, then create, or diff and update. Only what follows check is left in the log. */
export function upOnce(
    storage: TestStorage,
    state: BlobCopyState | undefined,
    inputs: BlobCopyInputs,
): Promise<BlobCopyState> {
    return upOnceWith(blobCopyHandler, storage, state, inputs);
}

/** The same for a resource of any type. */
export async function upOnceWith<Inputs, State extends object>(
    handler: Handler<Inputs, State>,
    storage: Pick<TestStorage, "context" | "operations">,
    state: State | undefined,
    inputs: Inputs,
): Promise<State> {
    const checked = await handler.check((state ?? {}) as Partial<Inputs>, inputs, storage.context);
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
