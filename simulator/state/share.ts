import { createHash } from "node:crypto";
import type { Ticks } from "../clock";
import type { AccessPolicy } from "./accessPolicy";
import type { AccountSettings } from "./accountSettings";
import { Directory } from "./directory";
import type { Lease } from "./lease";
import type { Metadata } from "./properties";

/** The security descriptor of a root directory, which files and directories inherit. */
const INHERITED = "O:SYG:SYD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)(A;OICIIO;FA;;;CO)";

/** A quota that nobody set, in GiB. */
const DEFAULT_QUOTA = 5120;

/** A share as it was when a snapshot of it was taken. */
export interface ShareSnapshot {
    /** When it was made, which is its name: `2019-03-29T18:12:15.6608647Z`. */
    readonly id: string;
    readonly root: Directory;
    readonly modified: Ticks;
    readonly metadata: Metadata | undefined;
    readonly quota: number;
    lease: Lease | undefined;
}

/** A share and its files. */
export class Share {
    metadata: Metadata | undefined = undefined;
    /** Stored access policies. */
    policies: readonly AccessPolicy[] = [];
    /** The lease, if there ever was one. */
    lease: Lease | undefined = undefined;
    /** How large it may grow, in GiB. */
    quota = DEFAULT_QUOTA;
    /** TransactionOptimized, Hot, Cool or Premium. */
    accessTier: string;
    /** When the tier was set. */
    tierChanged: Ticks;
    /** The snapshots, oldest first. */
    snapshots: ShareSnapshot[] = [];
    readonly root: Directory;
    /** Security descriptors in SDDL, by key. */
    private readonly permissions = new Map<string, string>();
    private identities = 0;

    constructor(
        /** The account it is in. */
        readonly account: AccountSettings,
        readonly name: string,
        /** When it was last modified: ETag and Last-Modified in one. */
        public modified: Ticks,
    ) {
        const times = { created: modified, lastWritten: modified, changed: modified };
        const smb = { attributes: "Directory", ...times, permissionKey: this.keepPermission(INHERITED) };
        this.root = new Directory("", "0", "0", smb, modified);
        this.accessTier = account.isPremium ? "Premium" : "TransactionOptimized";
        this.tierChanged = modified;
    }

    /** The ID of a new file or directory. */
    nextId(): string {
        this.identities++;
        return String(0xa000_0000_0000_0000n + BigInt(this.identities) * 0x4000_0000n);
    }

    /** Keeps a security descriptor; gives its key, which is the same for the same one. */
    keepPermission(descriptor: string): string {
        const digest = createHash("sha256").update(descriptor, "utf8").digest();
        const key = `${digest.readBigUInt64LE(0)}*${digest.readBigUInt64LE(8)}`;
        this.permissions.set(key, descriptor);
        return key;
    }

    /** The security descriptor of that key. */
    permission(key: string): string | undefined {
        return this.permissions.get(key);
    }
}
