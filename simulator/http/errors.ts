/** Status and message of each error code, from the REST reference and recorded answers. */
const ERRORS = {
    AccessTierNotSupportedForBlobType: [400, "The access tier is not supported for this blob type."],
    AccountIsDisabled: [403, "The specified account is disabled."],
    AppendPositionConditionNotMet: [412, "The append position condition specified was not met."],
    AuthenticationFailed: [
        403,
        "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.",
    ],
    AuthorizationFailure: [403, "This request is not authorized to perform this operation."],
    AuthorizationPermissionMismatch: [
        403,
        "This request is not authorized to perform this operation using this permission.",
    ],
    AuthorizationProtocolMismatch: [
        403,
        "This request is not authorized to perform this operation using this protocol.",
    ],
    AuthorizationResourceTypeMismatch: [
        403,
        "This request is not authorized to perform this operation using this resource type.",
    ],
    AuthorizationServiceMismatch: [403, "This request is not authorized to perform this operation using this service."],
    AuthorizationSourceIPMismatch: [
        403,
        "This request is not authorized to perform this operation using this source IP {0}.",
    ],
    BlobAccessTierNotSupportedForAccountType: [400, "Blob access tier is not supported on this storage account type."],
    BlobAlreadyExists: [409, "The specified blob already exists."],
    BlobApiNotYetSupportedForHierarchicalNamespaceAccounts: [
        409,
        "Blob API is not yet supported for hierarchical namespace accounts.",
    ],
    BlobArchived: [409, "This operation is not permitted on an archived blob."],
    BlobBeingRehydrated: [409, "This operation is not permitted because the blob is being rehydrated."],
    BlobCustomerSpecifiedEncryptionMismatch: [
        409,
        "The given customer specified encryption does not match the encryption used to encrypt the blob.",
    ],
    BlobDoesNotUseCustomerSpecifiedEncryption: [
        409,
        "The blob is not encrypted with customer specified encryption, but one was provided in the request.",
    ],
    BlobImmutableDueToLegalHold: [
        409,
        "This operation is not permitted as the blob is immutable due to one or more legal holds.",
    ],
    BlobImmutableDueToPolicy: [409, "This operation is not permitted as the blob is immutable due to a policy."],
    BlobIsSealed: [409, "The blob is sealed and its contents cannot be modified."],
    BlobNotArchived: [409, "This operation is not permitted on the blob that is not archived."],
    BlobNotFound: [404, "The specified blob does not exist."],
    BlobOverwritten: [409, "The blob has been recreated since the previous snapshot was taken."],
    BlobSnapshotNotSoftDeleted: [409, "The specified blob snapshot or version isn't soft-deleted."],
    BlobTierInadequateForContentLength: [409, "Specified blob tier size limit cannot be less than content length."],
    BlobTypeNotSupported: [400, "Page blob is not supported for this account type."],
    BlobUsesCustomerSpecifiedEncryption: [
        409,
        "The blob is encrypted with customer specified encryption, but it was not provided in the request.",
    ],
    BlockCountExceedsLimit: [409, "The committed block count cannot exceed the maximum limit of 50,000 blocks."],
    BlockListTooLong: [400, "The block list may not contain more than 50,000 blocks."],
    BothUserTagsAndSourceTagsCopyPresentException: [
        409,
        "x-ms-tags header must not be present with x-ms-copy-source-tag-option as COPY.",
    ],
    CannotChangeToLowerTier: [409, "A higher blob tier has already been explicitly set."],
    CannotDeleteFileOrDirectory: [
        409,
        "An attempt has been made to remove a file or directory that cannot be deleted.",
    ],
    CannotVerifyCopySource: [500, "Could not verify the copy source within the specified time."],
    ConditionHeadersNotSupported: [400, "Condition headers are not supported."],
    ConditionNotMet: [412, "The condition specified using HTTP conditional header(s) is not met."],
    ContainerAlreadyExists: [409, "The specified container already exists."],
    ContainerNotFound: [404, "The specified container does not exist."],
    CopyAcrossAccountsNotSupported: [400, "The copy source account and destination account must be the same."],
    CopySourceCannotBeIncrementalCopyBlob: [
        409,
        "Source blob of a copy operation cannot be non-snapshot incremental copy blob.",
    ],
    CopyIdMismatch: [409, "The specified copy ID did not match the copy ID for the pending copy operation."],
    Crc64Mismatch: [
        400,
        "The CRC64 value specified in the request did not match with the CRC64 value calculated by the server.",
    ],
    DeleteShareWhenSnapshotLeased: [
        409,
        "Unable to delete share because one or more share snapshots have active leases.",
    ],
    DirectoryNotEmpty: [409, "The specified directory is not empty."],
    DuplicateTagNames: [400, "The tags specified contain duplicate names."],
    EmptyMetadataKey: [400, "The key for one of the metadata key-value pairs is empty."],
    ExceedsMaxBatchRequestCount: [400, "The batch operation exceeds maximum number of allowed subrequests."],
    FeatureNotYetSupportedForHierarchicalNamespaceAccounts: [
        409,
        "Specified feature is not yet supported for hierarchical namespace accounts.",
    ],
    FeatureVersionMismatch: [409, "The operation is not supported by this version."],
    FileGenerationMismatch: [409, "The file has been recreated since the previous snapshot was taken."],
    FileInvalidPermission: [400, "The specified file permission is not valid."],
    FileInvalidPermissionKey: [400, "The specified file permission key does not exist in the share."],
    IncrementalCopyBlobMismatch: [
        409,
        "The specified source blob is different than the copy source of the existing incremental copy blob.",
    ],
    IncrementalCopyBlobPreviousSnapshotDoesNotExist: [409, "The previously copied source snapshot does not exist."],
    IncrementalCopyOfEarlierSnapshotNotAllowed: [
        409,
        "The specified snapshot is earlier than the last snapshot copied into the incremental copy blob.",
    ],
    IncrementalCopySourceMustBeSnapshot: [409, "The source for incremental copy request must be a snapshot."],
    InfiniteLeaseDurationRequired: [
        412,
        "The lease ID matched, but the specified lease must be an infinite-duration lease.",
    ],
    InternalError: [500, "Server encountered an internal error. Please try again after some time."],
    InvalidAuthenticationInfo: [
        400,
        "Authentication information is not given in the correct format. Check the value of Authorization header.",
    ],
    InvalidBlobOrBlock: [400, "The specified blob or block content is invalid."],
    InvalidBlobType: [409, "The blob type is invalid for this operation."],
    InvalidBlockId: [400, "The specified block ID is invalid. The block ID must be Base64-encoded."],
    InvalidBlockList: [400, "The specified block list is invalid."],
    InvalidFileOrDirectoryPathName: [400, "File or directory path is too long."],
    InvalidHeaderValue: [400, "The value for one of the HTTP headers is not in the correct format."],
    InvalidHttpVerb: [400, "The HTTP verb specified is invalid - it is not recognized by the server."],
    InvalidInput: [400, "One of the request inputs is not valid."],
    InvalidMd5: [
        400,
        "The MD5 value specified in the request is invalid. MD5 value must be 128 bits and base64 encoded.",
    ],
    InvalidMetadata: [400, "The metadata specified is invalid. It has characters that are not permitted."],
    InvalidOperation: [400, "Invalid operation against a blob snapshot."],
    InvalidPageRange: [416, "The page range specified is invalid."],
    InvalidQueryParameterValue: [400, "Value for one of the query parameters specified in the request URI is invalid."],
    InvalidRange: [416, "The range specified is invalid for the current size of the resource."],
    InvalidResourceName: [400, "The specifed resource name contains invalid characters."],
    InvalidSourceBlobType: [409, "The copy source blob type is invalid for this operation."],
    InvalidSourceBlobUrl: [409, "The source url for incremental copy request must be valid azure storage blob url."],
    InvalidTag: [400, "The tags specified are invalid. It contains characters that are not permitted."],
    InvalidUri: [400, "The requested URI does not represent any resource on the server."],
    InvalidXmlDocument: [400, "XML specified is not syntactically valid."],
    InvalidXmlNodeValue: [400, "The value for one of the XML nodes is not in the correct format."],
    KeyBasedAuthenticationNotPermitted: [403, "Key based authentication is not permitted on this storage account."],
    LeaseAlreadyPresent: [409, "There is already a lease present."],
    LeaseIdMismatchWithBlobOperation: [412, "The lease ID specified did not match the lease ID for the blob."],
    LeaseIdMismatchWithContainerOperation: [
        412,
        "The lease ID specified did not match the lease ID for the container.",
    ],
    LeaseIdMismatchWithFileOperation: [412, "The lease ID specified did not match the lease ID for the file."],
    LeaseIdMismatchWithLeaseOperation: [409, "The lease ID specified did not match the lease ID for the blob."],
    LeaseIdMissing: [412, "There is currently a lease on the blob and no lease ID was specified in the request."],
    LeaseIsBreakingAndCannotBeAcquired: [
        409,
        "The lease ID matched, but the lease is currently in breaking state and cannot be acquired until it is broken.",
    ],
    LeaseIsBreakingAndCannotBeChanged: [
        409,
        "The lease ID matched, but the lease is currently in breaking state and cannot be changed.",
    ],
    LeaseIsBrokenAndCannotBeRenewed: [
        409,
        "The lease ID matched, but the lease has been broken explicitly and cannot be renewed.",
    ],
    LeaseLost: [412, "A lease ID was specified, but the lease for the blob has expired."],
    LeaseNotPresentWithBlobOperation: [412, "There is currently no lease on the blob."],
    LeaseNotPresentWithContainerOperation: [412, "There is currently no lease on the container."],
    LeaseNotPresentWithFileOperation: [412, "There is currently no lease on the file."],
    LeaseNotPresentWithLeaseOperation: [409, "There is currently no lease on the blob."],
    MaxBlobSizeConditionNotMet: [412, "The max blob size condition specified was not met."],
    Md5Mismatch: [
        400,
        "The MD5 value specified in the request did not match with the MD5 value calculated by the server.",
    ],
    MetadataTooLarge: [400, "The metadata specified exceeds the maximum permissible limit (8KB)."],
    MissingContentLengthHeader: [411, "The Content-Length header was not specified."],
    MissingRequiredHeader: [400, "An HTTP header that's mandatory for this request is not specified."],
    MissingRequiredQueryParameter: [400, "A query parameter that's mandatory for this request is not specified."],
    MultipleConditionHeadersNotSupported: [400, "Multiple condition headers are not supported."],
    NoAuthenticationInformation: [
        401,
        "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.",
    ],
    NoPendingCopyOperation: [409, "There is currently no pending copy operation."],
    NotImplemented: [501, "The requested operation is not implemented on the specified resource."],
    OperationNotAllowedOnIncrementalCopyBlob: [
        409,
        "The specified operation is not allowed on an incremental copy blob.",
    ],
    OperationNotAllowedOnRootBlob: [403, "The specified operation is not allowed on root blob."],
    OutOfRangeInput: [400, "One of the request inputs is out of range."],
    OutOfRangeQueryParameterValue: [
        400,
        "One of the query parameters specified in the request URI is outside the permissible range.",
    ],
    ParentNotFound: [404, "The specified parent path does not exist."],
    PendingCopyOperation: [409, "There is currently a pending copy operation."],
    PreviousSnapshotCannotBeNewer: [
        400,
        "The prevsnapshot query parameter value cannot be newer than snapshot query parameter value.",
    ],
    PreviousSnapshotNotFound: [409, "The previous snapshot is not found."],
    PublicAccessNotPermitted: [409, "Public access is not permitted on this storage account."],
    ReadOnlyAttribute: [409, "The specified resource is read-only and cannot be modified at this time."],
    RequestBodyTooLarge: [413, "The request body is too large and exceeds the maximum permissible limit."],
    RequestForbiddenByContainerEncryptionPolicy: [403, "The request is forbidden by the container encryption policy."],
    ResourceAlreadyExists: [409, "The specified resource already exists."],
    ResourceNotFound: [404, "The specified resource does not exist."],
    ResourceTypeMismatch: [409, "The specified resource type does not match the type of the existing resource."],
    SequenceNumberConditionNotMet: [412, "The sequence number condition specified was not met."],
    SequenceNumberIncrementTooLarge: [
        409,
        "The sequence number increment cannot be performed because it would result in overflow of the sequence number.",
    ],
    ServerBusy: [503, "The server is busy."],
    ShareAlreadyExists: [409, "The specified share already exists."],
    ShareHasSnapshots: [409, "The share has snapshots and the operation requires no snapshots."],
    ShareNotFound: [404, "The specified share does not exist."],
    ShareSnapshotNotFound: [404, "The specified share snapshot does not exist."],
    SnapshotsPresent: [409, "This operation is not permitted because the blob has snapshots."],
    SourceConditionNotMet: [412, "The source condition specified using HTTP conditional header(s) is not met."],
    TagsTooLarge: [400, "The tags specified exceed the maximum permissible limit."],
    TargetConditionNotMet: [412, "The target condition specified using HTTP conditional header(s) is not met."],
    UnsatisfiableCondition: [400, "The request includes an unsatisfiable condition for this operation."],
    UnsupportedHeader: [400, "One of the HTTP headers specified in the request is not supported."],
    UnsupportedHttpVerb: [405, "The resource doesn't support specified Http Verb."],
} as const satisfies Record<string, readonly [number, string]>;

