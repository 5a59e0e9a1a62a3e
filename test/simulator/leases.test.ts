import type { BlockBlobClient } from "@azure/storage-blob";
import { beforeEach, describe, expect, test } from "vitest";
import type { ManualClock } from "../../simulator";
import { containerOf, failure, simulate } from "./support/simulate";

const A = "11111111-1111-1111-1111-111111111111";
const B = "22222222-2222-2222-2222-222222222222";
const C = "33333333-3333-3333-3333-333333333333";

let blob: BlockBlobClient;
let clock: ManualClock;

beforeEach(async () => {
    const simulated = await simulate();
    clock = simulated.clock;
    blob = containerOf(simulated.golden).getBlockBlobClient("a");
    await blob.upload("x", 1);
});

const lease = (id = A) => blob.getBlobLeaseClient(id);
const write = (leaseId?: string) => blob.setMetadata({ at: "now" }, { conditions: { leaseId } });
const read = (leaseId?: string) => blob.getProperties({ conditions: { leaseId } });
const code = async (promise: Promise<unknown>) => (await failure(promise)).code;
const stateOf = async () => (await blob.getProperties()).leaseState;

/** Brings the blob's lease into a state, by lease ID A. */
const STATES = {
    available: async () => {},
    leased: async () => void (await lease().acquireLease(15)),
    breaking: async () => {
        await lease().acquireLease(60);
        await lease().breakLease(30);
    },
    broken: async () => {
        await lease().acquireLease(-1);
        await lease().breakLease(0);
    },
    expired: async () => {
        await lease().acquireLease(15);
        clock.advance(15_000);
    },
};

describe("a write and a read, by lease state and lease ID", () => {
    test.each([
        ["available", "LeaseNotPresentWithBlobOperation", "LeaseNotPresentWithBlobOperation", undefined],
        ["leased", undefined, "LeaseIdMismatchWithBlobOperation", "LeaseIdMissing"],
        ["breaking", undefined, "LeaseIdMismatchWithBlobOperation", "LeaseIdMissing"],
        ["broken", "LeaseLost", "LeaseIdMismatchWithBlobOperation", undefined],
        ["expired", "LeaseLost", "LeaseIdMismatchWithBlobOperation", undefined],
    ] as const)("%s", async (state, withA, withB, without) => {
        await STATES[state]();
        expect(await stateOf()).toBe(state);
        for (const [id, expected] of [
            [A, withA],
            [B, withB],
        ] as const) {
            if (expected) {
                expect([await code(write(id)), await code(read(id))]).toEqual([expected, expected]);
            } else {
                expect([(await write(id))._response.status, (await read(id))._response.status]).toEqual([200, 200]);
            }
        }
        expect((await read())._response.status).toBe(200);
        if (without) {
            expect(await code(write())).toBe(without);
        } else {
            await write();
            expect(await stateOf()).toBe("available");
        }
    });
});

