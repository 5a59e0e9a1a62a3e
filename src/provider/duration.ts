const unitSeconds = { d: 86_400, h: 3_600, m: 60, s: 1 } as const;

/** Milliseconds of a duration such as `90s`, `30m`, `1h30m` or `7d`; nothing where it is none. */
export function parseDuration(text: string): number | undefined {
    const match = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text);
    if (!match || text === "") {
        return undefined;
    }
    const units = Object.values(unitSeconds);
    return match.slice(1).reduce((sum, count, index) => sum + Number(count ?? 0) * units[index]! * 1_000, 0);
}
