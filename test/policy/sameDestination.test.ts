import { sameDestination } from "../../policy/rules/sameDestination";
import {
    account,
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
        "different accounts under custom domains": ["contosoone", "contosotwo"].map((accountName) =>
            blobCopy(
                { destination: devBlob({ accountName, endpoint: `https://${accountName}.contoso.example` }) },
                { name: accountName },
            ),
        ),
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
        ...Object.fromEntries(
            Object.entries({
                "by the route over the internet": "https://contosodev-internetrouting.blob.core.windows.net",
                "by its secondary location's name": "https://contosodev-secondary.blob.core.windows.net",
                "by IPv6": "https://contosodev-dualstack-ipv6.blob.core.windows.net",
                "with a dot at the host's end": "https://contosodev.blob.core.windows.net.",
                "in upper case": "https://CONTOSODEV.blob.core.windows.net:443",
                "over http": "http://contosodev.blob.core.windows.net",
                "in a DNS zone": "https://contosodev.z12.blob.storage.azure.net",
                "by its private link": "https://contosodev.privatelink.blob.core.windows.net",
                "of the service for data lakes": "https://contosodev.dfs.core.windows.net",
            }).map(([name, endpoint]) => [
                `one ${name}`,
                {
                    resources: [
                        blobCopy({}, { name: "one" }),
                        blobCopy(
                            { destination: { endpoint, containerName: "seed", blobName: "orders.bak" } },
                            { name: "other" },
                        ),
                    ],
                    finding: "destination of one too",
                },
            ]),
        ),
        "one under a custom domain with the account's name": {
            resources: [
                blobCopy({}, { name: "one" }),
                blobCopy({ destination: devBlob({ endpoint: "https://data.contoso.example" }) }, { name: "other" }),
            ],
            finding: "destination of one too",
        },
        ...Object.fromEntries(
            ["http://localhost.:10000/dev", "http://0.0.0.0:10000/dev", "http://dev.blob.localhost:10000"].map(
                (endpoint) => [
                    `one of an emulator at 127.0.0.1 and ${endpoint}`,
                    {
                        resources: ["http://127.0.0.1:10000/dev", endpoint].map((each, index) =>
                            blobCopy(
                                { destination: { endpoint: each, containerName: "seed", blobName: "b" } },
                                { name: `copy${index}` },
                            ),
                        ),
                        finding: "copy1: destination is the destination of copy0 too",
                    },
                ],
            ),
        ),
        "one by the URL of a custom domain, with escapes": {
            resources: [
                blobCopy({}, { name: "one" }),
                blobCopy(
                    {
                        destination: {
                            url: "https://data.contoso.example/seed/orders%2Ebak",
                            accountName: "contosodev",
                        },
                    },
                    { name: "other" },
                ),
            ],
            finding: "destination of one too",
        },
        "one with a backslash": {
            resources: [
                blobCopy({ destination: devBlob({ blobName: "2026/orders.bak" }) }, { name: "one" }),
                blobCopy({ destination: devBlob({ blobName: "2026\\orders.bak" }) }, { name: "other" }),
            ],
            finding: "destination of one too",
        },
        "two files, one with a dot at its end": {
            resources: [
                fileCopy({}, { name: "one" }),
                fileCopy({ destination: devFile({ filePath: "orders.bak." }) }, { name: "other" }),
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
        ...Object.fromEntries(
            (
                [
                    ["blobs", blobCopy, devBlob],
                    ["files", fileCopy, devFile],
                ] as const
            ).map(([name, copy, at]) => [
                `two ${name} in an account of the stack whose name is not known yet`,
                {
                    resources: [
                        account({ accountName: unknown }),
                        copy(
                            { destination: at({ accountName: unknown }) },
                            { name: "one", from: { destination: ["dev"] } },
                        ),
                        copy(
                            { destination: at({ accountName: unknown }) },
                            { name: "other", from: { destination: ["dev"] } },
                        ),
                    ],
                    finding: "other: destination is the destination of one too",
                },
            ]),
        ),
        "one by the name of an account of the stack, the other by the account itself": {
            resources: [
                account(),
                fileCopy({}, { name: "one" }),
                fileCopy(
                    { destination: devFile({ accountName: unknown }) },
                    { name: "other", from: { destination: ["dev"] } },
                ),
            ],
            finding: "other: destination is the destination of one too",
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
        "an account that the stack does not make, and whose name is not known": {
            resources: [
                fileCopy({ destination: devFile({ accountName: unknown }) }, { name: "one" }),
                account({ accountName: unknown }),
            ],
            property: "destination.accountName",
        },
        "an unknown name": {
            resources: [blobCopy({ destination: devBlob({ blobName: unknown }) }, { name: "one" })],
            property: "destination.blobName",
        },
    },
});
