import { incrementalDestinationWritten } from "../../policy/rules/incrementalDestinationWritten";
import { azureBlob, blobCopy, command, devBlob, fileCopy, incrementalSnapshotCopy, unknown } from "./support/resources";
import { testRule } from "./support/testRule";

const incremental = (blob = "os.vhd") =>
    command(
        `az storage blob incremental-copy start --account-name contosodev --destination-container disks --destination-blob ${blob} --source-uri https://golden.blob.core.windows.net/disks/os.vhd`,
        {},
        { name: "incremental" },
    );

testRule(incrementalDestinationWritten, {
    accepts: {
        "a resource with a destination of its own": [
            incrementalSnapshotCopy({}, { name: "incremental" }),
            blobCopy({ destination: devBlob({ blobName: "other" }) }),
            fileCopy({}, { name: "file" }),
        ],
        "two incremental copies onto one blob, which another rule is for": [
            incrementalSnapshotCopy({}, { name: "one" }),
            incrementalSnapshotCopy({}, { name: "two" }),
        ],
        "a folder copied over it, which another rule is for": [
            incremental(),
            command(
                "azcopy sync https://golden.blob.core.windows.net/d https://contosodev.blob.core.windows.net/disks",
                {},
                { name: "sync" },
            ),
        ],
        "a destination of its own": [incremental(), blobCopy()],
        "two plain copies onto one blob, which another rule is for": [
            blobCopy({}, { name: "one" }),
            blobCopy({}, { name: "two" }),
        ],
    },
    refuses: {
        "another copy onto its destination": {
            resources: [
                incremental(),
                blobCopy({ destination: devBlob({ containerName: "disks", blobName: "os.vhd" }) }),
            ],
            finding:
                "incremental: az storage blob incremental-copy start (destination) is written by seed too: https://contosodev.blob.core.windows.net/disks/os.vhd.",
        },
        "a BlobCopy onto that of an IncrementalSnapshotCopy": {
            resources: [incrementalSnapshotCopy({}, { name: "backup" }), blobCopy()],
            finding:
                "backup: destination is written by seed too: https://contosodev.blob.core.windows.net/seed/orders.bak.",
        },
        "an azure Blob onto it": {
            resources: [azureBlob(), incrementalSnapshotCopy({}, { name: "backup" })],
            finding: "backup: destination is written by seed too",
        },
    },
    undecided: {
        "an unknown name": {
            resources: [incrementalSnapshotCopy({ destination: devBlob({ blobName: unknown }) })],
            property: "destination.blobName",
        },
        "a variable that nobody sets": { resources: [incremental('"$DISK"')], property: "$DISK" },
    },
});
