import type { RuleHandle } from "./copies";

/** Which requests fail, and how. Without a status, errorCode, reset or resetAfter they are only delayed. */
export interface Fault {
    /** The operation by its name in the REST reference. */
    readonly operation?: string;
    readonly account?: string;
    readonly container?: string;
    readonly blob?: string;
    /** Only from the nth matching request on, counted from 1. @default 1 */
    readonly nth?: number;
    /** How many requests fail. @default 1 if `nth` is given, all otherwise */
    readonly times?: number;
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
    /** The connection dies before an answer; the operation isn't carried out. */
    readonly reset?: boolean;
    /** The operation is carried out, then the connection dies before the answer. */
    readonly resetAfter?: boolean;
}

/** What a fault is matched with. */
export interface FaultTarget {
    readonly operation: string;
    readonly account: string;
    readonly container?: string;
    readonly blob?: string;
}

interface ActiveFault {
    readonly fault: Fault;
    seen: number;
    struck: number;
}

/** Faults that requests run into. */
export class Faults {
    private active: ActiveFault[] = [];

    /** Adds a fault. Several may match: the first one that is due strikes. */
    add(fault: Fault): RuleHandle {
        const entry = { fault, seen: 0, struck: 0 };
        this.active.push(entry);
        return {
            remove: () => {
                this.active = this.active.filter((each) => each !== entry);
            },
        };
    }

    /** Removes all faults. */
    clear(): void {
        this.active = [];
    }

    /** The fault that this request runs into, if any. */
    strike(target: FaultTarget): Fault | undefined {
        let struck: Fault | undefined;
        for (const entry of this.active) {
            const { fault } = entry;
            if (!matches(fault, target)) {
                continue;
            }
            entry.seen++;
            const times = fault.times ?? (fault.nth === undefined ? Number.POSITIVE_INFINITY : 1);
            if (!struck && entry.seen >= (fault.nth ?? 1) && entry.struck < times) {
                entry.struck++;
                struck = fault;
            }
        }
        return struck;
    }
}

function matches(fault: Fault, target: FaultTarget): boolean {
    return (["operation", "account", "container", "blob"] as const).every(
        (key) => fault[key] === undefined || fault[key] === target[key],
    );
}
