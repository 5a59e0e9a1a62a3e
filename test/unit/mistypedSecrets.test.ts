// A secret that is given in a wrong place: no message of check shows it.

import { randomBytes } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { checkBlobCopy } from "../../src/provider/blobCopyCheck";
import { checkFileCopy } from "../../src/provider/fileCopyCheck";
import { checkIncrementalSnapshotCopy } from "../../src/provider/incrementalSnapshotCopyCheck";
import { locationParts } from "../../src/storage/location";
import { shown } from "../../src/storage/shown";
import { configMistakes } from "../../src/storage/stackCredential";
import { configureStack } from "../../src/storage/stackSettings";
import { offline } from "../helpers/offline";

const accountKey = Buffer.from(Array.from({ length: 64 }, (_, place) => (place * 83 + 41) % 256)).toString("base64");
const signature = "c2lnbmF0dXJlIG9mIGEgU0FTIHRoYXQgaXMgc2VjcmV0MTI=";
const sas = `sv=2026-04-06&sr=c&sp=rwcd&se=2999-12-31T00:00:00Z&sig=${encodeURIComponent(signature)}`;
const secretKey = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY12";
const exampleKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/** What is given, and what of it must not be shown. */
const secrets: [name: string, given: string, secret: string][] = [
    ["an account key", accountKey, accountKey.slice(0, 20)],
    ["an account key without its end", accountKey.slice(0, -2), accountKey.slice(0, 20)],
    ["a customer-provided key", "Qm9uZHkrUGx1czEyMzQ1Njc4OTBBYkNkRWZHaElqS2w=", "Qm9uZHkr"],
    ["a SAS", sas, encodeURIComponent(signature)],
    ["a URL with a SAS", `https://contoso.blob.core.windows.net/c/b?${sas}`, encodeURIComponent(signature)],
    ["a URL with a token", "https://contoso.com/b?v=1&t=open-sesame", "open-sesame"],
    ["a URL with a password", "https://me:open-sesame@contoso.blob.core.windows.net", "open-sesame"],
    ["a password before a host", "me:open-sesame@contoso.com", "open-sesame"],
    ["an access key in a URI", `s3://AKIAIOSFODNN7EXAMPLE:${secretKey}@bucket/key`, secretKey],
    ["an access key", secretKey, secretKey],
    ["another access key", exampleKey, exampleKey],
    ["another access key in a URI", `s3://AKIAIOSFODNN7EXAMPLE:${exampleKey}@bucket`, exampleKey],
    ["an access key's ID", "AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"],
    [
        "a connection string",
        `DefaultEndpointsProtocol=https;AccountName=contoso;AccountKey=${accountKey}`,
        accountKey.slice(0, 20),
    ],
    [
        "a connection string with a SAS",
        `BlobEndpoint=https://contoso.blob.core.windows.net;SharedAccessSignature=${sas}`,
        encodeURIComponent(signature),
    ],
    ["a host with a key", `https://${accountKey}.blob.core.windows.net`, accountKey.slice(0, 20)],
    ["a client secret", "abc8Q~Zy1xWv2uTs3rQp4oNm5lKj6iHg7fEd8cBa", "Zy1xWv2u"],
    ["an older client secret", "x7K?:Qm2.Rt9[Lp4=Wz8@Vn3_Bc6Hd1J", "Rt9[Lp4"],
    ["a token", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "eyJzdWIi"],
    ["hexadecimal digits", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "9f86d081"],
    ["a private key", "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END PRIVATE KEY-----", "MIIEvQ"],
];

const end = { accountName: "contoso", containerName: "images", blobName: "orders.bak" };
const fileEnd = { accountName: "contoso", shareName: "docs", filePath: "orders.bak" };

type Check = (inputs: object) => Promise<string>;
const checks: [type: string, end: object, check: Check][] = [
    ["BlobCopy", end, (inputs) => words(checkBlobCopy({}, inputs as never, offline))],
    ["FileCopy", fileEnd, (inputs) => words(checkFileCopy({}, inputs as never, offline))],
    [
        "IncrementalSnapshotCopy",
        end,
        (inputs) => words(checkIncrementalSnapshotCopy({}, { takeSnapshot: {}, ...inputs } as never, offline)),
    ],
];

async function words(checked: ReturnType<typeof checkBlobCopy> | Promise<{ failures: readonly object[] }>) {
    const { failures } = await checked;
    return JSON.stringify(failures);
}

