import { earlyDeletionFee } from "../../policy/rules/earlyDeletionFee";
import {
    account,
    azureAccount,
    azureBlob,
    blobCopy,
    fileCopy,
    goldenBlob,
    incrementalSnapshotCopy,
    native,
    unknown,
} from "./support/resources";
import { testRule } from "./support/testRule";

const lifecycle = (days: number) =>
    native("ManagementPolicy", {
        policy: {
            rules: [{ definition: { actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: days } } } } }],
        },
    });

testRule(earlyDeletionFee, {
    accepts: {
        "the tier Hot": [blobCopy({ accessTier: "Hot", overwrite: "always" })],
        "no tier": [blobCopy({ overwrite: "always" })],
        "a copy that is made once": [blobCopy({ accessTier: "Cool" })],
        "a snapshot, which never changes": [
            blobCopy({
                accessTier: "Cool",
                onSourceChange: "copyAgain",
                source: goldenBlob({ snapshot: "2026-01-31T12:00:00.0000000Z" }),
            }),
        ],
        "an account with the default tier Cool, where the copy has Hot": [
            blobCopy({ accessTier: "Hot", overwrite: "always" }),
            account({ accessTier: "Cool" }),
        ],
        "a page blob, which has no tier of its account": [
            blobCopy({ blobType: "PageBlob", overwrite: "always" }),
            account({ accessTier: "Cool" }),
        ],
        "a file, which has none either": [fileCopy({ overwrite: "always" }), account({ accessTier: "Cool" })],
        "incremental copies": [incrementalSnapshotCopy(), account({ accessTier: "Cool" })],
        "what is acknowledged of an account's tier": [
            blobCopy({ overwrite: "always", acknowledgeOverwrite: true }),
            account({ accessTier: "Cool" }),
        ],
        "what is acknowledged": [blobCopy({ accessTier: "Cool", overwrite: "always", acknowledgeOverwrite: true })],
        "lifecycle rules that delete later": [blobCopy({ accessTier: "Cool" }), account(), lifecycle(30)],
    },
    refuses: {
        overwriting: {
            resources: [blobCopy({ accessTier: "Cool", overwrite: "always" })],
            finding: 'accessTier is "Cool", billed for 30 days, and the copy overwrites.',
        },
        "copying again": {
            resources: [blobCopy({ accessTier: "Cold", onSourceChange: undefined })],
            finding:
                'accessTier is "Cold", billed for 90 days, and the copy is made again whenever its source changes.',
        },
        "overwriting in an account with the default tier Cold": {
            resources: [blobCopy({ overwrite: "always" }), account({ accessTier: "Cold" })],
            finding:
                "accessTier is not given, and the destination's account, dev, has the default tier Cold, billed for 90 days; the copy overwrites.",
        },
        "copying again in an account of azure with the default tier Cool": {
            resources: [blobCopy({ onSourceChange: undefined }), azureAccount({ accessTier: "Cool" })],
            finding:
                "has the default tier Cool, billed for 30 days; the copy is made again whenever its source changes.",
        },
        "lifecycle rules that delete before, in an account with the default tier Cool": {
            resources: [blobCopy(), account({ accessTier: "Cool" }), lifecycle(7)],
            finding: "has the default tier Cool, billed for 30 days, and lifecycle rules of dev delete after 7.",
        },
        "lifecycle rules that delete before": {
            resources: [azureBlob({ accessTier: "Archive" }), account(), lifecycle(100)],
            finding: 'accessTier is "Archive", billed for 180 days, and lifecycle rules of dev delete after 100.',
        },
        "lifecycle rules of azure": {
            resources: [
                azureBlob({ accessTier: "Cool" }),
                azureAccount(),
                {
                    type: "azure:storage/managementPolicy:ManagementPolicy",
                    name: "tidy",
                    props: {
                        storageAccountId:
                            "/subscriptions/1/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/contosodev",
                        rules: [{ actions: { baseBlob: { deleteAfterDaysSinceModificationGreaterThan: 5 } } }],
                    },
                },
            ],
            finding: 'accessTier is "Cool", billed for 30 days, and lifecycle rules of dev delete after 5.',
        },
    },
    undecided: {
        "an unknown tier": { resources: [blobCopy({ accessTier: unknown })], property: "accessTier" },
        "an account's unknown tier": {
            resources: [blobCopy({ overwrite: "always" }), account({ accessTier: unknown })],
            property: "accessTier",
        },
        "an unknown choice": {
            resources: [blobCopy({ accessTier: "Cool", overwrite: unknown })],
            property: "overwrite",
        },
        "unknown lifecycle rules": {
            resources: [
                blobCopy({ accessTier: "Cool" }),
                account(),
                native("ManagementPolicy", { policy: { rules: unknown } }),
            ],
            property: "policy.rules",
        },
        "unknown lifecycle rules of azure": {
            resources: [
                blobCopy({ accessTier: "Cool" }),
                azureAccount({ id: "a" }),
                {
                    type: "azure:storage/managementPolicy:ManagementPolicy",
                    name: "policy",
                    props: { storageAccountId: "/x/storageAccounts/contosodev", rules: unknown },
                },
            ],
            property: "rules",
        },
    },
});
