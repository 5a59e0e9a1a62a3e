import { BUILT_IN_ROLE_NAMES, type BuiltInRole } from "./auth/roles";
import type { Principal } from "./entra/principals";
import type { Named } from "./mainSecrets";
import type { Simulator } from "./simulator";
import { UsageError } from "./usageError";

/** Adds the principals; gives them by the names that --role knows them by, and as they are printed. */
export function addPrincipals({ entra }: Simulator, applications: readonly Named[], managedIdentity: boolean) {
    const byName = new Map<string, Principal>();
    const added = applications.map(({ name: clientId, secret }) => {
        const principal = entra.addServicePrincipal({ clientId, clientSecret: secret });
        byName.set(clientId, principal);
        const { tenantId, objectId, clientSecret } = principal;
        return { tenantId, clientId, objectId, clientSecret, environment: entra.environment(principal) };
    });
    const identity = managedIdentity ? entra.addManagedIdentity() : undefined;
    if (identity) {
        byName.set("managed-identity", identity);
    }
    const printed = {
        servicePrincipals: added.length > 0 ? added : undefined,
        managedIdentity: identity && { ...identity, environment: entra.environment(identity) },
    };
    return { byName, printed };
}

/** A role to be assigned: --role. */
export interface Role {
    readonly account: string;
    readonly principal: string;
    readonly role: BuiltInRole;
}

/** Takes `ACCOUNT/WHO=ROLE` apart. */
export function parseRole(text: string): Role {
    const parts = /^([^/=]+)\/([^/=]+)=(.+)$/.exec(text);
    const role = BUILT_IN_ROLE_NAMES.find((name) => name === parts?.[3]);
    if (!parts || !role) {
        throw new UsageError(
            `--role must be ACCOUNT/WHO=ROLE, with one of the roles ${BUILT_IN_ROLE_NAMES.join(", ")}, got "${text}"`,
        );
    }
    return { account: parts[1]!, principal: parts[2]!, role };
}

/** Assigns a role to one of the principals that were added. */
export function assignRole(
    simulator: Simulator,
    { account, principal, role }: Role,
    byName: Map<string, Principal>,
): void {
    const found = byName.get(principal);
    if (!found) {
        throw new UsageError(
            `--role is for "${principal}", which isn't among --service-principal and --managed-identity`,
        );
    }
    simulator.account(account).assignRole(found, role);
}
