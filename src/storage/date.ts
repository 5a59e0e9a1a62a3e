const iso8601 = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/;
const rfc1123 = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

/** A date in ISO 8601 or RFC 1123, the two forms that Azure Storage speaks; nothing where it is neither. */
export function parseDate(text: string): Date | undefined {
    const date = iso8601.test(text) || rfc1123.test(text) ? new Date(text) : undefined;
    return date && !Number.isNaN(date.getTime()) ? date : undefined;
}
