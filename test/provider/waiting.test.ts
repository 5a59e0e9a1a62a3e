import { BlobSASPermissions } from "@azure/storage-blob";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { generated } from "../../simulator";
import { CopyInterruptedError, CopyTimeoutError } from "../../src/copy/errors";
import { startCopy } from "../../src/copy/start";
import { type WaitOptions, waitForCopy } from "../../src/copy/wait";
import { openDestination } from "../../src/provider/ends";
import { startStorage, type TestStorage } from "../helpers/storage";
import { until } from "../helpers/until";

const hour = 3_600_000;
const day = 24 * hour;

let storage: TestStorage;

beforeEach(async () => {
    storage = await startStorage({ copySeconds: 10 });
});

afterEach(async () => {
    await storage.close();
});

/** Starts a copy between the accounts, and gives what waits for it. */
async function start(): Promise<(change?: Partial<WaitOptions>) => ReturnType<typeof waitForCopy>> {
    const expiresOn = new Date(storage.clock.now() + 30 * day);
    const source = await storage
        .blob("golden")
        .generateSasUrl({ permissions: BlobSASPermissions.parse("r"), expiresOn });
    const { copyId } = await startCopy(storage.blob("dev"), source, {});
    // Its retries wait a millisecond, unlike the SDK's own.
    const { client } = openDestination(storage.inputs.destination, storage.context);
    storage.operations();
    return (change = {}) =>
        waitForCopy(client, {
            copyId,
            clock: storage.context.clock,
            signal: storage.context.signal,
            deadline: new Date(storage.clock.now() + 20 * day),
            what: "A onto B",
            progress: storage.context.progress,
            ...change,
        });
}

const looks = () => storage.simulator.requests.count("Get Blob Properties");

/** What the reports of progress said beside bytes, each once. */
const descriptions = () => [...new Set(storage.progress.map(({ description }) => description))];

