import type { StorageService } from "../http/address";
import { storageError } from "../http/errors";
import type { Account } from "../state/account";

/** What every action begins with, by service. */
const PROVIDERS = {
    blob: "Microsoft.Storage/storageAccounts/blobServices/",
    file: "Microsoft.Storage/storageAccounts/fileServices/",
} as const;

/** The built-in roles for blobs with their actions and data actions, without `Microsoft.Storage/storageAccounts/blobServices/`. */
const BLOB_ROLES = {
    "Storage Blob Data Reader": ["containers/read", "generateUserDelegationKey/action", "containers/blobs/read"],
    "Storage Blob Data Contributor": [
        "containers/delete",
        "containers/read",
        "containers/write",
        "generateUserDelegationKey/action",
        "containers/blobs/delete",
        "containers/blobs/read",
        "containers/blobs/write",
        "containers/blobs/move/action",
        "containers/blobs/add/action",
    ],
    "Storage Blob Data Owner": ["containers/*", "generateUserDelegationKey/action", "containers/blobs/*"],
    "Storage Blob Delegator": ["generateUserDelegationKey/action"],
} as const;

/** The built-in roles for files that REST goes by, without `Microsoft.Storage/storageAccounts/fileServices/`. Unlike those for blobs none of them may delegate. */
const FILE_ROLES = {
    "Storage File Data Privileged Reader": ["fileshares/files/read", "readFileBackupSemantics/action"],
    "Storage File Data Privileged Contributor": [
        "fileshares/files/read",
        "fileshares/files/write",
        "fileshares/files/delete",
        "fileshares/files/modifypermissions/action",
        "readFileBackupSemantics/action",
        "writeFileBackupSemantics/action",
    ],
    "Storage File Delegator": ["generateUserDelegationKey/action"],
} as const;

/** A built-in role for blobs or files, by its name. */
export type BuiltInRole = keyof typeof BLOB_ROLES | keyof typeof FILE_ROLES;

const BUILT_IN_ROLES: Readonly<Record<BuiltInRole, readonly string[]>> = {
    ...withProvider(BLOB_ROLES, "blob"),
    ...withProvider(FILE_ROLES, "file"),
};

function withProvider<Role extends string>(
    roles: Readonly<Record<Role, readonly string[]>>,
    service: StorageService,
): Record<Role, readonly string[]> {
    const entries = Object.entries<readonly string[]>(roles);
    const whole = entries.map(([role, actions]) => [role, actions.map((action) => PROVIDERS[service] + action)]);
    return Object.fromEntries(whole) as Record<Role, readonly string[]>;
}

/** The names of the built-in roles. */
export const BUILT_IN_ROLE_NAMES = Object.keys(BUILT_IN_ROLES) as readonly BuiltInRole[];

/** How a role is assigned. */
export interface RoleAssignmentOptions {
    /** The container that the role is for. @default the whole account */
    readonly container?: string;
    /** The share that the role is for. @default the whole account */
    readonly share?: string;
    /** How long it takes until the role counts, in seconds of the simulator's clock. @default 0 */
    readonly effectiveAfterSeconds?: number;
}

/** The actions of a built-in role, or of a custom role as its definition lists them: with their provider, `*` for any. */
export function actionsOf(role: BuiltInRole | readonly string[]): readonly string[] {
    if (typeof role !== "string") {
        return role;
    }
    if (!(role in BUILT_IN_ROLES)) {
        throw new Error(`role must be one of ${BUILT_IN_ROLE_NAMES.join(", ")} or a list of actions, got "${role}"`);
    }
    return BUILT_IN_ROLES[role];
}

/** What a role must be for. */
export interface RoleScope {
    readonly account: Account;
    readonly service: StorageService;
    readonly container?: string;
    readonly share?: string;
    readonly now: number;
}

/**
 * Throws 403 AuthorizationPermissionMismatch unless the principal's roles allow all that is needed. An entry is one action,
 * without its provider, or several that will do, parted by `|`.
 */
export function checkRoles(scope: RoleScope, objectId: string, needed: readonly string[]): void {
    const actions = scope.account.roleAssignments
        .filter((each) => each.objectId === objectId && each.effectiveAt <= scope.now)
        .filter(
            ({ container, share }) =>
                (container === undefined && share === undefined) ||
                (container === scope.container && share === scope.share),
        )
        .flatMap((each) => each.actions);
    const allowed = (wanted: string) => actions.some((action) => covers(action, PROVIDERS[scope.service] + wanted));
    if (!needed.every((entry) => entry.split("|").some(allowed))) {
        throw storageError("AuthorizationPermissionMismatch");
    }
}

function covers(action: string, wanted: string): boolean {
    const pattern = action.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${pattern.join(".*")}$`, "i").test(wanted);
}
