import { sourceHostNotAllowed } from "../../policy/rules/sourceHostNotAllowed";
import {
    azureBlob,
    azureNativeBlob,
    blobCopy,
    command,
    fileCopy,
    goldenBlob,
    incrementalSnapshotCopy,
    unknown,
} from "./support/resources";
import { testRule } from "./support/testRule";

testRule(sourceHostNotAllowed, {
    accepts: {
        "Azure Storage": [blobCopy()],
        "a host of the list": {
            resources: [blobCopy({ source: { url: "https://cdn.example.com/a" } })],
            settings: { allowedHosts: ["*.example.com"] },
        },
        "an emulator": [blobCopy({ source: { url: "http://127.0.0.1:10000/golden/a/b" } })],
        "a path on this machine": [command("azcopy copy ./folder https://dev.blob.core.windows.net/a --recursive")],
    },
    refuses: {
        "another host": {
            resources: [blobCopy({ source: { url: "https://example.com/a" } })],
            finding: "source is on example.com, which is not among the allowed hosts: https://example.com/a.",
        },
        "an object of Amazon S3, by its parts": {
            resources: [blobCopy({ source: { s3: { bucket: "backups", key: "a" } } })],
            finding: "source is on s3.amazonaws.com",
        },
        "an object of Google Cloud Storage, by its name": {
            resources: [blobCopy({ source: { url: "gs://backups/a" } })],
            finding: "source is on storage.googleapis.com",
        },
        "a host that only ends like one": {
            resources: [azureBlob({ sourceUri: "https://golden.blob.core.windows.net.example.com/a" })],
            finding: "sourceUri is on golden.blob.core.windows.net.example.com",
        },
        "an account that is not on one's own list": {
            resources: [blobCopy()],
            settings: { allowedHosts: ["contoso*.blob.core.windows.net"] },
            finding: "source is on golden.blob.core.windows.net",
        },
        "a FileCopy": {
            resources: [fileCopy({ source: { url: "https://example.com/a" } })],
            finding: "source is on example.com",
        },
        "an IncrementalSnapshotCopy, of a list that is one's own": {
            resources: [incrementalSnapshotCopy()],
            settings: { allowedHosts: ["contoso*.blob.core.windows.net"] },
            finding: "source is on golden.blob.core.windows.net",
        },
        "an azure-native Blob": {
            resources: [azureNativeBlob("https://example.com/a")],
            finding: "source is on example.com",
        },
        "a command": {
            resources: [command("azcopy copy https://bucket.s3.amazonaws.com/a https://dev.blob.core.windows.net/a")],
            finding: "azcopy copy (source) is on bucket.s3.amazonaws.com",
        },
    },
    undecided: {
        "an unknown account": {
            resources: [blobCopy({ source: goldenBlob({ accountName: unknown }) })],
            property: "source.accountName",
        },
    },
});
