import type { Principal } from "../entra/principals";

/** The permissions and overrides of a verified SAS. */
export interface SasGrant {
    /** An account SAS covers services and resource types; a service SAS one container, blob, snapshot or version, share or file. */
    readonly kind: "account" | "service";
    /** Permission letters, those of the stored access policy included. */
    readonly permissions: string;
    /** Resource types of an account SAS: `s`, `c`, `o`. */
    readonly resourceTypes: string;
    /** What a service SAS is for: `b`, `bs`, `bv` or `c`; `f` or `s` in Azure Files. */
    readonly resource: string;
    /** When it ends, in milliseconds. */
    readonly expires: number;
    /** Response headers that it sets: rscc, rscd, rsce, rscl, rsct. */
    readonly overrides: Readonly<Record<string, string>>;
    /** Of a user delegation SAS: the object ID of the principal whose roles limit what it grants. */
    readonly delegator?: string;
}

/** Who asks, once that is verified. */
export type Identity =
    | { readonly kind: "key" }
    | { readonly kind: "sas"; readonly grant: SasGrant }
    | { readonly kind: "bearer"; readonly principal: Principal }
    | { readonly kind: "anonymous" };
