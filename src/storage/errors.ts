// What the service answers when it refuses, and what a person can do about it.

import { foreignAudience } from "./challenge";
import { told } from "./knownSecrets";
import { isRedirectStatus, leadingTo, redirectSteps } from "./redirect";
import { type AskedRequest, assignRole, assignSourceRole } from "./roles";

/** A request that the service refused or that did not reach it, told with status, error code, request ID and a next step. */
export class StorageError extends Error {
    override readonly name = "StorageError";
    constructor(
        message: string,
        readonly statusCode: number | undefined,
        readonly errorCode: string | undefined,
        readonly requestId: string | undefined,
        options?: { cause?: unknown },
    ) {
        super(message, options);
    }
}

interface RestErrorLike {
    readonly message: string;
    readonly name?: string;
    readonly code?: string;
    readonly statusCode?: number;
    readonly details?: { readonly errorCode?: string; readonly requestId?: string; readonly message?: string };
    readonly request?: AskedRequest;
    readonly response?: {
        readonly bodyAsText?: string | null;
        readonly headers?: { get(name: string): string | undefined };
    };
}

const rightKey =
    "give the one it was written with, as customerProvidedKey if it is the destination, as sourceCustomerProvidedKey if it is the source";

/** What to do about a blob that is encrypted otherwise than a request says, by error code. */
const encryptionSteps: Readonly<Record<string, string>> = {
    BlobUsesCustomerSpecifiedEncryption: `the blob is encrypted with a customer-provided key; ${rightKey}, or copy to another name`,
    BlobDoesNotUseCustomerSpecifiedEncryption:
        "the blob is not encrypted with a customer-provided key; leave sourceCustomerProvidedKey out if it is the source, and delete it or copy to another name if it is the destination",
    BlobCustomerSpecifiedEncryptionMismatch: `the blob is encrypted with another customer-provided key or scope; ${rightKey}, or copy to another name`,
};

