import { sasWritable } from "../../policy/rules/sasWritable";
import {
    azureBlob,
    blobCopy,
    command,
    devBlob,
    fileCopy,
    goldenBlob,
    incrementalSnapshotCopy,
    sas,
    unknown,
} from "./support/resources";
import { testRule } from "./support/testRule";

const file = "https://golden.file.core.windows.net/config/app/settings.json";

testRule(sasWritable, {
    accepts: {
        reading: [blobCopy({ source: goldenBlob({ sasToken: sas() }) })],
        "reading, listing and tags": [blobCopy({ source: goldenBlob({ sasToken: sas({ sp: "rlt" }) }) })],
        "a destination's SAS, which has to write": [
            blobCopy({ destination: devBlob({ sasToken: sas({ sp: "rcwd" }) }) }),
        ],
        "writing, to lease the source": [
            blobCopy({ source: goldenBlob({ sasToken: sas({ sp: "rw" }) }), leaseSource: true }),
        ],
        "creating and deleting, to take snapshots of the source": [
            incrementalSnapshotCopy({
                source: goldenBlob({ sasToken: sas({ sp: "rcld" }) }),
                takeSnapshot: { deleteSuperseded: true },
            }),
        ],
        "a stored access policy": [
            blobCopy({ source: goldenBlob({ sasToken: sas({ sp: undefined, si: "readers" }) }) }),
        ],
    },
    refuses: {
        "writing and deleting": {
            resources: [blobCopy({ source: goldenBlob({ sasToken: sas({ sp: "racwd" }) }) })],
            finding: "source has a SAS with sp=racwd, which permits a, c, w, d besides reading.",
        },
        "more than a lease needs": {
            resources: [fileCopy({ source: { url: file, sasToken: sas({ sp: "rwd" }) }, leaseSource: true })],
            finding: "source has a SAS with sp=rwd, which permits d besides what the copy needs.",
        },
        "writing, of a file that is not leased": {
            resources: [fileCopy({ source: { url: file, sasToken: sas({ sp: "rw" }) } })],
            finding: "source has a SAS with sp=rw, which permits w besides reading.",
        },
        "deleting, where snapshots are taken and kept": {
            resources: [incrementalSnapshotCopy({ source: goldenBlob({ sasToken: sas({ sp: "rcld" }) }) })],
            finding: "which permits d besides what the copy needs.",
        },
        "writing, where snapshots are given": {
            resources: [
                incrementalSnapshotCopy({
                    source: goldenBlob({ sasToken: sas({ sp: "rw" }) }),
                    takeSnapshot: undefined,
                    snapshot: "2026-01-31T12:00:00.0000000Z",
                }),
            ],
            finding: "which permits w besides reading.",
        },
        "an azure Blob": {
            resources: [azureBlob({ sourceUri: `https://golden.blob.core.windows.net/a/b?${sas({ sp: "rw" })}` })],
            finding: "sourceUri has a SAS with sp=rw, which permits w besides reading.",
        },
        "the Azure CLI": {
            resources: [
                command(
                    `az storage blob copy start --account-name dev -c a -b b --source-account-name golden --source-container a --source-blob b --source-sas '${sas({ sp: "rd" })}'`,
                ),
            ],
            finding: "az storage blob copy start (source) has a SAS with sp=rd, which permits d besides reading.",
        },
    },
    undecided: {
        "an unknown lease": {
            resources: [blobCopy({ source: goldenBlob({ sasToken: sas({ sp: "rw" }) }), leaseSource: unknown })],
            property: "leaseSource",
        },
        "an unknown SAS": {
            resources: [blobCopy({ source: goldenBlob({ sasToken: unknown }) })],
            property: "source.sasToken",
        },
    },
});
