import { archiveTierDestination } from "../../policy/rules/archiveTierDestination";
import {
    account,
    azureAccount,
    azureBlob,
    azureNativeBlob,
    blobCopy,
    command,
    devBlob,
    native,
    unknown,
} from "./support/resources";
import { testRule } from "./support/testRule";

const lifecycle = (days: unknown, prefixMatch?: unknown, enabled = true) => {
    const actions = { baseBlob: { tierToArchive: { daysAfterCreationGreaterThan: days } } };
    return native("ManagementPolicy", {
        policy: { rules: [{ enabled, definition: { actions, filters: { prefixMatch } } }] },
    });
};

/** The same of azure, for a container. */
const azureLifecycle = (prefixMatches: string[]) => ({
    type: "azure:storage/managementPolicy:ManagementPolicy",
    name: "tidy",
    props: {
        storageAccountId: "/subscriptions/1/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/contosodev",
        rules: [
            {
                enabled: true,
                actions: { baseBlob: { tierToArchiveAfterDaysSinceModificationGreaterThan: 0 } },
                filters: { prefixMatches, blobTypes: ["blockBlob"] },
            },
        ],
    },
});

testRule(archiveTierDestination, {
    accepts: {
        "no tier": [blobCopy(), account()],
        "a tier that is online": [blobCopy({ accessTier: "Cold" })],
        "a lifecycle rule that archives later": [blobCopy(), account(), lifecycle(30)],
        "a lifecycle rule of another container": [blobCopy(), account(), lifecycle(0, ["seeds/", "seed/2025"])],
        "one of azure": [blobCopy(), azureAccount(), azureLifecycle(["images"])],
        "a lifecycle rule that is not enabled": [blobCopy(), account(), lifecycle(0, [], false)],
        "a share, which has no such tier": [
            command("azcopy copy https://a.example/b https://contosodev.file.core.windows.net/seed/b"),
            account({ accessTier: "Archive" }),
            lifecycle(0),
        ],
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
            finding: "destination is in the account dev, whose lifecycle rules archive it after 0 days.",
        },
        "those of the container": {
            resources: [blobCopy(), account(), lifecycle(0, ["images/", "seed/orders"])],
            finding: "whose lifecycle rules archive it after 0 days.",
        },
        "those of the container, of azure": {
            resources: [blobCopy(), azureAccount(), azureLifecycle(["seed"])],
            finding: "whose lifecycle rules archive it after 0 days.",
        },
        "those of a part of a folder that is copied into": {
            resources: [
                command(
                    "azcopy sync https://golden.blob.core.windows.net/a https://contosodev.blob.core.windows.net/seed",
                ),
                account(),
                lifecycle(0, ["seed/2025/"]),
            ],
            finding: "whose lifecycle rules archive it after 0 days.",
        },
        "lifecycle rules that archive sooner than is set": {
            resources: [blobCopy(), account(), lifecycle(30)],
            settings: { archivedWithinDays: 30 },
            finding: "whose lifecycle rules archive it after 30 days.",
        },
    },
    undecided: {
        "an unknown tier": { resources: [blobCopy({ accessTier: unknown })], property: "accessTier" },
        "an account's unknown tier": {
            resources: [blobCopy(), account({ accessTier: unknown })],
            property: "accessTier",
        },
        "a lifecycle rule after unknown days": {
            resources: [blobCopy(), account(), lifecycle(unknown)],
            property: "policy.rules[0].definition.actions.baseBlob.tierToArchive.daysAfterCreationGreaterThan",
        },
        "a lifecycle rule of an unknown container": {
            resources: [blobCopy(), account(), lifecycle(0, [unknown])],
            property: "policy.rules[0].definition.filters.prefixMatch[0]",
        },
        "an unknown container, where the account's rule is for one": {
            resources: [
                blobCopy({ destination: devBlob({ containerName: unknown }) }),
                account(),
                lifecycle(0, ["seed/"]),
            ],
            property: "destination.containerName",
        },
        "an unknown account that nothing tells apart": {
            resources: [blobCopy({ destination: { accountName: unknown, containerName: "seed", blobName: "b" } })],
            property: "destination.accountName",
        },
    },
});
