/** How the engine spells a value that is not known yet, in check and diff. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether a value is unknown, or has a part that is. */
export function hasUnknown(value: unknown): boolean {
    if (value === unknownValue) {
        return true;
    }
    if (typeof value === "object" && value !== null) {
        return Object.values(value).some(hasUnknown);
    }
    return false;
}
