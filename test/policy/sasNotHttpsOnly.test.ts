import { sasNotHttpsOnly } from "../../policy/rules/sasNotHttpsOnly";
import {
    azureBlob,
    azureNativeBlob,
    blobCopy,
    command,
    devBlob,
    devFile,
    fileCopy,
    goldenBlob,
    incrementalSnapshotCopy,
    sas,
    unknown,
} from "./support/resources";
import { testRule } from "./support/testRule";

const both = sas({ spr: "https,http" });

testRule(sasNotHttpsOnly, {
    accepts: {
        "a SAS for https": [blobCopy({ source: goldenBlob({ sasToken: `?${sas()}` }) })],
        "no SAS": [blobCopy()],
        "an emulator's SAS": [blobCopy({ source: { url: "http://127.0.0.1:10000/golden/c/b", sasToken: both } })],
    },
    refuses: {
        "a FileCopy": {
            resources: [fileCopy({ destination: devFile({ sasToken: both }) })],
            finding: "destination has a SAS with spr=https,http.",
        },
        "an IncrementalSnapshotCopy": {
            resources: [incrementalSnapshotCopy({ destination: devBlob({ sasToken: both }) })],
            finding: "destination has a SAS with spr=https,http.",
        },
        "http besides": {
            resources: [blobCopy({ source: goldenBlob({ sasToken: both }) })],
            finding: "source has a SAS with spr=https,http.",
        },
        "no protocol, at the destination": {
            resources: [blobCopy({ destination: devBlob({ sasToken: sas({ spr: undefined, sp: "cw" }) }) })],
            finding: "destination has a SAS with no spr.",
        },
        "an azure Blob": {
            resources: [azureBlob({ sourceUri: `https://golden.blob.core.windows.net/a/b?${both}` })],
            finding: "sourceUri has a SAS",
        },
        "an azure-native Blob": {
            resources: [azureNativeBlob(`https://golden.blob.core.windows.net/a/b?${both}`)],
            finding: "source has a SAS",
        },
        "a command": {
            resources: [
                command(
                    `azcopy copy "https://golden.blob.core.windows.net/a?${both}" https://dev.blob.core.windows.net/a`,
                ),
            ],
            finding: "azcopy copy (source) has a SAS",
        },
    },
    undecided: {
        "an unknown SAS": {
            resources: [blobCopy({ source: goldenBlob({ sasToken: unknown }) })],
            property: "source.sasToken",
        },
        "a SAS from a variable that nobody sets": {
            resources: [
                command(
                    'azcopy copy "https://golden.blob.core.windows.net/a?$SAS" https://dev.blob.core.windows.net/a',
                ),
            ],
            property: "$SAS",
        },
    },
});
