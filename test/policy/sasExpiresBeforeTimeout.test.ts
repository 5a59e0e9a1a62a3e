import { sasExpiresBeforeTimeout } from "../../policy/rules/sasExpiresBeforeTimeout";
import {
    azureBlob,
    blobCopy,
    command,
    day,
    devFile,
    fileCopy,
    goldenBlob,
    incrementalSnapshotCopy,
    sas,
    unknown,
} from "./support/resources";
import { testRule } from "./support/testRule";

const uri = `https://golden.blob.core.windows.net/a/b?${sas({ se: day(0.5) })}`;

testRule(sasExpiresBeforeTimeout, {
    accepts: {
        "a SAS that outlasts the timeout": [
            blobCopy({ source: goldenBlob({ sasToken: sas({ se: day(0.5) }) }), timeout: "11h" }),
        ],
        "a shorter default": {
            resources: [blobCopy({ source: goldenBlob({ sasToken: sas({ se: day(0.5) }) }), timeout: undefined })],
            settings: { defaultTimeoutHours: 1 },
        },
        "customTimeouts of another resource": [azureBlob({ sourceUri: uri }, { createSeconds: 3_600 })],
        "coreutils' timeout": [command(`timeout 2h azcopy copy '${uri}' https://dev.blob.core.windows.net/a/b`)],
    },
    refuses: {
        "a FileCopy": {
            resources: [fileCopy({ destination: devFile({ sasToken: sas({ se: day(0.5) }) }), timeout: "1d" })],
            finding: "destination has a SAS that expires at",
        },
        "an IncrementalSnapshotCopy": {
            resources: [
                incrementalSnapshotCopy({ source: goldenBlob({ sasToken: sas({ se: day(0.5) }) }), timeout: "1d" }),
            ],
            finding: "source has a SAS that expires at",
        },
        "a SAS that expires before": {
            resources: [blobCopy({ source: goldenBlob({ sasToken: sas({ se: day(0.5) }) }), timeout: "1d" })],
            finding: "before a copy that starts now times out, after 24.0 hours.",
        },
        "a copy without a timeout": {
            resources: [blobCopy({ source: goldenBlob({ sasToken: sas({ se: day(0.5) }) }), timeout: undefined })],
            finding: "times out, after 24.0 hours.",
        },
        "customTimeouts of another resource": {
            resources: [azureBlob({ sourceUri: uri }, { createSeconds: 50_000 })],
            finding: "sourceUri has a SAS that expires at",
        },
    },
    undecided: {
        "an unknown timeout": {
            resources: [blobCopy({ source: goldenBlob({ sasToken: sas() }), timeout: unknown })],
            property: "timeout",
        },
    },
});
