import { describe, expect, it } from "vitest";
import { resolveAddress, type StorageAddress } from "../../src/storage/address";
import { azureHost } from "../../src/storage/azureHost";
import type { BlobLocation } from "../../src/storage/location";
import { configMistakes } from "../../src/storage/stackCredential";
import { whereToSet } from "../../src/storage/stackSettings";
import { mayReceiveToken } from "../../src/storage/trust";
import { useStack } from "../helpers/stackConfig";

const blob = { containerName: "c", blobName: "b" };
const file = { shareName: "s", filePath: "f" };
const may = (location: BlobLocation) => mayReceiveToken(resolveAddress(location) as StorageAddress);

describe("a token may go to", () => {
    it.each<[string, BlobLocation]>([
        ["an account's name", { accountName: "contoso", ...blob }],
        ["an account's name, for a file", { accountName: "contoso", ...file }],
        ["a host of the public cloud", { url: "https://contoso.blob.core.windows.net/c/b" }],
        ["its file service", { url: "https://contoso.file.core.windows.net/s/f" }],
        ["a host in upper case, with a dot at its end", { url: "https://CONTOSO.blob.core.windows.NET./c/b" }],
        ["a host of the US government's cloud", { url: "https://contoso.blob.core.usgovcloudapi.net/c/b" }],
        ["a host of China's cloud", { url: "https://contoso.blob.core.chinacloudapi.cn/c/b" }],
        ["a secondary location", { url: "https://contoso-secondary.blob.core.windows.net/c/b" }],
        ["a DNS zone", { url: "https://contoso.z12.blob.storage.azure.net/c/b" }],
        [
            "a private endpoint's own name, as endpoint",
            { endpoint: "https://contoso.privatelink.blob.core.windows.net", ...blob },
        ],
        ["a custom domain as endpoint", { endpoint: "https://blobs.contoso.com", accountName: "contoso", ...blob }],
        ["an IP address as endpoint", { endpoint: "https://10.0.0.4:10000/contoso", ...blob }],
        ["a data lake's host as endpoint", { endpoint: "https://contoso.dfs.core.windows.net", ...blob }],
        [
            "a connection string of the public cloud",
            { connectionString: "AccountName=contoso;EndpointSuffix=core.windows.net", ...blob },
        ],
    ])("%s", (_, location) => {
        expect(may(location)).toBe(true);
    });
});

describe("no token may go to", () => {
    it.each<[string, BlobLocation]>([
        ["a custom domain by URL", { url: "https://blobs.contoso.com/c/b", accountName: "contoso" }],
        ["an account's name that breaks out of its host", { accountName: "stranger.example/x", ...blob }],
        ["an IP address by URL", { url: "https://10.0.0.4/contoso/c/b" }],
        ["an IPv6 address by URL", { url: "https://[2001:db8::1]/contoso/c/b" }],
        ["localhost by URL", { url: "https://localhost:10000/contoso/c/b" }],
        ["an emulator of files by URL", { url: "https://contoso.file.localhost/s/f" }],
        ["plain http of the public cloud", { url: "http://contoso.blob.core.windows.net/c/b" }],
        ["an endpoint over http", { endpoint: "http://10.0.0.4:10000/contoso", ...blob }],
        [
            "a host in a connection string",
            { connectionString: "AccountName=contoso;BlobEndpoint=https://10.0.0.4/contoso", ...blob },
        ],
        [
            "a suffix in a connection string",
            { connectionString: "AccountName=contoso;EndpointSuffix=core.stranger.example", ...blob },
        ],
        [
            "another service of the account in a connection string",
            { connectionString: "AccountName=contoso;BlobEndpoint=https://contoso.web.core.windows.net", ...blob },
        ],
        ["an endpoint beside a URL", { url: "https://10.0.0.4/contoso/c/b", endpoint: "https://10.0.0.4/contoso" }],
    ])("%s", (_, location) => {
        expect(may(location)).toBe(false);
    });
});

it.each([
    "contoso.blob.core.anything.example",
    "contoso.blob.core.windows.net.anything.example",
    "contoso.blob.core.windows.net-anything.example",
    "contoso.blob.core.windows.example",
    "contoso.blob.xcore.windows.net",
    "contoso.blob.core.windowsxnet",
    "contoso.blob.core.cloudapi.de",
    "contoso.stranger.blob.core.windows.net",
    "contoso.blob.stranger.storage.azure.net",
    "blob.core.windows.net",
    "core.windows.net",
    "x.blob.core.windows.net@stranger.example",
    "contoso.vault.core.windows.net",
    "management.core.windows.net",
    "contoso.blob.local.azurestack.external",
    "",
])("is no host of Azure's storage: %s", (host) => {
    expect(azureHost(host)).toBeUndefined();
});

describe("azure-copy:storageSuffixes", () => {
    const key = "azure-copy:storageSuffixes";

    it.each([
        ["local.azurestack.external", "contoso.blob.local.azurestack.external"],
        [" east.cloud.contoso.com , core.cloudapi.de", "contoso.file.core.cloudapi.de"],
        ["East.Cloud.Contoso.com", "contoso.blob.east.cloud.contoso.com"],
        ["stack.example", "contoso.blob.stack.example"],
    ])("%j has hosts of accounts, such as %s", async (suffixes, host) => {
        await useStack({ [key]: suffixes });
        expect(configMistakes()).toEqual([]);
        const service = azureHost(host)!.service;
        expect(may({ url: `https://${host}/c/b` })).toBe(true);
        expect(service).toBe(host.split(".")[1]);
        expect(may({ url: `http://${host}/c/b` })).toBe(false);
        expect(azureHost(`${host}.anything.example`)).toBeUndefined();
        expect(azureHost(host.replace(".", "x."))).toBeDefined();
        expect(azureHost(host.replace(".blob.", ".x.").replace(".file.", ".x."))).toBeUndefined();
    });

    it.each([
        "com",
        "co.uk",
        "com.au",
        "*.azurestack.external",
        "*",
        ".azurestack.external",
        "azurestack.external.",
        "blob.local.azurestack.external",
        "https://local.azurestack.external",
        "local.azurestack.external:8443",
        "local.azurestack.external/",
        "local..external",
        "-local.external",
        "10.0.0.4",
        "local.azurestack.external co.uk",
        "local.azurestack.external,",
        "local.azurestack.external, com",
    ])("fails, and none of it counts, as %j", async (suffixes) => {
        await useStack({ [key]: suffixes });
        expect(configMistakes()).toEqual([
            `${key} must be what follows blob. and file. in the hosts of a cloud's accounts, in whole and without wildcards, such as local.azurestack.external; several are separated by commas (got ${JSON.stringify(suffixes)}); pulumi config set ${key} changes it`,
        ]);
        for (const suffix of suffixes.split(",")) {
            expect(azureHost(`contoso.blob.${suffix.trim().replace("*", "x")}`)).toBeUndefined();
        }
    });

    it("is set in the config alone", async () => {
        await useStack({}, { ARM_STORAGE_SUFFIXES: "stack.example", AZURE_STORAGE_SUFFIXES: "stack.example" });
        expect(azureHost("contoso.blob.stack.example")).toBeUndefined();
        expect(whereToSet("storageSuffixes")).toBe(key);
        expect(whereToSet("clientId")).toBe("azure-copy:clientId or ARM_CLIENT_ID");
    });
});
