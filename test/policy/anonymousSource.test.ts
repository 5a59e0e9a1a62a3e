import { anonymousSource } from "../../policy/rules/anonymousSource";
import { azureBlob, azureNativeBlob, blobCopy, goldenBlob, sas, unknown } from "./support/resources";
import { testRule } from "./support/testRule";

const golden = "https://golden.blob.core.windows.net/images/orders.bak";

testRule(anonymousSource, {
    accepts: {
        "Microsoft Entra ID": [blobCopy()],
        "a SAS": [blobCopy({ source: goldenBlob({ sasToken: sas() }) })],
        "a presigned URL": [blobCopy({ source: { url: "https://example.com/a", sasToken: "X-Amz-Signature=abc" } })],
        "an azure Blob within its account": [azureBlob()],
        "an azure Blob with a SAS": [azureBlob({ sourceUri: `${golden}?${sas()}` })],
        "a web server on this machine": [blobCopy({ source: { url: "http://localhost:8080/a" } })],
    },
    refuses: {
        "a web server": {
            resources: [blobCopy({ source: { url: "https://example.com/a" } })],
            finding: "source is read without authorization: https://example.com/a.",
        },
        "an azure Blob of another account": {
            resources: [azureBlob({ sourceUri: golden })],
            finding: `sourceUri is read without authorization: ${golden}.`,
        },
        "an azure-native Blob": {
            resources: [azureNativeBlob(golden)],
            finding: `source is read without authorization: ${golden}.`,
        },
    },
    undecided: {
        "an azure Blob whose account is not known": {
            resources: [azureBlob({ sourceUri: golden, storageAccountName: unknown })],
            property: "storageAccountName",
        },
        "an unknown URL": { resources: [azureBlob({ sourceUri: unknown })], property: "sourceUri" },
    },
});
