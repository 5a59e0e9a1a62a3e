import { crossTenantCopy } from "../../policy/rules/crossTenantCopy";
import {
    account,
    azureBlob,
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

const tenants = { golden: "1111", contosodev: "2222" };
const apart = { source: goldenBlob({ tenantId: "1111" }), destination: devBlob({ tenantId: "2222" }) };

testRule(crossTenantCopy, {
    accepts: {
        "tenants that nobody tells": [blobCopy()],
        "one tenant": [
            blobCopy({ source: goldenBlob({ tenantId: "aa11" }), destination: devBlob({ tenantId: "AA11" }) }),
        ],
        "what is acknowledged": [blobCopy({ ...apart, acknowledgeCrossTenant: "handed to Fabrikam" })],
        "what is acknowledged of files and incremental copies": {
            resources: [
                fileCopy({ acknowledgeCrossTenant: true }),
                incrementalSnapshotCopy({ acknowledgeCrossTenant: true }, { name: "backup" }),
            ],
            settings: { tenants },
        },
        "one account": {
            resources: [blobCopy({ source: goldenBlob({ accountName: "contosodev" }) })],
            settings: { tenants },
        },
    },
    refuses: {
        "tenants that are given": {
            resources: [blobCopy(apart)],
            finding: "source is in the tenant 1111, destination in 2222.",
        },
        "tenants that a FileCopy gives": {
            resources: [
                fileCopy({
                    source: { accountName: "golden", shareName: "a", filePath: "b", tenantId: "1111" },
                    destination: devFile({ tenantId: "2222" }),
                }),
            ],
            finding: "source is in the tenant 1111, destination in 2222.",
        },
        "tenants that an IncrementalSnapshotCopy gives": {
            resources: [incrementalSnapshotCopy(apart)],
            finding: "source is in the tenant 1111, destination in 2222.",
        },
        "a tenant of an account's provider": {
            resources: [
                blobCopy({ source: goldenBlob({ tenantId: "1111" }) }),
                account({}, { provider: { tenantId: "2222" } }),
            ],
            finding: "source is in the tenant 1111, destination in 2222.",
        },
        "tenants that are set, of an azure Blob": {
            resources: [azureBlob({ sourceUri: "https://golden.blob.core.windows.net/a/b" })],
            settings: { tenants },
            finding: "sourceUri is in the tenant 1111, name in 2222.",
        },
        "tenants that are set, of a command": {
            resources: [
                command(
                    "azcopy copy https://golden.blob.core.windows.net/a https://contosodev.blob.core.windows.net/a",
                ),
            ],
            settings: { tenants },
            finding: "azcopy copy (source) is in the tenant 1111",
        },
    },
    undecided: {
        "an unknown tenant": {
            resources: [
                blobCopy({ source: goldenBlob({ tenantId: unknown }), destination: devBlob({ tenantId: "2222" }) }),
            ],
            property: "source.tenantId",
        },
        "an unknown acknowledgement": {
            resources: [blobCopy({ ...apart, acknowledgeCrossTenant: unknown })],
            property: "acknowledgeCrossTenant",
        },
    },
});
