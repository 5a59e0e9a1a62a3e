import { describe, expect, it } from "vitest";
import { authority, configMistakes, stackCredential } from "../../src/storage/stackCredential";
import { secretsOfStack } from "../../src/storage/stackSettings";
import { useStack } from "../helpers/stackConfig";

const tenantId = "fab12ca0-0000-4000-8000-000000000002";
const clientId = "aaaaaaaa-0000-4000-8000-000000000001";
const principal = { "azure-copy:tenantId": tenantId, "azure-copy:clientId": clientId };
const armPrincipal = { ARM_TENANT_ID: "arm.onmicrosoft.com", ARM_CLIENT_ID: "bbbbbbbb-0000-4000-8000-000000000002" };
const ofArm = { tenantId: armPrincipal.ARM_TENANT_ID, clientId: armPrincipal.ARM_CLIENT_ID };
const secret = "what nobody may see";
const inConfig = { ...principal, "azure-copy:clientSecret": secret };
const inEnvironment = { ...armPrincipal, ARM_CLIENT_SECRET: "another secret" };

type Texts = Record<string, string>;

describe("what reaches an end without a credential", () => {
    it.each<[string, Texts, Texts, object, string | undefined]>([
        ["DefaultAzureCredential, where nothing is set", {}, {}, { type: "default" }, undefined],
        [
            "the config's secret",
            inConfig,
            {},
            { type: "servicePrincipal", tenantId, clientId, clientSecret: secret },
            "azure-copy:clientSecret",
        ],
        [
            "the environment's secret",
            {},
            inEnvironment,
            { type: "servicePrincipal", ...ofArm, clientSecret: "another secret" },
            "ARM_CLIENT_SECRET",
        ],
        [
            "the config's secret before the environment's",
            inConfig,
            inEnvironment,
            { type: "servicePrincipal", tenantId, clientId, clientSecret: secret },
            "azure-copy:clientSecret",
        ],
        [
            "the environment's before DefaultAzureCredential",
            {},
            { ...inEnvironment, AZURE_CLIENT_SECRET: "third", AZURE_CLIENT_ID: clientId, AZURE_TENANT_ID: tenantId },
            { type: "servicePrincipal", ...ofArm, clientSecret: "another secret" },
            "ARM_CLIENT_SECRET",
        ],
        [
            "each value of the config, completed by the environment",
            { "azure-copy:clientSecret": secret },
            inEnvironment,
            { type: "servicePrincipal", ...ofArm, clientSecret: secret },
            "azure-copy:clientSecret",
        ],
        [
            "the principal that the config names, with the environment's secret",
            principal,
            inEnvironment,
            { type: "servicePrincipal", tenantId, clientId, clientSecret: "another secret" },
            "ARM_CLIENT_SECRET",
        ],
        [
            "a certificate",
            { ...principal, "azure-copy:clientCertificatePath": "a.pem" },
            { ARM_CLIENT_CERTIFICATE_PASSWORD: "its password" },
            {
                type: "servicePrincipal",
                tenantId,
                clientId,
                certificatePath: "a.pem",
                certificatePassword: "its password",
            },
            "azure-copy:clientCertificatePath",
        ],
        [
            "the method that the config chooses, whatever the environment would come to first",
            { "azure-copy:useMsi": "true", "azure-copy:clientId": clientId },
            inEnvironment,
            { type: "managedIdentity", clientId },
            "azure-copy:useMsi",
        ],
        ["the system-assigned identity", {}, { ARM_USE_MSI: "TRUE" }, { type: "managedIdentity" }, "ARM_USE_MSI"],
        [
            "not what the config turns off",
            { "azure-copy:useMsi": "false" },
            { ARM_USE_MSI: "true" },
            { type: "default" },
            undefined,
        ],
        [
            "DefaultAzureCredential, where the config says so",
            { "azure-copy:useDefaultAzureCredential": "true" },
            inEnvironment,
            { type: "default" },
            "azure-copy:useDefaultAzureCredential",
        ],
        [
            "DefaultAzureCredential with what the config names, but nothing of the environment's",
            { "azure-copy:tenantId": tenantId },
            armPrincipal,
            { type: "default", tenantId },
            undefined,
        ],
        [
            "an OIDC token",
            {},
            { ...armPrincipal, ARM_USE_OIDC: "true", ARM_OIDC_TOKEN: "ey", ARM_OIDC_TOKEN_FILE_PATH: "/token" },
            { type: "oidc", ...ofArm, token: "ey" },
            "ARM_USE_OIDC",
        ],
        [
            "an OIDC token in a file, which the config names before the environment's own",
            { "azure-copy:oidcTokenFilePath": "/token" },
            { ...armPrincipal, ARM_USE_OIDC: "true", ARM_OIDC_TOKEN: "ey" },
            { type: "workloadIdentity", ...ofArm, tokenFilePath: "/token" },
            "ARM_USE_OIDC",
        ],
        [
            "an OIDC token to be asked for, as in GitHub Actions",
            { ...principal, "azure-copy:useOidc": "true" },
            {
                ACTIONS_ID_TOKEN_REQUEST_URL: "https://ci.example.com/token?api=2",
                ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request",
                ARM_OIDC_AUDIENCE: "api://contoso",
            },
            {
                type: "oidc",
                tenantId,
                clientId,
                request: { url: "https://ci.example.com/token?api=2", token: "request", audience: "api://contoso" },
            },
            "azure-copy:useOidc",
        ],
        [
            "not what GitHub Actions always sets",
            {},
            { ...armPrincipal, ACTIONS_ID_TOKEN_REQUEST_URL: "https://ci.example.com/" },
            { type: "default" },
            undefined,
        ],
        [
            "not an empty text",
            { "azure-copy:clientSecret": "" },
            { ARM_CLIENT_SECRET: "" },
            { type: "default" },
            undefined,
        ],
    ])("is %s", async (_, config, environment, credential, where) => {
        await useStack(config, environment);
        expect(stackCredential()).toMatchObject({ credential, ...(where && { where }) });
        expect(stackCredential().credential).toEqual(credential);
        expect(stackCredential().where).toBe(where);
        expect(configMistakes()).toEqual([]);
    });
});

