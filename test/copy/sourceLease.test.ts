import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CopyInterruptedError } from "../../src/copy/errors";
import { leaseSource, type SourceLease } from "../../src/copy/sourceLease";
import { systemClock } from "../../src/provider/clock";
import { createClients } from "../../src/storage/clients";
import { startStorage, type TestStorage } from "../helpers/storage";

let storage: TestStorage;
let held: SourceLease[];
let warnings: string[];

beforeEach(async () => {
    // Renewals are on timers, which are turned by hand: nothing here depends on how fast the machine is. Requests need no timers.
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    storage = await startStorage({ realTime: true });
    held = [];
    warnings = [];
});

afterEach(async () => {
    await Promise.all(held.map((lease) => lease.release()));
    vi.useRealTimers();
    await storage.close();
});

const timing = { durationSeconds: 15, renewEveryMilliseconds: 10_000 };
/** Turns the timers on, renewal by renewal, until something has come about. */
async function turnUntil(cameAbout: () => boolean): Promise<void> {
    while (!cameAbout()) {
        await vi.advanceTimersByTimeAsync(timing.renewEveryMilliseconds);
        await setImmediate(); // what a request needs is no timer
    }
}
const source = () => storage.blob("golden");
const leaseState = async () => (await source().getProperties()).leaseState;

/** The lease requests that were answered since the last call, by action. */
function actions(): string[] {
    const found = storage.simulator.requests
        .of("Lease Blob")
        .map(({ headers }) => String(headers["x-ms-lease-action"]));
    storage.simulator.requests.clear();
    return found;
}

async function lease(options: Partial<Parameters<typeof leaseSource>[1]> = {}): Promise<SourceLease> {
    const acquired = await leaseSource(source(), {
        what: source().url,
        clock: systemClock,
        signal: new AbortController().signal,
        warn: (message) => warnings.push(message),
        timing,
        ...options,
    });
    held.push(acquired);
    return acquired;
}

describe("a lease on a source", () => {
    it("keeps everybody else from writing and deleting, not from reading", async () => {
        const { etag } = await source().getProperties();
        const acquired = await lease();
        expect(await source().getProperties()).toMatchObject({ leaseState: "leased", leaseDuration: "fixed", etag });
        await expect(source().upload("other", 5)).rejects.toMatchObject({ code: "LeaseIdMissing" });
        await expect(source().delete()).rejects.toMatchObject({ code: "LeaseIdMissing" });
        await acquired.release();
        expect(await leaseState()).toBe("available");
        await source().upload("other", 5);
    });

    it("is renewed until it is released, and not afterwards", async () => {
        const acquired = await lease();
        await turnUntil(() => storage.simulator.requests.count("Lease Blob") > 4);
        await acquired.release();
        const seen = actions();
        expect(seen[0]).toBe("acquire");
        expect(seen.slice(1, -1).every((action) => action === "renew")).toBe(true);
        expect(seen.at(-1)).toBe("release");
        await vi.advanceTimersByTimeAsync(4 * timing.renewEveryMilliseconds);
        expect(vi.getTimerCount()).toBe(0);
        expect(actions()).toEqual([]);
        expect(warnings).toEqual([]);
    });

    it("outlasts a service that is busy when it is to be renewed", async () => {
        const clients = createClients({ maxTries: 1 });
        const address = {
            kind: "blob" as const,
            serviceUrl: storage.simulator.account("golden").blobEndpoint,
            containerName: "images",
            blobName: "orders.bak",
        };
        const impatient = clients.blob(address, {
            kind: "sharedKey",
            credential: source().credential as never,
            accountKey: "",
        });
        held.push(
            await leaseSource(impatient, {
                what: "it",
                clock: systemClock,
                signal: new AbortController().signal,
                warn: (message) => warnings.push(message),
                timing,
            }),
        );
        storage.simulator.faults.add({ operation: "Lease Blob", status: 503, errorCode: "ServerBusy", times: 3 });
        actions();
        const statuses = () => storage.simulator.requests.of("Lease Blob").map(({ status }) => status);
        await turnUntil(() => statuses().includes(200));
        expect(statuses().slice(0, 4)).toEqual([503, 503, 503, 200]);
        expect(warnings).toEqual([]);
    });

    it("warns once where somebody breaks it, and asks no more", async () => {
        const acquired = await lease();
        await source().getBlobLeaseClient().breakLease(0);
        await turnUntil(() => warnings.length === 1);
        expect(warnings[0]).toMatch(
            /could not renew the lease on the source .*LeaseIsBrokenAndCannotBeRenewed.*the copy goes on, and fails if somebody changes the source/,
        );
        actions();
        await vi.advanceTimersByTimeAsync(4 * timing.renewEveryMilliseconds);
        expect(vi.getTimerCount()).toBe(0);
        expect(actions()).toEqual([]);
        await acquired.release();
        expect(warnings).toHaveLength(1);
    });

    it("leaves alone what somebody else has leased in its place, without another word", async () => {
        const acquired = await lease();
        await source().getBlobLeaseClient().breakLease(0);
        await source().getBlobLeaseClient("8a1b2c3d-0000-4000-8000-1234567890ab").acquireLease(-1);
        await acquired.release();
        expect(await leaseState()).toBe("leased");
        expect(warnings).toEqual([]);
    });

    it("warns where it can't be released", async () => {
        const acquired = await lease();
        const fault = storage.simulator.faults.add({
            operation: "Lease Blob",
            status: 403,
            errorCode: "AuthorizationFailure",
        });
        await acquired.release();
        fault.remove();
        expect(warnings).toEqual([
            expect.stringMatching(/could not release the lease .*403.*it ends by itself within 15 seconds/),
        ]);
    });

    it("is acquired once where the answer to its acquisition is lost", async () => {
        vi.useRealTimers(); // the SDK waits before it asks again
        storage.simulator.faults.add({ operation: "Lease Blob", times: 1, resetAfter: true });
        await lease();
        expect(await leaseState()).toBe("leased");
        expect(warnings).toEqual([]);
    });
});

describe("a source that somebody else has leased", () => {
    it("fails at once where that lease is infinite", async () => {
        await source().getBlobLeaseClient().acquireLease(-1);
        await expect(lease()).rejects.toThrow(
            /could not lease the source .*, on which somebody else has an infinite lease \(lease state leased\): 409 LeaseAlreadyPresent.*leave leaseSource out.*request ID/,
        );
    });

    it("ends the wait for a finite lease with the signal", async () => {
        await source().getBlobLeaseClient().acquireLease(60);
        const stop = new AbortController();
        const waiting = lease({ signal: stop.signal, warn: () => stop.abort() });
        await expect(waiting).rejects.toBeInstanceOf(CopyInterruptedError);
    });
});
