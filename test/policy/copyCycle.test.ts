import { copyCycle } from "../../policy/rules/copyCycle";
import { blobCopy, command, devBlob, devFile, fileCopy, incrementalSnapshotCopy, unknown } from "./support/resources";
import { testRule } from "./support/testRule";

const step = (from: string, to: string, change: Record<string, unknown> = {}) =>
    blobCopy(
        { source: devBlob({ blobName: from, ...change }), destination: devBlob({ blobName: to }) },
        { name: `${from}-${to}` },
    );

testRule(copyCycle, {
    accepts: {
        "a chain": [step("a", "b"), step("b", "c"), step("a", "c2")],
        "a long chain, in no time": Array.from({ length: 1_000 }, (_, index) => step(`${index}`, `${index + 1}`)),
        "a share snapshot, which stays": [
            fileCopy({
                source: devFile({ shareSnapshot: "2026-01-31T12:00:00.0000000Z" }),
                destination: devFile(),
            }),
        ],
        "an incremental copy of a snapshot that is given": [
            incrementalSnapshotCopy(
                {
                    takeSnapshot: undefined,
                    snapshot: "2026-01-31T12:00:00.0000000Z",
                    source: devBlob({ blobName: "a" }),
                },
                { name: "backup" },
            ),
            blobCopy({ source: devBlob(), destination: devBlob({ blobName: "a" }) }, { name: "restored" }),
        ],
        "a snapshot that the Azure CLI promotes": [
            command(
                "az storage blob copy start --account-name dev -c c -b b --source-container c --source-blob b --source-snapshot 2026-01-31T12:00:00.0000000Z",
            ),
        ],
        "a snapshot, which stays": [step("a", "b"), step("b", "a", { snapshot: "2026-01-31T12:00:00.0000000Z" })],
    },
    refuses: {
        "a copy of a blob onto itself, by another host of the account": {
            resources: [
                blobCopy({
                    source: devBlob({ endpoint: "https://contosodev-internetrouting.blob.core.windows.net" }),
                    destination: devBlob(),
                }),
            ],
            finding: "seed: source is written by the copies that destination feeds: seed → seed.",
        },
        "a copy of a website's page onto itself": {
            resources: [
                blobCopy({
                    source: { url: "https://contosodev.z6.web.core.windows.net/docs/" },
                    destination: devBlob({ containerName: "$web", blobName: "docs/index.html" }),
                }),
            ],
            finding: "seed → seed.",
        },
        "two copies, told once": {
            resources: [step("a", "b"), step("b", "a")],
            finding: "a-b: source is written by the copies that destination feeds: a-b → b-a → a-b.",
        },
        "three copies": {
            resources: [step("a", "b"), step("b", "c"), step("c", "a")],
            finding: "a-b → b-c → c-a → a-b.",
        },
        files: {
            resources: [
                fileCopy(
                    { source: devFile({ filePath: "a" }), destination: devFile({ filePath: "b" }) },
                    { name: "x" },
                ),
                fileCopy(
                    { source: devFile({ filePath: "B" }), destination: devFile({ filePath: "a" }) },
                    { name: "y" },
                ),
            ],
            finding: "x: source is written by the copies that destination feeds: x → y → x.",
        },
        "a folder that is copied back": {
            resources: [
                command(
                    "azcopy sync https://contosodev.blob.core.windows.net/seed https://contosodev.blob.core.windows.net/back",
                    {},
                    { name: "sync" },
                ),
                blobCopy({ source: devBlob({ containerName: "back" }), destination: devBlob() }, { name: "copy" }),
            ],
            finding: "copy: source is written by the copies that destination feeds: copy → sync → copy.",
        },
    },
    undecided: {
        "an unknown source": {
            resources: [blobCopy({ source: devBlob({ blobName: unknown }) })],
            property: "source.blobName",
        },
    },
});
