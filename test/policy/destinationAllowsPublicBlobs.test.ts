import { destinationAllowsPublicBlobs } from "../../policy/rules/destinationAllowsPublicBlobs";
import { testAccountRule } from "./support/testAccountRule";

testAccountRule(destinationAllowsPublicBlobs, {
    setting: "allowBlobPublicAccess",
    open: true,
    azureOpen: { allowNestedItemsToBePublic: undefined },
    finding: "destination is in the account dev, which lets containers be public.",
    blobsOnly: true,
});
