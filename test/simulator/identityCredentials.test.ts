import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import {
    ClientAssertionCredential,
    ClientCertificateCredential,
    ClientSecretCredential,
    ManagedIdentityCredential,
    type TokenCredential,
    WorkloadIdentityCredential,
} from "@azure/identity";
import { decode, type JwtPayload } from "jsonwebtoken";
import { generate } from "selfsigned";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Principal, Simulator } from "../../simulator";
import {
    credentialOptions,
    FABRIKAM,
    secretCredential,
    sendSecure,
    simulateIdentity,
    trusting,
} from "./support/identity";

const SCOPE = "https://storage.azure.com/.default";
const RESOURCE_ID =
    "/subscriptions/1/resourcegroups/1/providers/Microsoft.ManagedIdentity/userAssignedIdentities/deployer";
const FEDERATION = { issuer: "https://oidc.example.com/1/", subject: "system:serviceaccount:default:deployer" };

let simulated: Awaited<ReturnType<typeof simulateIdentity>>;
let simulator: Simulator;
let folder: string;

beforeAll(async () => {
    simulated = await simulateIdentity();
    simulator = simulated.simulator;
    folder = mkdtempSync(join(tmpdir(), "identity-"));
});

afterAll(async () => {
    await simulator.close();
    rmSync(folder, { recursive: true, force: true });
});

const environment = { ...process.env };
afterEach(() => {
    process.env = { ...environment };
});

async function claims(credential: TokenCredential): Promise<JwtPayload> {
    const token = await credential.getToken(SCOPE);
    return decode(token!.token) as JwtPayload;
}

async function refusal(credential: TokenCredential): Promise<string> {
    return credential.getToken(SCOPE).then(
        () => "no refusal",
        (error: Error) => error.message,
    );
}

function write(name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
}

