import { storageError } from "../http/errors";
import type { Account } from "../state/account";

/** What every action begins with. */
const PROVIDER = "Microsoft.Storage/storageAccounts/blobServices/";

/** The built-in roles for blobs with their actions and data actions, without `Microsoft.Storage/storageAccounts/blobServices/`. */
const BUILT_IN_ROLES = {
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

/** A built-in role for blobs, by its name. */
export type BuiltInRole = keyof typeof BUILT_IN_ROLES;

/** The names of the built-in roles. */
export const BUILT_IN_ROLE_NAMES = Object.keys(BUILT_IN_ROLES) as readonly BuiltInRole[];

/** How a role is assigned. */
export interface RoleAssignmentOptions {
    /** The container that the role is for. @default the whole account */
    readonly container?: string;
    /** How long it takes until the role counts, in seconds of the simulator's clock. @default 0 */
    readonly effectiveAfterSeconds?: number;
}

/** A role that a principal has in an account or a container of it. */
export interface RoleAssignment {
    /** The object ID of the principal. */
    readonly objectId: string;
    readonly actions: readonly string[];
    readonly container?: string;
    /** From when on it counts, in milliseconds. */
    readonly effectiveAt: number;
}

/** The actions of a built-in role, or of a custom role as its definition lists them: with their provider, `*` for any. */
export function actionsOf(role: BuiltInRole | readonly string[]): readonly string[] {
    if (typeof role !== "string") {
        return role;
    }
    if (!(role in BUILT_IN_ROLES)) {
        throw new Error(`role must be one of ${BUILT_IN_ROLE_NAMES.join(", ")} or a list of actions, got "${role}"`);
    }
    return BUILT_IN_ROLES[role].map((action) => PROVIDER + action);
}

/**
 * Throws 403 AuthorizationPermissionMismatch unless the principal's roles allow all that is needed. An entry is one action,
 * without its provider, or several that will do, parted by `|`.
 */
export function checkRoles(
    { account, container, now }: { readonly account: Account; readonly container?: string; readonly now: number },
    objectId: string,
    needed: readonly string[],
): void {
    const actions = account.roleAssignments
        .filter((each) => each.objectId === objectId && each.effectiveAt <= now)
        .filter((each) => each.container === undefined || each.container === container)
        .flatMap((each) => each.actions);
    const allowed = (wanted: string) => actions.some((action) => covers(action, PROVIDER + wanted));
    if (!needed.every((entry) => entry.split("|").some(allowed))) {
        throw storageError("AuthorizationPermissionMismatch");
    }
}

function covers(action: string, wanted: string): boolean {
    const pattern = action.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${pattern.join(".*")}$`, "i").test(wanted);
}
