// Whether what is overwritten or deleted at a destination can be brought back.

import type { Protection } from "./accounts/account";
import { isLoopback } from "./address";
import type { Copy, End } from "./copies/copy";
import { known } from "./known";
import { matchesAny } from "./patterns";
import type { Stack } from "./stack";

/** The setting by which users tell of accounts outside the stack. */
export const protectedAccountsSetting = {
    type: "array",
    description:
        "Names of storage accounts outside the stack that keep versions or deleted blobs; * stands for anything.",
    default: [] as readonly string[],
    items: { type: "string" },
} as const;

/** Whether an end is a blob in an Azure account, where these protections are. */
export function isInAzureAccount(end: End): boolean {
    return known(end.service) === "blob" && !(typeof end.host === "string" && isLoopback(end.host));
}

const words = { versioning: "blob versioning", softDelete: "soft delete" };

/** What a destination's account lacks; nothing where one of some protections is there. */
export function lacksProtection(
    copy: Copy,
    stack: Stack,
    protectedAccounts: readonly string[],
    protections: readonly (keyof Protection)[],
): string | undefined {
    const account = stack.account(copy, copy.destination);
    const names = protections.map((protection) => words[protection]).join(" or ");
    if (account) {
        return protections.some((protection) => known(account[protection]))
            ? undefined
            : `the account ${account.resource.name} has no ${names}`;
    }
    const name = known(copy.destination.accountName);
    if (name === undefined || matchesAny(name, protectedAccounts)) {
        return undefined;
    }
    return `nothing tells that the account ${name}, which this stack does not make, has ${names}`;
}