describe("waitForCopy", () => {
    it.each([1, 60, 86_400, 14 * 86_400 - 1])(
        "needs fewer than 40 looks at a copy of %d s with progress",
        async (seconds) => {
            storage.simulator.account("golden").putBlob("images", "orders.bak", generated({ length: 2 ** 40 }));
            storage.simulator.copies.add({ seconds, progress: "steps" });
            const wait = await start();
            const started = storage.clock.now();
            expect((await wait()).copyStatus).toBe("success");
            const late = storage.clock.now() - started - seconds * 1_000;
            expect(late).toBeLessThanOrEqual(Math.max(2_000, 100 * seconds));
            expect(looks()).toBeLessThan(40);
        },
    );

    it("keeps the bound without progress", async () => {
        storage.simulator.copies.add({ seconds: 86_400 });
        const wait = await start();
        const started = storage.clock.now();
        await wait();
        expect(storage.clock.now() - started).toBeLessThanOrEqual(1.1 * day);
        expect(looks()).toBeLessThan(110);
    });

    it("knows how old a copy is that it joins", async () => {
        storage.simulator.copies.add({ seconds: 86_400 });
        const wait = await start();
        storage.clock.advance(20 * hour);
        await wait();
        expect(storage.progress[0]!.elapsedMilliseconds).toBeGreaterThan(20 * hour - 2_000);
        expect(looks()).toBeLessThanOrEqual(4);
    });

    it("tells an intermittent error of the copy, and waits on", async () => {
        storage.simulator.copies.add({ seconds: 60, intermittent: "503 ServerBusy" });
        expect((await (await start())()).copyStatus).toBe("success");
        expect(descriptions()).toEqual(["the service reports: 503 ServerBusy"]);
    });

    it("takes 409 PendingCopyOperation for what it says", async () => {
        storage.simulator.copies.add({ seconds: 60 });
        const wait = await start();
        storage.simulator.faults.add({
            operation: "Get Blob Properties",
            status: 409,
            errorCode: "PendingCopyOperation",
            times: 5,
        });
        expect((await wait()).copyStatus).toBe("success");
        expect(descriptions()).toEqual([undefined]);
    });

    it.each<[string, object, string]>([
        ["is busy", { status: 503, errorCode: "ServerBusy" }, "the service answers 503 ServerBusy"],
        ["fails", { status: 500 }, "the service answers 500 InternalError"],
        ["sits behind a gateway that fails", { status: 502 }, "the service answers 502 InternalError"],
        ["loses connections", { reset: true }, "the service can't be reached: ECONNRESET"],
    ])("waits on while the service %s, longer than the SDK tries", async (_, fault, description) => {
        storage.simulator.copies.add({ seconds: 3_600 });
        const wait = await start();
        storage.simulator.faults.add({ operation: "Get Blob Properties", nth: 3, times: 40, ...fault });
        expect((await wait()).copyStatus).toBe("success");
        expect(descriptions()).toContain(description);
    });

    it("leaves a busy service alone for as long as it asks", async () => {
        storage.simulator.copies.add({ seconds: 10 });
        const wait = await start();
        storage.simulator.faults.add({
            operation: "Get Blob Properties",
            status: 503,
            retryAfterSeconds: 90,
            times: 6,
        });
        const sleeps: number[] = [];
        const { clock } = storage.context;
        await wait({
            clock: {
                ...clock,
                sleep: (milliseconds, signal) => {
                    sleeps.push(milliseconds);
                    return clock.sleep(milliseconds, signal);
                },
            },
        });
        expect(sleeps).toEqual([90_000]);
    });

    it("backs off from a service that can't be reached, up to what an end may go unnoticed", async () => {
        storage.simulator.copies.add({ seconds: 86_400 });
        const wait = await start();
        storage.clock.advance(hour);
        storage.simulator.faults.add({ operation: "Get Blob Properties", nth: 2, times: 60, status: 503 });
        await wait();
        const failing = storage.progress
            .filter(({ description }) => description)
            .map((report) => report.elapsedMilliseconds);
        const pauses = failing.slice(1).map((elapsed, index) => Math.round((elapsed - failing[index]!) / 1_000));
        expect(pauses.slice(0, 6)).toEqual([2, 4, 8, 16, 32, 64]);
        expect(Math.max(...pauses)).toBeLessThan(600);
    });

    it("waits on after a connection that died without a sign", async () => {
        const wait = await start();
        const patience = new AbortController();
        const begun = vi.spyOn(AbortSignal, "timeout").mockReturnValueOnce(patience.signal);
        onTestFinished(() => begun.mockRestore());
        const operation = "Get Blob Properties";
        storage.simulator.faults.add({ operation, hang: true, times: 1, before: () => patience.abort() });
        expect((await wait()).copyStatus).toBe("success");
        expect(begun).toHaveBeenCalledWith(60_000);
        expect(descriptions()).toContain("the service does not answer");
    });

    it("fails at the deadline, with what kept it from looking", async () => {
        const wait = await start();
        storage.simulator.faults.add({ operation: "Get Blob Properties", status: 503 });
        const deadline = new Date(storage.clock.now() + 30_000);
        const error = await wait({ deadline }).catch((failure: unknown) => failure);
        expect(error).toBeInstanceOf(CopyTimeoutError);
        expect((error as Error).message).toMatch(
            /was last seen pending, and is at its timeout \(the service answers 503 ServerBusy\); it goes on/,
        );
        expect(storage.clock.now()).toBe(deadline.getTime());
    });

    it.each([
        [403, "AuthorizationFailure"],
        [404, "ContainerNotFound"],
        [409, "AccountIsDisabled"],
    ])("fails on an answer that does not pass, %d %s", async (status, errorCode) => {
        const wait = await start();
        storage.simulator.faults.add({ operation: "Get Blob Properties", status, errorCode });
        await expect(wait()).rejects.toThrow();
        expect(looks()).toBe(1);
    });

    it.each<[string, object | undefined]>([
        ["between two looks", undefined],
        ["during a look that hangs", { hang: true }],
        ["between the SDK's retries", { status: 503 }],
    ])("fails at once where it is stopped %s", async (_, fault) => {
        const wait = await start();
        const stop = new AbortController();
        if (fault) {
            storage.simulator.faults.add({ operation: "Get Blob Properties", ...fault });
        }
        const waiting = wait({
            signal: stop.signal,
            clock: {
                now: storage.context.clock.now,
                sleep: (_milliseconds, signal) =>
                    new Promise((_wake, fail) => signal.addEventListener("abort", () => fail(signal.reason))),
            },
        });
        const ended = expect(waiting).rejects.toBeInstanceOf(CopyInterruptedError);
        await until(() => looks() > 0);
        stop.abort();
        await ended;
    });
});
