import { describe, expect, it } from "vitest";
import { checkFileCopy } from "../../src/provider/fileCopyCheck";
import type { FileCopyInputs } from "../../src/provider/fileCopyTypes";
import { unknownValue } from "../../src/provider/unknown";
import { offline } from "../helpers/offline";

const key = Buffer.alloc(64, 1).toString("base64");

/** Inputs without a mistake; each test changes one thing. */
const good: FileCopyInputs = {
    source: { accountName: "golden", shareName: "docs", filePath: "app/settings.json", accountKey: key },
    destination: { accountName: "dev", shareName: "seed", filePath: "app/settings.json", accountKey: key },
    onSourceChange: "ignore",
};

const blob = { accountName: "golden", containerName: "images", blobName: "orders.bak", accountKey: key };
const url = "https://dev.file.core.windows.net/seed/f";
const sas = (letters: string, resource = "s") =>
    `sv=2026-04-06&sr=${resource}&sp=${letters}&se=2026-12-31T00:00:00Z&sig=abc`;

async function failuresOf(change: object): Promise<string[]> {
    const { failures } = await checkFileCopy({}, { ...good, ...change } as FileCopyInputs, offline);
    return failures.map(({ property, reason }) => `${property} ${reason}`);
}

describe("check of FileCopy", () => {
    it.each<[string, object]>([
        ["a file", {}],
        ["a blob", { source: blob }],
        [
            "what it leaves to policies",
            {
                source: { ...good.source, region: "westeurope", tenantId: "11111111-2222-3333-4444-555555555555" },
                acknowledgeEgress: "the nightly seed",
                acknowledgeCrossTenant: true,
                acknowledgeOverwrite: unknownValue,
            },
        ],
        ["another web server's file", { source: { url: "https://example.com/f" } }],
        ["an object of Amazon S3", { source: { s3: { bucket: "backups", key: "orders.bak" } } }],
        [
            "a share snapshot onto its share",
            { source: { ...good.destination, shareSnapshot: "2026-01-31T12:00:00.0000000Z" } },
        ],
        ["a destination by its URL", { destination: { url, accountKey: key } }],
        ["a long descriptor", { filePermission: `O:AOG:DUD:${"(A;;FA;;;WD)".repeat(1_000)}` }],
        ["a SAS for the share", { destination: { url, sasToken: sas("rcwdl") } }],
        [
            "a source in the destination's account without a credential",
            { source: { accountName: "dev", shareName: "docs", filePath: "f" } },
        ],
        [
            "SMB properties of the source",
            {
                fileAttributes: "source",
                fileCreationTime: "source",
                filePermission: "source",
                fileChangeTime: "source",
            },
        ],
        [
            "SMB values",
            {
                fileAttributes: "ReadOnly|hidden",
                fileLastWriteTime: "2026-01-31T12:00:00.1234567Z",
                filePermissionKey: "1*2",
            },
        ],
        [
            "unknown values",
            {
                fileAttributes: unknownValue,
                filePermission: unknownValue,
                leaseId: unknownValue,
                metadata: unknownValue,
            },
        ],
    ])("accepts %s", async (_, change) => {
        expect(await failuresOf(change)).toEqual([]);
    });

    it.each<[string, object, string[]]>([
        [
            "an empty acknowledgement",
            { acknowledgeOverwrite: "" },
            ["acknowledgeOverwrite must be true, false, or the reason"],
        ],
        ["an unknown input", { tags: {} }, ["tags is no input of FileCopy; allowed are source, destination"]],
        [
            "a blob as destination",
            { destination: blob },
            [
                "destination.shareName is missing",
                "destination.filePath",
                "destination.containerName contradicts",
                "containerName must be left out, since the destination is a file",
                "blobName must be left out",
            ],
        ],
        [
            "a blob's URL as destination",
            { destination: { url: "https://dev.blob.core.windows.net/c/b", accountKey: key } },
            ["must be the URL of a file in Azure Files"],
        ],
        [
            "a share snapshot as destination",
            { destination: { ...good.destination, shareSnapshot: "2026-01-31T12:00:00.0000000Z" } },
            ["shareSnapshot can't be written to"],
        ],
        [
            "the source itself, in other letters",
            { source: { ...good.destination, filePath: "APP/Settings.json" } },
            ["destination is the source itself"],
        ],
        [
            "a SAS for one file",
            { destination: { url, sasToken: sas("rcwd", "f") } },
            ["destination.sasToken must be for the share"],
        ],
        [
            "SMB properties of a blob",
            { source: blob, fileAttributes: "source", filePermission: "source" },
            ["fileAttributes must be a value or left out, since the source is no file", "filePermission must be"],
        ],
        [
            "unknown attributes",
            { fileAttributes: "ReadOnly | Secret" },
            ['fileAttributes must be "source" or one or more of ReadOnly'],
        ],
        ["None beside others", { fileAttributes: "None | Hidden" }, ["fileAttributes must be"]],
        ["a directory", { fileAttributes: "Directory" }, ["fileAttributes must be"]],
        ["a time that is none", { fileCreationTime: "yesterday" }, ["fileCreationTime must be"]],
        ["a time with an offset", { fileChangeTime: "2026-01-31T12:00:00+01:00" }, ["fileChangeTime must be"]],
        [
            "a permission and a key",
            { filePermission: "O:AOG:DUD:", filePermissionKey: "1*2" },
            ["filePermissionKey contradicts filePermission"],
        ],
        ["a key of the source", { filePermissionKey: "source" }, ["filePermissionKey must be a key"]],
        ["a descriptor without an owner", { filePermission: "D:(A;;FA;;;WD)" }, ["filePermission must be"]],
        [
            "names that end in dots",
            {
                source: { ...good.source, filePath: "app./f" },
                destination: { ...good.destination, filePath: "app/f.." },
            },
            [
                "source.filePath must have no name that ends in a dot, which the service would drop",
                "destination.filePath must have no name that ends in a dot",
            ],
        ],
        [
            "a source over 2 KiB",
            { source: { url: `https://example.com/${"x".repeat(2_048)}` } },
            ["source must be a URL of 2048 bytes at most"],
        ],
        [
            "metadata that is no C# identifier",
            { metadata: { "not-an-identifier": "x" } },
            ["metadata.not-an-identifier must be named"],
        ],
        ["a lease that is no GUID", { leaseId: "mine" }, ["leaseId must be a lease ID"]],
        [
            "flags that are none",
            { createDirectories: "yes", ignoreReadOnly: 1, setArchiveAttribute: "no" },
            ["createDirectories must be true or false", "ignoreReadOnly", "setArchiveAttribute"],
        ],
        ["an unknown method", { method: "copyBlob" }, ['method must be one of "auto", "copyFile", "fromUrl"']],
        ["ranges with an MD5", { method: "fromUrl", verify: "md5" }, ['verify must be "length" or "none"']],
        ["a leased file", { leaseSource: true }, ["leaseSource must be left out"]],
        [
            "bad headers",
            { fileHttpHeaders: { fileContentMD5: "x", contentType: "a" } },
            ["fileHttpHeaders.contentType is not known", "fileHttpHeaders.fileContentMD5 must be an MD5"],
        ],
        ["a bad timeout", { timeout: "15d" }, ["timeout must be a duration"]],
    ])("refuses %s", async (_, change, expected) => {
        const failures = await failuresOf(change);
        expect(failures, failures.join("\n")).toHaveLength(expected.length);
        for (const [index, text] of expected.entries()) {
            expect(failures[index]).toContain(text);
        }
    });
});
