// Two simulated storage accounts, and a handler's context on them.

import {
    type AccountOptions,
    ManualClock,
    type RuleHandle,
    type SimulatorOptions,
    startSimulator,
} from "../../simulator";
import type { CopyProgress } from "../../src/copy/wait";
import type { BlobCopyInputs } from "../../src/provider/blobCopyTypes";
import type { Context } from "../../src/provider/handler";
import { createClients } from "../../src/storage/clients";
import { trusted } from "../simulator/support/certificate";
import { type Accounts, accountsAt } from "./accounts";

export type Simulator = Awaited<ReturnType<typeof startSimulator>>;

export interface TestStorage extends Accounts {
    readonly simulator: Simulator;
    readonly clock: ManualClock;
    /** By Copy Blob, whose end the clock decides. */
    readonly inputs: BlobCopyInputs;
    readonly context: Context;
    readonly progress: CopyProgress[];
    readonly warnings: string[];
    /** Calls back at each report of progress. */
    onProgress(callback: () => void): void;
    /** The operations that the service was asked for since the last call, in order. */
    operations(): string[];
    /** Lets the source answer the service alone, so that its ETag is not known here, until the rule is removed. */
    hideSource(operation?: "Get Blob Properties" | "Get File Properties"): RuleHandle;
    close(): Promise<void>;
}

export const sourceContent = "what the golden account holds";

/** Accounts golden and dev, with images/orders.bak in the first and an empty container seed in the second. */
export async function startStorage(
    options: Pick<SimulatorOptions, "copySeconds" | "rehydrateSeconds"> & {
        realTime?: boolean;
        https?: boolean;
        golden?: Partial<AccountOptions>;
        dev?: Partial<AccountOptions>;
    } = {},
): Promise<TestStorage> {
    const clock = new ManualClock();
    const simulator = await startSimulator({
        accounts: [
            { ...options.golden, name: "golden" },
            { ...options.dev, name: "dev" },
            { name: "open", allowBlobPublicAccess: true },
        ],
        copySeconds: options.copySeconds ?? 0,
        rehydrateSeconds: options.rehydrateSeconds,
        ...(!options.realTime && { clock }),
        ...(options.https && { tls: trusted() }),
    });
    const golden = simulator.account("golden");
    golden.createContainer("images");
    simulator.account("dev").createContainer("seed", { immutableStorageWithVersioning: true });
    golden.putBlob("images", "orders.bak", sourceContent, {
        contentType: "text/plain",
        metadata: { origin: "golden" },
    });
    const progress: CopyProgress[] = [];
    const warnings: string[] = [];
    let callback = () => {};
    const accounts = accountsAt({
        golden: golden.connectionString,
        dev: simulator.account("dev").connectionString,
    });
    return {
        ...accounts,
        simulator,
        clock,
        progress,
        warnings,
        onProgress: (next) => {
            callback = next;
        },
        inputs: { ...accounts.inputs, method: "copyBlob" },
        context: {
            clients: createClients({ retryDelayMilliseconds: 1 }),
            // A wait takes no time: the simulator's clock is turned instead.
            clock: {
                now: () => new Date(clock.now()),
                sleep: async (milliseconds, signal) => {
                    signal.throwIfAborted();
                    clock.advance(milliseconds);
                },
            },
            signal: new AbortController().signal,
            progress: (report) => {
                progress.push(report);
                callback();
            },
            warn: (message) => warnings.push(message),
        },
        operations() {
            const operations = simulator.requests.all().map((request) => request.operation);
            simulator.requests.clear();
            return operations;
        },
        hideSource: (operation = "Get Blob Properties") =>
            simulator.faults.add({ operation, account: "golden", status: 403, errorCode: "AuthorizationFailure" }),
        close: () => simulator.close(),
    };
}
