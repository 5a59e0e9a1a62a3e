/** A copy that did not end well. Messages hold no secrets; the copy ID and the status lead to the rest. */
export class CopyError extends Error {
    override readonly name: string = "CopyError";
    constructor(
        message: string,
        readonly copyId?: string,
        readonly copyStatus?: string,
        options?: { cause?: unknown },
    ) {
        super(message, options);
    }
}

/** The service ended the copy as `failed`; the message carries its copy status description. */
export class CopyFailedError extends CopyError {
    override readonly name = "CopyFailedError";
}

/** Somebody aborted the copy. */
export class CopyAbortedError extends CopyError {
    override readonly name = "CopyAbortedError";
}

/** The copy is still pending at the end of `timeout`. It goes on; the next `pulumi up` carries on from there. */
export class CopyTimeoutError extends CopyError {
    override readonly name = "CopyTimeoutError";
}

/** The provider itself was told to stop; the copy goes on at the service. */
export class CopyInterruptedError extends CopyError {
    override readonly name = "CopyInterruptedError";
}

/** A blob stands at the destination that may not be overwritten. */
export class DestinationConflictError extends CopyError {
    override readonly name = "DestinationConflictError";
}

/** The source has sent other bytes than it had told of. Nothing was written to the destination. */
export class SourceMismatchError extends CopyError {
    override readonly name = "SourceMismatchError";
}

/** The source is not what the copy was started for. */
export class SourceChangedError extends CopyError {
    override readonly name = "SourceChangedError";
}
