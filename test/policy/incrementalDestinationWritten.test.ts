import { incrementalDestinationWritten } from "../../policy/rules/incrementalDestinationWritten";
import { blobCopy, command, devBlob } from "./support/resources";
import { testRule } from "./support/testRule";

const incremental = (blob = "os.vhd") =>
    command(
        `az storage blob incremental-copy start --account-name contosodev --destination-container disks --destination-blob ${blob} --source-uri https://golden.blob.core.windows.net/disks/os.vhd`,
        {},
        { name: "incremental" },
    );

testRule(incrementalDestinationWritten, {
    accepts: {
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
        "a folder copied over it": {
            resources: [
                incremental(),
                command(
                    "azcopy sync https://golden.blob.core.windows.net/d https://contosodev.blob.core.windows.net/disks",
                    {},
                    { name: "sync" },
                ),
            ],
            finding: "is written by sync too",
        },
    },
    undecided: {
        "a variable that nobody sets": { resources: [incremental('"$DISK"')], property: "$DISK" },
    },
});