describe("a service principal", () => {
    test("gets a token for its latest secret only", async () => {
        const principal = simulator.entra.addServicePrincipal();
        const old = { ...principal };
        const clientSecret = simulator.entra.rotateSecret(principal);
        expect(await refusal(secretCredential(simulator, old))).toContain("AADSTS7000215");
        expect(await claims(secretCredential(simulator, { ...old, clientSecret }))).toMatchObject({
            appid: principal.clientId,
        });
    });

    test("gets a token for its secret that says who it is", async () => {
        const principal = simulator.entra.addServicePrincipal({ clientSecret: "a secret" });
        const before = Math.floor(Date.now() / 1000);
        const token = await claims(secretCredential(simulator, principal));
        expect(token).toMatchObject({
            aud: "https://storage.azure.com",
            iss: `https://sts.windows.net/${principal.tenantId}/`,
            tid: principal.tenantId,
            oid: principal.objectId,
            appid: principal.clientId,
            ver: "1.0",
        });
        expect(token.exp! - token.nbf!).toBe(3599);
        expect(token.nbf).toBeGreaterThanOrEqual(before);
    });

    test("with a wrong secret, client or tenant doesn't get one, and is told why", async () => {
        const { tenantId, clientId } = simulator.entra.addServicePrincipal({ clientSecret: "a secret" });
        const options = credentialOptions(simulator);
        const nobody = "00000000-0000-4000-8000-000000000000";
        const wrongSecret = await refusal(new ClientSecretCredential(tenantId, clientId, "no secret", options));
        expect(wrongSecret).toContain("invalid_client");
        expect(wrongSecret).toContain("AADSTS7000215: Invalid client secret provided.");
        const wrongClient = await refusal(new ClientSecretCredential(tenantId, nobody, "a secret", options));
        expect(wrongClient).toContain("AADSTS700016");
        const wrongTenant = await refusal(new ClientSecretCredential(nobody, clientId, "a secret", options));
        expect(wrongTenant).toContain("AADSTS90002");
        const otherTenant = await refusal(new ClientSecretCredential(FABRIKAM, clientId, "a secret", options));
        expect(otherTenant).toContain("AADSTS700016");
    });

    test("of one application in two tenants is another principal in each", async () => {
        const clientId = "aaaaaaaa-0000-4000-8000-000000000001";
        const here = simulator.entra.addServicePrincipal({ clientId, clientSecret: "s" });
        const there = simulator.entra.addServicePrincipal({ clientId, clientSecret: "s", tenantId: FABRIKAM });
        expect((await claims(secretCredential(simulator, here))).oid).toBe(here.objectId);
        expect((await claims(secretCredential(simulator, there))).oid).toBe(there.objectId);
        expect(there.objectId).not.toBe(here.objectId);
        expect(() => simulator.entra.addServicePrincipal({ clientId })).toThrow("is in the tenant");
    });

    test("gets a token for what its certificate signs, and for nothing that another signs", async () => {
        const mine = await generate([{ name: "commonName", value: "deployer" }], { algorithm: "sha256" });
        const others = await generate([{ name: "commonName", value: "deployer" }], { algorithm: "sha256" });
        const { tenantId, clientId, objectId, clientSecret } = simulator.entra.addServicePrincipal({
            certificate: mine.cert,
        });
        expect(clientSecret).toBeUndefined();
        const credential = ({ cert, private: key }: typeof mine) => {
            const certificatePath = write("certificate.pem", `${key}\n${cert}`);
            return new ClientCertificateCredential(tenantId, clientId, certificatePath, credentialOptions(simulator));
        };
        expect(await claims(credential(mine))).toMatchObject({ oid: objectId, appidacr: "2" });
        expect(await refusal(credential(others))).toContain("AADSTS700027");
        const forged = credential({ ...others, cert: mine.cert });
        expect(await refusal(forged)).toContain("AADSTS700027");
    });

    test("gets a token for a federated one, if issuer, subject and audience are the trusted ones", async () => {
        const { tenantId, clientId, objectId } = simulator.entra.addServicePrincipal({
            federatedCredential: FEDERATION,
        });
        const credential = (assertion: string) =>
            new ClientAssertionCredential(tenantId, clientId, async () => assertion, credentialOptions(simulator));
        const federated = (more = {}) => simulator.entra.federatedToken({ ...FEDERATION, ...more });
        expect((await claims(credential(federated()))).oid).toBe(objectId);
        expect(await refusal(credential(federated({ issuer: "https://other/" })))).toContain("AADSTS700211");
        expect(await refusal(credential(federated({ audience: "api://other" })))).toContain("AADSTS700212");
        expect(await refusal(credential(federated({ subject: "other" })))).toContain("AADSTS700213");
        expect(await refusal(credential(federated({ seconds: -600 })))).toContain("AADSTS700024");
        expect(await refusal(credential(`${federated().slice(0, -8)}AAAAAAAA`))).toContain("AADSTS700027");
        expect(await refusal(credential("no token"))).toContain("AADSTS50027");
    });

    test("is workload identity with a token in a file", async () => {
        const { tenantId, clientId, objectId } = simulator.entra.addServicePrincipal({
            federatedCredential: FEDERATION,
        });
        const tokenFilePath = write("token", simulator.entra.federatedToken(FEDERATION));
        const options = { tenantId, clientId, tokenFilePath, ...credentialOptions(simulator) };
        expect((await claims(new WorkloadIdentityCredential(options))).oid).toBe(objectId);
    });
});

