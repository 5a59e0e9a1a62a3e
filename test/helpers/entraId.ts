// Simulated accounts that take no keys, and principals with roles there.

import { ClientSecretCredential, type TokenCredential } from "@azure/identity";
import { BlobServiceClient } from "@azure/storage-blob";
import type { AccountOptions, BuiltInRole, ServicePrincipal } from "../../simulator";
import type { BlobCopyInputs } from "../../src/provider/blobCopyTypes";
import { createClients } from "../../src/storage/clients";
import { entraIdCredential } from "../../src/storage/credential";
import type { AccountName } from "./accounts";
import { startStorage, type TestStorage } from "./storage";

/** Roles by account; more than one where an array. */
export type Roles = Partial<Record<AccountName, BuiltInRole | readonly BuiltInRole[]>>;

export const copier: Roles = { golden: "Storage Blob Data Reader", dev: "Storage Blob Data Contributor" };

export interface EntraIdStorage extends TestStorage {
    /** Copies images/orders.bak to seed/orders.bak without any secret. */
    readonly inputs: BlobCopyInputs;
    principal(roles: Roles, tenantId?: string): ServicePrincipal;
    credential(principal: ServicePrincipal): TokenCredential;
    /** The same accounts as a principal works with them. */
    as(credential: TokenCredential): TestStorage;
}

/** How the service was let read the source, by each request that named it. */
export function readings({ simulator }: TestStorage): string[] {
    const copying = simulator.requests.all().filter(({ headers }) => headers["x-ms-copy-source"] !== undefined);
    return copying.map(({ operation, headers }) => {
        const { searchParams } = new URL(headers["x-ms-copy-source"]!);
        const bySas = searchParams.has("skoid") ? "user delegation SAS" : searchParams.has("sig") ? "SAS" : "nothing";
        return `${operation}: ${headers["x-ms-copy-source-authorization"] ? "token" : bySas}`;
    });
}

/** Accounts golden and dev over https, without shared keys unless they are asked for. */
export async function startEntraIdStorage(
    options: Parameters<typeof startStorage>[0] & { golden?: Partial<AccountOptions>; sharedKeys?: boolean } = {},
): Promise<EntraIdStorage> {
    const keyless = { allowSharedKeyAccess: options.sharedKeys ?? false };
    const storage = await startStorage({
        ...options,
        https: true,
        golden: { ...options.golden, ...keyless },
        dev: { ...options.dev, ...keyless },
    });
    const { simulator } = storage;
    const principal: EntraIdStorage["principal"] = (roles, tenantId) => {
        const made = simulator.entra.addServicePrincipal({ tenantId });
        for (const [account, role] of Object.entries(roles)) {
            for (const each of [role].flat()) {
                simulator.account(account).assignRole(made, each);
            }
        }
        return made;
    };
    const credential = ({ tenantId, clientId, clientSecret }: ServicePrincipal) =>
        new ClientSecretCredential(tenantId, clientId, clientSecret!, {
            authorityHost: simulator.entra.authorityHost,
            disableInstanceDiscovery: true,
        });
    const location = (account: AccountName, containerName: string) => ({
        accountName: account,
        endpoint: simulator.account(account).blobEndpoint,
        containerName,
        blobName: "orders.bak",
    });
    const seer = (account: AccountName) => {
        const roles = { [account]: "Storage Blob Data Owner" } as const;
        return credential(principal(roles, simulator.account(account).tenantId));
    };
    const seers = { golden: seer("golden"), dev: seer("dev") };
    const container = (account: AccountName = "dev") =>
        new BlobServiceClient(simulator.account(account).blobEndpoint, seers[account]).getContainerClient(
            { golden: "images", dev: "seed" }[account],
        );
    const blob: TestStorage["blob"] = (account, blobName = "orders.bak") =>
        container(account).getBlockBlobClient(blobName);
    const inputs: BlobCopyInputs = { source: location("golden", "images"), destination: location("dev", "seed") };
    const seen = {
        ...storage,
        inputs,
        container,
        blob,
        content: async (account: AccountName, name?: string) =>
            (await blob(account, name).downloadToBuffer()).toString(),
    };
    return {
        ...seen,
        principal,
        credential,
        as: (given) => ({
            ...seen,
            context: {
                ...storage.context,
                clients: createClients({
                    retryDelayMilliseconds: 1,
                    defaultCredential: sameEachTime(given),
                }),
            },
        }),
    };
}

function sameEachTime(given: TokenCredential) {
    const credential = entraIdCredential(() => given);
    return () => credential;
}
