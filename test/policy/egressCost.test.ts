import { egressCost } from "../../policy/rules/egressCost";
import {
    account,
    azureBlob,
    blobCopy,
    fileCopy,
    goldenBlob,
    incrementalSnapshotCopy,
    unknown,
} from "./support/resources";
import { testRule } from "./support/testRule";

const GiB = 1024 ** 3;
const far = (location: string) => account({ accountName: "golden", location }, { name: "far" });

testRule(egressCost, {
    accepts: {
        "a size below the limit": [blobCopy({ sourceContentLength: 900 * GiB }), account(), far("eastus")],
        "a large copy within its region": [blobCopy({ sourceContentLength: 9e15 }), account(), far("westeurope")],
        "a large copy within its continent, which costs less": [
            blobCopy({ sourceContentLength: 2400 * GiB }),
            account(),
            far("northeurope"),
        ],
        "a size that nobody tells": [blobCopy(), account(), far("eastus")],
        "a region that nobody tells": [blobCopy({ sourceContentLength: 9e15 }), account()],
        "a higher limit": {
            resources: [blobCopy({ sourceContentLength: 2000 * GiB }), account(), far("eastus")],
            settings: { limit: 100 },
        },
        "a continent without a price": {
            resources: [blobCopy({ sourceContentLength: 9e15 }), account(), far("eastus")],
            settings: { prices: { europe: { within: 1, beyond: 2 } } },
        },
    },
    refuses: {
        "a size above the limit, between continents": {
            resources: [blobCopy({ sourceContentLength: 2000 * GiB }), account(), far("eastus")],
            finding:
                "source has 2000 GiB, whose way from eastus to westeurope costs about 100.00 USD, above the limit of 50.",
        },
        "a size above the limit, within a continent": {
            resources: [blobCopy({ sourceContentLength: 3000 * GiB }), account(), far("northeurope")],
            finding: "costs about 60.00 USD, above the limit of 50.",
        },
        "a FileCopy": {
            resources: [fileCopy({ sourceContentLength: 2000 * GiB }), account(), far("eastus")],
            finding: "source has 2000 GiB",
        },
        "an IncrementalSnapshotCopy, by the size that is set": {
            resources: [incrementalSnapshotCopy(), account(), far("eastus")],
            settings: { sizes: { golden: 4000 } },
            finding: "source has 4000 GiB, whose way from eastus to westeurope costs about 200.00 USD",
        },
        "a way from Asia, as dear to another continent as within": {
            resources: [blobCopy({ sourceContentLength: 1000 * GiB }), account(), far("centralindia")],
            finding: "costs about 80.00 USD",
        },
        "a way from South America": {
            resources: [blobCopy({ sourceContentLength: 1000 * GiB }), account(), far("brazilsouth")],
            finding: "costs about 160.00 USD",
        },
        "a region that is newer than the list of continents, at the dearest price": {
            resources: [blobCopy({ sourceContentLength: 1000 * GiB }), account(), far("atlantiscentral")],
            finding: "costs about 160.00 USD",
        },
        "one's own prices": {
            resources: [blobCopy({ sourceContentLength: 100 * GiB }), account(), far("brazilsouth")],
            settings: { prices: { southAmerica: { within: 1, beyond: 2 } }, currency: "BRL" },
            finding: "costs about 200.00 BRL, above the limit of 50.",
        },
        "a size that is set, of the longest place": {
            resources: [
                azureBlob({ sourceUri: "https://golden.blob.core.windows.net/images/huge/a.vhd" }),
                account(),
                far("eastus"),
            ],
            settings: { sizes: { "golden/images": 1, "golden/images/huge": 2000, "golden/images/hug": 1 } },
            finding: "sourceUri has 2000 GiB",
        },
        "a copy whose egress is acknowledged, all the same": {
            resources: [
                blobCopy({ acknowledgeEgress: true, sourceContentLength: 2000 * GiB }),
                account(),
                far("eastus"),
            ],
            finding: "above the limit of 50.",
        },
    },
    undecided: {
        "an unknown region": {
            resources: [blobCopy({ source: goldenBlob({ region: unknown }), sourceContentLength: 1 }), account()],
            property: "source.region",
        },
    },
});