describe("a managed identity", () => {
    test("gets a token from App Service's endpoint, by any of its IDs", async () => {
        const { entra } = simulator;
        const identity = entra.addManagedIdentity({ resourceId: RESOURCE_ID });
        process.env.IDENTITY_ENDPOINT = entra.identityEndpoint;
        process.env.IDENTITY_HEADER = entra.identityHeader;
        const credential = (options = {}) => new ManagedIdentityCredential({ ...trusting(simulator), ...options });
        const { clientId, objectId } = identity;
        for (const id of [{}, { clientId }, { objectId }, { resourceId: RESOURCE_ID }]) {
            expect(await claims(credential(id))).toMatchObject({ oid: objectId, appid: clientId, appidacr: "2" });
        }
        const nobody = { clientId: "00000000-0000-4000-8000-000000000000" };
        expect(await refusal(credential(nobody))).toContain("Identity not found");
        const query = "api-version=2019-08-01&resource=https://storage.azure.com/";
        const headers = { "x-identity-header": "wrong" };
        const answer = await sendSecure(simulator, `${entra.identityEndpoint}?${query}`, "GET", headers);
        expect(answer.status).toBe(401);
    });

    test("lasts a day, or as long as is said", async () => {
        const lasts = async (tokenSeconds?: number) => {
            const { simulator } = await simulateIdentity({ entra: { tokenSeconds } });
            simulator.entra.addManagedIdentity();
            const query = "api-version=2019-08-01&resource=https://storage.azure.com/";
            const headers = { "x-identity-header": simulator.entra.identityHeader };
            const answer = await sendSecure(simulator, `${simulator.entra.identityEndpoint}?${query}`, "GET", headers);
            const { exp, nbf } = decode(JSON.parse(answer.body).access_token) as JwtPayload;
            await simulator.close();
            return exp! - nbf!;
        };
        expect(await lasts()).toBe(86_399);
        expect(await lasts(60)).toBe(60);
    });

    test("must be told apart from others, and asked for with the metadata header", async () => {
        const { simulator } = await simulateIdentity();
        const url = `${simulator.url}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://storage.azure.com/`;
        const ask = async (headers = {}) => {
            const answer = await sendSecure(simulator, url, "GET", headers);
            return [answer.status, JSON.parse(answer.body).error_description];
        };
        expect(await ask({ metadata: "true" })).toEqual([400, "Identity not found"]);
        simulator.entra.addManagedIdentity({ resourceId: "/1" });
        simulator.entra.addManagedIdentity({ resourceId: "/2" });
        expect(await ask()).toEqual([400, "Required metadata header not specified"]);
        const [status, message] = await ask({ metadata: "true" });
        expect([status, message.slice(0, 39)]).toEqual([400, "Multiple user assigned identities exist"]);
        const system = simulator.entra.addManagedIdentity();
        expect(() => simulator.entra.addManagedIdentity()).toThrow("system-assigned");
        const answer = await sendSecure(simulator, url, "GET", { metadata: "true" });
        expect(JSON.parse(answer.body)).toMatchObject({ client_id: system.clientId, token_type: "Bearer" });
        await simulator.close();
    });
});

describe("the authority", () => {
    const post = async (path: string, form: Record<string, string>) => {
        const body = new URLSearchParams(form).toString();
        const answer = await sendSecure(simulator, `${simulator.url}${path}`, "POST", {}, body);
        return { status: answer.status, document: JSON.parse(answer.body) };
    };

    test("takes resources as well as scopes, and only those that it knows", async () => {
        const { tenantId, clientId, clientSecret } = simulator.entra.addServicePrincipal();
        const form = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret! };
        const one = await post(`/${tenantId}/oauth2/token`, { ...form, resource: "https://storage.azure.com/" });
        expect(one.document).toMatchObject({ token_type: "Bearer", expires_in: "3599" });
        expect((decode(one.document.access_token) as JwtPayload).aud).toBe("https://storage.azure.com/");
        const scope = "https://golden.blob.core.windows.net/.default";
        const two = await post(`/${tenantId}/oauth2/v2.0/token`, { ...form, scope });
        expect((decode(two.document.access_token) as JwtPayload).aud).toBe("https://golden.blob.core.windows.net");
        const refused = async (more: Record<string, string>) => {
            const { status, document } = await post(`/${tenantId}/oauth2/v2.0/token`, { ...form, scope, ...more });
            return [status, document.error, ...document.error_codes];
        };
        expect(await refused({ scope: "https://nobody.blob.core.windows.net/.default" })).toEqual([
            400,
            "invalid_resource",
            500011,
        ]);
        expect(await refused({ scope: "user.read" })).toEqual([400, "invalid_scope", 1002012]);
        expect(await refused({ grant_type: "refresh_token" })).toEqual([400, "unsupported_grant_type", 70003]);
        const { client_secret, ...secretless } = form;
        expect((await post(`/${tenantId}/oauth2/v2.0/token`, { ...secretless, scope })).document.error_codes).toEqual([
            7000218,
        ]);
    });

    test("publishes its endpoints and the key that verifies its tokens", async () => {
        const get = async (url: string) => JSON.parse((await sendSecure(simulator, url)).body);
        const tenant = simulated.golden.tenantId;
        const instance = await get(`${simulator.url}/common/discovery/instance?api-version=1.1`);
        expect(instance.metadata.map((each: { aliases: string[] }) => each.aliases[0])).toContain(
            new URL(simulator.url).host,
        );
        const configuration = await get(`${simulator.url}/${tenant}/v2.0/.well-known/openid-configuration`);
        expect(configuration.token_endpoint).toBe(`${simulator.url}/${tenant}/oauth2/v2.0/token`);
        const { keys } = await get(configuration.jwks_uri);
        expect(keys).toEqual([expect.objectContaining({ kty: "RSA", kid: simulator.entra.tokens.keyId })]);
    });

    test("gives way to accounts that are named like its paths", async () => {
        const { simulator } = await simulateIdentity({ accounts: [{ name: "common" }, { name: "msi" }] });
        const answer = await sendSecure(simulator, `${simulator.url}/common/discovery/instance`);
        expect(answer.headers["x-ms-error-code"]).toBe("PublicAccessNotPermitted");
        await simulator.close();
    });
});

