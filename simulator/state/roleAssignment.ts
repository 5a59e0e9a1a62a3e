/** A role that a principal has in an account, or a container or share of it. */
export interface RoleAssignment {
    /** The object ID of the principal. */
    readonly objectId: string;
    readonly actions: readonly string[];
    readonly container?: string;
    readonly share?: string;
    /** From when on it counts, in milliseconds. */
    readonly effectiveAt: number;
}
