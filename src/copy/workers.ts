// Many requests at a time that mind one service together: when it is busy for one of them, all of them slow down.

import { isTransient, retryAfterMilliseconds } from "../storage/transient";
import type { Clock } from "./clock";

/** What {@link runWorkers} takes. */
export interface WorkerOptions<Item> {
    /** Pulled one at a time, so that neither a long list nor its promises are ever held. */
    readonly items: Iterable<Item> | AsyncIterable<Item>;
    /** Does one item; tried again where it fails for a transient reason, so it must bear repetition. */
    work(item: Item, signal: AbortSignal): Promise<void>;
    /** The most items under way at a time. */
    readonly concurrency: number;
    readonly clock: Clock;
    /** Stops everything. */
    readonly signal: AbortSignal;
}

const mostTries = 10;
const shortestPauseMilliseconds = 800;
const longestPauseMilliseconds = 30_000;
/** A connection may die without a word. Longer than the largest block takes. */
const longestTryMilliseconds = 15 * 60_000;

/** How many may be under way now: half as many after a refusal, one more after a round without. */
class Pace {
    private width: number;
    private active = 0;
    private round = 0;
    private pauses = 0;
    private inARow = 0;
    private resumeAt = 0;
    private readonly waiting: (() => void)[] = [];

    constructor(
        private readonly most: number,
        private readonly clock: Clock,
    ) {
        this.width = most;
    }

    /** Ends when one more may start; gives what {@link refused} wants to know. */
    async enter(signal: AbortSignal): Promise<number> {
        for (;;) {
            signal.throwIfAborted();
            const pause = this.resumeAt - this.clock.now().getTime();
            if (pause > 0) {
                await this.clock.sleep(pause, signal);
            } else if (this.active < this.width) {
                this.active++;
                return this.pauses;
            } else {
                await new Promise<void>((resolve) => this.waiting.push(resolve));
            }
        }
    }

    leave(): void {
        this.active--;
        this.waiting.shift()?.();
    }

    succeeded(): void {
        this.inARow = 0;
        if (this.width < this.most && ++this.round >= this.width) {
            this.round = 0;
            this.width++;
            this.waiting.shift()?.();
        }
    }

    /** @param entered what enter gave: of all that were under way when the service got busy, only one refusal counts */
    refused(entered: number, retryAfter: number): void {
        if (entered !== this.pauses) {
            return;
        }
        this.pauses++;
        this.round = 0;
        this.width = Math.max(1, Math.floor(this.width / 2));
        const pause = Math.min(shortestPauseMilliseconds * 2 ** this.inARow++, longestPauseMilliseconds);
        this.resumeAt = this.clock.now().getTime() + Math.max(pause * (0.5 + Math.random() / 2), retryAfter);
    }

    wakeAll(): void {
        for (const wake of this.waiting.splice(0)) {
            wake();
        }
    }
}

/**
 * Works through all items. A transient failure makes all of them pause and halves how many are under way; any other one stops
 * everything at once. Ends only after every request has ended.
 * @throws the first failure
 */
export async function runWorkers<Item>(options: WorkerOptions<Item>): Promise<void> {
    const stop = new AbortController();
    const signal = AbortSignal.any([options.signal, stop.signal]);
    const pace = new Pace(options.concurrency, options.clock);
    const tries = new Tries(signal);
    signal.addEventListener("abort", () => pace.wakeAll(), { once: true });
    const { items } = options;
    const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();

    async function finish(item: Item): Promise<void> {
        for (let count = 1; ; count++) {
            const entered = await pace.enter(signal);
            try {
                await tries.run((limited) => options.work(item, limited));
                return pace.succeeded();
            } catch (error) {
                if (signal.aborted || count >= mostTries || !isTransient(error)) {
                    throw error;
                }
                pace.refused(entered, retryAfterMilliseconds(error));
            } finally {
                pace.leave();
            }
        }
    }

    let failure: { readonly error: unknown } | undefined;
    async function worker(): Promise<void> {
        try {
            while (!signal.aborted) {
                const next = await iterator.next();
                if (next.done) {
                    return;
                }
                await finish(next.value);
            }
            signal.throwIfAborted();
        } catch (error) {
            failure ??= { error };
            stop.abort();
        }
    }
    await Promise.all(Array.from({ length: options.concurrency }, worker));
    if (failure) {
        throw failure.error;
    }
}

/** A signal for each try; one listener for all of them, since a long copy makes thousands. */
class Tries {
    private readonly running = new Set<AbortController>();

    constructor(private readonly signal: AbortSignal) {
        signal.addEventListener("abort", () => this.abortAll(), { once: true });
    }

    async run(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
        const controller = new AbortController();
        const timer = setTimeout(() => controller.abort(), longestTryMilliseconds);
        this.running.add(controller);
        try {
            await work(controller.signal);
        } catch (error) {
            if (controller.signal.aborted && !this.signal.aborted) {
                throw Object.assign(new Error("the service did not answer in time"), { name: "RestError" });
            }
            throw error;
        } finally {
            clearTimeout(timer);
            this.running.delete(controller);
        }
    }

    private abortAll(): void {
        for (const controller of this.running) {
            controller.abort(this.signal.reason);
        }
    }
}
