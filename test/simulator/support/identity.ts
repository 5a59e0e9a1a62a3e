import { request as httpsRequest } from "node:https";
import type { TokenCredential, TokenCredentialOptions } from "@azure/identity";
import { ClientSecretCredential } from "@azure/identity";
import { BlobServiceClient, type StoragePipelineOptions } from "@azure/storage-blob";
import type { SimulatorOptions } from "../../../simulator";
import {
    type AccountHandle,
    ManualClock,
    type ServicePrincipal,
    type Simulator,
    startSimulator,
} from "../../../simulator";
import type { RawAnswer } from "./raw";

/** A second tenant beside the simulator's own. */
export const FABRIKAM = "fab12ca0-0000-4000-8000-000000000002";

/** A simulator that serves https with a certificate made at start: `golden` and `dev` of one tenant, `other` of another. */
export async function simulateIdentity(options: Partial<SimulatorOptions> = {}) {
    const clock = new ManualClock();
    const accounts = [{ name: "golden" }, { name: "dev" }, { name: "other", tenantId: FABRIKAM }];
    const simulator = await startSimulator({ accounts, clock, tls: true, ...options });
    for (const account of simulator.accounts) {
        account.createContainer("images");
        account.putBlob("images", "a", "hello", { tags: { env: "dev" } });
    }
    const [golden, dev, other] = simulator.accounts as [AccountHandle, AccountHandle, AccountHandle];
    return { simulator, clock, golden, dev, other };
}

/** What makes a client trust the simulator: what NODE_EXTRA_CA_CERTS does for a whole process. */
export function trusting(simulator: Simulator): { tlsOptions: { ca: string } } {
    return { tlsOptions: { ca: simulator.certificate! } };
}

/** Options of credentials of @azure/identity that go to the simulator. */
export function credentialOptions(simulator: Simulator): TokenCredentialOptions & { disableInstanceDiscovery: true } {
    const { authorityHost } = simulator.entra;
    return { authorityHost, disableInstanceDiscovery: true, ...trusting(simulator) } as TokenCredentialOptions & {
        disableInstanceDiscovery: true;
    };
}

/** The credential of a service principal with a secret. */
export function secretCredential(simulator: Simulator, principal: ServicePrincipal, more = {}): TokenCredential {
    const { tenantId, clientId, clientSecret } = principal;
    return new ClientSecretCredential(tenantId, clientId, clientSecret!, { ...credentialOptions(simulator), ...more });
}

/** A client that tries each request once. */
export function bearerClient(simulator: Simulator, account: AccountHandle, credential: TokenCredential, more = {}) {
    const options = { retryOptions: { maxTries: 1 }, ...trusting(simulator), ...more };
    return new BlobServiceClient(account.blobEndpoint, credential, options as StoragePipelineOptions);
}

/** A request over https as it is. */
export function sendSecure(
    simulator: Simulator,
    url: string,
    method = "GET",
    headers: Readonly<Record<string, string>> = {},
    body = "",
): Promise<RawAnswer> {
    return new Promise((resolve, reject) => {
        const options = { method, headers, agent: false, ca: simulator.certificate };
        const outgoing = httpsRequest(url, options, (response) => {
            const chunks: Buffer[] = [];
            response.on("data", (chunk: Buffer) => chunks.push(chunk));
            response.on("error", reject);
            response.on("end", () =>
                resolve({
                    status: response.statusCode!,
                    reason: response.statusMessage!,
                    headers: response.headers,
                    body: Buffer.concat(chunks).toString("utf8"),
                }),
            );
        });
        outgoing.on("error", reject);
        outgoing.end(body);
    });
}
