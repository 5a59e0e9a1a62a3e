import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { blobCopyHandler as handler } from "../../src/provider/blobCopy";
import type { BlobCopyInputs, BlobCopyState } from "../../src/provider/blobCopyTypes";
import { type Context, PartialFailure } from "../../src/provider/handler";
import { sourceContent, startStorage, type TestStorage } from "../helpers/storage";

let storage: TestStorage;

beforeEach(async () => {
    storage = await startStorage({ copySeconds: 10 });
});

afterEach(async () => {
    await storage.close();
});

/** Inputs whose copy is aborted after 30 s. */
const inputs = (change: Partial<BlobCopyInputs> = {}): BlobCopyInputs => ({
    ...storage.inputs,
    timeout: "30s",
    onTimeout: "abort",
    ...change,
});

async function create(change: Partial<BlobCopyInputs> = {}, context = storage.context): Promise<BlobCopyState> {
    const checked = await handler.check({}, inputs(change), context);
    expect(checked.failures).toEqual([]);
    return (await handler.create(checked.inputs, context)).state;
}

async function update(state: BlobCopyState, change: Partial<BlobCopyInputs> = {}): Promise<BlobCopyState> {
    const checked = await handler.check(state, inputs(change), storage.context);
    expect(handler.diff(state, checked.inputs).changes).toBe(true);
    return handler.update(state, checked.inputs, storage.context);
}

async function failure(run: Promise<unknown>): Promise<Error> {
    return run.then(
        () => expect.unreachable("it should have failed"),
        (error: Error) => error,
    );
}

async function partialFailure(run: Promise<unknown>): Promise<PartialFailure & { state: BlobCopyState }> {
    const error = await failure(run);
    expect(error).toBeInstanceOf(PartialFailure);
    return error as PartialFailure & { state: BlobCopyState };
}

/** The copy that starts next takes longer than its timeout; those after it, which put old content back, go as ever. */
function slowNextCopy(): void {
    const rule = storage.simulator.copies.add({ seconds: 100 });
    storage.onProgress(() => rule.remove());
}

const aborts = () => storage.simulator.requests.of("Abort Copy Blob").map(({ status }) => status);

/** The snapshots of every blob in the destination's container. */
async function snapshots(): Promise<number> {
    let count = 0;
    for await (const { snapshot } of storage.container().listBlobsFlat({ includeSnapshots: true })) {
        count += snapshot ? 1 : 0;
    }
    return count;
}

/** A context in which something happens just before the copy is aborted. */
function beforeAbort(happens: () => void): Context {
    const { clients } = storage.context;
    return {
        ...storage.context,
        clients: {
            ...clients,
            blob: (address, credential) => {
                const client = clients.blob(address, credential);
                const abort = client.abortCopyFromURL.bind(client);
                client.abortCopyFromURL = async (...request) => {
                    happens();
                    return abort(...request);
                };
                return client;
            },
        },
    };
}

