// Redirects, which Azure Storage does not follow when it reads a source; nor does anything here, since they may lead to this machine.

const statuses = [301, 302, 303, 307, 308];

/** Whether a status is that of a redirect. */
export function isRedirectStatus(status: number | undefined): boolean {
    return status !== undefined && statuses.includes(status);
}

/** What to do about a redirect, by its status. */
export const redirectSteps: Readonly<Record<number, string>> = Object.fromEntries(
    statuses.map((status) => [
        status,
        "Azure Storage follows no redirects; give the URL that this one leads to as the source",
    ]),
);

/** Longer targets are cut, in characters. */
const longestTarget = 300;

/**
 * Where a redirect leads, in words: without its query, which may be secret, and in the characters of a URL, of which a terminal takes
 * none for a command.
 * @param location the header
 * @param url what was asked for
 */
export function leadingTo(location: string | null | undefined, url: string): string {
    if (typeof location !== "string" || !URL.canParse(location, url)) {
        return "the server redirects, and does not say where to";
    }
    const { protocol, host, pathname } = new URL(location, url);
    const target = `${protocol}//${host}${pathname}`;
    return `the server redirects to ${target.length > longestTarget ? `${target.slice(0, longestTarget)}…` : target}`;
}
