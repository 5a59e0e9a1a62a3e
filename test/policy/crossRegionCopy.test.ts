import { crossRegionCopy } from "../../policy/rules/crossRegionCopy";
import {
    account,
    azureAccount,
    azureBlob,
    azureNativeBlob,
    blobCopy,
    command,
    devBlob,
    devFile,
    fileCopy,
    goldenBlob,
    incrementalSnapshotCopy,
    unknown,
} from "./support/resources";
import { testRule } from "./support/testRule";

const far = account({ accountName: "golden", location: "East US" }, { name: "far" });
const settings = { regions: { golden: "eastus" } };

testRule(crossRegionCopy, {
    accepts: {
        "one region": [
            blobCopy(),
            account(),
            account({ accountName: "golden", location: "West Europe" }, { name: "golden" }),
        ],
        "one account": [blobCopy({ source: goldenBlob({ accountName: "contosodev" }) }), account()],
        "regions that are given, and the same": [
            blobCopy({ source: goldenBlob({ region: "West Europe" }), destination: devBlob({ region: "westeurope" }) }),
        ],
        "egress of files and of incremental copies that is acknowledged": [
            fileCopy({ acknowledgeEgress: true }),
            incrementalSnapshotCopy({ acknowledgeEgress: "the backup's region" }, { name: "backup" }),
            account(),
            far,
        ],
        "regions that nobody tells": [blobCopy()],
        "egress that is acknowledged": [blobCopy({ acknowledgeEgress: "the yearly drill" }), account(), far],
        "a source outside Azure": [blobCopy({ source: { url: "https://example.com/a", region: "eastus" } }), account()],
        "an emulator": [
            blobCopy({ source: { url: "http://127.0.0.1:10000/golden/images/a", region: "eastus" } }),
            account(),
        ],
    },
    refuses: {
        "accounts of different regions": {
            resources: [blobCopy(), account(), far],
            finding: "source is in eastus, destination in westeurope.",
        },
        "accounts of azure": {
            resources: [
                blobCopy(),
                azureAccount(),
                azureAccount({ name: "golden", location: "eastus" }, { name: "far" }),
            ],
            finding: "source is in eastus, destination in westeurope.",
        },
        "regions that are given, before anything runs": {
            resources: [
                blobCopy({ source: goldenBlob({ region: "eastus" }), destination: devBlob({ region: "westus" }) }),
            ],
            finding: "source is in eastus, destination in westus.",
        },
        "one that is set": { resources: [blobCopy(), account()], settings, finding: "source is in eastus" },
        "an account whose name is not known yet": {
            resources: [
                blobCopy({ destination: devBlob({ accountName: unknown }) }, { from: { destination: ["dev"] } }),
                account({ accountName: undefined }),
                far,
            ],
            finding: "source is in eastus, destination in westeurope.",
        },
        "a FileCopy, by the regions that it gives": {
            resources: [
                fileCopy({
                    source: { accountName: "golden", shareName: "a", filePath: "b", region: "eastus" },
                    destination: devFile({ region: "westus" }),
                }),
            ],
            finding: "source is in eastus, destination in westus.",
        },
        "an IncrementalSnapshotCopy": {
            resources: [incrementalSnapshotCopy(), account(), far],
            finding: "source is in eastus, destination in westeurope.",
        },
        "an azure Blob": {
            resources: [azureBlob({ sourceUri: "https://golden.blob.core.windows.net/images/a" }), account()],
            settings,
            finding: "sourceUri is in eastus, name in westeurope.",
        },
        "an azure-native Blob": {
            resources: [azureNativeBlob("https://golden.blob.core.windows.net/images/a"), account()],
            settings,
            finding: "source is in eastus",
        },
        "a command": {
            resources: [
                command(
                    "azcopy sync https://golden.blob.core.windows.net/a https://contosodev.blob.core.windows.net/a",
                ),
                account(),
            ],
            settings,
            finding: "azcopy sync (source) is in eastus, azcopy sync (destination) in westeurope.",
        },
    },
    undecided: {
        "an account's unknown region": {
            resources: [blobCopy(), account({ location: unknown }), far],
            property: "location",
        },
        "an unknown acknowledgement": {
            resources: [blobCopy({ acknowledgeEgress: unknown }), account(), far],
            property: "acknowledgeEgress",
        },
        "an unknown acknowledgement of a FileCopy": {
            resources: [fileCopy({ acknowledgeEgress: unknown }), account(), far],
            property: "acknowledgeEgress",
        },
        "an unknown source": { resources: [blobCopy({ source: unknown }), account()], property: "source" },
    },
});
