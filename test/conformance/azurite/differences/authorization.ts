import type { Difference } from "../difference";

/** Who may do what. */
export const AUTHORIZATION_DIFFERENCES: readonly Difference[] = [
    {
        aspect: "answer",
        azurite: "403 AuthorizationFailure",
        simulator: "403 AuthenticationFailed",
        why: "AuthenticationFailed, for signatures that don't fit or aren't valid now, is known from users' reports; the REST page wasn't at hand",
    },
    {
        cases: /: by nobody$|SAS without signature$/,
        aspect: "answer",
        azurite: "403 AuthorizationFailure",
        simulator: "401 NoAuthenticationInformation",
        why: "REST reference, Authorize with Microsoft Entra ID, Bearer challenge, has this answer in full: 401 NoAuthenticationInformation from version 2019-12-12 on",
    },
    {
        cases: /: by container SAS/,
        operations: ["Create Container", "Get Container Properties", "Delete Container"],
        aspect: "answer",
        azurite: "403 AuthorizationPermissionMismatch",
        simulator: "403 AuthorizationFailure",
        why: "SDK recordings: Get Container Properties by a container SAS with all permissions is 403 AuthorizationFailure (Go TestContainerExists, Test_doRetry)",
    },
    {
        cases: /for another address$/,
        aspect: "answer",
        azurite: "200",
        simulator: "403 AuthorizationSourceIPMismatch",
        why: "the SDKs know AuthorizationSourceIPMismatch as a code; the REST pages on sip and the code weren't at hand; Azurite doesn't look",
    },
    {
        operations: ["Copy Blob"],
        cases: /SAS with/,
        aspect: "answer",
        azurite: "202",
        simulator: "401 CannotVerifyCopySource",
        why: "REST reference, Copy Blob, x-ms-copy-source: a private source is authorized in its own URL; recorded: copy_blob_source_private_other_account for the code",
    },
    {
        cases: /a snapshot, by the blob's SAS$/,
        aspect: "answer",
        azurite: "403 AuthorizationFailure",
        simulator: "200",
        why: "REST reference, Create a service SAS, sr: bs is one snapshot, b the blob; that b covers snapshots too is a guess",
        undecided: true,
    },
];
