// Storage accounts golden and dev as any client reaches them, whatever server they are on.

import { BlobServiceClient, type BlockBlobClient, type ContainerClient } from "@azure/storage-blob";
import type { BlobCopyInputs } from "../../src/provider/blobCopyTypes";

export type AccountName = "golden" | "dev";

/** Golden has images/orders.bak, dev an empty container seed. */
export interface Accounts {
    /** Copies images/orders.bak to seed/orders.bak. */
    readonly inputs: BlobCopyInputs;
    /** A blob as anybody sees it, through the Azure SDK. */
    blob(account: AccountName, blobName?: string): BlockBlobClient;
    content(account: AccountName, blobName?: string): Promise<string>;
    /** The destination's container, or the source's. */
    container(account?: AccountName): ContainerClient;
}

const containerOf = { golden: "images", dev: "seed" };

export function accountsAt(connectionStrings: Readonly<Record<AccountName, string>>): Accounts {
    const container = (account: AccountName) =>
        BlobServiceClient.fromConnectionString(connectionStrings[account]).getContainerClient(containerOf[account]);
    const blob = (account: AccountName, blobName = "orders.bak") => container(account).getBlockBlobClient(blobName);
    const location = (account: AccountName) => ({
        connectionString: connectionStrings[account],
        containerName: containerOf[account],
        blobName: "orders.bak",
    });
    return {
        inputs: { source: location("golden"), destination: location("dev") },
        blob,
        content: async (account, blobName) => (await blob(account, blobName).downloadToBuffer()).toString(),
        container: (account = "dev") => container(account),
    };
}
