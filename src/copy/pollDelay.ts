// When to look at a pending copy next. Each look is a request; each look too late is somebody waiting for a copy that is done.

/** What a look at a pending copy has told. */
export interface Look {
    /** When the service was asked, in milliseconds since 1970. */
    readonly at: number;
    /** Bytes; absent where the answer told none. */
    readonly copied?: number;
    /** Bytes; absent where the answer told none. */
    readonly total?: number;
}

/** An end is noticed this late at most, in milliseconds, or in shares of the copy's duration, whichever is more. */
const lateness = { milliseconds: 2_000, share: 0.1 };

/** The copies that a program waits for most are over in less than a second. */
const firstGapMilliseconds = 500;

/** How much faster than ever seen a copy may become without its end being noticed too late. */
const toleratedSpeedUp = 3;

/** The elapsed time grows at most so much from look to look, since nothing foretells that a copy fails or is aborted. */
const largestGrowth = 1.6;

/** Past the foreseen end, so that a copy which is as fast as foreseen is not met just before it. */
const margin = { milliseconds: 500, share: 0.05 };

function allowedLateness(elapsed: number): number {
    return Math.max(lateness.milliseconds, lateness.share * elapsed);
}

/**
 * How long to wait before the next look where nothing foretells the end, in milliseconds: as long as an end right now may go
 * unnoticed, and less in the first two seconds.
 *
 * An end just after a look at the time t must be noticed by max(t + 2 s, 1.1 t), which is as late as the next look may be: for
 * a copy of two weeks no schedule that keeps the bound gets by with fewer than 1 + 10 (up to 20 s) + ⌈log₁.₁(14 d ÷ 20 s)⌉ = 127
 * looks. This one takes 129: the two at 0.5 s and 1 s let a short copy end without two seconds of waiting.
 */
export function blindDelay(elapsedMilliseconds: number): number {
    return Math.min(Math.max(elapsedMilliseconds, firstGapMilliseconds), allowedLateness(elapsedMilliseconds));
}

/**
 * How long to wait after the last look, in milliseconds, so that an end is noticed within max(2 s, 10 % of the copy's duration).
 * What the requests themselves take comes on top.
 *
 * Without progress, while it stalls, after it went back, or where it has just been more than three times as fast as before,
 * that is {@link blindDelay}. With progress the end can't come before what is left has been copied at three times the highest
 * of the mean and the latest rate; the next look is just after the foreseen end, or as late as the bound allows for that
 * earliest one, whichever is sooner. So the bound holds for every copy whose rate no more than triples from one look to the
 * next, also where it is reported in equal steps. A copy at an even rate takes at most 34 looks in two weeks.
 *
 * What no progress foretells – a failure, an abort, the last bytes all at once – is noticed within 2 s or 60 % of the duration.
 * @param began when the copy was started, or a moment since, in milliseconds since 1970
 * @param looks every answered look, oldest first
 */
export function pollDelay(began: number, looks: readonly Look[]): number {
    const { at, copied = 0, total = 0 } = looks.at(-1)!;
    const elapsed = at - began;
    const blind = blindDelay(elapsed);
    const rate = rateAfter(began, looks);
    const before = rateAfter(began, looks.slice(0, -1));
    if (rate === undefined || (before && rate.latest > toleratedSpeedUp * before.highest)) {
        return blind;
    }
    const left = Math.max(total - copied, 0);
    const foreseen = left / rate.highest;
    const earliest = Math.max(left - rate.step, 0) / (toleratedSpeedUp * rate.highest);
    return Math.max(
        blind,
        Math.min(
            foreseen + margin.milliseconds + margin.share * foreseen,
            earliest + allowedLateness(elapsed + earliest),
            (largestGrowth - 1) * elapsed,
        ),
    );
}

interface Rate {
    /** Bytes a millisecond between the last two looks. */
    readonly latest: number;
    /** The higher one of the latest and the mean rate. */
    readonly highest: number;
    /** Bytes by which the true progress may be ahead of the reported one: the smallest step that was seen. */
    readonly step: number;
}

/** How fast the copy is at the last look; nothing where that shows no more bytes than the one before, or bytes ever went back. */
function rateAfter(began: number, looks: readonly Look[]): Rate | undefined {
    const last = looks.at(-1);
    const previous = looks.at(-2);
    const copied = last?.copied ?? 0;
    const more = copied - (previous?.copied ?? 0);
    const elapsed = (last?.at ?? 0) - began;
    const since = (last?.at ?? 0) - (previous?.at ?? began);
    const step = smallestStep(looks);
    if (!last?.total || more <= 0 || since <= 0 || step === undefined) {
        return undefined;
    }
    const latest = more / since;
    return { latest, highest: Math.max(latest, (copied + step) / elapsed), step };
}

function smallestStep(looks: readonly Look[]): number | undefined {
    let step = Number.POSITIVE_INFINITY;
    let reached = 0;
    for (const { copied = reached } of looks) {
        if (copied < reached) {
            return undefined;
        }
        if (copied > reached) {
            step = Math.min(step, copied - reached);
            reached = copied;
        }
    }
    return step;
}
