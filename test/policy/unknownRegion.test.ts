import { unknownRegion } from "../../policy/rules/unknownRegion";
import {
    account,
    blobCopy,
    devBlob,
    fileCopy,
    goldenBlob,
    incrementalSnapshotCopy,
    unknown,
} from "./support/resources";
import { testRule } from "./support/testRule";

testRule(unknownRegion, {
    accepts: {
        "regions of accounts in the stack": [
            blobCopy(),
            account(),
            account({ accountName: "golden" }, { name: "golden" }),
        ],
        "a region that is given": [blobCopy({ source: goldenBlob({ region: "westeurope" }) }), account()],
        "a region that is set": { resources: [blobCopy(), account()], settings: { regions: { golden: "westeurope" } } },
        "egress that is acknowledged": [blobCopy({ acknowledgeEgress: true })],
        "one account": [blobCopy({ source: goldenBlob({ accountName: "contosodev" }) })],
        "a web server": [blobCopy({ source: { url: "https://example.com/a" } })],
    },
    refuses: {
        "a source whose region nothing tells": {
            resources: [blobCopy(), account()],
            finding:
                "source is in a region that nothing tells: https://golden.blob.core.windows.net/images/orders.bak is in no account",
        },
        "a file whose region nothing tells": {
            resources: [fileCopy(), account()],
            finding:
                "source is in a region that nothing tells: https://golden.file.core.windows.net/config/app/settings.json",
        },
        "the source of incremental copies": {
            resources: [incrementalSnapshotCopy(), account()],
            finding: "source is in a region that nothing tells",
        },
        "a destination whose region nothing tells": {
            resources: [blobCopy({ source: goldenBlob({ region: "westeurope" }) })],
            finding:
                "destination is in a region that nothing tells: https://contosodev.blob.core.windows.net/seed/orders.bak",
        },
    },
    undecided: {
        "an unknown region": {
            resources: [blobCopy({ source: goldenBlob({ region: unknown }) }), account()],
            property: "source.region",
        },
        "an unknown account": {
            resources: [blobCopy({ destination: devBlob({ accountName: unknown }) })],
            property: "destination.accountName",
        },
    },
});
