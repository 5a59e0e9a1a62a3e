import { nestedDestination } from "../../policy/rules/nestedDestination";
import { azureBlob, blobCopy, command, devBlob, fileCopy, incrementalSnapshotCopy, unknown } from "./support/resources";
import { testRule } from "./support/testRule";

const folder = (path: string) =>
    command(
        `azcopy copy 'https://golden.blob.core.windows.net/a/*' https://contosodev.blob.core.windows.net/${path} --recursive`,
        {},
        { name: "folder" },
    );

testRule(nestedDestination, {
    accepts: {
        "another folder": [folder("seed/2025"), blobCopy({ destination: devBlob({ blobName: "2026/orders.bak" }) })],
        "a name that only begins so": [
            folder("seed/2026"),
            blobCopy({ destination: devBlob({ blobName: "2026.bak" }) }),
        ],
        "another container": [folder("images"), blobCopy()],
    },
    refuses: {
        "a blob in a container that is copied into": {
            resources: [folder("seed"), blobCopy()],
            finding:
                "seed: destination lies in what folder copies into: https://contosodev.blob.core.windows.net/seed/orders.bak in https://contosodev.blob.core.windows.net/seed.",
        },
        "a blob by another host of the account": {
            resources: [
                folder("seed"),
                blobCopy({ destination: devBlob({ endpoint: "https://contosodev.z12.blob.storage.azure.net." }) }),
            ],
            finding: "seed: destination lies in what folder copies into",
        },
        "a file in a share that is copied into": {
            resources: [
                fileCopy({}, { name: "file" }),
                command(
                    "azcopy sync https://golden.file.core.windows.net/a https://contosodev.file.core.windows.net/seed",
                    {},
                    { name: "folder" },
                ),
            ],
            finding: "file: destination lies in what folder copies into",
        },
        "the destination of incremental copies in a container that is copied into": {
            resources: [folder("seed"), incrementalSnapshotCopy()],
            finding: "seed: destination lies in what folder copies into",
        },
        "a blob in a folder, of another type": {
            resources: [azureBlob({ name: "2026/01/orders.bak" }), folder("seed/2026")],
            finding: "name lies in what folder copies into",
        },
    },
    undecided: {
        "an unknown container": {
            resources: [folder("images"), blobCopy({ destination: devBlob({ containerName: unknown }) })],
            property: "destination.containerName",
        },
    },
});
