// What identities in Microsoft Entra ID are named by, wherever a program or a stack names them.

/** What a text must look like, and how that is said. */
export interface TextRule {
    readonly allowed: RegExp;
    readonly words: string;
}

/** A GUID, as IDs in Microsoft Entra ID are. */
export const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A tenant. */
export const tenantRule: TextRule = { allowed: /^[a-z0-9.-]+$/i, words: "must be a tenant's ID or domain name" };

/** An application, or a user-assigned managed identity. */
export const clientRule: TextRule = {
    allowed: guid,
    words: "must be an application's ID, such as 00000000-0000-0000-0000-000000000000",
};
