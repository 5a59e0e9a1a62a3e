/**
 * Simulated Azure Storage accounts for tests: start them with {@link startSimulator}, point any Azure Storage client at
 * them, turn the clock, slow or fail copies, inject faults, and look at the requests that were made.
 */
export type {
    AccountHandle,
    CreateContainerOptions,
    CreateShareOptions,
    PutBlobOptions,
    PutFileOptions,
} from "./accountHandle";
export type { BuiltInRole, RoleAssignmentOptions } from "./auth/roles";
export { type Clock, ManualClock, systemClock } from "./clock";
export { type Content, zeros } from "./content/content";
export { file } from "./content/file";
export { type GeneratedOptions, generated } from "./content/generated";
export type { CopyRule, CopyRules, IncrementalTransfer, RuleHandle } from "./copies";
export type { EntraId, EntraIdOptions, FederatedTokenOptions } from "./entra/entraId";
export type {
    FederatedCredential,
    ManagedIdentity,
    ManagedIdentityOptions,
    Principal,
    ServicePrincipal,
    ServicePrincipalOptions,
} from "./entra/principals";
export type { Fault, Faults } from "./faults";
export type { Tls } from "./http/server";
export type { LoggedRequest, RequestLog } from "./requestLog";
export { type Simulator, type SimulatorOptions, startSimulator } from "./simulator";
export type { AccountKind, AccountOptions, AllowedCopyScope } from "./state/account";
export type { BlobType } from "./state/blob";
export type { PublicAccess } from "./state/container";
export type { GeneratedNames } from "./state/generatedBlobs";
export type { Throttle } from "./throttle";
export type { TurnOptions } from "./turns";
