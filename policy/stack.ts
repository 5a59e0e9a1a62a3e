// A stack as the rules see it: its copies, and the accounts and containers around them.

import type { Account, AccountReader, LifecycleRule, Protection, StackResource } from "./accounts/account";
import { azureAccounts } from "./accounts/azure";
import { azureNativeAccounts } from "./accounts/azureNative";
import { containerKey, placeKeyOf } from "./address";
import type { Copy, End } from "./copies/copy";
import { known, type Maybe, Unknown, UnknownValue } from "./known";

const accountReaders: readonly AccountReader[] = [azureNativeAccounts, azureAccounts];

/** A container of which every blob is immutable, whichever account it is in. */
interface ImmutableContainer {
    readonly account: Account | undefined;
    /** The account's name, which tells it where the stack does not make it. */
    readonly accountName: string | undefined;
    readonly name: Maybe<string>;
    readonly resource: StackResource;
}

/** What a stack makes, by what rules ask for. */
export class Stack {
    private readonly resources: ReadonlyMap<string, StackResource>;
    private readonly accounts = new Map<string, Account>();
    private readonly lifecycles = new Map<string, LifecycleRule[]>();
    private readonly immutable: ImmutableContainer[] = [];
    private readonly destinations = new Map<string, Copy[]>();
    /** The same, by the stack's own accounts, whose names a preview may not know. */
    private readonly ownDestinations = new Map<string, Copy[]>();
    private readonly trees = new Map<string, Copy[]>();
    private readonly containers = new Map<string, Copy[]>();
    private readonly writers = new Map<End, readonly Copy[]>();

    constructor(
        readonly copies: readonly Copy[],
        resources: readonly StackResource[],
    ) {
        this.resources = new Map(resources.map((resource) => [resource.urn, resource]));
        for (const resource of resources) {
            const reader = accountReaders.find(({ isAccount }) => isAccount(resource.type));
            if (reader) {
                this.accounts.set(resource.urn, reader.readAccount(resource));
            }
        }
        for (const resource of resources) {
            this.readAround(resource);
        }
        for (const copy of copies) {
            this.index(copy);
        }
    }

    private readAround(resource: StackResource): void {
        for (const reader of accountReaders) {
            const protection = reader.readProtection?.(resource);
            if (protection) {
                this.protect(this.accountNamedBy(resource, reader.accountInput), protection);
            }
            const lifecycle = reader.readLifecycle(resource);
            if (lifecycle) {
                const account = this.accountNamedBy(resource, reader.accountInput, "storageAccountId");
                const urn = account?.resource.urn ?? "";
                this.lifecycles.set(urn, [...(this.lifecycles.get(urn) ?? []), ...lifecycle]);
            }
            if (reader.isContainerImmutability(resource.type)) {
                this.readImmutability(resource, reader);
            }
        }
    }

    private readImmutability(resource: StackResource, reader: AccountReader): void {
        const container = this.containerNamedBy(resource, reader);
        const { accountInput, containerInput } = reader;
        const account = container
            ? this.accountNamedBy(container, accountInput, "storageAccountId")
            : this.accountNamedBy(resource, accountInput, containerInput);
        const given = resource.properties[containerInput];
        const name = container ? reader.readContainer(container).name : lastName(given, "containers");
        this.immutable.push({
            account,
            accountName: accountNameOf(container ?? resource, accountInput, "storageAccountId", containerInput),
            name: given instanceof Unknown && !container ? given : name,
            resource,
        });
    }

    private protect(account: Account | undefined, protection: Protection): void {
        if (account) {
            this.accounts.set(account.resource.urn, { ...account, ...protection });
        }
    }

    /** The account that a resource's input leads to: by its name, or by what the input comes from. */
    private accountNamedBy(resource: StackResource, ...inputs: string[]): Account | undefined {
        for (const input of inputs) {
            const linked = this.linked(resource, [input]);
            const name = lastName(resource.properties[input], "storageAccounts");
            const found = linked.length === 1 ? linked[0] : name && this.accountByName(name);
            if (found) {
                return found;
            }
        }
        return undefined;
    }

    private containerNamedBy(resource: StackResource, reader: AccountReader): StackResource | undefined {
        const urns = resource.propertyDependencies[reader.containerInput] ?? [];
        return urns
            .map((urn) => this.resources.get(urn))
            .find((one) => one !== undefined && reader.isContainer(one.type));
    }

