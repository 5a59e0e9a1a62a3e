// The servers that the lifecycle tests run on, each with the same accounts: what holds on all of them is no peculiarity of one.

import { type AccountName, type Accounts, accountsAt } from "./accounts";
import { azuriteKey, startAzurite } from "./azurite";
import { type Answered, startRecordingProxy } from "./recordingProxy";
import { sourceContent, startStorage } from "./storage";

/** Accounts golden and dev, on some server. */
export interface ServerStorage extends Accounts {
    /** What the service was asked for since the last call, in order. */
    answered(): Answered[];
    /** The operations that have changed something since the last call, in order. */
    writes(): string[];
    close(): Promise<void>;
}

/** A server to run tests on, by `describe.each(servers)`. */
export interface Server {
    readonly name: string;
    start(): Promise<ServerStorage>;
}

export const servers: readonly Server[] = [
    { name: "simulated accounts", start: startSimulatedStorage },
    { name: "Azurite", start: startAzuriteStorage },
];

/** The operations that have changed something, of those that were answered. */
function accepted(answered: readonly Answered[]): string[] {
    return answered
        .filter(({ operation, status }) => status! < 300 && !/^(Get|List)/.test(operation))
        .map(({ operation }) => operation);
}

async function startSimulatedStorage(): Promise<ServerStorage> {
    const storage = await startStorage({ realTime: true });
    const { requests } = storage.simulator;
    const { method: _, ...inputs } = storage.inputs;
    function answered(): Answered[] {
        const since = [...requests];
        requests.clear();
        return since;
    }
    return { ...storage, inputs, answered, writes: () => accepted(answered()) };
}

export async function startAzuriteStorage(): Promise<ServerStorage> {
    const azurite = await startAzurite(["golden", "dev"]);
    const proxy = await startRecordingProxy(azurite.url);
    const connectionString = (account: AccountName) =>
        `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${azuriteKey};BlobEndpoint=${proxy.url}/${account};`;
    const accounts = accountsAt({ golden: connectionString("golden"), dev: connectionString("dev") });
    await Promise.all([accounts.container("golden").create(), accounts.container("dev").create()]);
    await accounts.blob("golden").upload(sourceContent, sourceContent.length, {
        blobHTTPHeaders: { blobContentType: "text/plain" },
        metadata: { origin: "golden" },
    });
    proxy.answered();
    return {
        ...accounts,
        answered: proxy.answered,
        writes: () => accepted(proxy.answered()),
        async close() {
            await proxy.close();
            await azurite.close();
        },
    };
}
