import { destinationAllowsSharedKey } from "../../policy/rules/destinationAllowsSharedKey";
import { testAccountRule } from "./support/testAccountRule";

testAccountRule(destinationAllowsSharedKey, {
    setting: "allowSharedKeyAccess",
    open: undefined,
    azureOpen: { sharedAccessKeyEnabled: true },
    finding: "destination is in the account dev, which takes shared keys.",
});
