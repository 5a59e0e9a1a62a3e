import { sameDestination } from "../../policy/rules/sameDestination";
import {
    azureBlob,
    blobCopy,
    command,
    devBlob,
    devFile,
    fileCopy,
    incrementalSnapshotCopy,
    unknown,
} from "./support/resources";
import { testRule } from "./support/testRule";

testRule(sameDestination, {
    accepts: {
        "different blobs": [
            blobCopy({}, { name: "one" }),
            blobCopy({ destination: devBlob({ blobName: "other" }) }, { name: "other" }),
        ],
        "different accounts": [
            blobCopy({}, { name: "one" }),
            blobCopy({ destination: devBlob({ accountName: "elsewhere" }) }, { name: "other" }),
        ],
        "a blob and a file of one name": [
            blobCopy({}, { name: "one" }),
            fileCopy({ destination: devFile() }, { name: "other" }),
        ],
        "an incremental copy and another one, which another rule is for": [
            incrementalSnapshotCopy({}, { name: "one" }),
            blobCopy({}, { name: "other" }),
        ],
        "two folders, and two blobs, into one container": [
            command(
                "azcopy copy https://golden.blob.core.windows.net/a/b https://dev.blob.core.windows.net/c --recursive",
            ),
            command(
                "azcopy copy https://golden.blob.core.windows.net/a/d https://dev.blob.core.windows.net/c --recursive",
                {},
                { name: "d" },
            ),
            command(
                "azcopy copy https://golden.blob.core.windows.net/a/e https://dev.blob.core.windows.net/c/",
                {},
                { name: "e" },
            ),
        ],
        "one script for creating and updating": [
            command("azcopy copy https://a.example/b https://dev.blob.core.windows.net/c/b", {
                update: "azcopy copy https://a.example/b2 https://dev.blob.core.windows.net/c/b",
            }),
        ],
    },
    refuses: {
        "two BlobCopy, told of the later one by URN": {
            resources: [blobCopy({}, { name: "one" }), blobCopy({}, { name: "other" })],
            finding:
                "other: destination is the destination of one too: https://contosodev.blob.core.windows.net/seed/orders.bak.",
        },
        "one spelled otherwise": {
            resources: [
                blobCopy({}, { name: "one" }),
                blobCopy(
                    { destination: { url: "https://contosodev.blob.core.windows.net/seed/orders%2Ebak" } },
                    { name: "other" },
                ),
            ],
            finding: "destination of one too",
        },
        "two files, which differ by upper and lower case alone": {
            resources: [
                fileCopy({}, { name: "one" }),
                fileCopy({ destination: devFile({ filePath: "Orders.bak" }) }, { name: "other" }),
            ],
            finding:
                "other: destination is the destination of one too: https://contosodev.file.core.windows.net/seed/Orders.bak.",
        },
        "two at one custom domain": {
            resources: [
                blobCopy({ destination: { url: "https://files.contoso.com/seed/orders.bak" } }, { name: "one" }),
                command(
                    "azcopy copy https://a.example/b https://files.contoso.com/seed/orders.bak",
                    {},
                    { name: "other" },
                ),
            ],
            finding:
                "other: azcopy copy (destination) is the destination of one too: https://files.contoso.com/seed/orders.bak.",
        },
        "a file and a command's": {
            resources: [
                fileCopy({}, { name: "one" }),
                command(
                    "azcopy copy https://a.example/b https://contosodev.file.core.windows.net/seed/orders.bak",
                    {},
                    { name: "other" },
                ),
            ],
            finding: "other: azcopy copy (destination) is the destination of one too",
        },
        "two incremental copies": {
            resources: [incrementalSnapshotCopy({}, { name: "one" }), incrementalSnapshotCopy({}, { name: "other" })],
            finding: "other: destination is the destination of one too",
        },
        "resources of different types": {
            resources: [blobCopy({}, { name: "one" }), azureBlob({}, { name: "other" })],
            finding: "other: name is the destination of one too",
        },
    },
    undecided: {
        "an unknown name": {
            resources: [blobCopy({ destination: devBlob({ blobName: unknown }) }, { name: "one" })],
            property: "destination.blobName",
        },
    },
});
