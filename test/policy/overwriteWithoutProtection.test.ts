import { overwriteWithoutProtection } from "../../policy/rules/overwriteWithoutProtection";
import { account, azureAccount, blobCopy, command, devBlob, native, unknown } from "./support/resources";
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
