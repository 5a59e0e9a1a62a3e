import { describe, expect, it } from "vitest";
import { blindDelay, type Look, pollDelay } from "../../src/copy/pollDelay";

const total = 2 ** 40;
const twoWeeks = 14 * 86_400_000;
const began = Date.UTC(2026, 5, 1);

/** Durations from 1 s to two weeks, evenly spread by magnitude, in milliseconds. */
const durations = Array.from({ length: 200 }, (_, index) => 1_000 * (twoWeeks / 1_000) ** (index / 199));

/** The share that is reported as copied, at a share of the duration. */
type Shape = (share: number, duration: number) => number | undefined;

/** Looks at a copy as often as pollDelay says, until it is over. */
function watch(duration: number, shape: Shape): { looks: number; lateness: number } {
    const looks: Look[] = [];
    let elapsed = 0;
    while (elapsed < duration) {
        const share = shape(elapsed / duration, duration);
        const progress = share === undefined ? {} : { copied: Math.floor(total * share), total };
        looks.push({ at: began + elapsed, ...progress });
        const delay = pollDelay(began, looks);
        elapsed += delay;
    }
    return { looks: looks.length + 1, lateness: (elapsed - duration) / Math.max(2_000, 0.1 * duration) };
}

/** The most looks and the worst lateness of all durations; a lateness of 1 is the bound. */
function worst(shape: Shape): { looks: number; lateness: number } {
    const all = durations.map((duration) => watch(duration, shape));
    return {
        looks: Math.max(...all.map(({ looks }) => looks)),
        lateness: Math.max(...all.map(({ lateness }) => lateness)),
    };
}

/** A repeatable random number from 0 to 1. */
function random(seed: number): () => number {
    let state = seed;
    return () => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return state / 2 ** 32;
    };
}

/** Progress whose rate changes at random moments, by no more than the given ratio. */
function uneven(seed: number, ratio: number): Shape {
    const next = random(seed);
    const corners = [0, 1, ...Array.from({ length: 8 }, next)].sort((one, other) => one - other);
    const rates = corners.slice(1).map(() => 1 + (ratio - 1) * next());
    const at = (share: number) =>
        rates.reduce((sum, rate, index) => {
            const from = corners[index]!;
            return sum + rate * Math.max(0, Math.min(share, corners[index + 1]!) - from);
        }, 0);
    return (share) => at(share) / at(1);
}

/** What is copied in a time in milliseconds, where the full rate is reached by and by. */
const slowStart = (time: number) => time - 60_000 * (1 - Math.exp(-time / 60_000));

const exact = 1 + 1e-9;

describe("pollDelay", () => {
    it.each<[string, Shape, number]>([
        ["at an even rate", (share) => share, 34],
        ["with an uneven rate", (share) => share + 0.02 * Math.sin(12 * Math.PI * share), 39],
        ["getting faster", (share) => share ** 2, 39],
        ["getting slower", (share) => Math.sqrt(share), 39],
        ["after a slow start of a minute", (share, duration) => slowStart(share * duration) / slowStart(duration), 39],
        [
            "twice as fast in its second half",
            (share) => (share < 0.5 ? (share * 2) / 3 : 1 / 3 + (share - 0.5) * (4 / 3)),
            39,
        ],
        [
            "half as fast in its second half",
            (share) => (share < 0.5 ? (share * 4) / 3 : 2 / 3 + (share - 0.5) * (2 / 3)),
            39,
        ],
        [
            "stalled for a while",
            (share) => (share < 0.3 ? share : Math.max(0.3, share - 0.3 + (share - 0.6) * 0.75)),
            39,
        ],
        ["in bursts", (share) => (Math.floor(share * 20) + Math.min(1, 2 * ((share * 20) % 1))) / 20, 39],
    ])(
        "notices the end of a copy %s within 10 % of its duration and 2 s, in fewer than 40 looks",
        (_, shape, looks) => {
            const found = worst(shape);
            expect(found.lateness).toBeLessThanOrEqual(exact);
            expect(found.looks).toBeLessThanOrEqual(looks);
        },
    );

    it("keeps the bound for every copy whose rate varies up to threefold", () => {
        for (let seed = 1; seed <= 40; seed++) {
            const found = worst(uneven(seed, 3));
            expect(found.lateness, `seed ${seed}`).toBeLessThanOrEqual(exact);
            expect(found.looks, `seed ${seed}`).toBeLessThan(40);
        }
    });

    it.each([2, 3, 5, 10, 37, 100, 1000])("keeps the bound where progress is reported in %d equal steps", (steps) => {
        expect(worst((share) => Math.floor(share * steps) / steps).lateness).toBeLessThanOrEqual(exact);
    });

    it.each<[string, Shape]>([
        ["stalls before its end", (share) => Math.min(0.99, share * 2)],
        ["goes back", (share) => (share < 0.3 ? share : 0.1 * share)],
        ["is told once, and then no more", (share) => (share < 0.2 ? share : undefined)],
        ["goes beyond the whole", (share) => 3 * share],
    ])("keeps the bound where progress %s", (_, shape) => {
        expect(worst(shape).lateness).toBeLessThanOrEqual(exact);
    });

    it.each<[string, Shape]>([
        ["nothing", () => undefined],
        ["no byte before the end", () => 0],
    ])("keeps the bound where the service tells %s, in two looks more than any schedule needs", (_, shape) => {
        const found = worst(shape);
        expect(found.lateness).toBeLessThanOrEqual(exact);
        expect(found.looks).toBe(129);
        expect(1 + 10 + Math.ceil(Math.log(twoWeeks / 20_000) / Math.log(1.1))).toBe(127);
    });

    it("notices within 60 % of the duration what no progress foretells", () => {
        for (const reached of [0.001, 0.1, 0.5, 0.9]) {
            for (const duration of durations) {
                const { lateness } = watch(duration, (share) => share * reached);
                const late = lateness * Math.max(2_000, 0.1 * duration);
                expect(late).toBeLessThanOrEqual(Math.max(2_000, 0.6 * duration) * exact);
            }
        }
    });

    it("meets the foreseen end of a copy at an even rate", () => {
        const looks = [0, 1, 20, 32].map((minutes) => ({
            at: began + minutes * 60_000,
            copied: (total * minutes) / 36,
            total,
        }));
        const delay = pollDelay(began, looks);
        expect(delay).toBeGreaterThan(4 * 60_000);
        expect(delay).toBeLessThan(4.5 * 60_000);
    });

    it("begins with short delays", () => {
        expect([0, 500, 1_000, 2_000, 4_000, 20_000, 60_000].map(blindDelay)).toEqual([
            500, 500, 1_000, 2_000, 2_000, 2_000, 6_000,
        ]);
    });
});
