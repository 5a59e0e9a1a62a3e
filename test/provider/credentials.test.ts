// Every kind of credential at each end, within an account and across, by Copy Blob and From URL: it passes, and the service reads
// the source with the authorization that this table says.

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { generate } from "selfsigned";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import type { Principal } from "../../simulator";
import { blobCopyHandler as handler } from "../../src/provider/blobCopy";
import type { BlobLocation, EntraIdCredential } from "../../src/storage/location";
import type { AccountName } from "../helpers/accounts";
import { type EntraIdStorage, readings, startEntraIdStorage } from "../helpers/entraId";
import { sourceContent, type TestStorage } from "../helpers/storage";
import { FABRIKAM } from "../simulator/support/identity";

const contributor = "Storage Blob Data Contributor";
const federation = { issuer: "https://oidc.example.com/1/", subject: "system:serviceaccount:default:deployer" };

let storage: EntraIdStorage;
let user: TestStorage;
let folder: string;

beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-azure-copy-credentials-"));
    const open = { allowBlobPublicAccess: true };
    storage = await startEntraIdStorage({ golden: open, dev: open, sharedKeys: true });
    for (const name of ["golden", "dev"]) {
        const account = storage.simulator.account(name);
        account.createContainer("private");
        account.createContainer("public", { publicAccess: "blob" });
        account.putBlob("private", "a", sourceContent);
        account.putBlob("public", "a", sourceContent);
    }
    user = storage.as(storage.credential(storage.principal({ golden: contributor, dev: contributor })));
    vi.stubEnv("AZURE_AUTHORITY_HOST", storage.simulator.entra.authorityHost);
    vi.stubEnv("ARM_DISABLE_INSTANCE_DISCOVERY", "true");
    vi.stubEnv("IDENTITY_ENDPOINT", storage.simulator.entra.identityEndpoint);
    vi.stubEnv("IDENTITY_HEADER", storage.simulator.entra.identityHeader);
});

afterAll(async () => {
    vi.unstubAllEnvs();
    await storage.close();
    rmSync(folder, { recursive: true });
});

beforeEach(() => storage.simulator.requests.clear());

function withRoles<P extends Principal>(principal: P): P {
    for (const name of ["golden", "dev"]) {
        storage.simulator.account(name).assignRole(principal, contributor);
    }
    return principal;
}

function write(name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
}

/** What the Azure CLI says when it is asked for a token: it can't be installed for a test. */
function standInAzureCli(accessToken: string): void {
    const path = write(
        "az",
        `#!/bin/sh\necho '${JSON.stringify({ accessToken, expires_on: Date.now() / 1_000 + 3_600 })}'\n`,
    );
    chmodSync(path, 0o755);
    vi.stubEnv("PATH", `${folder}${delimiter}${process.env.PATH}`);
}

/** What each kind of credential adds to a location. */
const kinds: Readonly<
    Record<string, (account: AccountName) => Partial<BlobLocation> | Promise<Partial<BlobLocation>>>
> = {
    none: () => ({}),
    "a managed identity": () => {
        const { clientId } = withRoles(storage.simulator.entra.addManagedIdentity({ resourceId: `/${Math.random()}` }));
        return { credential: { type: "managedIdentity", clientId } };
    },
    "a workload identity": () => {
        const { entra } = storage.simulator;
        const { tenantId, clientId } = withRoles(entra.addServicePrincipal({ federatedCredential: federation }));
        const tokenFilePath = write("token", entra.federatedToken(federation));
        return { credential: { type: "workloadIdentity", tenantId, clientId, tokenFilePath } };
    },
    "a service principal's secret": () => {
        const { tenantId, clientId, clientSecret } = withRoles(storage.simulator.entra.addServicePrincipal());
        return { credential: { type: "servicePrincipal", tenantId, clientId, clientSecret: clientSecret! } };
    },
    "a service principal's certificate": async () => {
        const made = await generate([{ name: "commonName", value: "deployer" }], { algorithm: "sha256" });
        const principal = storage.simulator.entra.addServicePrincipal({ certificate: made.cert });
        const { tenantId, clientId } = withRoles(principal);
        const certificatePath = write("certificate.pem", `${made.private}\n${made.cert}`);
        return { credential: { type: "servicePrincipal", tenantId, clientId, certificatePath } };
    },
    "the Azure CLI": () => {
        const { entra } = storage.simulator;
        const principal = withRoles(entra.addServicePrincipal());
        standInAzureCli(entra.tokens.issue(principal, "https://storage.azure.com", "secret").token);
        return { credential: { type: "azureCli" } satisfies EntraIdCredential };
    },
    "an account key": (account) => ({ accountKey: storage.simulator.account(account).key }),
    "a connection string": (account) => ({
        connectionString: storage.simulator.account(account).connectionString,
        accountName: undefined as never,
        endpoint: undefined as never,
    }),
    "a SAS": async (account) => {
        const { StorageSharedKeyCredential, generateAccountSASQueryParameters, AccountSASPermissions } = await import(
            "@azure/storage-blob"
        );
        const sas = generateAccountSASQueryParameters(
            {
                services: "b",
                resourceTypes: "co",
                permissions: AccountSASPermissions.parse("rwdcl"),
                expiresOn: new Date(storage.clock.now() + 3_600_000),
            },
            new StorageSharedKeyCredential(account, storage.simulator.account(account).key),
        );
        return { sasToken: sas.toString() };
    },
    anonymous: () => ({ credential: { type: "anonymous" } }),
};

