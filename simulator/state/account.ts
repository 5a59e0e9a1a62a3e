import { randomBytes } from "node:crypto";
import BTree from "sorted-btree";
import { checkGuid, DEFAULT_TENANT_ID } from "../entra/principals";
import type { AccountSettings } from "./accountSettings";
import type { Container } from "./container";
import type { RoleAssignment } from "./roleAssignment";
import type { Share } from "./share";

/** The kinds of account that hold blobs. */
export type AccountKind = "StorageV2" | "BlobStorage" | "BlockBlobStorage" | "Storage";

/** Where the copies of an account may come from. */
export type AllowedCopyScope = "AAD" | "PrivateLink";

/** What an account is made of. */
export interface AccountOptions {
    /** 3 to 24 lower-case letters and digits. */
    readonly name: string;
    /** The first key, in Base64. @default random */
    readonly key?: string;
    /** The second key, in Base64. @default random */
    readonly secondaryKey?: string;
    /** Whether containers of the account may be public. @default false */
    readonly allowBlobPublicAccess?: boolean;
    /** Whether account keys, and SAS signed with them, authorize. @default true */
    readonly allowSharedKeyAccess?: boolean;
    /** The Microsoft Entra tenant whose tokens the account takes. @default the simulator's own */
    readonly tenantId?: string;
    /**
     * Where copies may come from: accounts of the same Microsoft Entra tenant (`AAD`), or accounts with a private endpoint in the
     * same virtual network (`PrivateLink`). @default anywhere
     */
    readonly allowedCopyScope?: AllowedCopyScope;
    /** The virtual networks in which the account has a private endpoint, by any names. @default none */
    readonly privateEndpoints?: readonly string[];
    /** The account's kind. @default "StorageV2" */
    readonly kind?: AccountKind;
    /** The account's SKU; one that begins with `Premium` holds page blobs alone, with tiers of their own, unless the kind is `BlockBlobStorage`. @default "Standard_LRS" */
    readonly sku?: string;
    /** Whether it has a hierarchical namespace: no page blobs, tags, snapshots, versions or seals. Folders aren't simulated. @default false */
    readonly hierarchicalNamespace?: boolean;
    /** The tier of blobs that have none of their own. @default "Hot" */
    readonly accessTier?: "Hot" | "Cool" | "Cold";
    /** How long a copy from another account or from outside stays pending, in seconds. @default the simulator's copySeconds */
    readonly copySeconds?: number;
    /** Whether every write of a blob keeps the version before it. @default false */
    readonly versioning?: boolean;
    /** For how many days (1 to 365) deleted blobs, snapshots and versions can be restored. @default 0: not at all */
    readonly softDeleteDays?: number;
    /** Whether soft-deleted snapshots and versions may be deleted for good (deletetype=permanent). @default false */
    readonly allowPermanentDelete?: boolean;
    /** The region: an archived blob is copied only between accounts of one region. @default "eastus" */
    readonly region?: string;
}

/** A simulated storage account. */
export class Account implements AccountSettings {
    readonly name: string;
    /** Both keys, in Base64. */
    keys: readonly [string, string];
    readonly allowBlobPublicAccess: boolean;
    readonly allowSharedKeyAccess: boolean;
    readonly tenantId: string;
    readonly allowedCopyScope: AllowedCopyScope | undefined;
    readonly privateEndpoints: readonly string[];
    /** What user delegation keys are made from. */
    readonly delegationSecret = randomBytes(32);
    /** The roles that principals have in the account. */
    roleAssignments: RoleAssignment[] = [];
    readonly kind: AccountKind;
    readonly sku: string;
    readonly hierarchicalNamespace: boolean;
    readonly accessTier: string;
    readonly copySeconds: number;
    readonly versioning: boolean;
    readonly softDeleteDays: number;
    readonly allowPermanentDelete: boolean;
    readonly region: string;
    /** The containers, sorted by name. */
    readonly containers = new BTree<string, Container>();
    /** The shares, sorted by name. */
    readonly shares = new BTree<string, Share>();

    constructor(options: AccountOptions, copySeconds: number) {
        if (!/^[a-z0-9]{3,24}$/.test(options.name)) {
            throw new Error(`account name must be 3 to 24 lower-case letters and digits, got "${options.name}"`);
        }
        this.name = options.name;
        this.keys = [accountKey(options.key), accountKey(options.secondaryKey)];
        this.allowBlobPublicAccess = options.allowBlobPublicAccess ?? false;
        this.allowSharedKeyAccess = options.allowSharedKeyAccess ?? true;
        this.tenantId = options.tenantId === undefined ? DEFAULT_TENANT_ID : checkGuid("tenantId", options.tenantId);
        this.allowedCopyScope = options.allowedCopyScope;
        this.privateEndpoints = options.privateEndpoints ?? [];
        this.kind = options.kind ?? "StorageV2";
        this.sku = options.sku ?? "Standard_LRS";
        this.hierarchicalNamespace = options.hierarchicalNamespace ?? false;
        this.accessTier = options.accessTier ?? "Hot";
        this.copySeconds = options.copySeconds ?? copySeconds;
        this.versioning = options.versioning ?? false;
        this.softDeleteDays = options.softDeleteDays ?? 0;
        this.allowPermanentDelete = options.allowPermanentDelete ?? false;
        this.region = options.region ?? "eastus";
        this.checkTogether();
    }

    /** Refuses settings that no account has together, or at all. */
    private checkTogether(): void {
        if (this.hierarchicalNamespace && this.versioning) {
            throw new Error("an account with a hierarchical namespace has no versions: leave versioning out");
        }
        if (this.hierarchicalNamespace && this.kind !== "StorageV2" && this.kind !== "BlockBlobStorage") {
            throw new Error(`an account of kind ${this.kind} has no hierarchical namespace`);
        }
        if (!Number.isInteger(this.softDeleteDays) || this.softDeleteDays < 0 || this.softDeleteDays > 365) {
            throw new RangeError(`softDeleteDays must be a whole number from 0 to 365, got ${this.softDeleteDays}`);
        }
    }

    regenerateKey(keyName: "key1" | "key2"): void {
        const [key1, key2] = this.keys;
        this.keys = keyName === "key1" ? [accountKey(undefined), key2] : [key1, accountKey(undefined)];
    }

    /** Whether page blobs have premium tiers (P10 and so on). */
    get isPremium(): boolean {
        return this.sku.startsWith("Premium") && this.kind !== "BlockBlobStorage";
    }

    /** Whether block blobs have tiers at all. */
    get hasTiers(): boolean {
        return this.kind !== "Storage" && !this.sku.startsWith("Premium");
    }
}

function accountKey(key: string | undefined): string {
    if (key === undefined) {
        return randomBytes(64).toString("base64");
    }
    if (key === "" || Buffer.from(key, "base64").toString("base64") !== key) {
        throw new Error("account key must be Base64");
    }
    return key;
}
