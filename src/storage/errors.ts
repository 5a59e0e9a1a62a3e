// What the service answers when it refuses, and what a person can do about it.

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
    readonly response?: {
        readonly bodyAsText?: string | null;
        readonly headers?: { get(name: string): string | undefined };
    };
}

const nextSteps: Readonly<Record<string, string>> = {
    AuthenticationFailed: "check the account key or SAS, that the SAS has not expired, and this machine's clock",
    AuthorizationFailure: "check the account's firewall and the permissions of the credential",
    AuthorizationPermissionMismatch:
        "the credential lacks a permission: reading needs Storage Blob Data Reader (SAS: r), writing Storage Blob Data Contributor (SAS: cw, d to delete, t for tags)",
    KeyBasedAuthenticationNotPermitted: "the account forbids shared keys; leave the key out to use Entra ID",
    PublicAccessNotPermitted: "the account forbids anonymous reads; give the source a credential",
    NoAuthenticationInformation: "the blob is private; give it a credential",
    ResourceNotFound: "the container or blob does not exist, or is private and was read without a credential",
    BlobNotFound: "check containerName and blobName; a source must exist before it can be copied",
    ContainerNotFound: "create the container first, and let the copy depend on it",
    ContainerBeingDeleted: "wait until the container's deletion is over, then run pulumi up again",
    CannotVerifyCopySource:
        "the service could not read the source: it may not exist, be private (give the source a credential), or be behind a firewall that does not let the service in",
    LeaseIdMissing: "the destination is leased; break or release its lease",
    BlobArchived: "the blob is archived; rehydrate it first, or copy it to another name with accessTier set",
    SnapshotsPresent:
        "the blob has snapshots that this resource did not make; delete them, or set the resource option retainOnDelete",
    InvalidBlobType: "source and destination must be blobs of one type; delete the destination or give it another name",
    BlobImmutableDueToPolicy: "an immutability policy or legal hold protects the blob",
    ServerBusy: "the account is throttled; run pulumi up again, with less in parallel",
    CopyAcrossAccountsNotSupported: "the destination account allows no copies from other accounts (allowedCopyScope)",
};

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

/** A definite "not there": the one answer that lets a resource leave the state. */
export function isNotFound(error: unknown): boolean {
    const code = errorCode(error);
    return (
        statusCode(error) === 404 &&
        // A HEAD of something missing may carry no code at all; ResourceNotFound may also mean "private".
        (code === undefined || code === "BlobNotFound" || code === "ContainerNotFound")
    );
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

/**
 * Throttling, a failure of the service, or no answer at all: it says nothing about what was asked for, and passes.
 * The SDK tries again by itself only some of these, and only so often.
 */
export function isPassing(error: unknown): boolean {
    const status = statusCode(error);
    return status === undefined
        ? asRestError(error)?.name === "RestError"
        : status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}

/** How long the service asks to be left alone (Retry-After), where it does; the SDK's own retries do not heed it. */
export function retryAfterMilliseconds(error: unknown): number | undefined {
    const seconds = Number.parseInt(asRestError(error)?.response?.headers?.get("retry-after") ?? "", 10);
    return seconds >= 0 ? seconds * 1_000 : undefined;
}

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
    const words = (rest?.details?.message ?? rest?.message ?? String(error)).split("\n")[0]!.trim();
    const step = code ? nextSteps[code] : undefined;
    const answer = [status, code && !words.includes(code) ? code : undefined].filter((part) => part !== undefined);
    const told = words && words !== code ? words.replace(/\.$/, "") : undefined;
    const parts = [
        [answer.join(" "), told].filter((part) => part).join(": "),
        step,
        requestId && `request ID ${requestId}`,
    ];
    const message = `could not ${doing}: ${parts.filter((part) => part).join("; ")}`;
    return new StorageError(message, status, code, requestId, { cause: error });
}
