import { destinationAllowsPublicBlobs } from "../../policy/rules/destinationAllowsPublicBlobs";
import {
    account,
    azureAccount,
    azureBlob,
    azureNativeBlob,
    blobCopy,
    command,
    devBlob,
    unknown,
} from "./support/resources";
import { testRule } from "./support/testRule";

const open = account({ allowBlobPublicAccess: true });
const azcopy = command("azcopy copy https://golden.blob.core.windows.net/a https://contosodev.blob.core.windows.net/a");

testRule(destinationAllowsPublicBlobs, {
    accepts: {
        "an account that is closed": [blobCopy(), account()],
        "one of azure": [blobCopy(), azureAccount()],
        "an account outside the stack": [blobCopy()],
        "an open account that is no destination": [blobCopy({ destination: devBlob({ accountName: "other" }) }), open],
    },
    refuses: {
        "a destination in an open account": {
            resources: [blobCopy(), open],
            finding: "destination is in the account dev, which lets containers be public.",
        },
        "one of azure": {
            resources: [blobCopy(), azureAccount({ allowNestedItemsToBePublic: undefined })],
            finding: "destination is in the account dev, which lets containers be public.",
        },
        "one whose name is not known yet": {
            resources: [
                blobCopy({ destination: devBlob({ accountName: unknown }) }, { from: { destination: ["dev"] } }),
                { ...open, props: { ...open.props, accountName: undefined } },
            ],
            finding: "destination is in the account dev",
        },
        "that of an azure Blob": { resources: [azureBlob(), open], finding: "name is in the account dev" },
        "that of an azure-native Blob": {
            resources: [azureNativeBlob("https://example.com/a"), open],
            finding: "blobName is in the account dev",
        },
        "that of a command": { resources: [azcopy, open], finding: "azcopy copy (destination) is in the account dev" },
    },
    undecided: {
        "an unknown setting": {
            resources: [blobCopy(), account({ allowBlobPublicAccess: unknown })],
            property: "allowBlobPublicAccess",
        },
        "an unknown account": {
            resources: [blobCopy({ destination: devBlob({ accountName: unknown }) }), account()],
            property: "destination.accountName",
        },
    },
});