describe("lease operations, by lease state", () => {
    test.each([
        ["available", undefined, undefined],
        ["leased", undefined, "LeaseAlreadyPresent"],
        ["breaking", "LeaseIsBreakingAndCannotBeAcquired", "LeaseAlreadyPresent"],
        ["broken", undefined, undefined],
        ["expired", undefined, undefined],
    ] as const)("acquire on a lease that is %s", async (state, withA, withB) => {
        await STATES[state]();
        if (withB) {
            expect(await code(lease(B).acquireLease(15))).toBe(withB);
        }
        if (withA) {
            expect(await code(lease(A).acquireLease(15))).toBe(withA);
        } else {
            expect((await lease(A).acquireLease(15)).leaseId).toBe(A);
            await lease(A).releaseLease();
            await STATES[state]();
        }
        if (!withB) {
            expect((await lease(B).acquireLease(15)).leaseId).toBe(B);
        }
    });

    test.each([
        ["available", "LeaseIdMismatchWithLeaseOperation"],
        ["leased", undefined],
        ["breaking", "LeaseIsBrokenAndCannotBeRenewed"],
        ["broken", "LeaseIsBrokenAndCannotBeRenewed"],
        ["expired", undefined],
    ] as const)("renew on a lease that is %s", async (state, expected) => {
        await STATES[state]();
        if (expected) {
            expect(await code(lease().renewLease())).toBe(expected);
        } else {
            await lease().renewLease();
            clock.advance(14_000);
            expect(await stateOf()).toBe("leased");
        }
    });

    test("an expired lease can't be renewed once the blob was modified", async () => {
        await STATES.expired();
        await write();
        expect(await code(lease().renewLease())).toBe("LeaseIdMismatchWithLeaseOperation");
    });

    test.each([
        ["available", "LeaseNotPresentWithLeaseOperation"],
        ["leased", undefined],
        ["breaking", "LeaseIsBreakingAndCannotBeChanged"],
        ["broken", "LeaseNotPresentWithLeaseOperation"],
        ["expired", "LeaseNotPresentWithLeaseOperation"],
    ] as const)("change on a lease that is %s", async (state, expected) => {
        await STATES[state]();
        if (expected) {
            expect(await code(lease().changeLease(B))).toBe(expected);
        } else {
            await lease().changeLease(B);
            expect((await lease(A).changeLease(B)).leaseId).toBe(B);
            expect(await code(lease(A).changeLease(C))).toBe("LeaseIdMismatchWithLeaseOperation");
            expect((await write(B))._response.status).toBe(200);
        }
    });

    test.each(["leased", "breaking", "broken", "expired"] as const)("release on a lease that is %s", async (state) => {
        await STATES[state]();
        expect(await code(lease(B).releaseLease())).toBe("LeaseIdMismatchWithLeaseOperation");
        await lease().releaseLease();
        expect(await stateOf()).toBe("available");
        expect(await code(lease().releaseLease())).toBe("LeaseIdMismatchWithLeaseOperation");
        expect(await code(lease().breakLease(0))).toBe("LeaseNotPresentWithLeaseOperation");
    });

    test("breaking takes the shorter of the break period and what is left of a fixed lease", async () => {
        await lease().acquireLease(15);
        clock.advance(5000);
        expect((await lease().breakLease(60)).leaseTime).toBe(10);
        expect((await lease().breakLease(3)).leaseTime).toBe(3);
        clock.advance(3000);
        expect(await stateOf()).toBe("broken");
        expect((await lease().breakLease(60)).leaseTime).toBe(0);
    });

    test("an infinite lease never expires, and breaks at once without a period", async () => {
        await lease().acquireLease(-1);
        clock.advance(1e12);
        expect(await blob.getProperties()).toMatchObject({ leaseState: "leased", leaseDuration: "infinite" });
        await lease().breakLease(undefined as never);
        expect(await stateOf()).toBe("broken");
    });

    test("fails for a duration or a lease ID that isn't one", async () => {
        expect(await code(lease().acquireLease(14))).toBe("InvalidHeaderValue");
        expect(await code(lease().acquireLease(61))).toBe("InvalidHeaderValue");
        expect(await code(lease("mine").acquireLease(15))).toBe("InvalidHeaderValue");
    });

    test("leases change neither ETag nor Last-Modified", async () => {
        const before = await blob.getProperties();
        clock.advance(5000);
        await lease().acquireLease(15);
        const after = await blob.getProperties();
        expect([after.etag, after.lastModified]).toEqual([before.etag, before.lastModified]);
    });

    test("all writes of a leased blob need its lease ID", async () => {
        await lease().acquireLease(-1);
        const missing = { status: 412, code: "LeaseIdMissing" };
        expect(await failure(blob.upload("y", 1))).toEqual(missing);
        expect(await failure(blob.stageBlock("AAAA", "y", 1))).toEqual(missing);
        expect(await failure(blob.setHTTPHeaders({}))).toEqual(missing);
        expect(await failure(blob.setTags({ a: "b" }))).toEqual(missing);
        expect(await failure(blob.delete())).toEqual(missing);
        await blob.upload("y", 1, { conditions: { leaseId: A } });
        expect(await stateOf()).toBe("leased");
        await blob.delete({ conditions: { leaseId: A } });
    });

    test("LeaseIdMissing beats If-None-Match: *", async () => {
        await lease().acquireLease(-1);
        expect(await code(blob.upload("y", 1, { conditions: { ifNoneMatch: "*" } }))).toBe("LeaseIdMissing");
    });
});

test("an archived blob is not leased", async () => {
    await blob.setAccessTier("Archive");
    expect(await failure(lease().acquireLease(15))).toEqual({ status: 409, code: "BlobArchived" });
});
