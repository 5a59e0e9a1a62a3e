/** An object without the values that are undefined, which neither the engine nor a request has a word for. */
export function defined<Values extends object>(
    values: Values,
): { [Name in keyof Values]?: Exclude<Values[Name], undefined> } {
    return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