/** What to do, by error code. */
const nextSteps: Readonly<Record<string, string>> = {
    AuthenticationFailed: "check the account key or SAS, that the SAS has not expired, and this machine's clock",
    AuthorizationFailure:
        "check the account's firewall, the permissions of the credential, and the account's allowedCopyScope",
    AuthorizationPermissionMismatch:
        "the credential lacks a permission: reading needs Storage Blob Data Reader (SAS: r), writing Storage Blob Data Contributor (SAS: cw, d to delete), tags Storage Blob Data Owner (SAS: t)",
    AuthorizationProtocolMismatch: "the SAS allows https only; use the https endpoint",
    AuthorizationResourceTypeMismatch:
        "the account SAS must cover objects (srt=o), and containers (srt=c) to list them",
    AuthorizationServiceMismatch: "the account SAS must cover the Blob service (ss=b), for files Azure Files (ss=f)",
    AuthorizationSourceIPMismatch:
        "the SAS allows other IP addresses only; make one that allows this machine and the service",
    InvalidAuthenticationInfo:
        "the account does not take the token: it is of another tenant than the account, where the credential must have a service principal or user of its own",
    InsufficientAccountPermissions:
        "the account refuses such requests as a whole: a read-only lock, a disabled subscription, or a secondary endpoint that takes no writes",
    AccountIsDisabled: "the account or its subscription is disabled; enable it in the Azure portal",
    KeyBasedAuthenticationNotPermitted: "the account forbids shared keys; leave the key out to use Entra ID",
    PublicAccessNotPermitted: "the account forbids anonymous reads; give the source a credential",
    NoAuthenticationInformation: "the blob is private; give it a credential",
    ResourceNotFound: "the container or blob does not exist, or is private and was read without a credential",
    BlobNotFound: "check containerName and blobName; a source must exist before it can be copied",
    ContainerNotFound: "create the container first, and let the copy depend on it",
    ContainerBeingDeleted: "wait until the container's deletion is over, then run pulumi up again",
    ContainerDisabled: "an administrator has disabled the container; ask for it to be enabled, or use another one",
    LeaseIdMissing: "the destination is leased; give its lease as conditions.leaseId, or break or release it",
    LeaseIdMismatchWithBlobOperation:
        "the blob has another lease than the one that was given; give its lease as conditions.leaseId, or break or release it",
    LeaseNotPresentWithBlobOperation:
        "the blob has no such lease: its lease has ended, or no blob is there; leave conditions.leaseId out, or take the lease anew",
    LeaseLost: "the blob's lease has ended meanwhile; run pulumi up again",
    LeaseAlreadyPresent:
        "run pulumi up again once its holder has released it; or leave leaseSource out, or give the ID of a lease on the destination as leaseId; a lease that nobody needs any more can be broken",
    LeaseIsBreakingAndCannotBeAcquired: "run pulumi up again once the lease is broken, which takes a minute at most",
    InfiniteLeaseDurationRequired:
        "Copy Blob writes to a leased blob only if the lease is infinite; take such a lease, or release it",
    BlobArchived: "the blob is archived; rehydrate it first, or copy it to another name with accessTier set",
    BlobBeingRehydrated: "the blob is being brought online, which takes up to 15 hours; run pulumi up again after that",
    SnapshotsPresent:
        "the blob has snapshots that this resource did not make; delete them, or set the resource option retainOnDelete",
    InvalidBlobType: "source and destination must be blobs of one type; delete the destination or give it another name",
    BlobTypeNotSupported:
        "the account holds no blobs of this type: page blobs need a StorageV2 account without a hierarchical namespace, block and append blobs any but a premium account for page blobs",
    MultipleConditionHeadersNotSupported:
        "the service compares ifNoneMatch with ifModifiedSince, or ifMatch with ifUnmodifiedSince, and no others together; leave some out, or let this machine read the source, which then compares them all",
    InvalidBlobTier: "give an accessTier that this blob type and account have, or none",
    AccessTierNotSupportedForBlobType:
        "block blobs have Hot, Cool, Cold and Archive, page blobs of premium accounts P4 to P80, all others none",
    BlobAccessTierNotSupportedForAccountType:
        "the account's kind has no such tier; leave accessTier out, or use a StorageV2 account",
    BlobTierInadequateForContentLength: "the blob is larger than the tier's disks; give a larger one",
    ContentLengthLargerThanTierLimit: "the blob is larger than the tier's disks; give a larger one",
    CannotChangeToLowerTier:
        "a page blob's tier can only rise; give the present tier or a higher one, or copy to another name",
    BlobImmutableDueToPolicy:
        "a retention policy protects the blob; wait for its end, copy to another name, or set the resource option retainOnDelete",
    BlobImmutableDueToLegalHold:
        "a legal hold protects the blob; have it cleared, copy to another name, or set the resource option retainOnDelete",
    BlobIsSealed: "the append blob is sealed; copy to another name",
    ...encryptionSteps,
    RequestForbiddenByContainerEncryptionPolicy:
        "the container forbids other encryption than by its default scope; give that scope as encryptionScope, or leave encryptionScope and customerProvidedKey out",
    ServerBusy:
        "the account is throttled: its requests, ingress or egress a second are used up; run pulumi up again, with less in parallel",
    OperationTimedOut: "the service did not answer in time; run pulumi up again",
    SnaphotOperationRateExceeded: "too many snapshots of one blob in a short time; run pulumi up again later",
    SnapshotOperationRateExceeded: "too many snapshots of one blob in a short time; run pulumi up again later",
    SnapshotCountExceeded: "the blob has as many snapshots as it may have; delete some",
    FeatureVersionMismatch:
        "the blob needs a newer version of the service's protocol than this one; update pulumi-azure-copy",
    FeatureNotYetSupportedForHierarchicalNamespaceAccounts:
        "the account has a hierarchical namespace, which lacks this: tags, snapshots, page blobs, sealing and versions need an account without one",
    BlobApiNotYetSupportedForHierarchicalNamespaceAccounts:
        "the account has a hierarchical namespace, which lacks this: tags, snapshots, page blobs, sealing and versions need an account without one",
    BlobOperationNotSupported:
        "the blob was made through the Data Lake endpoint, or the account lacks this; delete the destination, or copy to another name",
    CopySourceCannotBeIncrementalCopyBlob:
        "the source is a destination of incremental copies; only its snapshots can be copied: give source.snapshot",
    OperationNotAllowedOnIncrementalCopyBlob:
        "the destination of incremental copies takes nothing else, and only a name that is free or that incremental copies have made can become one; use another name",
    IncrementalCopyBlobMismatch:
        "the destination belongs to incremental copies of another blob for good; give another destination",
    IncrementalCopyOfEarlierSnapshotNotAllowed:
        "snapshots are copied in ascending order; give a newer one, or another destination",
    IncrementalCopyOfEarlierVersionSnapshotNotAllowed:
        "snapshots are copied in ascending order; give a newer one, or another destination",
    IncrementalCopyBlobPreviousSnapshotDoesNotExist:
        "the source's snapshot that was copied last is gone, so that nothing tells what has changed since; undelete it, or give another destination",
    PreviousSnapshotNotFound:
        "the source's snapshot that was copied last is gone, so that nothing tells what has changed since; undelete it, or give another destination",
    BlobOverwritten:
        "the source was re-created since it was copied last, so that nothing tells what has changed; give another destination",
    InvalidSourceBlobType: "incremental copies are of page blobs only; use BlobCopy",
    IncrementalCopySourceMustBeSnapshot: "the source must be a snapshot of a page blob",
    InvalidSourceBlobUrl: "the source must be a page blob in Azure Storage",
    CopyAcrossAccountsNotSupported:
        "the destination account takes no copies from this one: check its allowedCopyScope, or copy within the account",
};

