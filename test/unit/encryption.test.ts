import { createHash } from "node:crypto";
import { AnonymousCredential, BlockBlobClient } from "@azure/storage-blob";
import { describe, expect, it } from "vitest";
import type { BlobCopyInputs } from "../../src/provider/blobCopyTypes";
import { checkEncryption } from "../../src/provider/checkEncryption";
import { Failures } from "../../src/provider/failures";
import { unknownValue } from "../../src/provider/unknown";
import type { BlobAddress } from "../../src/storage/address";
import { cpkInfo, withEncryption } from "../../src/storage/encryption";

const key = Buffer.alloc(32, 7).toString("base64");

const address = (scheme: string, accountName: string): BlobAddress => ({
    kind: "blob",
    serviceUrl: `${scheme}://${accountName}.blob.core.windows.net`,
    accountName,
    containerName: "c",
    blobName: "b",
});

function failuresOf(inputs: Partial<BlobCopyInputs>, scheme = "https"): string[] {
    const failures = new Failures();
    checkEncryption(failures, inputs as BlobCopyInputs, address(scheme, "golden"), address(scheme, "dev"));
    return failures.all.map(({ property, reason }) => `${property} ${reason}`);
}

describe("check of keys and scopes", () => {
    it.each<[string, Partial<BlobCopyInputs>]>([
        ["nothing", {}],
        ["both keys", { customerProvidedKey: key, sourceCustomerProvidedKey: key, method: "fromUrl" }],
        ["a scope, and the source's key", { encryptionScope: "tenant-7", sourceCustomerProvidedKey: key }],
        ["the account's own scope", { encryptionScope: "$account-encryption-key" }],
        ["a tier beside the source's key", { sourceCustomerProvidedKey: key, accessTier: "Cool" }],
        ["what is not known yet", { customerProvidedKey: unknownValue, sourceCustomerProvidedKey: unknownValue }],
        ["a scope that is not known yet", { encryptionScope: unknownValue }],
    ])("accepts %s", (_, inputs) => {
        expect(failuresOf(inputs)).toEqual([]);
    });

    const shorter = Buffer.alloc(31, 7).toString("base64");
    it.each<[string, Partial<BlobCopyInputs>, string]>([
        ["31 bytes", { customerProvidedKey: shorter }, "customerProvidedKey must be an AES-256 key: 32 bytes"],
        ["33 bytes", { customerProvidedKey: Buffer.alloc(33, 7).toString("base64") }, "customerProvidedKey must be"],
        ["hexadecimal", { sourceCustomerProvidedKey: "07".repeat(32) }, "sourceCustomerProvidedKey must be"],
        ["no text", { customerProvidedKey: { key } as never }, "customerProvidedKey must be"],
        [
            "base64 that another key has too",
            { customerProvidedKey: `${key.slice(0, 42)}d=` },
            "customerProvidedKey must",
        ],
        ["a short scope", { encryptionScope: "ab" }, "encryptionScope must be the name of an encryption scope"],
        ["two dashes in a scope", { encryptionScope: "a--b" }, "encryptionScope must be"],
        ["a long scope", { encryptionScope: "a".repeat(64) }, "encryptionScope must be"],
        [
            "a key and a scope",
            { customerProvidedKey: key, encryptionScope: "tenants" },
            "encryptionScope contradicts customerProvidedKey",
        ],
        [
            "a key and a tier",
            { customerProvidedKey: key, accessTier: "Hot" },
            "accessTier must be left out beside custom",
        ],
        [
            "a scope and a tier",
            { encryptionScope: "tenants", accessTier: "Hot" },
            "accessTier must be left out beside enc",
        ],
        [
            "a key and Copy Blob",
            { sourceCustomerProvidedKey: key, method: "copyBlob" },
            'method must be left out or "fromUrl" beside sourceCustomerProvidedKey, which Copy Blob does not take',
        ],
        [
            "a scope and tag conditions",
            { encryptionScope: "tenants", sourceConditions: { tagConditions: "a = 'b'" } },
            "sourceConditions.tagConditions must be left out beside encryptionScope",
        ],
    ])("refuses %s", (_, inputs, expected) => {
        const failures = failuresOf(inputs);
        expect(failures.map((failure) => failure.slice(0, expected.length))).toEqual([expected]);
        for (const secret of [key, shorter, key.slice(0, 40)]) {
            expect(failures.join()).not.toContain(secret);
        }
    });

    it("refuses keys over http, at each end", () => {
        expect(failuresOf({ customerProvidedKey: key, sourceCustomerProvidedKey: key }, "http")).toEqual([
            "customerProvidedKey travels over https only, and the destination is at http://dev.blob.core.windows.net; give its https address",
            "sourceCustomerProvidedKey travels over https only, and the source is at http://golden.blob.core.windows.net; give its https address",
            "sourceCustomerProvidedKey travels over https only, and the destination is at http://dev.blob.core.windows.net; give its https address",
        ]);
        expect(failuresOf({ encryptionScope: "tenants" }, "http")).toEqual([]);
    });

    it("refuses a source's key where the source is no blob", () => {
        const failures = new Failures();
        const inputs = { sourceCustomerProvidedKey: key } as unknown as BlobCopyInputs;
        checkEncryption(failures, inputs, { kind: "other", url: "https://example.com/a" }, address("https", "dev"));
        expect(failures.all).toEqual([
            {
                property: "sourceCustomerProvidedKey",
                reason: "must be left out, since the source is no blob in Azure Storage",
            },
        ]);
    });
});

describe("a customer-provided key", () => {
    it("goes with the SHA-256 of its bytes", () => {
        expect(cpkInfo(key)).toEqual({
            encryptionKey: key,
            encryptionKeySha256: createHash("sha256").update(Buffer.alloc(32, 7)).digest("base64"),
            encryptionAlgorithm: "AES256",
        });
    });

    it("fails over http, before any request", () => {
        const client = new BlockBlobClient("http://127.0.0.1:1/dev/c/b", new AnonymousCredential());
        expect(() => withEncryption(client, { customerProvidedKey: key })).toThrow(/https only/);
        expect(withEncryption(client, {})).toBe(client);
    });
});
