import { secretInsteadOfEntraId } from "../../policy/rules/secretInsteadOfEntraId";
import {
    azureBlob,
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

testRule(secretInsteadOfEntraId, {
    accepts: {
        "no credential": [blobCopy(), fileCopy({}, { name: "file" }), incrementalSnapshotCopy({}, { name: "disk" })],
        "the secret of an application in Microsoft Entra ID": [
            blobCopy({
                source: goldenBlob({ credential: { type: "servicePrincipal", clientSecret: "c2lnbmF0dXJl" } }),
            }),
        ],
        "a key of Amazon S3": [
            blobCopy({ source: { s3: { bucket: "b", key: "k", secretAccessKey: "c2lnbmF0dXJl" } } }),
        ],
        "an emulator's key": [
            blobCopy({
                source: {
                    endpoint: "http://127.0.0.1:10000/golden",
                    containerName: "c",
                    blobName: "b",
                    accountKey: "a2V5",
                },
            }),
        ],
        "another server's query": [
            blobCopy({ source: { url: "https://example.com/a", sasToken: "X-Amz-Signature=abc" } }),
        ],
        "the Azure CLI with --auth-mode login": [
            command(
                "az storage blob copy start --auth-mode login --account-name dev -c a -b b -u https://golden.blob.core.windows.net/a/b",
            ),
        ],
        "AzCopy that is logged in": [
            command("azcopy copy https://golden.blob.core.windows.net/a https://dev.blob.core.windows.net/a"),
        ],
    },
    refuses: {
        "a SAS": {
            resources: [blobCopy({ source: goldenBlob({ sasToken: sas() }) })],
            finding: "source is reached with a SAS: https://golden.blob.core.windows.net/images/orders.bak.",
        },
        "an account key": {
            resources: [blobCopy({ destination: devBlob({ accountKey: "c2lnbmF0dXJl" }) })],
            finding:
                "destination is reached with an account key: https://contosodev.blob.core.windows.net/seed/orders.bak.",
        },
        "a connection string": {
            resources: [
                blobCopy({
                    source: {
                        connectionString:
                            "DefaultEndpointsProtocol=https;AccountName=golden;AccountKey=c2lnbmF0dXJl;EndpointSuffix=core.windows.net",
                        containerName: "images",
                        blobName: "orders.bak",
                    },
                }),
            ],
            finding:
                "source is reached with a connection string: https://golden.blob.core.windows.net/images/orders.bak.",
        },
        "the key of a FileCopy": {
            resources: [fileCopy({ destination: devFile({ accountKey: "c2lnbmF0dXJl" }) })],
            finding:
                "destination is reached with an account key: https://contosodev.file.core.windows.net/seed/orders.bak.",
        },
        "the connection string of a FileCopy": {
            resources: [
                fileCopy({
                    source: {
                        connectionString: "AccountName=golden;AccountKey=c2lnbmF0dXJl;EndpointSuffix=core.windows.net",
                        shareName: "config",
                        filePath: "app/settings.json",
                    },
                }),
            ],
            finding:
                "source is reached with a connection string: https://golden.file.core.windows.net/config/app/settings.json.",
        },
        "the SAS of an IncrementalSnapshotCopy": {
            resources: [incrementalSnapshotCopy({ destination: devBlob({ sasToken: sas() }) })],
            finding: "destination is reached with a SAS",
        },
        "a SAS in sourceUri": {
            resources: [azureBlob({ sourceUri: `https://golden.blob.core.windows.net/a/b?${sas()}` })],
            finding: "sourceUri is reached with a SAS: https://golden.blob.core.windows.net/a/b.",
        },
        "a SAS on a custom domain": {
            resources: [azureBlob({ sourceUri: `https://files.contoso.com/a/b?${sas()}` })],
            finding: "sourceUri is reached with a SAS: https://files.contoso.com/a/b.",
        },
        "the Azure CLI's connection string in the environment": {
            resources: [
                command("az storage blob copy start -c a -b b -u https://golden.blob.core.windows.net/a/b", {
                    environment: {
                        AZURE_STORAGE_CONNECTION_STRING: `BlobEndpoint=https://dev.blob.core.windows.net;SharedAccessSignature=${sas()}`,
                    },
                }),
            ],
            finding:
                "az storage blob copy start (destination) is reached with a connection string: https://dev.blob.core.windows.net/a/b.",
        },
        "a SAS in a command, whatever it is": {
            resources: [
                command("azcopy copy https://golden.blob.core.windows.net/a?$SAS https://dev.blob.core.windows.net/a"),
            ],
            finding: "azcopy copy (source) is reached with a SAS: https://golden.blob.core.windows.net/a.",
        },
        "a key in a command's environment": {
            resources: [
                command(
                    "az storage blob copy start --account-name dev -c a -b b -u https://golden.blob.core.windows.net/a/b",
                    {
                        environment: { AZURE_STORAGE_KEY: "c2lnbmF0dXJl" },
                    },
                ),
            ],
            finding:
                "az storage blob copy start (destination) is reached with an account key: https://dev.blob.core.windows.net/a/b.",
        },
    },
    undecided: {
        "an unknown URL, which may carry a SAS": {
            resources: [blobCopy({ source: { url: unknown, sasToken: unknown } })],
            property: "source.sasToken",
        },
        "an unknown account, which changes nothing": {
            resources: [blobCopy({ destination: devBlob({ accountName: unknown }) })],
            property: null,
        },
    },
});