/** What to do about Azure Files, by error code. */
const fileSteps: Readonly<Record<string, string>> = {
    ShareNotFound: "create the share first, and let the copy depend on it",
    ShareBeingDeleted: "wait until the share's deletion is over, then run pulumi up again",
    ShareDisabled: "an administrator has disabled the share; ask for it to be enabled, or use another one",
    ParentNotFound: "create the directory first, or leave createDirectories out",
    ResourceAlreadyExists: "somebody else has made a file there at the same time; run pulumi up again",
    ResourceTypeMismatch: "a directory has this name; copy to another name",
    ReadOnlyAttribute: "the file is read-only; set ignoreReadOnly to overwrite it, or take the attribute off",
    SharingViolation: "an SMB client has the file open; close it there, or close its handles",
    FileLockConflict: "an SMB client has locked a part of the file; run pulumi up again once it is free",
    DeletePending: "an SMB client is deleting the file; run pulumi up again",
    CannotDeleteFileOrDirectory: "an SMB client has the file open; close it there, or close its handles",
    FileInvalidPermission: "the security descriptor must be in SDDL, with owner, group and DACL",
    FileInvalidPermissionKey: "the share knows no permission of this key; create it there, or give filePermission",
    ShareSizeLimitReached: "the share's quota is used up; raise it, or delete what is not needed",
    LeaseIdMismatchWithFileOperation:
        "the file has another lease than the one that was given; give its lease as leaseId, or break or release it",
    LeaseNotPresentWithFileOperation: "the file's lease has ended meanwhile; run pulumi up again",
};

/** What to do, by error code of Amazon S3 and Google Cloud Storage. */
const otherVendorsNextSteps: Readonly<Record<string, string>> = {
    AccessDenied: "the credential may not read the object: it needs s3:GetObject, or storage.objects.get, on it",
    ExpiredToken: "the session of the credential has ended; sign in again",
    InvalidAccessKeyId: "check source.s3.accessKeyId, and that the key is active; a temporary one needs sessionToken",
    InvalidToken: "check source.s3.sessionToken, which belongs to one access key",
    NoSuchBucket: "check the bucket's name",
    NoSuchKey: "check the object's name; a source must exist before it can be copied",
    NoSuchVersion: "check the version's ID",
    PermanentRedirect: "the bucket is in another region; leave source.s3.region out, or give the right one",
    RequestTimeTooSkewed: "set this machine's clock right",
    SignatureDoesNotMatch: "check the secret key",
    TemporaryRedirect:
        "the bucket is new, and not known everywhere yet; give source.s3.region, or run pulumi up again later",
};

/** Why the service could not read a source, and what to do, by the source's own status. */
const sourceSteps: Readonly<Record<number, string>> = {
    ...redirectSteps,
    304: "the source has not changed since the time that the copy was to go by",
    401: "the source is private; give it a credential",
    403: "the source's SAS is wrong, has expired or lacks r, its role assignment is missing, or its firewall does not let the service in; give it another credential, or let the service in by trusted access or a resource instance rule of the source's account",
    404: "the source does not exist, or is private and was read without a credential; check its containerName and blobName, or give it a credential",
    409: "the source can't be read as it is: archived (set accessTier, and copy within the region), private (give it a credential), encrypted with a customer-provided key (give it as sourceCustomerProvidedKey), leased, or too large for the operation",
    412: "the source has changed while the copy was started; run pulumi up again",
    416: "the source became shorter while it was copied; run pulumi up again",
    429: "the source's server is throttled; run pulumi up again, with less in parallel",
    503: "the source's account is throttled; run pulumi up again, with less in parallel",
};

