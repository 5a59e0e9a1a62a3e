import { describe, expect, it } from "vitest";
import { checkBlobCopy } from "../../src/provider/blobCopyCheck";
import type { BlobCopyInputs } from "../../src/provider/blobCopyTypes";
import { unknownValue } from "../../src/provider/unknown";
import { offline } from "../helpers/offline";

const key = Buffer.alloc(64, 1).toString("base64");

/** Inputs without a mistake; each test changes one thing. */
const good: BlobCopyInputs = {
    source: { accountName: "golden", containerName: "images", blobName: "orders.bak", accountKey: key },
    destination: { accountName: "dev", containerName: "seed", blobName: "orders.bak", accountKey: key },
    onSourceChange: "ignore",
};

async function failuresOf(change: object): Promise<string[]> {
    const { failures } = await checkBlobCopy({}, { ...good, ...change } as BlobCopyInputs, offline);
    return failures.map(({ property, reason }) => `${property} ${reason}`);
}

const source = (change: object) => ({ source: { ...good.source, ...change } });
const destination = (change: object) => ({ destination: { ...good.destination, ...change } });

describe("check of BlobCopy", () => {
    it("accepts good inputs, and gives them back", async () => {
        const { inputs, failures } = await checkBlobCopy({}, good, offline);
        expect(failures).toEqual([]);
        expect(inputs).toEqual(good);
    });

    it("accepts what it leaves to policies", async () => {
        expect(
            await failuresOf({
                source: { ...good.source, region: "westeurope", tenantId: "11111111-2222-3333-4444-555555555555" },
                acknowledgeEgress: "the nightly seed",
                acknowledgeCrossTenant: true,
                acknowledgeOverwrite: unknownValue,
            }),
        ).toEqual([]);
    });

    it.each<[string, object, string]>([
        [
            "a URL that is none",
            { source: { url: "images/orders.bak" } },
            'source.url must be an absolute https URL (http for emulators and web servers that have no other), without a user name or password (got "images/orders.bak")',
        ],
        [
            "a URL with a password",
            { source: { url: "https://me:secret@contoso.com/orders.bak" } },
            "source.url must be an absolute https URL",
        ],
        [
            "an endpoint with a password",
            source({ endpoint: "https://me:secret@contoso.com" }),
            "source.endpoint must be a blob service's URL",
        ],
        [
            "a URL without a blob",
            { source: { url: "https://golden.blob.core.windows.net/" } },
            "source.url must name a blob",
        ],
        [
            "a destination that is no blob",
            { destination: { url: "https://example.com/c/b" } },
            "destination.url must be the URL of a blob in Azure Storage",
        ],
        [
            "a URL beside its parts",
            source({ url: "https://golden.blob.core.windows.net/images/orders.bak" }),
            "source.url contradicts containerName, blobName; give the URL or the parts",
        ],
        ["no account", { source: { containerName: "images", blobName: "b" } }, "source lacks the storage account"],
        ["no container", { source: { accountName: "golden", blobName: "b" } }, "source.containerName is missing"],
        [
            "no blob",
            { destination: { accountName: "golden", containerName: "images" } },
            "destination.blobName is missing",
        ],
        ["no source", { source: undefined }, "source give a URL"],
        ["a region that is none", source({ region: "" }), "source.region must be a text that is not empty"],
        [
            "an empty acknowledgement",
            { acknowledgeEgress: " " },
            "acknowledgeEgress must be true, false, or the reason",
        ],
        [
            "an acknowledgement that is a number",
            { acknowledgeOverwrite: 1 },
            "acknowledgeOverwrite must be true, false",
        ],
        ["an unknown part", source({ blob: "x" }), "source.blob is no part of a blob's address"],
        ["an empty part", source({ blobName: "" }), "source.blobName must be a text that is not empty"],
        [
            "an account's name in capitals",
            source({ accountName: "Golden" }),
            'source.accountName must have 3 to 24 lower-case letters and digits (got "Golden")',
        ],
        [
            "an endpoint with a query",
            source({ endpoint: "https://x?sig=1" }),
            "source.endpoint must be a blob service's URL",
        ],
        [
            "the name of a private endpoint",
            source({ accountName: undefined, endpoint: "https://golden.privatelink.blob.core.windows.net" }),
            "source.endpoint must be the account's own name, https://golden.blob.core.windows.net, which leads to its private endpoint",
        ],
        [
            "a container's name in capitals",
            source({ containerName: "Images" }),
            "source.containerName must have 3 to 63 lower-case letters",
        ],
        [
            "a container's name with a double hyphen",
            destination({ containerName: "a--b" }),
            "destination.containerName must have 3 to 63",
        ],
        [
            "a container's name that is too short",
            destination({ containerName: "ab" }),
            "destination.containerName must have 3 to 63",
        ],
        [
            "a blob's name that is too long",
            destination({ blobName: "x".repeat(1_025) }),
            "destination.blobName must have at most 1,024 characters",
        ],
        [
            "a blob's name that URLs resolve away",
            destination({ blobName: "a/../b" }),
            "destination.blobName must have no path segment that is . or ..",
        ],
        [
            "a slash in the root container",
            destination({ containerName: "$root", blobName: "a/b" }),
            "destination.blobName must have no slash in the root container",
        ],
        [
            "a source URL over 2 KiB",
            source({ sasToken: `sig=${"x".repeat(2_100)}`, accountKey: undefined }),
            "source must be a URL of 2048 bytes at most",
        ],
        [
            "two credentials",
            source({ sasToken: "sig=abcdefgh" }),
            "source.sasToken contradicts accountKey; give one way to authorize",
        ],
        ["a key that is no base64", source({ accountKey: "not base64!" }), "source.accountKey must be base64"],
        [
            "a SAS without a signature",
            source({ accountKey: undefined, sasToken: "sv=1" }),
            "source.sasToken has no signature",
        ],
        [
            "a SAS that has expired",
            source({ accountKey: undefined, sasToken: "sig=x&se=2026-05-31T00:00:00Z" }),
            "source.sasToken expired at 2026-05-31T00:00:00Z",
        ],
        [
            "a source SAS that can't read",
            source({ accountKey: undefined, sasToken: "sig=x&sp=w" }),
            "source.sasToken must permit reading (sp with r)",
        ],
        [
            "a destination SAS that can't write",
            destination({ accountKey: undefined, sasToken: "sig=x&sp=r" }),
            "destination.sasToken must permit writing",
        ],
        [
            "a connection string without an account",
            source({ accountName: undefined, accountKey: undefined, connectionString: "X=y" }),
            "source.connectionString must have AccountName or BlobEndpoint",
        ],
        [
            "a connection string of another account",
            source({ accountKey: undefined, connectionString: `AccountName=other;AccountKey=${key}` }),
            "source.accountName contradicts connectionString",
        ],
        [
            "snapshot and version",
            source({ snapshot: "2026-01-01T00:00:00.0000000Z", versionId: "2026-01-01T00:00:00.0000000Z" }),
            "source.versionId contradicts snapshot",
        ],
        [
            "a snapshot that is no DateTime",
            source({ snapshot: "yesterday" }),
            "source.snapshot must be the DateTime that the service gave",
        ],
        [
            "a snapshot as destination",
            destination({ snapshot: "2026-01-01T00:00:00.0000000Z" }),
            "destination.snapshot can't be written to",
        ],
        [
            "a snapshot as destination URL",
            { destination: { url: "https://dev.blob.core.windows.net/c/b?snapshot=2026-01-01T00:00:00.0000000Z" } },
            "destination.url names a snapshot or version",
        ],
        ["a copy onto itself", { destination: good.source }, "destination is the source itself"],
        [
            "metadata that is no C# identifier",
            { metadata: { "my-key": "x" } },
            "metadata.my-key must be named like a C# identifier",
        ],
        ["metadata names that differ by case", { metadata: { owner: "x", Owner: "y" } }, "metadata.Owner stands twice"],
        [
            "a metadata value that is not ASCII",
            { metadata: { owner: "Zoë" } },
            "metadata.owner must be printable ASCII",
        ],
        [
            "a metadata value with a line break",
            { metadata: { owner: "a\r\nb: c" } },
            "metadata.owner must be printable ASCII",
        ],
        [
            "a metadata value that HTTP would trim",
            { metadata: { owner: " a" } },
            "metadata.owner must not be empty, nor begin or end with a space",
        ],
        ["metadata over 8 KiB", { metadata: { a: "x".repeat(8_192) } }, "metadata must have 8,192 bytes at most"],
        ["metadata that is no text", { metadata: { a: 1 } }, "metadata.a must be a text"],
        [
            "more than ten tags",
            { tags: Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`t${index}`, "x"])) },
            "tags must be 10 at most",
        ],
        ["a tag key that is too long", { tags: { ["k".repeat(129)]: "x" } }, "must have a key of 1 to 128"],
        ["a tag value with a comma", { tags: { a: "x,y" } }, "tags.a must have a value of at most 256"],
        [
            "a tier that there is not",
            { accessTier: "Lukewarm" },
            "accessTier must be one of Hot, Cool, Cold, Archive, P4",
        ],
        [
            "a word that overwrite does not know",
            { overwrite: "yes" },
            'overwrite must be one of "never", "ifUnchanged", "always" (got "yes")',
        ],
        ["a word that onSourceChange does not know", { onSourceChange: "copy" }, "onSourceChange must be one of"],
        [
            "a timeout without a unit",
            { timeout: "90" },
            'timeout must be a duration from "1s" to "14d", such as "90s", "30m" or "1h30m" (got "90")',
        ],
        ["a timeout over two weeks", { timeout: "15d" }, "timeout must be a duration"],
        [
            "a timeout over that of a user delegation SAS, which Copy Blob then reads the source by",
            {
                source: { ...good.source, accountKey: undefined, credential: { type: "azureCli" } },
                method: "copyBlob",
                timeout: "7d",
            },
            'timeout must be "6d23h" at most, as long as a user delegation SAS of the source lasts; or set method to "fromUrl", or give the source an account key or a SAS (got "7d")',
        ],
        [
            "an input that there is not",
            { metdata: {} },
            "metdata is no input of BlobCopy; allowed are source, destination",
        ],
    ])("fails on %s", async (_, change, expected) => {
        expect(await failuresOf(change)).toEqual([expect.stringContaining(expected)]);
    });

    it("reports all mistakes at once", async () => {
        const failures = await failuresOf({
            ...source({ containerName: "Images" }),
            tags: { a: "," },
            timeout: "x",
            overwrite: "x",
        });
        expect(failures).toHaveLength(4);
    });

    it("shows no secret in a failure", async () => {
        const secret = "c2VjcmV0LXZhbHVl!";
        const failures = [
            ...(await failuresOf(source({ accountKey: secret }))),
            ...(await failuresOf(source({ accountKey: undefined, sasToken: `sv=${secret}` }))),
            ...(await failuresOf(source({ accountName: undefined, accountKey: undefined, connectionString: secret }))),
        ];
        expect(failures).toHaveLength(3);
        expect(failures.join()).not.toContain(secret);
    });

    it.each<[string, object]>([
        ["the whole source", { source: unknownValue }],
        ["the account's name", source({ accountName: unknownValue })],
        ["the blob's name", destination({ blobName: unknownValue })],
        ["a key", destination({ accountKey: unknownValue })],
        ["a metadata value", { metadata: { owner: unknownValue } }],
        ["all tags", { tags: unknownValue }],
        ["the timeout", { timeout: unknownValue }],
    ])("skips what is not known yet: %s", async (_, change) => {
        expect(await failuresOf(change)).toEqual([]);
    });

    it("warns, and does not fail, where the source can't be read", async () => {
        const warnings: string[] = [];
        const { inputs, failures } = await checkBlobCopy(
            {},
            { ...good, onSourceChange: "copyAgain" },
            { ...offline, warn: (text) => warnings.push(text) },
        );
        expect(failures).toEqual([]);
        expect(inputs.sourceEtag).toBeUndefined();
        expect(warnings).toEqual([expect.stringContaining("could not read the source")]);
    });

    it("keeps the recorded ETag where the source can't be read, so that a lost network is no change", async () => {
        const olds = { ...good, sourceEtag: '"0x1"' };
        const { inputs } = await checkBlobCopy(olds, { ...good, onSourceChange: "copyAgain" }, offline);
        expect(inputs.sourceEtag).toBe('"0x1"');
    });
});

