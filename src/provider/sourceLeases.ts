// One lease a source, however many resources of a program copy it at a time: nobody can hold two leases on one blob.

import { defaultTiming, leaseSource, type SourceLease } from "../copy/sourceLease";
import type { AnyCopyRequest } from "./copyTypes";
import type { Context } from "./handler";
import { patiently } from "./patience";

/** A lease that resources of this process share. */
interface SharedLease {
    readonly lease: Promise<SourceLease>;
    users: number;
    /** Set once its last user has gone. */
    released?: Promise<void>;
}

const shared = new WeakMap<object, Map<string, SharedLease>>();

/**
 * Runs a copy while its source is leased, where `leaseSource` asks for that. The lease ends with it, whatever the outcome.
 * @param timing for tests, which can't wait for a minute
 */
export async function whileSourceIsLeased<Result>(
    request: AnyCopyRequest,
    context: Context,
    run: () => Promise<Result>,
    timing = defaultTiming,
): Promise<Result> {
    const { source, destination, inputs, timeoutMilliseconds } = request;
    const client = inputs.leaseSource ? source.leasing?.() : undefined;
    if (!client) {
        return run();
    }
    const acquire = () =>
        leaseSource(client, {
            what: source.url,
            clock: context.clock,
            signal: context.signal,
            warn: (message) => context.warn(message),
            timing,
        });
    const leases = shared.get(context.clients) ?? new Map<string, SharedLease>();
    shared.set(context.clients, leases);
    const joined = await patiently(destination.address, timeoutMilliseconds, context, () =>
        join(leases, source.url, acquire),
    );
    try {
        return await run();
    } finally {
        await leave(leases, source.url, joined);
    }
}

async function join(
    leases: Map<string, SharedLease>,
    url: string,
    acquire: () => Promise<SourceLease>,
): Promise<SharedLease> {
    let entry = leases.get(url);
    if (!entry || entry.released) {
        entry = { users: 0, lease: Promise.resolve(entry?.released).then(acquire) };
        leases.set(url, entry);
    }
    entry.users++;
    try {
        await entry.lease;
        return entry;
    } catch (error) {
        if (leases.get(url) === entry) {
            leases.delete(url);
        }
        throw error;
    }
}

async function leave(leases: Map<string, SharedLease>, url: string, entry: SharedLease): Promise<void> {
    if (--entry.users > 0) {
        return;
    }
    entry.released = entry.lease.then((lease) => lease.release());
    await entry.released;
    if (leases.get(url) === entry) {
        leases.delete(url);
    }
}