type Method = "copyBlob" | "fromUrl";
type Row = [end: "source" | "destination", kind: string, sourceAccount: AccountName, method: Method, reading: string];

/** By which authorization the service reads the source. */
function readingOf(end: Row[0], kind: string, account: AccountName, method: Method): string {
    if (kind === "anonymous") {
        return "nothing";
    }
    // A source without a credential of its own is read with the destination's, in its account.
    const decides = end === "source" || account === "dev" ? kind : "none";
    if (["an account key", "a connection string", "a SAS"].includes(decides)) {
        const within = end === "destination" && method === "copyBlob" && decides !== "a SAS";
        return within ? "nothing" : "SAS";
    }
    if (method === "fromUrl") {
        return "token";
    }
    const ofDestination = account === "dev" && (end === "destination" || kind === "none");
    return ofDestination ? "nothing" : "user delegation SAS";
}

const rows: Row[] = [];
for (const kind of Object.keys(kinds)) {
    for (const end of ["source", "destination"] as const) {
        for (const account of ["dev", "golden"] as const) {
            for (const method of ["copyBlob", "fromUrl"] as const) {
                // Nobody writes without authorization.
                if (end === "source" || kind !== "anonymous") {
                    rows.push([end, kind, account, method, readingOf(end, kind, account, method)]);
                }
            }
        }
    }
}

function locationOf(account: AccountName, containerName: string, blobName: string, more: Partial<BlobLocation>) {
    const endpoint = storage.simulator.account(account).blobEndpoint;
    const parts = { accountName: account, endpoint, containerName, blobName, ...more };
    return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as BlobLocation;
}

it.each(rows)("at the %s: %s, source in %s, by %s: read by %s", async (end, kind, account, method, reading) => {
    const more = await kinds[kind]!(end === "source" ? account : "dev");
    const of = (which: string) => (which === end ? more : {});
    const container = kind === "anonymous" ? "public" : "private";
    const source = locationOf(account, container, "a", of("source"));
    const destination = locationOf("dev", "seed", "copied", of("destination"));
    const checked = await handler.check({}, { source, destination, method } as never, user.context);
    expect(checked.failures).toEqual([]);
    const { state } = await handler.create(checked.inputs, user.context);
    const operation = method === "copyBlob" ? "Copy Blob" : "Put Blob From URL";
    expect(readings(storage)).toEqual([`${operation}: ${reading}`]);
    expect(await storage.content("dev", "copied")).toBe(sourceContent);
    expect((await handler.read(state.url, state, user.context))?.drifted).toBeUndefined();
    await handler.delete(state, user.context);
    expect(await storage.blob("dev", "copied").exists()).toBe(false);
});

it.each<[Method, string]>([
    ["copyBlob", "Copy Blob: user delegation SAS"],
    ["fromUrl", "Put Blob From URL: token"],
])("copies between accounts of two tenants with a service principal in each, by %s", async (method, reading) => {
    const { simulator, ...two } = await startEntraIdStorage({ golden: { tenantId: FABRIKAM } });
    try {
        vi.stubEnv("AZURE_AUTHORITY_HOST", simulator.entra.authorityHost);
        const credential = (account: AccountName, tenant?: string): EntraIdCredential => {
            const { tenantId, clientId, clientSecret } = two.principal({ [account]: contributor }, tenant);
            return { type: "servicePrincipal", tenantId, clientId, clientSecret: clientSecret! };
        };
        const source = { ...two.inputs.source, credential: credential("golden", FABRIKAM) };
        const destination = { ...two.inputs.destination, credential: credential("dev") };
        await handler.create({ source, destination, method }, two.context);
        expect(readings({ simulator, ...two })).toEqual([reading]);
        expect(await two.content("dev")).toBe(sourceContent);
    } finally {
        await simulator.close();
    }
});
