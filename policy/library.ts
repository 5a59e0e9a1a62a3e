// `pulumi-azure-copy/policy`: what one's own pack is built from. Nothing here serves a pack until an AzureCopyGuard is made.

export { AzureCopyGuard, type AzureCopyGuardArgs } from "./azureCopyGuard";
export type { Copy, CopyReader, End, Fact } from "./copies/copy";
export { known, type Maybe, Unknown, UnknownValue } from "./known";
export { azureCopyPolicies } from "./policies";
export { defineRule, type EnforcementLevel, type Rule, type Setting, type SettingsSchema, type Severity } from "./rule";
export { rules } from "./rules";
export type { Stack } from "./stack";
