import type { Clock } from "./clock";

/** How much an account takes before it answers 503 ServerBusy. */
export interface Throttle {
    /** The account. @default each of them, by itself */
    readonly account?: string;
    /** @default no limit */
    readonly requestsPerSecond?: number;
    /** Bytes of bodies, those received and those sent together. @default no limit */
    readonly bytesPerSecond?: number;
    /** The answer's Retry-After header. */
    readonly retryAfterSeconds?: number;
}

/**
 * Tokens that come back with time, by the simulator's clock, up to a second's worth. Taking may leave it in debt: how many
 * bytes an answer has is known only afterwards.
 */
class Bucket {
    private tokens: number;
    private last: number;

    constructor(
        private readonly rate: number,
        private readonly clock: Clock,
    ) {
        if (!(rate > 0)) {
            throw new RangeError(`a rate per second must be more than 0, got ${rate}`);
        }
        this.tokens = rate;
        this.last = clock.now();
    }

    /** Whether anything is left. */
    get isEmpty(): boolean {
        const now = this.clock.now();
        this.tokens = Math.min(this.rate, this.tokens + ((now - this.last) / 1000) * this.rate);
        this.last = now;
        return this.tokens < Math.min(1, this.rate);
    }

    take(count: number): void {
        this.tokens -= count;
    }
}

/** A throttle and what each account has used of it. */
export class ActiveThrottle {
    private readonly buckets = new Map<string, { requests?: Bucket; bytes?: Bucket }>();

    constructor(
        readonly throttle: Throttle,
        private readonly clock: Clock,
    ) {
        this.of("");
    }

    /** Counts a request; gives what is over the limit, if something is. */
    request(account: string): "Operations per second" | "Ingress" | undefined {
        if (!this.concerns(account)) {
            return undefined;
        }
        const { requests, bytes } = this.of(account);
        if (requests?.isEmpty) {
            return "Operations per second";
        }
        if (bytes?.isEmpty) {
            return "Ingress";
        }
        requests?.take(1);
        return undefined;
    }

    /** Counts bytes that were received or sent. */
    bytes(account: string, count: number): void {
        if (this.concerns(account)) {
            this.of(account).bytes?.take(count);
        }
    }

    private concerns(account: string): boolean {
        return (this.throttle.account ?? account) === account;
    }

    private of(account: string): { requests?: Bucket; bytes?: Bucket } {
        let found = this.buckets.get(account);
        if (!found) {
            const { requestsPerSecond, bytesPerSecond } = this.throttle;
            found = {
                requests: requestsPerSecond === undefined ? undefined : new Bucket(requestsPerSecond, this.clock),
                bytes: bytesPerSecond === undefined ? undefined : new Bucket(bytesPerSecond, this.clock),
            };
            this.buckets.set(account, found);
        }
        return found;
    }
}
