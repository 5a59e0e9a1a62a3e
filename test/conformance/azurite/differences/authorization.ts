import type { Difference } from "../difference";

/** Who may do what. */
export const AUTHORIZATION_DIFFERENCES: readonly Difference[] = [
    {
        aspect: "answer",
        azurite: "403 AuthorizationFailure",
        simulator: "403 AuthenticationFailed",
        why: "REST reference, Common error codes: a signature that is wrong, or not valid at this time, is AuthenticationFailed",
    },
    {
        cases: /: by nobody$|SAS without signature$/,
        aspect: "answer",
        azurite: "403 AuthorizationFailure",
        simulator: "401 NoAuthenticationInformation",
        why: "REST reference, Authorize with Microsoft Entra ID, Bearer challenge: from version 2019-12-12 on an anonymous request is 401 with a challenge",
    },
    {
        cases: /: by container SAS/,
        operations: ["Create Container", "Get Container Properties", "Delete Container"],
        aspect: "answer",
        azurite: "403 AuthorizationPermissionMismatch",
        simulator: "403 AuthorizationFailure",
        why: "REST reference, Create a service SAS: no permission of it covers operations on containers but listing; which of the two codes is unknown",
        undecided: true,
    },
    {
        cases: /for another address$/,
        aspect: "answer",
        azurite: "200",
        simulator: "403 AuthorizationSourceIPMismatch",
        why: "REST reference, Create a service SAS: requests from other addresses than sip are refused; Azurite doesn't look",
    },
    {
        operations: ["Copy Blob"],
        cases: /SAS with/,
        aspect: "answer",
        azurite: "202",
        simulator: "401 CannotVerifyCopySource",
        why: "azure-facts, Authorizing: a request's SAS covers the destination only (copy_blob_source_private_other_account for the code)",
    },
    {
        cases: /a snapshot, by the blob's SAS$/,
        aspect: "answer",
        azurite: "403 AuthorizationFailure",
        simulator: "200",
        why: "REST reference, Create a service SAS: sr=b covers the blob with its snapshots, sr=bs one snapshot",
    },
];
