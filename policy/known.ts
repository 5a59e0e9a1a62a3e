// What a policy sees of a resource. In a preview some values are not known yet: @pulumi/policy throws at each read of such a value, and a
// rule that lets that through is taken for advice, or is given up for the whole stack. So each is read by itself, and stands for itself.

/** A value that the preview can't tell. */
export class Unknown {
    /** @param property where a program gives it: `destination.accountName` */
    constructor(readonly property: string) {}
}

/** A value that may be absent, or not known yet. */
export type Maybe<T> = T | Unknown | undefined;

/** Thrown where a rule needs a value that is not known yet: it is then undecided, which is told. */
export class UnknownValue extends Error {
    constructor(readonly property: string) {
        super(`${property} is not known in this preview`);
    }
}

/**
 * The value, where it is known.
 * @throws UnknownValue where it is not
 */
export function known<T>(value: Maybe<T>): T | undefined {
    if (value instanceof Unknown) {
        throw new UnknownValue(value.property);
    }
    return value;
}

/** Applies a function to a value that is there and known. */
export function map<T, Result>(value: Maybe<T>, change: (value: T) => Maybe<Result>): Maybe<Result> {
    return value === undefined || value instanceof Unknown ? (value as Unknown | undefined) : change(value);
}

/** Properties by name. A tree of plain values in which {@link Unknown} stands for what is not known. */
export type Properties = Readonly<Record<string, unknown>>;

/** How the engine spells unknown values of each kind, on the wire. */
const unknownSpellings = new Set([
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** Takes a resource's properties out of the proxies in which @pulumi/policy hands them over. */
export function plainProperties(properties: object): Properties {
    return plain(properties, "") as Properties;
}

function plain(value: unknown, property: string): unknown {
    if (typeof value === "string") {
        return unknownSpellings.has(value) ? new Unknown(property) : value;
    }
    if (typeof value !== "object" || value === null || "__pulumiAsset" in value || "__pulumiArchive" in value) {
        return value;
    }
    if (Array.isArray(value)) {
        return Array.from({ length: value.length }, (_, index) => plain(own(value, index), `${property}[${index}]`));
    }
    if (value.constructor?.name === "Secret") {
        return plain(own(value, "value"), property); // while a remediation runs
    }
    return Object.fromEntries(
        Object.keys(value).map((key) => [key, plain(own(value, key), property === "" ? key : `${property}.${key}`)]),
    );
}

/** A property as it is stored: reading it the usual way asks the proxy, which throws where it is unknown. */
function own(value: object, key: string | number): unknown {
    return Object.getOwnPropertyDescriptor(value, key)?.value;
}

/** A text among properties. */
export function textOf(properties: Maybe<Properties>, key: string): Maybe<string> {
    return typed(properties, key, (value) => typeof value === "string");
}

/** True or false, among properties. */
export function flagOf(properties: Maybe<Properties>, key: string): Maybe<boolean> {
    return typed(properties, key, (value) => typeof value === "boolean");
}

/** A number among properties. */
export function numberOf(properties: Maybe<Properties>, key: string): Maybe<number> {
    return typed(properties, key, (value) => typeof value === "number");
}

/** An object among properties. */
export function objectOf(properties: Maybe<Properties>, key: string): Maybe<Properties> {
    return typed(properties, key, (value) => typeof value === "object" && value !== null && !Array.isArray(value));
}

/** The objects of a list among properties: one that is unknown where the list is. */
export function objectsOf(properties: Maybe<Properties>, key: string): readonly Maybe<Properties>[] {
    const list = listOf(properties, key);
    return list instanceof Unknown
        ? [list]
        : (list ?? []).filter((one): one is Properties => typeof one === "object" && one !== null);
}

/** A list among properties. */
export function listOf(properties: Maybe<Properties>, key: string): Maybe<readonly unknown[]> {
    return typed(properties, key, Array.isArray);
}

function typed<T>(properties: Maybe<Properties>, key: string, fits: (value: unknown) => boolean): Maybe<T> {
    return map(properties, (all) => {
        const value = all[key];
        return value instanceof Unknown ? value : fits(value) ? (value as T) : undefined;
    });
}
