import type { Clock } from "../copy/clock";
import type { CopyProgress } from "../copy/wait";
import type { Clients } from "../storage/clients";
import type { SourceReader } from "./sourceReader";

/** What a handler works with: the outside world, handed in by its host. */
export interface Context {
    readonly clients: Clients;
    readonly clock: Clock;
    /** For check alone, which needs few requests more than the latest word; without one, each source is read by itself. */
    readonly sources?: SourceReader;
    /** Aborted when the host must stop. Whatever is pending at the service goes on there. */
    readonly signal: AbortSignal;
    /** The paths of inputs that the program has marked as secret: `source.url`. No message tells their values. */
    readonly secretInputs?: readonly string[];
    /** Tells how far a copy is. */
    progress(progress: CopyProgress): void;
    /** Tells a person something that needs no stop. */
    warn(message: string): void;
}

/** A mistake in the inputs. */
export interface CheckFailure {
    /** The path of the input: `destination.blobName`. */
    readonly property: string;
    /** The offending value, what is allowed, and what to do. */
    readonly reason: string;
}

export interface CheckResult<Inputs> {
    readonly inputs: Inputs;
    readonly failures: readonly CheckFailure[];
}

/** What an update would do. */
export interface DiffResult {
    readonly changes: boolean;
    /** Inputs whose change needs a new resource. */
    readonly replaces: readonly string[];
}

/**
 * One resource's lifecycle. Inputs may hold unknown values in `check` and `diff`, never elsewhere.
 * `create` and `update` may throw a {@link PartialFailure}: something stands at the service that must be kept in mind.
 */
export interface Handler<Inputs, State> {
    /** Reports every mistake that can be seen; makes no write. */
    check(olds: Partial<Inputs>, news: Inputs, context: Context): Promise<CheckResult<Inputs>>;
    /**
     * Makes no request.
     * @throws CopyError for a change that no update can bring
     */
    diff(state: State, news: Inputs): DiffResult;
    create(inputs: Inputs, context: Context): Promise<{ id: string; state: State }>;
    /** What the service says now; nothing where the resource is definitely gone. */
    read(id: string, state: Partial<State>, context: Context): Promise<State | undefined>;
    update(state: State, news: Inputs, context: Context): Promise<State>;
    /** Deletes what the resource made and nobody changed since. Gone already is fine. */
    delete(state: State, context: Context): Promise<void>;
}

/** An error after which the resource stays in the state, to be carried on by the next update. */
export class PartialFailure extends Error {
    override readonly name = "PartialFailure";
    constructor(
        readonly id: string,
        readonly state: object,
        override readonly cause: Error,
    ) {
        super(cause.message);
    }
}