describe("check of a source of another vendor", () => {
    const s3 = { bucket: "backups", key: "orders.bak" };
    const google = { bucket: "backups", object: "orders.bak" };
    const cases: [string, object, string[]][] = [
        ["a plain URI of S3", { url: "s3://backups/orders.bak" }, []],
        ["a plain URI of Google", { url: "gs://backups/orders.bak#17" }, []],
        ["parts of S3", { s3: { ...s3, region: "eu-west-1", versionId: "v" } }, []],
        ["parts of Google", { googleCloudStorage: google }, []],
        ["an unknown part", { s3: { ...s3, key: unknownValue, secretAccessKey: unknownValue, accessKeyId: "a" } }, []],
        ["an unknown object", { s3: unknownValue }, []],
        ["no key", { url: "s3://backups" }, ['source.url names an object whose key is missing (got "s3://backups")']],
        ["no bucket", { s3: { key: "k" } }, ["source.s3.bucket is missing"]],
        ["a text", { s3: "s3://backups/k" }, ["source.s3 must be an object with bucket, key, versionId"]],
        [
            "a bucket in capitals",
            { s3: { ...s3, bucket: "Backups" } },
            ["source.s3.bucket must have 3 to 63 lower-case letters, digits, dots and hyphens"],
        ],
        ["a key that URLs resolve away", { s3: { ...s3, key: "a/../b" } }, ["source.s3.key must have no segment that"]],
        [
            "a long name",
            { googleCloudStorage: { ...google, object: "é".repeat(513) } },
            ["source.googleCloudStorage.object must have 1,024 bytes at most"],
        ],
        [
            "a mistyped part",
            { s3: { ...s3, bucketName: "b" } },
            ["source.s3.bucketName is no part of it; allowed are bucket"],
        ],
        ["an empty part", { s3: { ...s3, region: "" } }, ["source.s3.region must be a text that is not empty"]],
        ["a region with blanks", { s3: { ...s3, region: "eu west" } }, ["source.s3.region must be a region such as"]],
        [
            "an endpoint without a scheme",
            { s3: { ...s3, endpoint: "minio:9000" } },
            ["source.s3.endpoint must be a URL"],
        ],
        [
            "an endpoint with a password",
            { s3: { ...s3, endpoint: "https://me:secret@minio.contoso.com" } },
            ["source.s3.endpoint must be a URL"],
        ],
        [
            "half a key",
            { s3: { ...s3, accessKeyId: "AKIA" } },
            ["source.s3.secretAccessKey is missing beside accessKeyId"],
        ],
        [
            "a session token alone",
            { s3: { ...s3, sessionToken: "t" } },
            ["source.s3.accessKeyId is missing", "source.s3.secretAccessKey is missing"],
        ],
        [
            "a generation with letters",
            { googleCloudStorage: { ...google, generation: "v1" } },
            ["source.googleCloudStorage.generation must"],
        ],
        [
            "a key file's name",
            { googleCloudStorage: { ...google, credentials: "key.json" } },
            ["source.googleCloudStorage.credentials must be the content of a key file"],
        ],
        ["two objects", { s3, googleCloudStorage: google }, ["source.googleCloudStorage contradicts s3"]],
        ["a SAS beside it", { url: "s3://backups/k", sasToken: "sig=x" }, ["source.sasToken contradicts url"]],
    ];

    it.each(cases)("takes or refuses %s", async (_, location, expected) => {
        const failures = await failuresOf({ source: location });
        expect(failures.length).toBe(expected.length);
        for (const [index, text] of expected.entries()) {
            expect(failures[index]).toContain(text);
        }
    });

    it("fails where a copy would be written to it", async () => {
        expect(await failuresOf({ destination: { url: "s3://backups/k" } })).toEqual([
            expect.stringContaining("destination can't be an object of another vendor"),
        ]);
    });

    it("fails where the copy may take longer than a presigned URL lasts", async () => {
        expect(await failuresOf({ source: { s3 }, timeout: "7d" })).toEqual([]);
        expect(await failuresOf({ source: { s3 }, timeout: "8d" })).toEqual([
            'timeout must be "7d" at most, as long as a presigned URL of the source lasts (got "8d")',
        ]);
    });

    it("shows no credential", async () => {
        const wrong = { s3: { ...s3, bucket: "!", secretAccessKey: 12345678 as unknown as string, sessionToken: "" } };
        expect((await failuresOf({ source: wrong })).join()).not.toContain("12345678");
    });
});