/** An error code of the service that the simulator answers with. */
export type ErrorCode = keyof typeof ERRORS;

/** What an error may have beside its code. */
export interface ErrorDetails {
    /** @default the code's usual status */
    readonly status?: number;
    /** @default the code's usual message */
    readonly message?: string;
    /** Further elements of the XML: HeaderName, Reason and so on. */
    readonly elements?: Readonly<Record<string, string>>;
    /** Further headers of the answer. */
    readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that refuses: status, code and message. */
export class StorageError extends Error {
    override readonly name = "StorageError";

    constructor(
        readonly status: number,
        readonly code: string,
        message: string,
        readonly elements: Readonly<Record<string, string>> = {},
        readonly headers: Readonly<Record<string, string>> = {},
    ) {
        super(message);
    }
}

/** The error of that code. */
export function storageError(code: ErrorCode, details: ErrorDetails = {}): StorageError {
    const [status, message] = ERRORS[code];
    return new StorageError(
        details.status ?? status,
        code,
        details.message ?? message,
        details.elements,
        details.headers,
    );
}

/** Status and message of a code, if it is one of the service's. */
export function knownError(code: string): readonly [number, string] | undefined {
    return (ERRORS as Record<string, readonly [number, string]>)[code];
}

/** 400 InvalidHeaderValue, naming the header. */
export function invalidHeader(name: string, value: string | undefined): StorageError {
    return storageError("InvalidHeaderValue", { elements: { HeaderName: name, HeaderValue: value ?? "" } });
}

/** 400 MissingRequiredHeader, naming the header. */
export function missingHeader(name: string): StorageError {
    return storageError("MissingRequiredHeader", { elements: { HeaderName: name } });
}

/** 400 InvalidQueryParameterValue, naming the parameter. */
export function invalidParameter(name: string, value: string | undefined, reason?: string): StorageError {
    return storageError("InvalidQueryParameterValue", {
        elements: {
            QueryParameterName: name,
            QueryParameterValue: value ?? "",
            ...(reason === undefined ? {} : { Reason: reason }),
        },
    });
}
