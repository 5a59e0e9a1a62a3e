import { describe, expect, it } from "vitest";
import { Claims } from "../../src/provider/claims";
import { unknownValue } from "../../src/provider/unknown";
import type { BlobLocation } from "../../src/storage/location";

const urn = (name: string, type = "BlobCopy") =>
    `urn:pulumi:dev::shop::pulumi-nodejs:dynamic/azure-copy:${type}::${name}`;
const blob = (change: BlobLocation = {}): BlobLocation => ({
    accountName: "contosodev",
    containerName: "seed",
    blobName: "2026/orders.bak",
    ...change,
});
const file = (change: BlobLocation = {}): BlobLocation => ({
    accountName: "contosodev",
    shareName: "seed",
    filePath: "2026/orders.bak",
    ...change,
});
const endpoint = (host: string) => blob({ accountName: undefined, endpoint: host } as BlobLocation);

/** Why the second of two resources can't have its destination. */
function second(one: BlobLocation, other: BlobLocation): string | undefined {
    const claims = new Claims();
    expect(claims.claim("BlobCopy", urn("one"), one)).toBeUndefined();
    return claims.claim("BlobCopy", urn("other"), other);
}

describe("two resources of one program", () => {
    it("are told of both by name, and of the destination", () => {
        const claims = new Claims();
        claims.claim("BlobCopy", urn("one"), blob());
        expect(claims.claim("IncrementalSnapshotCopy", urn("other"), blob())).toBe(
            'is https://contosodev.blob.core.windows.net/seed/2026/orders.bak, which is the destination of BlobCopy "one", too: it and IncrementalSnapshotCopy "other" would overwrite each other, and the deletion of one would take the content of both; give each a destination of its own, or remove one',
        );
    });

    it.each<[string, BlobLocation, BlobLocation]>([
        ["by its URL", blob(), { url: "https://contosodev.blob.core.windows.net/seed/2026/orders%2Ebak" }],
        ["over http", blob(), { url: "http://contosodev.blob.core.windows.net/seed/2026/orders.bak" }],
        ["by another route", blob(), endpoint("https://contosodev-internetrouting.blob.core.windows.net")],
        ["by its secondary location", blob(), endpoint("https://contosodev-secondary.blob.core.windows.net")],
        ["with a dot at the end", blob(), endpoint("https://contosodev.blob.core.windows.net.")],
        ["in a DNS zone", blob(), endpoint("https://contosodev.z12.blob.storage.azure.net")],
        ["by a private link", blob(), endpoint("https://contosodev.privatelink.blob.core.windows.net")],
        ["by a custom domain with the account's name", blob(), blob({ endpoint: "https://data.contoso.example" })],
        ["with a backslash", blob(), blob({ blobName: "2026\\orders.bak" })],
        ["by a connection string", blob(), blob({ connectionString: "AccountName=contosodev;AccountKey=a2V5" })],
        ["with a key that is not known yet", blob(), blob({ accountKey: unknownValue, region: unknownValue })],
        ["a file in other case", file(), file({ filePath: "2026/Orders.BAK" })],
        ["a file with a dot at its end", file(), file({ filePath: "2026/orders.bak." })],
        [
            "this machine by another name",
            endpoint("http://127.0.0.1:10000/devstoreaccount1"),
            endpoint("http://localhost:10000/devstoreaccount1"),
        ],
    ])("meet where a destination is spelled otherwise: %s", (_, one, other) => {
        expect(second(one, other)).toContain('which is the destination of BlobCopy "one", too');
        expect(second(other, one)).toBeDefined();
    });

    it.each<[string, BlobLocation, BlobLocation]>([
        ["another blob", blob(), blob({ blobName: "2026/other.bak" })],
        ["a blob in other case", blob(), blob({ blobName: "2026/Orders.bak" })],
        ["another container", blob(), blob({ containerName: "other" })],
        ["another account", blob(), blob({ accountName: "elsewhere" })],
        ["another cloud", blob(), endpoint("https://contosodev.blob.core.chinacloudapi.cn")],
        ["a file and a blob", blob(), file()],
        ["another emulator", endpoint("http://127.0.0.1:10000/dev"), endpoint("http://127.0.0.1:10010/dev")],
        ["a name that is not known yet", blob(), blob({ blobName: unknownValue })],
        ["two names that are not known yet", blob({ blobName: unknownValue }), blob({ blobName: unknownValue })],
        ["an account that is not known yet", blob(), blob({ accountName: unknownValue })],
        ["no destination", {}, {}],
    ])("do not meet: %s", (_, one, other) => {
        expect(second(one, other)).toBeUndefined();
    });
});

describe("one resource", () => {
    it("is checked as often as the engine likes, and moves", () => {
        const claims = new Claims();
        const claim = (name: string, blobName: string) => claims.claim("BlobCopy", urn(name), blob({ blobName }));
        expect(claim("one", "a")).toBeUndefined();
        expect(claim("one", "a")).toBeUndefined();
        expect(claim("one", "b")).toBeUndefined();
        expect(claim("other", "a")).toBeUndefined();
        expect(claim("one", "a")).toBeDefined();
        expect(claim("third", "b")).toBeUndefined();
        expect(claims.claim("BlobCopy", urn("other"), undefined)).toBeUndefined();
        expect(claim("one", "a")).toBeUndefined();
    });
});
