import type { Context } from "../../src/provider/handler";

/** Every client throws: what check reports with this, it reports without a network. */
export const offline: Context = {
    clients: new Proxy({} as Context["clients"], {
        get() {
            throw new Error("no network");
        },
    }),
    clock: { now: () => new Date("2026-06-01T00:00:00Z"), sleep: async () => {} },
    signal: new AbortController().signal,
    progress: () => {},
    warn: () => {},
};
