import { sasWritable } from "../../policy/rules/sasWritable";
import { azureBlob, blobCopy, command, devBlob, goldenBlob, sas, unknown } from "./support/resources";
import { testRule } from "./support/testRule";

testRule(sasWritable, {
    accepts: {
        reading: [blobCopy({ source: goldenBlob({ sasToken: sas() }) })],
        "reading, listing and tags": [blobCopy({ source: goldenBlob({ sasToken: sas({ sp: "rlt" }) }) })],
        "a destination's SAS, which has to write": [
            blobCopy({ destination: devBlob({ sasToken: sas({ sp: "rcwd" }) }) }),
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
        "an unknown SAS": {
            resources: [blobCopy({ source: goldenBlob({ sasToken: unknown }) })],
            property: "source.sasToken",
        },
    },
});
