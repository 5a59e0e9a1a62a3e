import type { ResourceInfo } from "../copies/copy";
import { type Maybe, type Properties, Unknown } from "../known";

/** A storage account that the stack itself makes, as far as rules ask. */
export interface Account {
    readonly resource: ResourceInfo;
    readonly name: Maybe<string>;
    readonly region: Maybe<string>;
    readonly tenantId: Maybe<string>;
    readonly accessTier: Maybe<string>;
    readonly allowsSharedKey: Maybe<boolean>;
    readonly allowsPublicBlobs: Maybe<boolean>;
    readonly copyScope: Maybe<string>;
    readonly versioning: Maybe<boolean>;
    readonly softDelete: Maybe<boolean>;
}

/** A resource in its stack: what it is made of, and what each of its properties comes from. */
export interface StackResource extends ResourceInfo {
    readonly properties: Properties;
    readonly providerProperties: Properties;
    readonly dependencies: readonly string[];
    readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
}

/** Reads one provider's resources around a storage account. */
export interface AccountReader {
    /** The account's own resource. */
    readonly isAccount: (type: string) => boolean;
    readonly readAccount: (resource: StackResource) => Account;
    /** What another resource says of the account's protection; nothing where it is about something else. */
    readonly readProtection?: (resource: StackResource) => Protection | undefined;
    readonly isContainer: (type: string) => boolean;
    /** The input by which the other resources here name their account. */
    readonly accountInput: string;
    /** The input by which they name a container, and what their own name is called there. */
    readonly readContainer: (resource: StackResource) => ContainerNames;
    /** Whether a resource makes a whole container immutable: a policy or a legal hold of container level. */
    readonly isContainerImmutability: (type: string) => boolean;
    readonly containerInput: string;
    /** The lifecycle rules of an account that a resource sets; nothing where it is about something else. */
    readonly readLifecycle: (resource: StackResource) => readonly LifecycleRule[] | undefined;
}

/** How what is overwritten or deleted in an account can be brought back. */
export type Protection = Pick<Account, "versioning" | "softDelete">;

export interface ContainerNames {
    readonly name: Maybe<string>;
}

/** What one lifecycle rule does, in days; absent where it doesn't. */
export interface LifecycleRule {
    /** What the names of its blobs begin with, container first; absent or empty for all of them. */
    readonly prefixes: Maybe<readonly unknown[]>;
    readonly deleteAfterDays: Maybe<number>;
    readonly archiveAfterDays: Maybe<number>;
}

/** The smallest of some numbers; unknown if one of them is. */
export function soonest(days: readonly Maybe<number>[]): Maybe<number> {
    const numbers = days.filter((one): one is number => typeof one === "number" && one >= 0);
    return days.find((one) => one instanceof Unknown) ?? (numbers.length > 0 ? Math.min(...numbers) : undefined);
}
