// What a whole stack says of authorizing, in its config and in the environment, reaches the ends that have no credential of their own: with
// the real @azure/identity against the simulated Microsoft Entra ID.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { Principal, ServicePrincipal } from "../../simulator";
import { blobCopyHandler } from "../../src/provider/blobCopy";
import { fileCopyHandler } from "../../src/provider/fileCopy";
import { check } from "../../src/provider/host";
import { incrementalSnapshotCopyHandler } from "../../src/provider/incrementalSnapshotCopy";
import { type EntraIdStorage, readings, startEntraIdStorage } from "../helpers/entraId";
import { useStack } from "../helpers/stackConfig";
import { sourceContent } from "../helpers/storage";
import { upOnce, upOnceWith } from "../helpers/up";

const contributor = "Storage Blob Data Contributor";
const federation = { issuer: "https://oidc.example.com/1/", subject: "repo:contoso/infra:ref:refs/heads/main" };

let storage: EntraIdStorage;
let folder: string;

beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-azure-copy-stack-credentials-"));
    storage = await startEntraIdStorage();
});

afterAll(async () => {
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

/** Answers with a token as GitHub Actions does: to a bearer of the job's token, for an audience. */
async function startCiService(requestToken: string): Promise<string> {
    const server = createServer((request, response) => {
        const { searchParams } = new URL(request.url!, "http://localhost");
        const known = request.headers.authorization === `Bearer ${requestToken}`;
        const audience = searchParams.get("audience") ?? "nobody";
        const value = storage.simulator.entra.federatedToken({ ...federation, audience });
        response.writeHead(known ? 200 : 401, { "content-type": "application/json" });
        response.end(JSON.stringify(known && searchParams.has("api-version") ? { value } : { message: "no" }));
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    onTestFinished(() => {
        server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/token?api-version=2.0`;
}

interface Stack {
    readonly config?: Record<string, string>;
    readonly environment?: Record<string, string>;
}

/** A principal in a stack's config, and in the environment. */
const inConfig = ({ tenantId, clientId }: Principal) => ({
    "azure-copy:tenantId": tenantId,
    "azure-copy:clientId": clientId,
});
const inEnvironment = ({ tenantId, clientId }: Principal) => ({ ARM_TENANT_ID: tenantId, ARM_CLIENT_ID: clientId });

/** Where the simulated authority is, in the config. */
const authority = () => ({
    "azure-copy:activeDirectoryAuthorityHost": storage.simulator.entra.authorityHost,
    "azure-copy:disableInstanceDiscovery": "true",
});

const stranger = { ARM_TENANT_ID: "c0ffee00-5eed-4b10-b5c0-000000000009", ARM_CLIENT_SECRET: "that of nobody" };

const stacks: Readonly<Record<string, () => Stack | Promise<Stack>>> = {
    "a secret in the config, before one in the environment": () => {
        const principal = withRoles(storage.simulator.entra.addServicePrincipal());
        const config = { ...inConfig(principal), "azure-copy:clientSecret": principal.clientSecret! };
        return { config, environment: stranger };
    },
    "a secret in ARM_*, before one in AZURE_*": () => {
        const principal = withRoles(storage.simulator.entra.addServicePrincipal());
        const environment = { ...inEnvironment(principal), ARM_CLIENT_SECRET: principal.clientSecret! };
        const azure = {
            AZURE_TENANT_ID: principal.tenantId,
            AZURE_CLIENT_ID: principal.clientId,
            AZURE_CLIENT_SECRET: "x",
        };
        return { environment: { ...environment, ...azure } };
    },
    "a secret in AZURE_*": () => {
        const principal = withRoles(storage.simulator.entra.addServicePrincipal());
        return { environment: storage.simulator.entra.environment(principal) };
    },
    "a secret in ARM_* of a principal in the config": () => {
        const principal = withRoles(storage.simulator.entra.addServicePrincipal());
        return { config: inConfig(principal), environment: { ARM_CLIENT_SECRET: principal.clientSecret! } };
    },
    "a certificate": async () => {
        const made = await generate([{ name: "commonName", value: "deployer" }], { algorithm: "sha256" });
        const principal = withRoles(storage.simulator.entra.addServicePrincipal({ certificate: made.cert }));
        const path = write("certificate.pem", `${made.private}\n${made.cert}`);
        return { config: { ...inConfig(principal), "azure-copy:clientCertificatePath": path } };
    },
    "a certificate in the environment": async () => {
        const made = await generate([{ name: "commonName", value: "deployer" }], { algorithm: "sha256" });
        const principal = withRoles(storage.simulator.entra.addServicePrincipal({ certificate: made.cert }));
        const path = write("another.pem", `${made.private}\n${made.cert}`);
        return { environment: { ...inEnvironment(principal), ARM_CLIENT_CERTIFICATE_PATH: path } };
    },
    "an OIDC token": () => {
        const principal = withRoles(storage.simulator.entra.addServicePrincipal({ federatedCredential: federation }));
        const token = storage.simulator.entra.federatedToken(federation);
        return { environment: { ...inEnvironment(principal), ARM_USE_OIDC: "true", ARM_OIDC_TOKEN: token } };
    },
    "an OIDC token in a file": () => {
        const principal = withRoles(storage.simulator.entra.addServicePrincipal({ federatedCredential: federation }));
        const path = write("token", storage.simulator.entra.federatedToken(federation));
        const config = { "azure-copy:useOidc": "true", "azure-copy:oidcTokenFilePath": path };
        return { config: { ...inConfig(principal), ...config } };
    },
    "an OIDC token of the CI service": async () => {
        const principal = withRoles(storage.simulator.entra.addServicePrincipal({ federatedCredential: federation }));
        const environment = {
            ARM_USE_OIDC: "true",
            ACTIONS_ID_TOKEN_REQUEST_URL: await startCiService("of the job"),
            ACTIONS_ID_TOKEN_REQUEST_TOKEN: "of the job",
        };
        return { environment: { ...inEnvironment(principal), ...environment } };
    },
    "a user-assigned managed identity": () => {
        const { entra } = storage.simulator;
        const identity = withRoles(entra.addManagedIdentity({ resourceId: "/deployer" }));
        const { IDENTITY_ENDPOINT, IDENTITY_HEADER } = entra.environment(identity);
        const config = { "azure-copy:useMsi": "true", "azure-copy:clientId": identity.clientId };
        return { config, environment: { IDENTITY_ENDPOINT: IDENTITY_ENDPOINT!, IDENTITY_HEADER: IDENTITY_HEADER! } };
    },
    "the system-assigned managed identity": () => {
        const { entra } = storage.simulator;
        const { IDENTITY_ENDPOINT, IDENTITY_HEADER } = entra.environment(withRoles(entra.addManagedIdentity()));
        const identity = { IDENTITY_ENDPOINT: IDENTITY_ENDPOINT!, IDENTITY_HEADER: IDENTITY_HEADER! };
        return { environment: { ...identity, ARM_USE_MSI: "true" } };
    },
};

it.each(Object.keys(stacks))("reaches both ends by %s", async (name) => {
    const { config, environment } = await stacks[name]!();
    await useStack({ ...authority(), ...config }, environment);
    const state = await upOnce(storage, undefined, { ...storage.inputs, method: "fromUrl" });
    expect(readings(storage)).toEqual(["Put Blob From URL: token"]);
    expect(await storage.content("dev")).toBe(sourceContent);
    expect(await blobCopyHandler.read(state.url, state, storage.context)).toMatchObject({ etag: state.etag });
    await blobCopyHandler.delete(state, storage.context);
    expect(await storage.blob("dev").exists()).toBe(false);
});

/** A stack whose config has a principal with these roles. */
async function useSecret(principal: ServicePrincipal, clientSecret = principal.clientSecret!): Promise<void> {
    await useStack({ ...authority(), ...inConfig(principal), "azure-copy:clientSecret": clientSecret });
}

describe("a secret in the config", () => {
    it("reaches the ends of an IncrementalSnapshotCopy", async () => {
        storage.simulator
            .account("golden")
            .putBlob("images", "disk.vhd", Buffer.alloc(512, 1), { blobType: "PageBlob" });
        await useSecret(withRoles(storage.simulator.entra.addServicePrincipal()));
        const { source, destination } = storage.inputs;
        const state = await upOnceWith(incrementalSnapshotCopyHandler, storage, undefined, {
            source: { ...source, blobName: "disk.vhd" },
            destination: { ...destination, blobName: "disk.vhd" },
            takeSnapshot: {},
            timeout: "1h",
        } as never);
        expect(state.copyStatus).toBe("success");
        expect(readings(storage)).toEqual(["Incremental Copy Blob: user delegation SAS"]);
        expect(await storage.blob("dev", "disk.vhd").exists()).toBe(true);
    });

    it("reaches both ends of a FileCopy", async () => {
        const principal = withRoles(storage.simulator.entra.addServicePrincipal());
        const dev = storage.simulator.account("dev");
        dev.assignRole(principal, "Storage File Data Privileged Contributor");
        dev.createShare("seed");
        await useSecret(principal);
        const state = await upOnceWith(fileCopyHandler, storage, undefined, {
            source: storage.inputs.source,
            destination: { endpoint: dev.fileEndpoint, shareName: "seed", filePath: "orders.bak" },
        } as never);
        expect(state.copyStatus).toBe("success");
        expect(readings(storage)).toEqual(["Put Range From URL: token"]);
    });

    it("gives way to what an end has of its own", async () => {
        await useSecret(withRoles(storage.simulator.entra.addServicePrincipal()), "wrong");
        const { tenantId, clientId, clientSecret } = withRoles(storage.simulator.entra.addServicePrincipal());
        const credential = { type: "servicePrincipal", tenantId, clientId, clientSecret: clientSecret! } as const;
        const state = await upOnce(storage, undefined, {
            source: { ...storage.inputs.source, credential },
            destination: { ...storage.inputs.destination, credential },
        });
        await blobCopyHandler.delete(state, storage.context);
    });

    it("is in no state, and a rotated one makes no request, and is what read and delete use", async () => {
        const principal = withRoles(storage.simulator.entra.addServicePrincipal());
        const old = principal.clientSecret!;
        await useSecret(principal);
        const state = await upOnce(storage, undefined, storage.inputs);
        expect(JSON.stringify(state)).not.toContain(old);
        expect(JSON.stringify(state)).not.toContain(principal.clientId);
        const rotated = storage.simulator.entra.rotateSecret(principal);
        await useSecret(principal, rotated);
        expect(await upOnce(storage, state, storage.inputs)).toBe(state);
        expect(storage.operations()).toEqual([]);
        expect(await blobCopyHandler.read(state.url, state, storage.context)).toMatchObject({ etag: state.etag });
        await blobCopyHandler.delete(state, storage.context);
        expect(await storage.blob("dev").exists()).toBe(false);
    });

    it("fails, if it is wrong, with the place where it is set", async () => {
        await useSecret(storage.simulator.entra.addServicePrincipal(), "not the secret");
        const failed = blobCopyHandler.create(storage.inputs, storage.context);
        await expect(failed).rejects.toThrow(
            /Microsoft Entra ID gave no token by azure-copy:clientSecret: AADSTS7000215: Invalid client secret provided/,
        );
        await expect(failed).rejects.not.toThrow(/not the secret/);
    });
});

it("fails where the CI service gives no token, and says what to do", async () => {
    const principal = storage.simulator.entra.addServicePrincipal({ federatedCredential: federation });
    const oidcRequestUrl = await startCiService("of the job");
    await useStack(
        { ...authority(), ...inConfig(principal), "azure-copy:useOidc": "true" },
        { ARM_OIDC_REQUEST_URL: oidcRequestUrl, ARM_OIDC_REQUEST_TOKEN: "of another job" },
    );
    const failed = blobCopyHandler.create(storage.inputs, storage.context);
    await expect(failed).rejects.toThrow(/by azure-copy:useOidc: .*gave none \(status 401\); let the job ask for one/);
    await expect(failed).rejects.not.toThrow(/of another job/);
});

it("fails in check on a mistake in the config, whatever the inputs, and shows no secret", async () => {
    await useStack({ "azure-copy:tenantID": "contoso.com", "azure-copy:clientSecret": "what nobody may see" });
    const { failures } = await check("BlobCopy", {}, { ...storage.inputs, source: undefined, __provider: "text" });
    const reasons = failures.map(({ reason }) => reason);
    expect(reasons.slice(0, 3)).toEqual([
        "azure-copy:tenantID is not read; it is spelled azure-copy:tenantId",
        "azure-copy:clientSecret needs tenantId; set azure-copy:tenantId or ARM_TENANT_ID",
        "azure-copy:clientSecret needs clientId; set azure-copy:clientId or ARM_CLIENT_ID",
    ]);
    expect(reasons.join()).not.toContain("what nobody may see");
});