describe("a program that knows of no simulator", () => {
    const PROGRAM = `
        const { DefaultAzureCredential } = require("@azure/identity");
        const { BlobServiceClient } = require("@azure/storage-blob");
        const [endpoint, options] = process.argv.slice(1);
        const credential = new DefaultAzureCredential(JSON.parse(options));
        const blob = new BlobServiceClient(endpoint, credential, { retryOptions: { maxTries: 1 } });
        blob.getContainerClient("images").getBlobClient("a").downloadToBuffer().then(
            (content) => console.log(content.toString()),
            (error) => console.log(error.name, error.details?.errorCode, error.message),
        );`;

    function run(variables: Record<string, string>, options: object = {}): Promise<string> {
        const child = spawn(process.execPath, ["-e", PROGRAM, simulated.golden.blobEndpoint, JSON.stringify(options)], {
            cwd: resolve(__dirname, "../.."),
            env: { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: simulator.certificateFile!, ...variables },
        });
        let output = "";
        child.stdout.on("data", (chunk: Buffer) => {
            output += chunk.toString();
        });
        child.stderr.on("data", (chunk: Buffer) => {
            output += chunk.toString();
        });
        return new Promise((done) => child.once("close", () => done(output.trim())));
    }

    const roles = (...principals: Principal[]) => {
        for (const principal of principals) {
            simulated.golden.assignRole(principal, "Storage Blob Data Reader");
        }
    };

    // Each in a process of its own, since MSAL keeps endpoints and tokens of managed identities for a whole process.
    test("reads a blob as a managed identity, by the environment alone", async () => {
        const { entra } = simulator;
        const system = entra.addManagedIdentity();
        const user = entra.addManagedIdentity({ resourceId: `${RESOURCE_ID}-2` });
        const metadata = { AZURE_POD_IDENTITY_AUTHORITY_HOST: simulator.url };
        roles(system);
        expect(await run(entra.environment(system))).toBe("hello");
        expect(await run(metadata)).toBe("hello");
        const byClient = { managedIdentityClientId: user.clientId };
        expect(await run(metadata, byClient)).toContain("AuthorizationPermissionMismatch");
        roles(user);
        expect(await run(entra.environment(user))).toBe("hello");
        expect(await run(metadata, byClient)).toBe("hello");
        expect(await run(metadata, { managedIdentityResourceId: user.resourceId! })).toBe("hello");
    }, 120_000);

    test("reads a blob as a service principal and by workload identity, with instance discovery disabled", async () => {
        const { entra } = simulator;
        const principal = entra.addServicePrincipal();
        const federated = entra.addServicePrincipal({ federatedCredential: FEDERATION });
        roles(principal, federated);
        const tokenFile = write("token", entra.federatedToken(FEDERATION));
        const known = { disableInstanceDiscovery: true };
        expect(await run(entra.environment(principal), known)).toBe("hello");
        const workload = { ...entra.environment(federated), AZURE_FEDERATED_TOKEN_FILE: tokenFile };
        expect(await run(workload, known)).toBe("hello");
        // This one disables instance discovery by itself.
        expect(await run({ ...workload, AZURE_TOKEN_CREDENTIALS: "ManagedIdentityCredential" })).toBe("hello");
    }, 120_000);
});
