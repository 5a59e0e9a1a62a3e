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
