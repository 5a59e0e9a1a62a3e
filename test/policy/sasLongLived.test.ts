import { sasLongLived } from "../../policy/rules/sasLongLived";
import {
    azureBlob,
    blobCopy,
    day,
    devBlob,
    devFile,
    fileCopy,
    goldenBlob,
    incrementalSnapshotCopy,
    sas,
    unknown,
} from "./support/resources";
import { testRule } from "./support/testRule";

const year = sas({ se: day(365) });

testRule(sasLongLived, {
    accepts: {
        "two days": [blobCopy({ source: goldenBlob({ sasToken: sas() }) })],
        "a year, where that is set": {
            resources: [blobCopy({ source: goldenBlob({ sasToken: year }) })],
            settings: { days: 366 },
        },
        "a stored access policy, which tells the expiry": [
            blobCopy({ source: goldenBlob({ sasToken: sas({ se: undefined, si: "readers" }) }) }),
        ],
    },
    refuses: {
        "a FileCopy": {
            resources: [fileCopy({ destination: devFile({ sasToken: year }) })],
            finding: "destination has a SAS that lasts 365 days",
        },
        "an IncrementalSnapshotCopy": {
            resources: [incrementalSnapshotCopy({ destination: devBlob({ sasToken: year }) })],
            finding: "destination has a SAS that lasts 365 days",
        },
        "a year": {
            resources: [blobCopy({ source: goldenBlob({ sasToken: year }) })],
            finding: "source has a SAS that lasts 365 days, until 20",
        },
        "a year, from its start on": {
            resources: [blobCopy({ destination: devBlob({ sasToken: sas({ st: day(-360), se: day(5) }) }) })],
            finding: "destination has a SAS that lasts 365 days",
        },
        "a year from now, without a start": {
            resources: [
                azureBlob({
                    sourceUri: `https://golden.blob.core.windows.net/a/b?${sas({ st: undefined, se: day(365) })}`,
                }),
            ],
            finding: "sourceUri has a SAS that lasts 365 days",
        },
        "no expiry": {
            resources: [blobCopy({ source: goldenBlob({ sasToken: sas({ se: undefined }) }) })],
            finding: "source has a SAS without an expiry that can be read.",
        },
    },
    undecided: {
        "an unknown SAS": {
            resources: [blobCopy({ source: goldenBlob({ sasToken: unknown }) })],
            property: "source.sasToken",
        },
    },
});
