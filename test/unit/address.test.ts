import { describe, expect, it } from "vitest";
import {
    addressUrl,
    isFixed,
    parseBlobUrl,
    parseConnectionString,
    resolveAddress,
    sameAddress,
} from "../../src/storage/address";
import type { BlobLocation } from "../../src/storage/location";

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
        "https://contoso-internetrouting.blob.core.windows.net/c/b",
        "https://contoso-microsoftrouting.blob.core.windows.net/c/b",
        "https://contoso-secondary-dualstack.z12.blob.storage.azure.net/c/b",
        "https://contoso-ipv6.blob.core.windows.net/c/b",
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
});

describe("an object of another vendor", () => {
    const s3 = { bucket: "backups", key: "2026/orders (1).bak" };
    const google = { bucket: "backups", object: "2026/orders (1).bak" };

    it.each<[string, BlobLocation, string]>([
        ["a plain URI", { url: "s3://backups/2026/orders (1).bak" }, "s3://backups/2026/orders%20(1).bak"],
        ["parts", { s3 }, "s3://backups/2026/orders%20(1).bak"],
        ["a key with a ? and a #", { url: "s3://backups/what?#1" }, "s3://backups/what%3F%231"],
        ["a version", { s3: { ...s3, versionId: "v/1" } }, "s3://backups/2026/orders%20(1).bak?versionId=v%2F1"],
        [
            "another server",
            { s3: { ...s3, endpoint: "https://minio.contoso.com/" } },
            "https://minio.contoso.com/backups/2026/orders%20(1).bak",
        ],
        ["a URI of Google", { url: "gs://backups/orders.bak" }, "gs://backups/orders.bak"],
        ["a generation", { url: "gs://backups/orders.bak#17" }, "gs://backups/orders.bak?generation=17"],
        ["parts of Google", { googleCloudStorage: google }, "gs://backups/2026/orders%20(1).bak"],
    ])("is named by %s", (_, location, url) => {
        expect(addressUrl(resolveAddress(location)!)).toBe(url);
    });

    it.each<[string, BlobLocation]>([
        ["https://backups.s3.eu-west-1.amazonaws.com/2026/orders%20%281%29.bak", { s3 }],
        ["https://backups.s3.amazonaws.com/2026/orders%20(1).bak", { s3: { ...s3, region: "us-east-1" } }],
        ["https://backups.s3-eu-west-1.amazonaws.com/2026/orders%20%281%29.bak", { s3 }],
        ["https://backups.s3.dualstack.eu-west-1.amazonaws.com/2026/orders%20%281%29.bak", { s3 }],
        ["https://s3.eu-west-1.amazonaws.com/backups/2026/orders%20%281%29.bak", { s3 }],
        ["https://backups.s3.cn-north-1.amazonaws.com.cn/2026/orders%20%281%29.bak", { s3 }],
        [
            "https://backups.s3.eu-west-1.amazonaws.com/2026/orders%20%281%29.bak?versionId=v%2F1",
            { s3: { ...s3, versionId: "v/1" } },
        ],
        ["https://s3.eu-west-1.amazonaws.com/my.backups/k", { url: "s3://my.backups/k" }],
        ["https://storage.googleapis.com/backups/2026/orders%20%281%29.bak", { googleCloudStorage: google }],
        ["https://backups.storage.googleapis.com/orders.bak?generation=17", { url: "gs://backups/orders.bak#17" }],
    ])("is recognized by the URL that the service reports: %s", (url, location) => {
        expect(sameAddress({ kind: "other", url }, resolveAddress(location)!)).toBe(true);
    });

    it.each<[string, BlobLocation]>([
        ["https://backups.s3.eu-west-1.amazonaws.com/2026/orders.bak", { s3 }],
        ["https://others.s3.eu-west-1.amazonaws.com/2026/orders%20%281%29.bak", { s3 }],
        ["https://backups.s3.eu-west-1.amazonaws.com/2026/orders%20%281%29.bak", { s3: { ...s3, versionId: "v" } }],
        ["https://storage.googleapis.com/backups/2026/orders%20%281%29.bak", { s3 }],
        ["https://backups/2026/orders%20%281%29.bak", { s3 }],
    ])("is another than that of %s", (url, location) => {
        expect(sameAddress({ kind: "other", url }, resolveAddress(location)!)).toBe(false);
    });

    it.each<[BlobLocation, boolean]>([
        [{ s3 }, false],
        [{ s3: { ...s3, versionId: "v" } }, true],
        [{ url: "gs://backups/orders.bak#17" }, true],
        [{ url: "https://a23.file.core.windows.net/share/f" }, false],
        [{ url: "https://a23.file.core.windows.net/share/f?sharesnapshot=2026-01-31T12:00:00.0000000Z" }, true],
        [{ accountName: "a23", shareName: "share", filePath: "f" }, false],
        [
            { accountName: "a23", shareName: "share", filePath: "f", shareSnapshot: "2026-01-31T12:00:00.0000000Z" },
            true,
        ],
        [{ url: "https://example.com/f?generation=17" }, false],
    ])("that is named by %j can't change: %s", (location, fixed) => {
        expect(isFixed(resolveAddress(location)!)).toBe(fixed);
    });
});