const unreadable =
    "the service could not read the source: it may not exist, be private (give the source a credential), or be behind a firewall that does not let the service in";

function asRestError(error: unknown): RestErrorLike | undefined {
    return error instanceof Error ? (error as RestErrorLike) : undefined;
}

/** The service's error code (`BlobNotFound`, …), also where a HEAD request carries it in a header only. */
export function errorCode(error: unknown): string | undefined {
    const rest = asRestError(error);
    return rest?.details?.errorCode ?? rest?.response?.headers?.get("x-ms-error-code") ?? rest?.code;
}

export function statusCode(error: unknown): number | undefined {
    return asRestError(error)?.statusCode;
}

/** Whether a server has sent its client elsewhere. */
export function isRedirect(error: unknown): boolean {
    return isRedirectStatus(statusCode(error));
}

/** What the source of a copy answered to the service, where the service tells it. */
function sourceAnswer(error: unknown): { status: number | undefined; code: string | undefined } | undefined {
    if (errorCode(error) !== "CannotVerifyCopySource") {
        return undefined;
    }
    const headers = asRestError(error)?.response?.headers;
    const toldStatus = Number(headers?.get("x-ms-copy-source-status-code"));
    const status = toldStatus || statusCode(error);
    // Its own failure to find out is a 500; what the source said is anything else.
    return {
        status: status === 500 && !toldStatus ? undefined : status,
        code: headers?.get("x-ms-copy-source-error-code"),
    };
}

/** A refusal that may pass by itself. */
export interface PassingRefusal {
    /** What is to be waited for, as in "waiting for …". */
    readonly what: string;
    /** How long it may take. */
    readonly milliseconds: number;
    /** The account whose answer it is, where it is not about the destination's container. */
    readonly account?: string;
}

/** What may change without anybody's doing: rights by Entra ID, never those of a key or a SAS; and the end of a deletion. */
export function passingRefusal(error: unknown): PassingRefusal | undefined {
    const { request } = asRestError(error) ?? {};
    const source = sourceAnswer(error);
    if ((source ? source.code : errorCode(error)) === "AuthorizationPermissionMismatch" && request) {
        const asked = source ? request.headers.get("x-ms-copy-source") : request.url;
        return asked && (source ? isSourceReadByRole(request) : isByToken(request))
            ? { what: "a role assignment to take effect", milliseconds: 300_000, account: new URL(asked).origin }
            : undefined;
    }
    const place = { ContainerBeingDeleted: "container", ShareBeingDeleted: "share" }[errorCode(error) ?? ""];
    return place ? { what: `the end of the ${place}'s deletion`, milliseconds: 120_000 } : undefined;
}

function isByToken(request: AskedRequest): boolean {
    return request.headers.get("authorization")?.startsWith("Bearer ") === true;
}

/**
 * By a token of its own; by the request's, within an account; or by a user delegation SAS that grants reading, which gives what its
 * maker's roles give at the time.
 */
function isSourceReadByRole(request: AskedRequest): boolean {
    const query = new URL(request.headers.get("x-ms-copy-source") ?? request.url).searchParams;
    if (request.headers.get("x-ms-copy-source-authorization") !== undefined) {
        return true;
    }
    return query.has("sig") ? query.has("skoid") && query.get("sp")?.includes("r") === true : isByToken(request);
}

function nextStep(error: unknown): string | undefined {
    const code = errorCode(error);
    const source = sourceAnswer(error);
    const { request, response } = asRestError(error) ?? {};
    const audience = foreignAudience(response?.headers?.get("www-authenticate"));
    if (audience !== undefined) {
        return `it asks for a token for ${audience}, and tokens are for Azure Storage (https://storage.azure.com) alone; check that the address is that of a storage account`;
    }
    if (source) {
        return sourceStep(source, request);
    }
    if (code === "AuthorizationPermissionMismatch" && request && isByToken(request)) {
        return assignRole(request);
    }
    const step = code ? (nextSteps[code] ?? fileSteps[code] ?? otherVendorsNextSteps[code]) : undefined;
    return step ?? redirectSteps[statusCode(error) ?? 0];
}

