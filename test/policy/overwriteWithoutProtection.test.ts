import { overwriteWithoutProtection } from "../../policy/rules/overwriteWithoutProtection";
import {
    account,
    azureAccount,
    blobCopy,
    command,
    devBlob,
    fileCopy,
    incrementalSnapshotCopy,
    native,
    unknown,
} from "./support/resources";
import { testRule } from "./support/testRule";

const overwriting = blobCopy({ overwrite: "always" });
const copyTo = (flags: string) =>
    command(
        `azcopy copy https://golden.blob.core.windows.net/a/b https://contosodev.blob.core.windows.net/a/b ${flags}`,
    );

const seed = { containerName: "seed", blobName: "orders.bak" };
const curlTo = (url: string, options: string) =>
    command(`curl -fX PUT -H "x-ms-copy-source: https://golden.blob.core.windows.net/a/b" ${options} ${url}`);

testRule(overwriteWithoutProtection, {
    accepts: {
        "a copy that does not overwrite": [blobCopy(), account()],
        "versions, of azure-native": [
            overwriting,
            account(),
            native("BlobServiceProperties", { isVersioningEnabled: true }),
        ],
        "soft delete, of azure-native": [
            overwriting,
            account(),
            native("BlobServiceProperties", { deleteRetentionPolicy: { enabled: true, days: 7 } }),
        ],
        "protection that is linked, not named": [
            overwriting,
            account(),
            native(
                "BlobServiceProperties",
                { accountName: unknown, isVersioningEnabled: true },
                { from: { accountName: ["dev"] } },
            ),
        ],
        "versions, of azure": [overwriting, azureAccount({ blobProperties: { versioningEnabled: true } })],
        "soft delete, of azure": [overwriting, azureAccount({ blobProperties: { deleteRetentionPolicy: {} } })],
        "a snapshot of what is overwritten": [
            blobCopy({ overwrite: "always", snapshotBeforeOverwrite: true }),
            account(),
        ],
        "overwriting only what is the copy's own": [blobCopy({ overwrite: "ifUnchanged" }), account()],
        "drift that is left alone, or never overwritten": [
            blobCopy({ onDestinationDrift: "ignore" }),
            blobCopy({ onDestinationDrift: "copyAgain", overwrite: "never" }, { name: "never" }),
            account(),
        ],
        "a file that is acknowledged": [fileCopy({ overwrite: "always", acknowledgeOverwrite: true }), account()],
        "a share that is backed up": {
            resources: [fileCopy({ overwrite: "always" }), account()],
            settings: { protectedAccounts: ["contosodev"] },
        },
        "incremental copies, which overwrite nobody's": [incrementalSnapshotCopy(), account()],
        "what is acknowledged": [
            blobCopy({ overwrite: "always", acknowledgeOverwrite: "the seed is ours" }),
            account(),
        ],
        "an account outside that is set": { resources: [overwriting], settings: { protectedAccounts: ["contoso*"] } },
        "a custom domain of an account that is protected": [
            blobCopy({
                overwrite: "always",
                destination: { url: "https://files.contoso.com/seed/orders.bak", accountName: "contosodev" },
            }),
            account(),
            native("BlobServiceProperties", { isVersioningEnabled: true }),
        ],
        "an account at an IP address that is set": {
            resources: [
                blobCopy({ overwrite: "always", destination: { url: "https://10.0.0.4/contosodev/seed/orders.bak" } }),
            ],
            settings: { protectedAccounts: ["contosodev"] },
        },
        ...Object.fromEntries(
            ["no longer needed by anybody", "yes", "true", "none of it is ours", "Nr. 0815"].map((text) => [
                `the reason ${JSON.stringify(text)}`,
                [blobCopy({ overwrite: "always", acknowledgeOverwrite: text }), account()],
            ]),
        ),
        "curl that overwrites nothing": [
            curlTo("https://contosodev.blob.core.windows.net/a/b", "-H 'If-None-Match: *'"),
            account(),
        ],
        "AzCopy that does not overwrite": [copyTo("--overwrite=false"), account()],
        "an emulator": [
            blobCopy({ overwrite: "always", destination: { url: "http://127.0.0.1:10000/dev/seed/orders.bak" } }),
        ],
    },
    refuses: {
        "an account without either": {
            resources: [overwriting, account()],
            finding:
                "destination may be overwritten by BlobCopy, and the account dev has no blob versioning or soft delete: https://contosodev.blob.core.windows.net/seed/orders.bak.",
        },
        "what somebody else has changed": {
            resources: [blobCopy({ onDestinationDrift: "copyAgain" }), account()],
            finding: "destination may be overwritten by BlobCopy",
        },
        "a file, whatever its account keeps of blobs": {
            resources: [
                fileCopy({ overwrite: "always" }),
                account(),
                native("BlobServiceProperties", { isVersioningEnabled: true }),
            ],
            finding:
                "destination may be overwritten by FileCopy, and nothing in Azure Files keeps a single file's old content: https://contosodev.file.core.windows.net/seed/orders.bak.",
        },
        "a file of a command": {
            resources: [
                command(
                    "az storage file copy start --account-name contosodev -s seed -p f --source-uri https://a.example/f",
                ),
            ],
            finding: "az storage file copy start (destination) may be overwritten",
        },
        "a custom domain, behind which nothing tells the account": {
            resources: [
                blobCopy({ overwrite: "always", destination: { url: "https://files.contoso.com/seed/orders.bak" } }),
                account(),
            ],
            finding:
                "destination may be overwritten by BlobCopy, and nothing tells which account is at files.contoso.com, or that it has blob versioning or soft delete (accountName tells it): https://files.contoso.com/seed/orders.bak.",
        },
        "a custom domain as an endpoint": {
            resources: [
                blobCopy({
                    overwrite: "always",
                    destination: { ...seed, endpoint: "https://files.contoso.com" },
                }),
            ],
            finding: "nothing tells which account is at files.contoso.com",
        },
        "a custom domain of an account without either": {
            resources: [
                blobCopy({
                    overwrite: "always",
                    destination: { url: "https://files.contoso.com/seed/orders.bak", accountName: "contosodev" },
                }),
                account(),
            ],
            finding: "the account dev has no blob versioning or soft delete",
        },
        "a custom domain that comes from an account without either": {
            resources: [
                blobCopy(
                    { overwrite: "always", destination: { url: "https://files.contoso.com/seed/orders.bak" } },
                    { from: { destination: ["dev"] } },
                ),
                account(),
            ],
            finding: "the account dev has no blob versioning or soft delete",
        },
        "an account at an IP address": {
            resources: [
                blobCopy({ overwrite: "always", destination: { url: "https://10.0.0.4/contosodev/seed/orders.bak" } }),
                account(),
            ],
            finding:
                "the account dev has no blob versioning or soft delete: https://10.0.0.4/contosodev/seed/orders.bak.",
        },
        "an account outside the stack, at an IP address as an endpoint": {
            resources: [
                blobCopy({
                    overwrite: "always",
                    destination: { ...seed, endpoint: "https://[2001:db8::1]:8443/contosodev" },
                }),
            ],
            finding: "nothing tells that the account contosodev, which this stack does not make, has",
        },
        "a file at an IP address": {
            resources: [
                fileCopy({ overwrite: "always", destination: { url: "https://10.0.0.4/contosodev/seed/orders.bak" } }),
            ],
            finding: "nothing in Azure Files keeps a single file's old content",
        },
        "AzCopy to a custom domain": {
            resources: [
                command("azcopy copy https://golden.blob.core.windows.net/a/b https://files.contoso.com/seed/b"),
            ],
            finding: "azcopy copy (destination) may be overwritten by azcopy copy, and nothing tells which account",
        },
        "the Azure CLI to a custom domain": {
            resources: [
                command(
                    "az storage blob copy start --blob-endpoint https://files.contoso.com -c seed -b b -u https://golden.blob.core.windows.net/a/b",
                ),
            ],
            finding: "nothing tells which account is at files.contoso.com",
        },
        "curl, unless it has a condition": {
            resources: [curlTo("https://contosodev.blob.core.windows.net/a/b", ""), account()],
            finding: "curl (destination) may be overwritten by curl",
        },
        ...Object.fromEntries(
            [
                "false",
                "No",
                " no ",
                "off",
                "0",
                "N",
                "none",
                "null",
                "",
                "   ",
                "undefined",
                "'false'",
                "-",
                "FALSE.",
            ].map((text) => [
                `what ${JSON.stringify(text)} acknowledges`,
                {
                    resources: [blobCopy({ overwrite: "always", acknowledgeOverwrite: text }), account()],
                    finding: "destination may be overwritten by BlobCopy",
                },
            ]),
        ),
        "what is not acknowledged of a file": {
            resources: [fileCopy({ overwrite: "always", acknowledgeOverwrite: "no" }), account()],
            finding: "destination may be overwritten by FileCopy",
        },
        "what is acknowledged to be false, or by a number": {
            resources: [
                blobCopy({ overwrite: "always", acknowledgeOverwrite: false }),
                blobCopy({ acknowledgeOverwrite: 1 }, { name: "other" }),
                account(),
            ],
            finding: "seed: destination may be overwritten by BlobCopy",
        },
        "an account of azure without either": {
            resources: [overwriting, azureAccount()],
            finding: "the account dev has no blob versioning or soft delete",
        },
        "an account outside the stack": {
            resources: [overwriting],
            finding:
                "nothing tells that the account contosodev, which this stack does not make, has blob versioning or soft delete",
        },
        "AzCopy, which overwrites unless told otherwise": {
            resources: [copyTo(""), account()],
            finding: "azcopy copy (destination) may be overwritten by azcopy copy",
        },
        "the Azure CLI": {
            resources: [
                command(
                    "az storage blob copy start --account-name contosodev -c seed -b b --source-uri https://golden.blob.core.windows.net/a/b",
                ),
                account(),
            ],
            finding: "az storage blob copy start (destination) may be overwritten",
        },
    },
    undecided: {
        "an unknown choice": { resources: [blobCopy({ overwrite: unknown }), account()], property: "overwrite" },
        "an unknown snapshot": {
            resources: [blobCopy({ overwrite: "always", snapshotBeforeOverwrite: unknown }), account()],
            property: "snapshotBeforeOverwrite",
        },
        "unknown drift": {
            resources: [fileCopy({ onDestinationDrift: unknown }), account()],
            property: "onDestinationDrift",
        },
        "an unknown account": {
            resources: [blobCopy({ overwrite: "always", destination: devBlob({ accountName: unknown }) })],
            property: "destination.accountName",
        },
        "unknown protection": {
            resources: [overwriting, account(), native("BlobServiceProperties", { isVersioningEnabled: unknown })],
            property: "isVersioningEnabled",
        },
        "a script that is not known": { resources: [command(unknown)], property: "create" },
    },
});