describe("the authority", () => {
    const own = "https://login.contoso.example";

    it.each<[Texts, Texts, string | undefined]>([
        [{}, {}, undefined],
        [{ "azure-copy:environment": "usgovernment" }, {}, "https://login.microsoftonline.us"],
        [{ "azure-copy:environment": "china" }, { ARM_ENVIRONMENT: "public" }, "https://login.chinacloudapi.cn"],
        [{}, { ARM_ENVIRONMENT: "public" }, "https://login.microsoftonline.com"],
        [{}, { AZURE_ENVIRONMENT: "AzureUSGovernment" }, "https://login.microsoftonline.us"],
        [{ "azure-copy:activeDirectoryAuthorityHost": own }, { ARM_ENVIRONMENT: "china" }, own],
        [
            { "azure-copy:environment": "china" },
            { ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST: own },
            "https://login.chinacloudapi.cn",
        ],
    ])("by %j and %j is %s", async (config, environment, authorityHost) => {
        await useStack(config, environment);
        expect(authority()).toEqual({ disableInstanceDiscovery: false, ...(authorityHost && { authorityHost }) });
    });

    it("may be one that the public cloud's does not know", async () => {
        await useStack({ "azure-copy:disableInstanceDiscovery": "true" });
        expect(authority()).toEqual({ disableInstanceDiscovery: true });
        await useStack({ "azure-copy:disableInstanceDiscovery": "false" }, { ARM_DISABLE_INSTANCE_DISCOVERY: "true" });
        expect(authority()).toEqual({ disableInstanceDiscovery: false });
    });

    it("fails on a cloud that is not there", async () => {
        await useStack({}, { ARM_ENVIRONMENT: "german" });
        expect(authority).toThrow('ARM_ENVIRONMENT must be one of public, usgovernment, china (got "german")');
    });
});

