/** The state of a lease, as the x-ms-lease-state header spells it. */
export type LeaseStateName = "available" | "leased" | "expired" | "breaking" | "broken";

/** A lease. Its state isn't stored: it follows from the times and the clock. */
export interface Lease {
    readonly id: string;
    /** Seconds; -1 is infinite. */
    readonly duration: number;
    /** When it runs out, in milliseconds; infinite for an infinite lease. */
    readonly expires: number;
    /** When its break period is over, if it was broken. */
    readonly breaks?: number;
}

/** The state of a lease at a moment. */
export function leaseState(lease: Lease | undefined, now: number): LeaseStateName {
    if (!lease) {
        return "available";
    }
    if (lease.breaks !== undefined) {
        return now < lease.breaks ? "breaking" : "broken";
    }
    return now < lease.expires ? "leased" : "expired";
}

/** Whether a lease in that state locks the blob. */
export function isLocked(state: LeaseStateName): boolean {
    return state === "leased" || state === "breaking";
}