    private accountByName(name: string): Account | undefined {
        return [...this.accounts.values()].find((account) => account.name === name);
    }

    /** The accounts that some inputs of a resource come from, also by way of a container. */
    private linked(resource: StackResource, inputs: readonly string[]): Account[] {
        const found = new Set<Account>();
        for (const urn of inputs.flatMap((input) => resource.propertyDependencies[input] ?? [])) {
            const account = this.accounts.get(urn);
            const container = this.resources.get(urn);
            const reader = container && accountReaders.find(({ isContainer }) => isContainer(container.type));
            const account2 =
                account ?? (reader && this.accountNamedBy(container, reader.accountInput, "storageAccountId"));
            if (account2) {
                found.add(account2);
            }
        }
        return [...found];
    }

    /**
     * The account at one end of a copy, where this stack makes it.
     * @throws UnknownValue where the account's name is not known, and nothing else tells
     */
    account(copy: Copy, end: End): Account | undefined {
        if (typeof end.accountName === "string") {
            const byName = this.accountByName(end.accountName);
            if (byName) {
                return byName;
            }
        }
        const resource = this.resources.get(copy.resource.urn);
        const linked = resource ? this.linked(resource, end.inputs) : [];
        const possible = linked.filter(({ name }) => name instanceof Unknown || name === end.accountName);
        // A custom domain, or an IP address, doesn't name the account that it leads to.
        const candidates = typeof end.accountName === "string" ? possible : linked;
        if (candidates.length === 1) {
            return candidates[0];
        }
        known(end.accountName);
        return undefined;
    }

    /** The lifecycle rules of an account that are for what is at an end of a copy. */
    lifecycleOf(account: Account, end: End): readonly LifecycleRule[] {
        const rules = this.lifecycles.get(account.resource.urn) ?? [];
        return rules.filter(({ prefixes }) => isUnder(end, known(prefixes) ?? []));
    }

    /** The resource that makes an end's whole container immutable. A share is none. */
    immutabilityOf(copy: Copy, end: End): StackResource | undefined {
        if (this.immutable.length === 0 || known(end.service) !== "blob") {
            return undefined;
        }
        const account = this.account(copy, end);
        const containers = this.resources.get(copy.resource.urn)?.propertyDependencies;
        return this.immutable.find((one) => {
            if (one.account && account ? one.account.resource.urn !== account.resource.urn : one.account !== account) {
                return false;
            }
            if (!account && one.accountName !== undefined && one.accountName !== known(end.accountName)) {
                return false;
            }
            if (one.name instanceof Unknown || end.containerName instanceof Unknown) {
                const shared = end.inputs.flatMap((input) => containers?.[input] ?? []);
                const own = Object.values(one.resource.propertyDependencies).flat();
                return shared.some((urn) => own.includes(urn) && !this.accounts.has(urn));
            }
            return one.name === end.containerName;
        })?.resource;
    }

    private index(copy: Copy): void {
        const key = placeKey(copy.destination);
        if (key !== undefined) {
            push(this.destinations, key, copy);
            if (copy.destination.isTree) {
                push(this.trees, key, copy);
            }
        }
        const ownKey = this.ownPlaceKey(copy);
        if (ownKey !== undefined) {
            push(this.ownDestinations, ownKey, copy);
        }
        const container = containerKey(copy.destination);
        if (container !== undefined) {
            push(this.containers, container, copy);
        }
    }

    /** A copy's destination by the resource that makes its account; nothing where the stack makes none, or the rest is not known. */
    private ownPlaceKey(copy: Copy): string | undefined {
        try {
            const account = this.account(copy, copy.destination);
            return account && placeKeyOf({ ...copy.destination, accountName: account.resource.urn });
        } catch (error) {
            if (error instanceof UnknownValue) {
                return undefined;
            }
            throw error;
        }
    }

    /** Copies of other resources with the same destination. */
    sameDestination(copy: Copy): readonly Copy[] {
        const [key, ownKey] = [placeKey(copy.destination), this.ownPlaceKey(copy)];
        const same = [
            ...((key !== undefined && this.destinations.get(key)) || []),
            ...((ownKey !== undefined && this.ownDestinations.get(ownKey)) || []),
        ];
        return [...new Set(same)].filter((other) => other.resource.urn !== copy.resource.urn);
    }

