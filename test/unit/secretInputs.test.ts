// What a program marks as secret: the resource's class tells the paths, and the provider keeps secret what follows from them.

import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { checkBlobCopy } from "../../src/provider/blobCopyCheck";
import type { BlobCopyInputs } from "../../src/provider/blobCopyTypes";
import { secretTexts, withSecretOutputs } from "../../src/provider/secretInputs";
import { unknownValue } from "../../src/provider/unknown";
import { secretInputs } from "../../src/secretInputs";
import { offline } from "../helpers/offline";

const secret = pulumi.secret;

describe("the paths of secret inputs", () => {
    it.each<[string, object, string[] | undefined]>([
        ["nothing", { source: "https://h/c/b", timeout: pulumi.output("1h"), metadata: { a: "b" } }, undefined],
        ["a URL", { source: secret("https://h/c/b") }, ["source"]],
        ["a URL with a secret part", { source: pulumi.interpolate`https://h/c/${secret("b")}` }, ["source"]],
        [
            "parts",
            { source: { blobName: secret("b") }, destination: { url: secret("u") } },
            ["destination.url", "source.blobName"],
        ],
        [
            "an end as one output",
            { destination: pulumi.output({ accountName: "a", blobName: secret("b") }) },
            ["destination"],
        ],
        ["an end from a promise", { destination: Promise.resolve({ blobName: secret("b") }) }, ["destination"]],
        ["metadata", { metadata: { a: secret("b"), c: "d" } }, ["metadata.a"]],
        ["all metadata", { metadata: secret({ a: "b" }) }, ["metadata"]],
        ["parts of an array", { takeSnapshot: { triggers: ["a", secret("b")] } }, ["takeSnapshot.triggers.1"]],
        ["a name", { source: { s3: { bucket: "b", key: secret("k") } } }, ["source.s3.key"]],
        [
            "what authorizes or encrypts, which is so in any case",
            {
                source: {
                    accountKey: secret("k"),
                    credential: { clientSecret: secret("s"), certificatePassword: secret("p") },
                },
                destination: { sasToken: secret("s"), connectionString: secret("c") },
                customerProvidedKey: secret("k"),
                sourceCustomerProvidedKey: secret("k"),
            },
            undefined,
        ],
        [
            "keys of other vendors",
            {
                source: {
                    s3: { secretAccessKey: secret("k"), accessKeyId: secret("k"), sessionToken: secret("t") },
                    googleCloudStorage: { credentials: secret("c") },
                },
            },
            undefined,
        ],
        ["metadata that is called as a key", { metadata: { accountKey: secret("k") } }, ["metadata.accountKey"]],
    ])("tell %s", async (_, inputs, paths) => {
        expect(await secretInputs(inputs as Record<string, unknown>)).toEqual(paths);
    });
});

describe("outputs", () => {
    const hidden = (value: unknown) => ({
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        value,
    });
    const outputs = {
        url: "u",
        sourceUrl: "s",
        destinationSnapshotUrl: "d",
        contentType: "t",
        contentMd5: "m",
        smbProperties: { fileAttributes: "None" },
        requestedAccessTier: "Hot",
        sourceSnapshot: "n",
        etag: "e",
    };
    it.each<[string[] | undefined, string[]]>([
        [undefined, []],
        [["metadata", "timeout", "source.region", "destination.credential", "destination.tenantId"], []],
        [["source"], ["sourceUrl"]],
        [["source.s3.key"], ["sourceUrl"]],
        [["destination.blobName"], ["url", "destinationSnapshotUrl"]],
        [["id"], ["url"]],
        [["blobHTTPHeaders"], ["contentType", "contentMd5"]],
        [["blobHTTPHeaders.blobContentType"], ["contentType"]],
        [["fileHttpHeaders.fileContentMD5"], ["contentMd5"]],
        [["fileAttributes"], ["smbProperties"]],
        [["accessTier"], ["requestedAccessTier"]],
        [["snapshot"], ["sourceSnapshot"]],
    ])("of the secret inputs %j are secret: %j", (paths, names) => {
        const marked = withSecretOutputs(outputs, { __secrets: paths });
        const expected = Object.entries(outputs).map(([name, value]) => [
            name,
            names.includes(name) ? hidden(value) : value,
        ]);
        expect(marked).toEqual(Object.fromEntries(expected));
    });

    it("that are absent stay so", () => {
        expect(withSecretOutputs({ etag: "e" }, { __secrets: ["source", "destination"] })).toEqual({ etag: "e" });
    });
});

describe("what no message may tell", () => {
    it("is each secret text, and the addresses that have one", () => {
        const source = { url: "https://contoso.blob.core.windows.net/images/secret%20folder/orders.bak" };
        const values = { source, metadata: { a: "owner" }, timeout: "1h", __secrets: ["source.url", "metadata"] };
        expect(secretTexts(values)).toEqual([
            source.url,
            "owner",
            source.url,
            source.url.slice(8),
            "images/secret%20folder/orders.bak",
            "secret%20folder/orders.bak",
        ]);
    });

    it("is nothing of what is not known yet, or can't be read", () => {
        const destination = { url: unknownValue, accountName: "a", blobName: 5 };
        expect(secretTexts({ destination, __secrets: ["destination", "source.url", 5] })).toEqual(["a"]);
        expect(secretTexts({ __secrets: "source" })).toEqual([]);
    });
});

describe("check", () => {
    const good = { accountName: "golden", containerName: "images", blobName: "orders.bak" };
    const failures = async (change: object, secretInputs: string[]) => {
        const inputs = {
            source: good,
            destination: { ...good, accountName: "dev" },
            onSourceChange: "ignore",
            ...change,
        };
        const checked = await checkBlobCopy({}, inputs as BlobCopyInputs, { ...offline, secretInputs });
        return checked.failures;
    };

    it.each<[string[], object, object]>([
        [
            ["source.containerName"],
            { source: { ...good, containerName: "X1" } },
            {
                property: "source.containerName",
                reason: "must have 3 to 63 lower-case letters, digits and single hyphens between them",
            },
        ],
        [
            ["source"],
            { source: { ...good, containerName: "X1" } },
            {
                property: "source",
                reason: "must have 3 to 63 lower-case letters, digits and single hyphens between them",
            },
        ],
        [
            ["tags"],
            { tags: { "n!": "b" } },
            { property: "tags", reason: "must have a key of 1 to 128 letters, digits, spaces and + - . / : = _" },
        ],
        [["tags.a"], { tags: ["x"] }, { property: "tags", reason: "must be an object of texts" }],
        [["verify"], { verify: "no" }, { property: "verify", reason: 'must be one of "length", "md5", "none"' }],
        [
            ["source"],
            { verify: "no" },
            { property: "verify", reason: 'must be one of "length", "md5", "none" (got "no")' },
        ],
    ])("with %j names the property only", async (secretPaths, change, failure) => {
        expect(await failures(change, secretPaths)).toEqual([failure]);
    });
});
