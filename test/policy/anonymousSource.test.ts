import { anonymousSource } from "../../policy/rules/anonymousSource";
import {
    azureBlob,
    azureNativeBlob,
    blobCopy,
    command,
    fileCopy,
    goldenBlob,
    incrementalSnapshotCopy,
    sas,
    unknown,
} from "./support/resources";
import { testRule } from "./support/testRule";

const golden = "https://golden.blob.core.windows.net/images/orders.bak";

testRule(anonymousSource, {
    accepts: {
        "Microsoft Entra ID": [blobCopy()],
        "a SAS": [blobCopy({ source: goldenBlob({ sasToken: sas() }) })],
        "a presigned URL": [blobCopy({ source: { url: "https://example.com/a", sasToken: "X-Amz-Signature=abc" } })],
        "an azure Blob within its account": [azureBlob()],
        "an azure Blob with a SAS": [azureBlob({ sourceUri: `${golden}?${sas()}` })],
        "the Azure CLI within its account": [
            command(`az storage blob copy start --account-name golden -c a -b b --source-uri ${golden}`),
        ],
        "the Azure CLI, which looks up a key for an account that is named": [
            command(
                "az storage blob copy start --account-name dev -c a -b b --source-account-name golden --source-container a --source-blob b",
            ),
        ],
        "a file": [fileCopy()],
        "a custom domain of an account": [
            blobCopy({ source: { endpoint: "https://blobs.contoso.com", containerName: "images", blobName: "b" } }),
            blobCopy({ source: { url: "https://blobs.contoso.com/images/b", accountName: "golden" } }, { name: "url" }),
        ],
        "an object of Amazon S3, whose URL is presigned for the copy": [
            blobCopy({ source: { s3: { bucket: "backups", key: "a" } } }),
            blobCopy({ source: { url: "gs://backups/a" } }, { name: "google" }),
        ],
        "a web server on this machine": [blobCopy({ source: { url: "http://localhost:8080/a" } })],
    },
    refuses: {
        "a web server": {
            resources: [blobCopy({ source: { url: "https://example.com/a" } })],
            finding: "source is read without authorization: https://example.com/a.",
        },
        "what a program says that anybody can read": {
            resources: [blobCopy({ source: goldenBlob({ credential: { type: "anonymous" } }) })],
            finding: `source is read without authorization: ${golden}.`,
        },
        "a web server's file, to Azure Files": {
            resources: [fileCopy({ source: { url: "https://example.com/a" } })],
            finding: "source is read without authorization: https://example.com/a.",
        },
        "a public page blob": {
            resources: [incrementalSnapshotCopy({ source: goldenBlob({ credential: { type: "anonymous" } }) })],
            finding: `source is read without authorization: ${golden}.`,
        },
        "an azure Blob of another account": {
            resources: [azureBlob({ sourceUri: golden })],
            finding: `sourceUri is read without authorization: ${golden}.`,
        },
        "an azure-native Blob": {
            resources: [azureNativeBlob(golden)],
            finding: `source is read without authorization: ${golden}.`,
        },
        "the Azure CLI, of another account": {
            resources: [command(`az storage blob copy start --account-name dev -c a -b b --source-uri ${golden}`)],
            finding: "az storage blob copy start (source) is read without authorization",
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
