import { BlobServiceClient, type ContainerClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import { onTestFinished } from "vitest";
import {
    type AccountHandle,
    ManualClock,
    type Simulator,
    type SimulatorOptions,
    startSimulator,
} from "../../../simulator";

/** A simulator that is closed when the test is over. */
export interface Simulated {
    readonly simulator: Simulator;
    readonly clock: ManualClock;
    readonly golden: AccountHandle;
    readonly dev: AccountHandle;
}

/** Starts a simulator with the accounts `golden` and `dev` on a clock that stands still. */
export async function simulate(options: Partial<SimulatorOptions> = {}): Promise<Simulated> {
    const clock = new ManualClock();
    const accounts = [{ name: "golden" }, { name: "dev", allowBlobPublicAccess: true }];
    const simulator = await startSimulator({ accounts, clock, ...options });
    onTestFinished(() => simulator.close());
    return { simulator, clock, golden: simulator.account("golden"), dev: simulator.account("dev") };
}

/** A client with the account's key that tries each request once. */
export function serviceClient(account: AccountHandle, key = account.key): BlobServiceClient {
    const credential = new StorageSharedKeyCredential(account.name, key);
    return new BlobServiceClient(account.blobEndpoint, credential, { retryOptions: { maxTries: 1 } });
}

/** A container that was just created, and a client of it. */
export function containerOf(account: AccountHandle, name = "images"): ContainerClient {
    account.createContainer(name);
    return serviceClient(account).getContainerClient(name);
}

/** The status and error code of a request that must fail. */
export async function failure(promise: Promise<unknown>): Promise<{ status: number; code: string | undefined }> {
    try {
        await promise;
    } catch (error) {
        const { statusCode, code, details } = error as {
            statusCode?: number;
            code?: string;
            details?: { errorCode?: string };
        };
        return { status: statusCode ?? 0, code: details?.errorCode ?? code };
    }
    throw new Error("expected the request to fail, it succeeded");
}
