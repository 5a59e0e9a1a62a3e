const unitSeconds = { d: 86_400, h: 3_600, m: 60, s: 1 } as const;

/** Seconds of a duration as `BlobCopy.timeout` takes it: `90s`, `30m`, `1h30m`, `7d`; nothing where it is none. */
export function secondsOf(text: string): number | undefined {
    const match = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text);
    if (!match || text === "") {
        return undefined;
    }
    return Object.values(unitSeconds).reduce((sum, unit, index) => sum + Number(match[index + 1] ?? 0) * unit, 0);
}
