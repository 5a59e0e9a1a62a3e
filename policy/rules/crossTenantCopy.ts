import type { Copy, End } from "../copies/copy";
import { known, Unknown } from "../known";
import { crossesAccounts } from "../regions";
import { defineRule } from "../rule";

type Tenants = Readonly<Record<string, string>>;

/** Copies between Microsoft Entra tenants. */
export const crossTenantCopy = defineRule({
    name: "cross-tenant-copy",
    description: "A copy must stay within its Microsoft Entra tenant, unless it is acknowledged that it leaves it.",
    reason: "Data that leaves a tenant leaves its access rules, its audit log and its owners.",
    fix: "Copy within the tenant, or set acknowledgeCrossTenant to true or to the reason; exempt other resources by name.",
    url: "https://learn.microsoft.com/azure/storage/common/security-restrict-copy-operations",
    enforcementLevel: "mandatory",
    severity: "high",
    settings: {
        tenants: {
            type: "object",
            description:
                'Tenant IDs of storage accounts, by account name: {"contosogolden": "11111111-…"}. A tenantId given at an end of a copy goes first, one of an account\'s explicit provider last.',
            default: {} as Tenants,
            additionalProperties: { type: "string" },
        },
    },
    reads: ["source", "destination"],
    *checkCopy(copy, { tenants }) {
        const [from, to] = [copy.source, copy.destination].map((end) => givenTenant(end, tenants));
        if (from !== undefined && to !== undefined && crossesAccounts(copy) && !known(copy.acknowledgeCrossTenant)) {
            yield* difference(copy, from, to);
        }
    },
    *checkInStack(copy, stack, { tenants }) {
        const ends = [copy.source, copy.destination];
        const told = ends.map((end) => givenTenant(end, tenants));
        if (told.includes(undefined) && crossesAccounts(copy, stack) && !known(copy.acknowledgeCrossTenant)) {
            const [from, to] = ends.map(
                (end) => givenTenant(end, tenants) ?? known(stack.account(copy, end)?.tenantId),
            );
            yield* difference(copy, from, to);
        }
    },
});

function givenTenant(end: End, tenants: Tenants): string | undefined {
    return known(end.tenantId) ?? (end.accountName instanceof Unknown ? undefined : tenants[end.accountName ?? ""]);
}

function* difference({ source, destination }: Copy, from: string | undefined, to: string | undefined) {
    if (from !== undefined && to !== undefined && from.toLowerCase() !== to.toLowerCase()) {
        yield `${source.property} is in the tenant ${from}, ${destination.property} in ${to}`;
    }
}