describe('a timeout with onTimeout "abort"', () => {
    it("aborts the copy onto a free name, and takes the empty blob away", async () => {
        slowNextCopy();
        const error = await failure(create());
        expect(error).not.toBeInstanceOf(PartialFailure);
        expect(error.message).toMatch(
            /still pending at its timeout of 30 s \(0\/29\), and was aborted since onTimeout is "abort"; its empty blob was removed; copy ID [0-9a-f-]{36}$/,
        );
        expect(aborts()).toEqual([204]);
        expect(await storage.blob("dev").exists()).toBe(false);
        expect((await create()).copyStatus).toBe("success");
        expect(await storage.content("dev")).toBe(sourceContent);
    });

    it("aborts the copy over somebody else's blob, and puts that back: bytes, metadata, tags", async () => {
        await storage.blob("dev").upload("precious", 8, { metadata: { owner: "me" }, tags: { keep: "yes" } });
        slowNextCopy();
        const error = await failure(create({ overwrite: "always" }));
        expect(error.message).toMatch(/at its timeout of 30 s .*aborted.*old content was put back/);
        expect(await storage.content("dev")).toBe("precious");
        expect((await storage.blob("dev").getProperties()).metadata).toEqual({ owner: "me" });
        expect((await storage.blob("dev").getTags()).tags).toEqual({ keep: "yes" });
        expect(await snapshots()).toBe(0);
    });

    it("keeps the record of older content of its own, which the next up copies over", async () => {
        const state = await create();
        storage.simulator.account("golden").putBlob("images", "orders.bak", "a newer backup");
        slowNextCopy();
        const failed = await partialFailure(update(state));
        expect(failed.message).toMatch(/at its timeout .*old content was put back/);
        expect(await storage.content("dev")).toBe(sourceContent);
        expect(failed.state.lastWriteEtag).toBe((await storage.blob("dev").getProperties()).etag);
        await update(failed.state);
        expect(await storage.content("dev")).toBe("a newer backup");
        expect(await snapshots()).toBe(0);
    });

    it("waits for old content that takes its time to come back", async () => {
        await storage.blob("dev").upload("precious", 8);
        const slow = storage.simulator.copies.add({ seconds: 100 });
        storage.onProgress(() => {
            slow.remove();
            storage.simulator.copies.add({ seconds: 20 });
        });
        await failure(create({ overwrite: "always" }));
        expect(await storage.content("dev")).toBe("precious");
    });

    it("succeeds where the copy ends in the very moment of the abort", async () => {
        slowNextCopy();
        const state = await create(
            {},
            beforeAbort(() => storage.clock.advance(100_000)),
        );
        expect(aborts()).toEqual([409]);
        expect(state.copyStatus).toBe("success");
        expect(await storage.content("dev")).toBe(sourceContent);
        expect(state.etag).toBe((await storage.blob("dev").getProperties()).etag);
    });

    it("fails as the service says where the copy fails in the very moment of the abort", async () => {
        storage.simulator.copies.add({ seconds: 100, fail: '500 InternalServerError "Copy failed."' });
        const error = await failure(
            create(
                {},
                beforeAbort(() => storage.clock.advance(100_000)),
            ),
        );
        expect(error.message).toMatch(
            /ended as failed: 500 InternalServerError "Copy failed\."; its empty blob was removed/,
        );
        expect(await storage.blob("dev").exists()).toBe(false);
    });

    it("puts things right where the answer to the abort is lost", async () => {
        slowNextCopy();
        storage.simulator.faults.add({ operation: "Abort Copy Blob", resetAfter: true, times: 1 });
        expect((await failure(create())).message).toMatch(/was aborted since onTimeout is "abort"; its empty blob/);
        expect(await storage.blob("dev").exists()).toBe(false);
    });

    it("fails, and records the copy as pending, where it can't be aborted", async () => {
        slowNextCopy();
        const fault = storage.simulator.faults.add({
            operation: "Abort Copy Blob",
            status: 403,
            errorCode: "AuthorizationPermissionMismatch",
        });
        const failed = await partialFailure(create());
        expect(failed.message).toMatch(
            /could not abort the copy of .* at its timeout .*403 AuthorizationPermissionMismatch/,
        );
        expect(failed.state).toMatchObject({ copyStatus: "pending", onTimeout: "abort" });
        fault.remove();
        const state = await update(failed.state, { timeout: "1h" });
        expect(state).toMatchObject({ copyStatus: "success", copyId: failed.state.copyId });
    });

    it("aborts a copy that it has joined, which the next up starts anew", async () => {
        slowNextCopy();
        const failed = await partialFailure(create({ onTimeout: "keep" }));
        const error = await failure(update(failed.state));
        expect(error.message).toMatch(/was aborted since onTimeout is "abort"/);
        const state = await update(failed.state);
        expect(state.copyStatus).toBe("success");
        expect(await storage.content("dev")).toBe(sourceContent);
    });

    it("leaves alone what somebody has put there in the very moment of the abort", async () => {
        slowNextCopy();
        const context = beforeAbort(() => {
            storage.clock.advance(100_000);
            storage.simulator.account("dev").putBlob("seed", "orders.bak", "precious");
        });
        const failed = await partialFailure(create({}, context));
        expect(failed.message).toMatch(/was overwritten by somebody else/);
        expect(await storage.content("dev")).toBe("precious");
    });
});

describe("a timeout without onTimeout", () => {
    it('lets the copy go on, as "keep" does', async () => {
        for (const onTimeout of [undefined, "keep"] as const) {
            slowNextCopy();
            const { onTimeout: _, ...rest } = inputs();
            const news = { ...rest, ...(onTimeout && { onTimeout }) };
            const failed = await partialFailure(handler.create(news, storage.context));
            expect(failed.state.copyStatus).toBe("pending");
            expect(aborts()).toEqual([]);
            await handler.delete(failed.state, storage.context);
            storage.operations();
        }
    });
});

describe("onTimeout", () => {
    it("is recorded by an update that makes no request", async () => {
        const state = await create({ onTimeout: "keep" });
        const news = { ...inputs(), sourceEtag: state.sourceEtag! };
        expect(handler.diff(state, news)).toEqual({ changes: true, replaces: [] });
        storage.operations();
        expect(await handler.update(state, news, storage.context)).toMatchObject({ onTimeout: "abort" });
        expect(storage.operations()).toEqual([]);
    });

    it("fails with a word that it does not know", async () => {
        const { failures } = await handler.check({}, inputs({ onTimeout: "stop" as "abort" }), storage.context);
        expect(failures.map(({ property, reason }) => `${property} ${reason}`)).toEqual([
            'onTimeout must be one of "keep", "abort" (got "stop")',
        ]);
    });
});
