/** A stored access policy. */
export interface AccessPolicy {
    readonly id: string;
    readonly start?: string;
    readonly expiry?: string;
    readonly permissions?: string;
}