/** Places of texts besides the parts of the ends. */
const others: ((given: string) => object)[] = [
    ...[
        "metadata",
        "tags",
        "blobType",
        "accessTier",
        "rehydratePriority",
        "waitForRehydration",
        "blobHTTPHeaders",
        "fileHttpHeaders",
        "immutabilityPolicy",
        "encryptionScope",
        "conditions",
        "overwrite",
        "timeout",
        "onTimeout",
        "onSourceChange",
        "onDestinationDrift",
        "verify",
        "method",
        "leaseSource",
        "leaseId",
        "snapshot",
        "takeSnapshot",
        "keepSnapshots",
        "fileAttributes",
        "fileCreationTime",
        "filePermission",
        "acknowledgeEgress",
    ].map((name) => (given: string) => ({ [name]: given })),
    (given) => ({ metadata: { note: `${given}\n` } }),
    (given) => ({ metadata: [given] }),
    (given) => ({ tags: { note: `${given}!` } }),
    (given) => ({ conditions: { leaseId: given, ifMatch: given, ifModifiedSince: given } }),
    (given) => ({ blobHTTPHeaders: { blobContentMD5: given } }),
    (given) => ({ immutabilityPolicy: { expiriesOn: given, policyMode: given } }),
    (given) => ({ source: given, destination: given }),
    (given) => ({ source: { url: given }, destination: { url: given } }),
    (given) => ({ source: { s3: { bucket: given, key: `../${given}`, region: given, endpoint: given } } }),
    (given) => ({ source: { googleCloudStorage: { bucket: given, object: `../${given}`, generation: given } } }),
];

describe.each(secrets)("%s in a wrong place", (_, given, secret) => {
    it.each(checks)("is not shown by the check of %s", async (_type, good, check) => {
        for (const part of locationParts) {
            const wrong = { ...good, [part]: given };
            expect(await check({ source: wrong, destination: wrong }), part).not.toContain(secret);
        }
        for (const part of ["type", "tenantId", "clientId", "objectId", "resourceId", "tokenFilePath"]) {
            for (const type of ["servicePrincipal", "managedIdentity", "workloadIdentity"]) {
                const wrong = { ...good, credential: { type, [part]: given } };
                expect(await check({ source: wrong, destination: wrong }), part).not.toContain(secret);
            }
        }
        for (const [place, inputs] of others.entries()) {
            const told = await check({ source: good, destination: good, ...inputs(given) });
            expect(told, `other place ${place}`).not.toContain(secret);
        }
    });

    it("is not shown by a message about the stack's config", () => {
        configureStack({ get: () => given, keys: [] });
        const told = configMistakes().join("\n");
        expect(told).toContain("azure-copy:useOidc must be true or false");
        expect(told).not.toContain(secret);
    });
});

afterEach(() => configureStack());

describe("a value in a message", () => {
    it.each([
        ["Contoso", '"Contoso"'],
        ["https://contoso.blob.core.windows.net/Backups/2026/OrdersDatabase.bak", undefined],
        ["OrdersDatabaseBackup2026West", undefined],
        ["orders-2026-01-31-Backup-v2.bak", undefined],
        ["00000000-1111-2222-aaaa-bbbbccccdddd", undefined],
        ["8d7c1e0a-5b4f-4c3d-9e2a-1f0b6a7c8d9e", undefined],
        ["2026-01-31T12:00:00.0000000Z", undefined],
        ["/subscriptions/8d7c1e0a-5b4f-4c3d-9e2a-1f0b6a7c8d9e/resourceGroups/Seed/providers/x", undefined],
        ["O:BAG:BAD:(A;;FA;;;BA)", undefined],
        [14, "14"],
        [{ a: [true] }, '{"a":[true]}'],
    ])("is shown where it is no secret: %j", (value, expected) => {
        expect(shown(value)).toBe(expected ?? JSON.stringify(value));
    });

    it("is shown without characters that are not seen, and cut", () => {
        expect(shown("a\u001b[2J\u009b1m\u202e\u200b\ud800")).toBe('"a\\u001b[2J\\u009b1m\\u202e\\u200b\\ud800"');
        expect(shown(["\u202e"])).toBe('["\\u202e"]');
        expect(shown("x ".repeat(60_000))).toHaveLength(201);
    });

    it("is hidden where it is random, as nearly all keys are", () => {
        const kept = Array.from({ length: 200 }, () => randomBytes(32).toString("base64")).filter(
            (secret) => shown(secret) !== '"REDACTED"',
        );
        expect(kept.length).toBeLessThan(10);
    });
});
