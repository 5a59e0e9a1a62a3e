import { archiveTierDestination } from "../../policy/rules/archiveTierDestination";
import {
    account,
    azureAccount,
    azureBlob,
    azureNativeBlob,
    blobCopy,
    command,
    native,
    unknown,
} from "./support/resources";
import { testRule } from "./support/testRule";

const lifecycle = (days: number) =>
    native("ManagementPolicy", {
        policy: {
            rules: [
                { definition: { actions: { baseBlob: { tierToArchive: { daysAfterCreationGreaterThan: days } } } } },
            ],
        },
    });

testRule(archiveTierDestination, {
    accepts: {
        "no tier": [blobCopy(), account()],
        "a tier that is online": [blobCopy({ accessTier: "Cold" })],
        "a lifecycle rule that archives later": [blobCopy(), account(), lifecycle(30)],
        "an account with the default tier Archive, where the copy has its own": [
            blobCopy({ accessTier: "Cool" }),
            account({ accessTier: "Archive" }),
        ],
    },
    refuses: {
        "the tier Archive": { resources: [blobCopy({ accessTier: "Archive" })], finding: 'accessTier is "Archive".' },
        "it at an azure Blob": {
            resources: [azureBlob({ accessTier: "archive" })],
            finding: 'accessTier is "archive".',
        },
        "it at an azure-native Blob": {
            resources: [azureNativeBlob("https://example.com/a", { accessTier: "Archive" })],
            finding: 'accessTier is "Archive".',
        },
        "it at AzCopy": {
            resources: [
                command(
                    "azcopy copy https://a.example/b https://contosodev.blob.core.windows.net/c/b --block-blob-tier=Archive",
                ),
            ],
            finding: 'accessTier is "Archive".',
        },
        "it at the Azure CLI": {
            resources: [
                command(
                    "az storage blob copy start --account-name contosodev -c seed -b b -u https://a.example/b --tier Archive",
                ),
            ],
            finding: 'accessTier is "Archive".',
        },
        "an account's default": {
            resources: [blobCopy(), account({ accessTier: "Archive" })],
            finding: "accessTier is not given, and the destination's account, dev, has the default tier Archive.",
        },
        "an account's default, of azure": {
            resources: [blobCopy(), azureAccount({ accessTier: "Archive" })],
            finding: "the destination's account, dev, has the default tier Archive.",
        },
        "lifecycle rules that archive at once": {
            resources: [blobCopy(), account(), lifecycle(0)],
            finding: "destination is in the account dev, whose lifecycle rules archive blobs after 0 days.",
        },
        "lifecycle rules that archive sooner than is set": {
            resources: [blobCopy(), account(), lifecycle(30)],
            settings: { archivedWithinDays: 30 },
            finding: "whose lifecycle rules archive blobs after 30 days.",
        },
    },
    undecided: {
        "an unknown tier": { resources: [blobCopy({ accessTier: unknown })], property: "accessTier" },
        "an account's unknown tier": {
            resources: [blobCopy(), account({ accessTier: unknown })],
            property: "accessTier",
        },
        "an unknown account that nothing tells apart": {
            resources: [blobCopy({ destination: { accountName: unknown, containerName: "seed", blobName: "b" } })],
            property: "destination.accountName",
        },
    },
});
