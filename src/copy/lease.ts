/** The lease that a write must name where the blob has one. */
export interface Lease {
    readonly leaseId?: string;
}