describe("a mistake in the config", () => {
    it.each<[Texts, Texts, string[]]>([
        [
            { ...inConfig, "azure-copy:clientId": "deployer" },
            {},
            [
                'azure-copy:clientId must be an application\'s ID, such as 00000000-0000-0000-0000-000000000000 (got "deployer"); pulumi config set azure-copy:clientId changes it',
            ],
        ],
        [
            { "azure-copy:useMsi": "maybe" },
            {},
            ['azure-copy:useMsi must be true or false (got "maybe"); pulumi config set azure-copy:useMsi changes it'],
        ],
        [
            { "azure-copy:environment": "german" },
            {},
            [
                'azure-copy:environment must be one of public, usgovernment, china (got "german"); pulumi config set azure-copy:environment changes it',
            ],
        ],
        [
            { "azure-copy:clientSecret": secret },
            {},
            [
                "azure-copy:clientSecret needs tenantId; set azure-copy:tenantId or ARM_TENANT_ID",
                "azure-copy:clientSecret needs clientId; set azure-copy:clientId or ARM_CLIENT_ID",
            ],
        ],
        [
            { ...principal, "azure-copy:useOidc": "true" },
            {},
            [
                "azure-copy:useOidc needs a token; set azure-copy:oidcToken or ARM_OIDC_TOKEN, or azure-copy:oidcTokenFilePath or ARM_OIDC_TOKEN_FILE_PATH, or azure-copy:oidcRequestUrl or ARM_OIDC_REQUEST_URL",
            ],
        ],
        [
            { ...inConfig, "azure-copy:useMsi": "true" },
            {},
            ["azure-copy:useMsi contradicts azure-copy:clientSecret; keep one of them"],
        ],
        [
            { ...inConfig, "azure-copy:oidcToken": "ey", "azure-copy:clientCertificatePassword": "x" },
            {},
            [
                "azure-copy:clientCertificatePassword is of no use without azure-copy:clientCertificatePath",
                "azure-copy:oidcToken is of no use without azure-copy:useOidc",
            ],
        ],
        [
            { ...principal, "azure-copy:clientCertificatePath": "/certificate.PFX" },
            {},
            [
                'azure-copy:clientCertificatePath must be a PEM file with certificate and key; openssl pkcs12 -nodes makes one of a PFX file (got "/certificate.PFX"); pulumi config set azure-copy:clientCertificatePath changes it',
            ],
        ],
        [
            {
                "azure-copy:tenantID": tenantId,
                "azure-copy:useMSI": "true",
                "azure-copy:greeting": "of a project's own",
            },
            {},
            [
                "azure-copy:tenantID is not read; it is spelled azure-copy:tenantId",
                "azure-copy:useMSI is not read; it is spelled azure-copy:useMsi",
            ],
        ],
    ])("fails: %j", async (config, environment, mistakes) => {
        await useStack(config, environment);
        expect(configMistakes()).toEqual(mistakes);
        expect(configMistakes().join()).not.toContain(secret);
    });

    it("in the environment is told where something depends on it, not before", async () => {
        await useStack({}, { ARM_CLIENT_SECRET: secret, ARM_TENANT_ID: "no tenant" });
        expect(configMistakes()).toEqual([]);
        expect(stackCredential).toThrow(
            'ARM_TENANT_ID must be a tenant\'s ID or domain name (got "no tenant"); ARM_CLIENT_SECRET needs clientId; set azure-copy:clientId or ARM_CLIENT_ID',
        );
    });
});

it("knows all its secrets, which are redacted", async () => {
    await useStack(
        { "azure-copy:clientSecret": "a b", ...principal },
        { ARM_CLIENT_SECRET: "c", ARM_OIDC_TOKEN: "ey", AZURE_CLIENT_SECRET: "d" },
    );
    expect(secretsOfStack()).toEqual(["a b", "c", "ey", "d"]);
});
