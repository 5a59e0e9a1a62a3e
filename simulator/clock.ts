/** Where the simulator takes the time from. Everything that has to do with time asks it: copies, leases, SAS, rehydration. */
export interface Clock {
    /** The time now, in milliseconds since 1970. */
    now(): number;
}

/** The machine's own clock: the default. */
export const systemClock: Clock = { now: () => Date.now() };

/** A clock that stands still until a test turns it. */
export class ManualClock implements Clock {
    private time: number;

    /** @param start where the clock starts. @default the machine's time */
    constructor(start: Date | number = Date.now()) {
        this.time = Number(start);
    }

    /** The time now, in milliseconds since 1970. */
    now(): number {
        return this.time;
    }

    /** Turns the clock on by so many milliseconds; it can't be turned back. */
    advance(milliseconds: number): void {
        if (!(milliseconds >= 0)) {
            throw new RangeError(`a clock can't be turned back, got ${milliseconds}`);
        }
        this.time += milliseconds;
    }
}

const TICKS_PER_MILLISECOND = 10_000;
/** Times are kept as ticks since this moment, which a double holds exactly for 28 years either way. */
const TICK_ORIGIN = Date.UTC(2020, 0, 1);
/** .NET's ticks (100 ns since the year 1) at TICK_ORIGIN: an ETag of the service is such a number. */
const TICKS_AT_ORIGIN = 637_134_336_000_000_000n;
const WORD = 2 ** 32;
const HIGH_AT_ORIGIN = Number(TICKS_AT_ORIGIN / BigInt(WORD));
const LOW_AT_ORIGIN = Number(TICKS_AT_ORIGIN % BigInt(WORD));

/**
 * A moment in 100 ns steps since 2020. The service's ETags, snapshot times and Last-Modified are all made of such moments.
 */
export type Ticks = number;

/** Gives out moments, each later than the one before, even while the clock stands still. */
export class TickSource {
    private last: Ticks = Number.NEGATIVE_INFINITY;

    constructor(private readonly clock: Clock) {}

    /** A moment that was never given out before: now, or just after the last one. */
    next(): Ticks {
        this.last = Math.max(ticksOf(this.clock.now()), this.last + 1);
        return this.last;
    }

    /** Keeps a moment that something was dated by from being given out as well: whatever comes after it differs from it. */
    keep(moment: Ticks): void {
        this.last = Math.max(this.last, moment);
    }
}

/** The moment of a time in milliseconds since 1970. */
export function ticksOf(milliseconds: number): Ticks {
    return Math.round((milliseconds - TICK_ORIGIN) * TICKS_PER_MILLISECOND);
}

/** The time, in milliseconds since 1970, of a moment. */
export function millisecondsOf(ticks: Ticks): number {
    return TICK_ORIGIN + Math.floor(ticks / TICKS_PER_MILLISECOND);
}

/** The ETag of what was changed at that moment, without quotes: `0x8DA7BAB455E64EF`. */
export function etagOf(ticks: Ticks): string {
    // In two halves of 32 bits: a list of 5,000 blobs is too long for BigInt.
    const low = (ticks % WORD) + LOW_AT_ORIGIN;
    const high = Math.trunc(ticks / WORD) + HIGH_AT_ORIGIN + Math.floor(low / WORD);
    const lowText = (((low % WORD) + WORD) % WORD).toString(16).padStart(8, "0");
    return `0x${high.toString(16)}${lowText}`.toUpperCase().replace("X", "x");
}

/** A snapshot's or version's name: `2019-03-29T18:12:15.6608647Z`. */
export function timestampOf(ticks: Ticks): string {
    const remainder = ((ticks % TICKS_PER_MILLISECOND) + TICKS_PER_MILLISECOND) % TICKS_PER_MILLISECOND;
    const iso = new Date(millisecondsOf(ticks)).toISOString();
    return `${iso.slice(0, -1)}${String(remainder).padStart(4, "0")}Z`;
}

/** The HTTP date (whole seconds) of a time in milliseconds: `Thu, 09 May 2019 00:52:27 GMT`. */
export function httpDate(milliseconds: number): string {
    const second = Math.floor(milliseconds / 1000);
    if (second !== lastSecond) {
        lastSecond = second;
        lastDate = new Date(milliseconds).toUTCString();
    }
    return lastDate;
}

// Most dates of an answer are of the same second as the one before.
let lastSecond = Number.NaN;
let lastDate = "";
