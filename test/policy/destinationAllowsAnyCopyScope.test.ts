import { destinationAllowsAnyCopyScope } from "../../policy/rules/destinationAllowsAnyCopyScope";
import { testAccountRule } from "./support/testAccountRule";

testAccountRule(destinationAllowsAnyCopyScope, {
    setting: "allowedCopyScope",
    open: undefined,
    azureOpen: { allowedCopyScope: undefined },
    finding: "destination is in the account dev, whose allowedCopyScope is not set.",
});
