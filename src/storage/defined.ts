/** An object without the values that are undefined, which neither the engine nor a request has a word for. */
export function defined<Values extends object>(
    values: Values,
): { [Name in keyof Values]?: Exclude<Values[Name], undefined> } {
    return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}

/** The same at any depth: the engine refuses a whole state for one such value in it. */
export function definedThroughout<Value>(value: Value): Value {
    if (Array.isArray(value)) {
        return value.map(definedThroughout) as Value;
    }
    return typeof value === "object" && value !== null
        ? (Object.fromEntries(
              Object.entries(defined(value)).map(([name, part]) => [name, definedThroughout(part)]),
          ) as Value)
        : value;
}