    /**
     * Whether one copy comes before another, by URN: what concerns several is told of one of them. The engine's order is another
     * each time.
     */
    isBefore(one: Copy, other: Copy): boolean {
        return one.resource.urn === other.resource.urn
            ? this.copies.indexOf(one) < this.copies.indexOf(other)
            : one.resource.urn < other.resource.urn;
    }

    /** Copies of other resources into a folder, or a container, that an end lies in. */
    treesAround(copy: Copy): readonly Copy[] {
        return this.treesOver(copy.destination).filter((tree) => tree.resource.urn !== copy.resource.urn);
    }

    private treesOver(end: End): readonly Copy[] {
        return placesOver(placeKey(end) ?? "").flatMap((key) => this.trees.get(key) ?? []);
    }

    /** Copies that write what another one reads. */
    writersOf(source: End): readonly Copy[] {
        const found = this.writers.get(source) ?? this.findWriters(source);
        this.writers.set(source, found);
        return found;
    }

    private findWriters(source: End): readonly Copy[] {
        const near = source.isTree
            ? (this.containers.get(containerKey(source) ?? "") ?? [])
            : [...(this.destinations.get(placeKey(source) ?? "") ?? []), ...this.treesOver(source)];
        return near.filter(({ destination }) => overlap(source, destination));
    }
}

/** A name that is given by itself, or in a resource ID, behind its kind. */
function lastName(value: unknown, kind: string): string | undefined {
    return typeof value === "string" ? (new RegExp(`/${kind}/([^/]+)`, "i").exec(value)?.[1] ?? value) : undefined;
}

/** The name of the account that a resource is in, as the first of some inputs gives it. */
function accountNameOf({ properties }: StackResource, ...inputs: string[]): string | undefined {
    const given = inputs.map((input) => properties[input]).find((value) => value !== undefined);
    return lastName(given, "storageAccounts");
}

function push<T>(lists: Map<string, T[]>, key: string, one: T): void {
    const list = lists.get(key);
    if (list) {
        list.push(one);
    } else {
        lists.set(key, [one]);
    }
}

const placeKeys = new WeakMap<End, string | undefined>();

/** What tells two places apart, made once; nothing where it is not known. */
function placeKey(end: End): string | undefined {
    if (!placeKeys.has(end)) {
        placeKeys.set(end, placeKeyOf(end));
    }
    return placeKeys.get(end);
}

/** Whether what is at an end may have a name that begins with one of some prefixes, container first; without any, it has. */
function isUnder(end: End, prefixes: readonly unknown[]): boolean {
    if (prefixes.length === 0) {
        return true;
    }
    const name = `${known(end.containerName)}/${known(end.path)}`;
    return prefixes.some((given) => {
        const prefix = known(given as Maybe<string>) ?? "";
        return name.startsWith(prefix) || (end.isTree && prefix.startsWith(name));
    });
}

/** The keys of all places that one lies in, with and without the slash at their end. */
function placesOver(key: string): string[] {
    const slashes = [...key.matchAll(/\//g)].map(({ index }) => index);
    return slashes.flatMap((index) => [key.slice(0, index), key.slice(0, index + 1)]).filter((one) => one !== key);
}

/** Whether an end lies within a tree, and is not the tree itself. */
function lies(inner: End, tree: End): boolean {
    const [one, other] = [placeKey(inner), placeKey(tree)];
    return (
        one !== undefined &&
        other !== undefined &&
        one !== other &&
        one.startsWith(other.endsWith("/") ? other : `${other}/`)
    );
}

function overlap(one: End, other: End): boolean {
    const [key, otherKey] = [placeKey(one), placeKey(other)];
    if (key === undefined || otherKey === undefined) {
        return false;
    }
    // A snapshot stays as it is, whatever is written to its blob.
    return (
        (key === otherKey && one.snapshot === undefined) ||
        (other.isTree && lies(one, other)) ||
        (one.isTree && lies(other, one))
    );
}

/**
 * That a copy's destination is known well enough to compare it with others.
 * @throws UnknownValue where it is not
 */
export function knownPlace(end: End): void {
    for (const part of [end.service, end.accountName, end.containerName, end.path] as Maybe<unknown>[]) {
        if (part instanceof Unknown) {
            throw new UnknownValue(part.property);
        }
    }
}
