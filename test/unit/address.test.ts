import { describe, expect, it } from "vitest";
import {
    addressUrl,
    parseBlobUrl,
    parseConnectionString,
    resolveAddress,
    sameAccount,
    sameAddress,
} from "../../src/storage/address";

describe("parseBlobUrl", () => {
    it("takes an account's URL apart", () => {
        expect(parseBlobUrl("https://contoso.blob.core.windows.net/images/2026/orders%20(1).bak")).toEqual({
            kind: "blob",
            serviceUrl: "https://contoso.blob.core.windows.net",
            accountName: "contoso",
            containerName: "images",
            blobName: "2026/orders (1).bak",
        });
    });

    it.each([
        "https://contoso.blob.core.usgovcloudapi.net/c/b",
        "https://contoso.blob.core.chinacloudapi.cn/c/b",
        "https://contoso.z12.blob.storage.azure.net/c/b",
        "https://contoso-secondary.blob.core.windows.net/c/b",
    ])("knows the account of %s", (url) => {
        expect(parseBlobUrl(url)).toMatchObject({
            kind: "blob",
            accountName: "contoso",
            containerName: "c",
            blobName: "b",
        });
    });

    it("takes an emulator's URL apart, whose path begins with the account", () => {
        expect(parseBlobUrl("http://127.0.0.1:10000/devstoreaccount1/c/x/y")).toMatchObject({
            serviceUrl: "http://127.0.0.1:10000/devstoreaccount1",
            accountName: "devstoreaccount1",
            containerName: "c",
            blobName: "x/y",
        });
    });

    it("reads snapshot and version from the query, and nothing else", () => {
        expect(
            parseBlobUrl("https://a23.blob.core.windows.net/c/b?snapshot=2026-01-01T00:00:00.0000000Z&sig=x"),
        ).toMatchObject({
            blobName: "b",
            snapshot: "2026-01-01T00:00:00.0000000Z",
        });
        expect(parseBlobUrl("https://a23.blob.core.windows.net/c/b?versionId=v1")).toMatchObject({ versionId: "v1" });
    });

    it("puts a single segment into the root container", () => {
        expect(parseBlobUrl("https://a23.blob.core.windows.net/logo.png")).toMatchObject({
            containerName: "$root",
            blobName: "logo.png",
        });
    });

    it("takes any other host for another web server, unless a custom domain was declared", () => {
        expect(parseBlobUrl("https://downloads.example.com/c/b")).toEqual({
            kind: "other",
            url: "https://downloads.example.com/c/b",
        });
        expect(parseBlobUrl("https://downloads.example.com/c/b", true)).toMatchObject({
            kind: "blob",
            containerName: "c",
            blobName: "b",
        });
    });

    it.each(["ftp://a/b", "not a url", "https://contoso.blob.core.windows.net/"])("fails on %s", (url) => {
        expect(parseBlobUrl(url)).toBeUndefined();
    });
});

describe("resolveAddress", () => {
    it("builds the public cloud's endpoint from the account's name", () => {
        expect(resolveAddress({ accountName: "contoso", containerName: "c", blobName: "b" })).toMatchObject({
            serviceUrl: "https://contoso.blob.core.windows.net",
        });
    });

    it("takes the endpoint from a connection string, and the account's name with it", () => {
        const connectionString = "AccountName=dev;AccountKey=a2V5;BlobEndpoint=http://127.0.0.1:5/dev;";
        expect(resolveAddress({ connectionString, containerName: "c", blobName: "b" })).toMatchObject({
            serviceUrl: "http://127.0.0.1:5/dev",
            accountName: "dev",
        });
        expect(
            parseConnectionString(
                "DefaultEndpointsProtocol=https;AccountName=dev;EndpointSuffix=core.chinacloudapi.cn",
            ),
        ).toMatchObject({
            endpoint: "https://dev.blob.core.chinacloudapi.cn",
        });
        expect(parseConnectionString("UseDevelopmentStorage=true")).toMatchObject({ accountName: "devstoreaccount1" });
    });

    it("is nothing for an incomplete location", () => {
        expect(resolveAddress({ accountName: "contoso", containerName: "c" })).toBeUndefined();
        expect(resolveAddress({ containerName: "c", blobName: "b" })).toBeUndefined();
    });
});

describe("addresses", () => {
    const address = (url: string) => parseBlobUrl(url)!;

    it("round-trip through their URL, whatever the blob is called", () => {
        for (const blobName of ["a b", "ä/ö ü", "100%", "a+b&c=d?e#f", "x'(y)!*", "tilde~"]) {
            const one = resolveAddress({ accountName: "contoso", containerName: "c", blobName })!;
            expect(parseBlobUrl(addressUrl(one))).toEqual(one);
        }
    });

    it("are the same whatever the scheme and the spelling of the escapes", () => {
        expect(
            sameAddress(
                address("http://con.blob.core.windows.net/c/a%20b"),
                address("https://con.blob.core.windows.net/c/a b"),
            ),
        ).toBe(true);
        expect(
            sameAddress(
                address("https://con.blob.core.windows.net/c/a"),
                address("https://con.blob.core.windows.net/c/A"),
            ),
        ).toBe(false);
        expect(
            sameAddress(
                address("https://con.blob.core.windows.net/c/a?snapshot=1"),
                address("https://con.blob.core.windows.net/c/a"),
            ),
        ).toBe(false);
    });

    it("are in one account only if host and path-style account agree", () => {
        expect(sameAccount(address("http://127.0.0.1:1/one/c/a"), address("http://127.0.0.1:1/one/d/b"))).toBe(true);
        expect(sameAccount(address("http://127.0.0.1:1/one/c/a"), address("http://127.0.0.1:1/two/c/a"))).toBe(false);
    });
});
