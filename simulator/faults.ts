import { type Clock, systemClock } from "./clock";
import type { RuleHandle } from "./copies";
import { ActiveThrottle, type Throttle } from "./throttle";
import { seeded, type TurnOptions, Turns } from "./turns";

/**
 * Which requests fail, and how. A rule with nothing but `delayMs`, `bytesPerSecond` or `before` lets them succeed: it adds to whatever
 * else strikes.
 */
export interface Fault extends TurnOptions {
    /** The operation by its name in the REST reference. */
    readonly operation?: string;
    readonly account?: string;
    readonly container?: string;
    readonly blob?: string;
    readonly share?: string;
    /** A file's or directory's path in its share. */
    readonly path?: string;
    /** The status answered. @default the error code's own, or 500 */
    readonly status?: number;
    /** The error code answered. @default "InternalError", or "ServerBusy" for 503 */
    readonly errorCode?: string;
    /** @default the error code's usual message */
    readonly message?: string;
    /** The answer's Retry-After header. */
    readonly retryAfterSeconds?: number;
    /** How long the request waits before anything else happens to it, in real milliseconds. */
    readonly delayMs?: number;
    /** Called before the request is carried out, which waits for it: what somebody else does in between. */
    readonly before?: () => void | Promise<void>;
    /** How fast the answer's body is sent, in real seconds. */
    readonly bytesPerSecond?: number;
    /** The connection dies before an answer; the operation isn't carried out. */
    readonly reset?: boolean;
    /** The operation is carried out, then the connection dies before the answer. */
    readonly resetAfter?: boolean;
    /** The connection stays and no answer ever comes; the operation isn't carried out. */
    readonly hang?: boolean;
    /** The operation is carried out, but no answer ever comes. */
    readonly hangAfter?: boolean;
}

/** What a fault is matched with. */
export interface FaultTarget {
    readonly operation: string;
    readonly account: string;
    readonly container?: string;
    readonly blob?: string;
    readonly share?: string;
    readonly path?: string;
}

/** What a request runs into. */
export interface Strike {
    /** How it fails, if it does. */
    readonly fault?: Fault;
    /** What of the account is used up. */
    readonly busy?: { readonly what: string; readonly retryAfterSeconds?: number };
    readonly delayMs: number;
    readonly bytesPerSecond?: number;
    /** What is done before it is carried out. */
    readonly before: readonly NonNullable<Fault["before"]>[];
}

interface ActiveFault {
    readonly fault: Fault;
    readonly turns: Turns;
}

/** Faults that requests run into. */
export class Faults {
    /** How long every request waits, in real milliseconds. */
    latencyMs: number;
    private active: ActiveFault[] = [];
    private throttles: ActiveThrottle[] = [];
    private readonly random: () => number;

    /** @param seed what probabilities are drawn from */
    constructor(
        private readonly clock: Clock = systemClock,
        seed = 1,
        latencyMs = 0,
    ) {
        this.random = seeded(seed);
        this.latencyMs = latencyMs;
    }

    /** Adds a fault. Several may match: the first one that is due strikes. */
    add(fault: Fault): RuleHandle {
        const entry = { fault, turns: new Turns(fault, this.random) };
        this.active.push(entry);
        return {
            remove: () => {
                this.active = this.active.filter((each) => each !== entry);
            },
        };
    }

    /** Lets accounts answer 503 ServerBusy to what comes faster than a rate, by the simulator's clock. */
    throttle(throttle: Throttle): RuleHandle {
        const entry = new ActiveThrottle(throttle, this.clock);
        this.throttles.push(entry);
        return {
            remove: () => {
                this.throttles = this.throttles.filter((each) => each !== entry);
            },
        };
    }

    /** Removes all faults and throttles, and the latency. */
    clear(): void {
        this.active = [];
        this.throttles = [];
        this.latencyMs = 0;
    }

    /** What this request runs into. */
    strike(target: FaultTarget): Strike {
        let fault: Fault | undefined;
        let delayMs = this.latencyMs;
        const before: NonNullable<Fault["before"]>[] = [];
        let bytesPerSecond: number | undefined;
        for (const entry of this.active) {
            if (!matches(entry.fault, target) || !entry.turns.match() || (fault && fails(entry.fault))) {
                continue;
            }
            entry.turns.strike();
            delayMs += entry.fault.delayMs ?? 0;
            before.push(...[entry.fault.before ?? []].flat());
            bytesPerSecond = entry.fault.bytesPerSecond ?? bytesPerSecond;
            fault = fails(entry.fault) ? entry.fault : fault;
        }
        return { fault, delayMs, bytesPerSecond, before, busy: fault ? undefined : this.busy(target.account) };
    }

    /** Counts the bytes of a request's body and of its answer's. */
    transferred(account: string, bytes: number): void {
        for (const throttle of this.throttles) {
            throttle.bytes(account, bytes);
        }
    }

    private busy(account: string): Strike["busy"] {
        for (const entry of this.throttles) {
            const what = entry.request(account);
            if (what) {
                return { what, retryAfterSeconds: entry.throttle.retryAfterSeconds };
            }
        }
        return undefined;
    }
}

function fails(fault: Fault): boolean {
    const { status, errorCode, reset, resetAfter, hang, hangAfter } = fault;
    return status !== undefined || errorCode !== undefined || !!(reset || resetAfter || hang || hangAfter);
}

function matches(fault: Fault, target: FaultTarget): boolean {
    return (["operation", "account", "container", "blob", "share", "path"] as const).every(
        (key) => fault[key] === undefined || fault[key] === target[key],
    );
}