describe("check of a source in Azure Files", () => {
    const url = "https://golden.file.core.windows.net/share/folder/orders.bak";
    const sasToken = "sv=2026-04-06&sr=f&sp=r&se=2026-12-31T00:00:00Z&sig=abc";

    it.each<[string, object, string[]]>([
        ["a file with its SAS", { url, sasToken }, []],
        ["a share snapshot", { url: `${url}?sharesnapshot=2026-01-31T12:00:00.0000000Z`, sasToken }, []],
        ["a file without a credential", { url }, []],
        [
            "a file without a credential over http",
            { endpoint: "http://127.0.0.1:10004/golden", shareName: "share", filePath: "f" },
            ["source is a file in Azure Files over http, where no token may travel"],
        ],
        [
            "one by Entra ID over http",
            {
                endpoint: "http://127.0.0.1:10004/golden",
                shareName: "share",
                filePath: "f",
                credential: { type: "azureCli" },
            },
            ["source.credential needs an https endpoint"],
        ],
        ["a file by Entra ID", { url, credential: { type: "managedIdentity" } }, []],
        [
            "one that anybody is to read",
            { url, credential: { type: "anonymous" } },
            ["source.credential.type reads no file, since Azure Files has no public ones"],
        ],
        ["an unknown SAS", { url, sasToken: unknownValue }, []],
        ["an account key", { url, accountKey: key }, []],
        [
            "its parts",
            { accountName: "golden", shareName: "share", filePath: "folder/orders.bak", accountKey: key },
            [],
        ],
        [
            "a file and a blob",
            { accountName: "golden", shareName: "share", filePath: "f", blobName: "b", accountKey: key },
            ["source.blobName contradicts shareName and filePath"],
        ],
        ["a share alone", { accountName: "golden", shareName: "share", accountKey: key }, ["filePath is missing"]],
        [
            "bad names",
            { accountName: "golden", shareName: "S", filePath: "a//b:c", accountKey: key },
            ["shareName must have 3 to 63", "single slashes between them", "none of the characters"],
        ],
        [
            "a SAS that has expired",
            { url, sasToken: sasToken.replace("2026-12", "2026-01") },
            ["source.sasToken expired at"],
        ],
        [
            "a SAS that does not permit reading",
            { url, sasToken: sasToken.replace("sp=r", "sp=w") },
            ["must permit reading"],
        ],
        ["a share", { url: "https://golden.file.core.windows.net/share", sasToken }, ["must name a share and a file"]],
        [
            "a bad snapshot",
            { url: `${url}?sharesnapshot=yesterday`, sasToken },
            ["names a share snapshot that must be the DateTime"],
        ],
    ])("takes or refuses %s", async (_, location, expected) => {
        const failures = await failuresOf({ source: location });
        expect(failures.length).toBe(expected.length);
        for (const [index, text] of expected.entries()) {
            expect(failures[index]).toContain(text);
        }
    });
});
