/** The account's settings that its containers and shares go by. */
export interface AccountSettings {
    /** Whether every write of a blob keeps the version before it. */
    readonly versioning: boolean;
    /** For how many days deleted blobs, snapshots and versions can be restored; 0: not at all. */
    readonly softDeleteDays: number;
    /** Whether page blobs have premium tiers (P10 and so on). */
    readonly isPremium: boolean;
}
