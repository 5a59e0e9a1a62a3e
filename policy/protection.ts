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
        "Names of storage accounts that keep what is overwritten or deleted, by versions or soft delete that the stack does not tell of, or by backups of their shares; * stands for anything.",
    default: [] as readonly string[],
    items: { type: "string" },
} as const;

/** Whether an end is a blob, or a file, in an Azure account. */
export function isInAzureAccount(end: End): boolean {
    const service = known(end.service);
    return (service === "blob" || service === "file") && !(typeof end.host === "string" && isLoopback(end.host));
}

const words = { versioning: "blob versioning", softDelete: "soft delete" };

/** What a destination's account lacks; nothing where one of some protections is there. */
export function lacksProtection(
    copy: Copy,
    stack: Stack,
    protectedAccounts: readonly string[],
    protections: readonly (keyof Protection)[],
): string | undefined {
    const { accountName } = copy.destination;
    if (typeof accountName === "string" && matchesAny(accountName, protectedAccounts)) {
        return undefined;
    }
    if (known(copy.destination.service) === "file") {
        return "nothing in Azure Files keeps a single file's old content";
    }
    const account = stack.account(copy, copy.destination);
    const names = protections.map((protection) => words[protection]).join(" or ");
    if (account) {
        return protections.some((protection) => known(account[protection]))
            ? undefined
            : `the account ${account.resource.name} has no ${names}`;
    }
    const name = known(accountName);
    return name === undefined
        ? `nothing tells which account is at ${known(copy.destination.host)}, or that it has ${names} (accountName tells it)`
        : `nothing tells that the account ${name}, which this stack does not make, has ${names}`;
}
