import { overwriteUnderWorm } from "../../policy/rules/overwriteUnderWorm";
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
const policy = native("BlobContainerImmutabilityPolicy", {
    containerName: "seed",
    immutabilityPeriodSinceCreationInDays: 9,
});

testRule(overwriteUnderWorm, {
    accepts: {
        "a copy that is made once": [blobCopy(), account(), policy],
        "a share of that name": [fileCopy({ overwrite: "always" }), account(), policy],
        "a container without a policy": [overwriting, account()],
        "another container's policy": [
            blobCopy({ overwrite: "always", destination: devBlob({ containerName: "other" }) }),
            account(),
            policy,
        ],
        "a container of that name in another account": [
            blobCopy({ overwrite: "always", destination: devBlob({ accountName: "elsewhere" }) }),
            account(),
            policy,
        ],
        "a container of that name, of two accounts outside the stack": [
            overwriting,
            native("BlobContainerImmutabilityPolicy", { containerName: "seed", accountName: "elsewhere" }),
        ],
        "the same of azure": [
            overwriting,
            {
                type: "azure:storage/containerImmutabilityPolicy:ContainerImmutabilityPolicy",
                name: "policy",
                props: {
                    storageContainerResourceManagerId:
                        "/subscriptions/1/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/elsewhere/blobServices/default/containers/seed",
                },
            },
        ],
    },
    refuses: {
        "a container outside the stack": {
            resources: [overwriting, policy],
            finding: "destination is overwritten, and BlobContainerImmutabilityPolicy makes its container immutable",
        },
        "overwriting under a policy": {
            resources: [overwriting, account(), policy],
            finding: "destination is overwritten, and BlobContainerImmutabilityPolicy makes its container immutable",
        },
        "overwriting under a legal hold": {
            resources: [
                overwriting,
                account(),
                native("BlobContainerLegalHold", { containerName: "seed", tags: ["case"] }),
            ],
            finding: "destination is overwritten, and BlobContainerLegalHold makes",
        },
        "copying again under a policy": {
            resources: [blobCopy({ onSourceChange: "copyAgain" }), account(), policy],
            finding: "destination is copied again when the source changes, and",
        },
        "incremental copies": {
            resources: [incrementalSnapshotCopy(), account(), policy],
            finding: "destination is written by incremental copies, and BlobContainerImmutabilityPolicy makes",
        },
        "incremental copies by the Azure CLI": {
            resources: [
                command(
                    "az storage blob incremental-copy start --account-name contosodev -c seed -b b -u https://golden.blob.core.windows.net/a/b",
                ),
                account(),
                policy,
            ],
            finding: "(destination) is written by incremental copies",
        },
        "names that are not known, by what they come from": {
            resources: [
                blobCopy(
                    { overwrite: "always", destination: devBlob({ accountName: unknown, containerName: unknown }) },
                    { from: { destination: ["dev", "container"] } },
                ),
                account({ accountName: undefined }),
                native(
                    "BlobContainer",
                    { accountName: unknown },
                    { name: "container", from: { accountName: ["dev"] } },
                ),
                native(
                    "BlobContainerImmutabilityPolicy",
                    { accountName: unknown, containerName: unknown },
                    { from: { accountName: ["dev"], containerName: ["container"] } },
                ),
            ],
            finding: "BlobContainerImmutabilityPolicy makes its container immutable",
        },
        "a policy of azure": {
            resources: [
                blobCopy({ overwrite: "always" }),
                azureAccount(),
                {
                    type: "azure:storage/container:Container",
                    name: "container",
                    props: { name: "seed", storageAccountName: "contosodev" },
                },
                {
                    type: "azure:storage/containerImmutabilityPolicy:ContainerImmutabilityPolicy",
                    name: "kept",
                    props: { storageContainerResourceManagerId: unknown },
                    from: { storageContainerResourceManagerId: ["container"] },
                },
            ],
            finding: "destination is overwritten, and kept makes its container immutable",
        },
        "a policy of azure, by the container's ID": {
            resources: [
                blobCopy({ overwrite: "always" }),
                azureAccount(),
                {
                    type: "azure:storage/containerImmutabilityPolicy:ContainerImmutabilityPolicy",
                    name: "kept",
                    props: {
                        storageContainerResourceManagerId:
                            "/subscriptions/1/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/contosodev/blobServices/default/containers/seed",
                    },
                },
            ],
            finding: "destination is overwritten, and kept makes its container immutable",
        },
        "a command": {
            resources: [
                command(
                    "azcopy sync https://golden.blob.core.windows.net/a https://contosodev.blob.core.windows.net/seed",
                ),
                account(),
                policy,
            ],
            finding: "azcopy sync (destination) is overwritten",
        },
    },
    undecided: {
        "an unknown choice": {
            resources: [blobCopy({ overwrite: unknown }), account(), policy],
            property: "overwrite",
        },
        "an unknown account": {
            resources: [
                blobCopy({ overwrite: "always", destination: devBlob({ accountName: unknown }) }),
                account(),
                policy,
            ],
            property: "destination.accountName",
        },
    },
});