/** The next step where the service was refused by the source. */
function sourceStep(source: NonNullable<ReturnType<typeof sourceAnswer>>, request: RestErrorLike["request"]): string {
    const answered = [source.status, source.code].filter((part) => part !== undefined).join(" ");
    const sourceUrl = request?.headers.get("x-ms-copy-source");
    const step =
        source.code === "AuthorizationPermissionMismatch" && sourceUrl && isSourceReadByRole(request!)
            ? assignSourceRole(sourceUrl)
            : (encryptionSteps[source.code ?? ""] ?? sourceSteps[source.status ?? 0] ?? unreadable);
    return answered ? `the source answered ${told(answered)}: ${step}` : step;
}

const notThere = new Set([
    "BlobNotFound",
    "ContainerNotFound",
    "ShareNotFound",
    "NoSuchBucket",
    "NoSuchKey",
    "NoSuchVersion",
]);

/** A definite "not there": the one answer that lets a resource leave the state. */
export function isNotFound(error: unknown): boolean {
    const code = errorCode(error);
    return (
        statusCode(error) === 404 &&
        // A HEAD of something missing may carry no code at all; ResourceNotFound may also mean "private".
        (code === undefined || notThere.has(code))
    );
}

/** A definite "not there" of a file: nobody reads files anonymously, so that ResourceNotFound hides nothing. */
export function isFileNotFound(error: unknown): boolean {
    const code = errorCode(error);
    return (
        isNotFound(error) || (statusCode(error) === 404 && (code === "ResourceNotFound" || code === "ParentNotFound"))
    );
}

/**
 * An operation that this service, an emulator mostly, does not have. Azurite answers 501; to some requests with a SAS, 500 without the
 * error code that the service always gives.
 */
export function isNotImplemented(error: unknown): boolean {
    const status = statusCode(error);
    return status === 501 || (status === 500 && errorCode(error) === undefined);
}

/** A blob that takes no write, by an immutability policy or a legal hold of its own or of its container. */
export function isProtectionRefusal(error: unknown): boolean {
    const code = errorCode(error);
    return code === "BlobImmutableDueToPolicy" || code === "BlobImmutableDueToLegalHold";
}

/** A failed condition, or an object in the way: the destination is not what the request expected. */
export function isDestinationConflict(error: unknown): boolean {
    const code = errorCode(error);
    return (
        code === "TargetConditionNotMet" ||
        code === "ConditionNotMet" ||
        code === "BlobAlreadyExists" ||
        code === "PendingCopyOperation"
    );
}

/** Where a redirect leads that one of the Azure SDK's clients has met. */
function redirection(error: RestErrorLike | undefined): string | undefined {
    const { request, response, statusCode: status } = error ?? {};
    return isRedirectStatus(status) && request && response
        ? leadingTo(response.headers?.get("location"), request.url)
        : undefined;
}

/** As many characters an error has that no server has answered. */
const longestWords = 4_096;

/**
 * Says what went wrong, in one line.
 * @param doing what was being done, as in "could not <doing>: …"
 */
export function explain(doing: string, error: unknown): StorageError {
    if (error instanceof StorageError) {
        return error;
    }
    const rest = asRestError(error);
    const code = errorCode(error);
    const status = statusCode(error);
    const requestId = rest?.details?.requestId ?? rest?.response?.headers?.get("x-ms-request-id");
    // The service's own words are the first line; request ID and time follow, which we put elsewhere.
    const words = (redirection(rest) ?? rest?.details?.message ?? rest?.message ?? String(error))
        .split("\n")[0]!
        .trim();
    // Words of ours, which tell what to do, are longer than a server's may be.
    const isAnswer = status !== undefined || rest?.details?.message !== undefined;
    const why =
        words && words !== code ? told(words, isAnswer ? undefined : longestWords).replace(/\.$/, "") : undefined;
    const shownCode = code && told(code);
    const answer = [status, shownCode && !why?.includes(shownCode) ? shownCode : undefined];
    const parts = [
        [answer.filter((part) => part !== undefined).join(" "), why].filter((part) => part).join(": "),
        nextStep(error),
        requestId && `request ID ${told(requestId)}`,
    ];
    const message = `could not ${doing}: ${parts.filter((part) => part).join("; ")}`;
    return new StorageError(message, status, code, requestId, { cause: error });
}

/** Runs something, and says what went wrong as {@link explain} does. */
export async function explained<Result>(doing: string, run: () => Promise<Result>): Promise<Result> {
    try {
        return await run();
    } catch (error) {
        throw explain(doing, error);
    }
}
