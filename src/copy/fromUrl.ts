// What the From-URL operations have in common. Each reads from a URL while its request lasts, so nothing is pending afterwards.

import { createHash } from "node:crypto";
import type {
    BlobClient,
    BlobHTTPHeaders,
    BlobImmutabilityPolicy,
    BlobRequestConditions,
    CpkInfo,
    FileShareTokenIntent,
} from "@azure/storage-blob";
import { errorCode, statusCode } from "../storage/errors";
import { redactUrl, splitSecretQuery } from "../storage/url";
import type { Clock } from "./clock";
import { CopyError, CopyInterruptedError, SourceChangedError } from "./errors";

/** How the service reads a source, for one request. */
export interface AuthorizedSource {
    /** At most 2 KiB, with its SAS where one authorizes. */
    readonly url: string;
    /** Sent as `x-ms-copy-source-authorization`. */
    readonly authorization?: { readonly scheme: string; readonly value: string };
    /** What a file takes that is read with a token. Sent as `x-ms-file-request-intent`. */
    readonly shareTokenIntent?: FileShareTokenIntent;
}

/** What a From-URL operation reads. */
export interface FromUrlSource {
    /** Called for each request, so that neither SAS nor token expires on the way. Cheap: the caller caches. */
    authorize(): Promise<AuthorizedSource>;
    /** Pinned on every request (`x-ms-source-if-match`); absent for files, snapshots, versions and servers without ETags. */
    readonly etag?: string;
    /**
     * Where no ETag can be pinned, what tells this content from any other that stood or will stand at the URL: a file's ETag. Without
     * it and without an ETag, only a snapshot or a version is found again after an interruption.
     */
    readonly identity?: string;
    /**
     * What block IDs name the destination by, so that a blob that was copied elsewhere with its blocks does not pass for one that was
     * written there.
     * @default - they name the source alone, as those of version 0.1
     */
    readonly destinationName?: string;
    /** What a web server's query names beside its URL, hashed: two files under one URL may have one ETag, and often have none. */
    readonly query?: string;
    /** Called after the last byte was read and before anything of it can be seen; throws where the source is not what it was. For what can't be pinned. */
    confirm?(): Promise<void>;
    /** In bytes. */
    readonly contentLength: number;
    readonly contentMd5?: Uint8Array;
    /** The key that the source is encrypted with. */
    readonly customerProvidedKey?: CpkInfo;
}

/** What tells one content of a source from another. */
export type SourceContent = Pick<FromUrlSource, "etag" | "identity" | "query" | "contentLength" | "destinationName">;

/** What the new blob gets, all of it: nothing is carried over from the source. */
export interface FromUrlTarget {
    /** With the MD5 to store (`blobContentMD5`), if any. */
    readonly blobHTTPHeaders?: BlobHTTPHeaders;
    readonly metadata?: Readonly<Record<string, string>>;
    readonly tags?: Readonly<Record<string, string>>;
    readonly accessTier?: string;
    readonly encryptionScope?: string;
    readonly customerProvidedKey?: CpkInfo;
    readonly immutabilityPolicy?: BlobImmutabilityPolicy;
    readonly legalHold?: boolean;
    /** `ifMatch` with the ETag of what is overwritten, or `ifNoneMatch: "*"` for a free name; `leaseId`. */
    readonly conditions: BlobRequestConditions;
}

/** How an operation runs. */
export interface FromUrlRun {
    readonly clock: Clock;
    /** Ends the operation with a CopyInterruptedError. */
    readonly signal: AbortSignal;
    /** Called after each request that has brought bytes. Both in bytes. */
    progress(copied: number, total: number): void;
    /** The most requests under way at a time; a busy service lowers it. @default 32 */
    readonly concurrency?: number;
}

/** What stands at the destination in the end. */
export interface WrittenBlob {
    readonly etag: string;
    readonly lastModified: Date;
    readonly versionId?: string;
    /** As stored. */
    readonly contentMd5?: Uint8Array;
}

/** The blob's bytes are written, and a request that was to follow has failed. */
export class WrittenError extends CopyError {
    constructor(
        /** What stands at the destination. */
        readonly written: WrittenBlob,
        override readonly cause: unknown,
    ) {
        super("the blob was written, and a request after that has failed", undefined, undefined, { cause });
    }
}

/**
 * Runs what follows once the blob's bytes are written.
 * @throws WrittenError
 */
export async function afterWriting<Result>(written: WrittenBlob, run: () => Promise<Result>): Promise<Result> {
    try {
        return await run();
    } catch (cause) {
        throw new WrittenError(written, cause);
    }
}

/**
 * The service does the work, so the client's only limit is what the accounts take: 32 requests of 8 MiB and more keep them busy
 * over a latency of 100 ms, and a few copies side by side still stay under an account's 20,000 requests a second.
 */
export const defaultConcurrency = 32;

/** The options by which every From-URL method of the SDK authorizes its source. */
export function sourceOptions(source: FromUrlSource, { authorization, shareTokenIntent }: AuthorizedSource) {
    return {
        sourceAuthorization: authorization,
        sourceCustomerProvidedKey: source.customerProvidedKey,
        sourceShareTokenIntent: shareTokenIntent,
    };
}

/** The options by which the new blob's bytes are encrypted; every write of it must give the same. */
export function encryptionOptions(target: FromUrlTarget) {
    return {
        customerProvidedKey: target.customerProvidedKey,
        encryptionScope: target.encryptionScope,
    };
}

/** The options by which an operation that makes a blob sets what can be set on it while its bytes still change. */
export function creationOptions(target: FromUrlTarget) {
    return {
        ...encryptionOptions(target),
        blobHTTPHeaders: target.blobHTTPHeaders,
        metadata: target.metadata,
        tags: target.tags,
        tier: target.accessTier,
        conditions: { ...target.conditions },
    };
}

/** The lease of the destination, for requests that take no other conditions. */
export function leaseOf(target: FromUrlTarget): { leaseId?: string } {
    return { leaseId: target.conditions.leaseId };
}

/** Whether two sets of metadata are one. Their names are told in whatever case the server likes. */
export function sameMetadata(
    one: Readonly<Record<string, string>> = {},
    other: Readonly<Record<string, string>> = {},
): boolean {
    const told = (metadata: Readonly<Record<string, string>>) =>
        JSON.stringify(
            Object.entries(metadata)
                .map(([name, value]) => [name.toLowerCase(), value])
                .sort(),
        );
    return told(one) === told(other);
}

/**
 * Sets what only a blob whose bytes are final can have: Set Blob Immutability Policy and Set Blob Legal Hold, one request each
 * where it is wanted. Neither changes the ETag.
 */
export async function protect(client: BlobClient, target: FromUrlTarget, signal: AbortSignal): Promise<void> {
    if (target.immutabilityPolicy) {
        await client.setImmutabilityPolicy(target.immutabilityPolicy, { abortSignal: signal });
    }
    if (target.legalHold) {
        await client.setLegalHold(true, { abortSignal: signal });
    }
}

/**
 * Tells one content of one source from all others, the same in every run: SHA-256 over the URL without its secrets, what its query
 * names, the ETag (or identity), the length and whatever else is given. 64 bytes, to be cut to what is needed.
 */
export function contentKey(url: string, source: SourceContent, more: readonly (string | number)[] = []): Buffer {
    const { etag, identity, contentLength, query } = source;
    const named = query === undefined ? [] : [{ query }];
    const told = [splitSecretQuery(url).url, ...named, etag ?? identity ?? "", contentLength, ...more];
    const [first, second] = [0, 1].map((part) =>
        createHash("sha256")
            .update(JSON.stringify([part, ...told]))
            .digest(),
    );
    return Buffer.concat([first!, second!]);
}

/** Whether the source's content can be recognized in a later run. */
export function isRecognizable(url: string, source: Pick<FromUrlSource, "etag" | "identity">): boolean {
    return (
        source.etag !== undefined ||
        source.identity !== undefined ||
        /[?&](snapshot|versionid|sharesnapshot|generation)=/i.test(splitSecretQuery(url).url)
    );
}

/**
 * Runs an operation and puts its failure in words that hold no secret.
 * @throws CopyInterruptedError once the signal is aborted; SourceChangedError where the pinned source has changed; else what was thrown
 */
export async function telling<Result>(
    source: FromUrlSource,
    run: Pick<FromUrlRun, "signal">,
    operation: () => Promise<Result>,
): Promise<Result> {
    try {
        run.signal.throwIfAborted();
        return await operation();
    } catch (error) {
        if (run.signal.aborted && !(error instanceof CopyError)) {
            throw new CopyInterruptedError(
                "stopped during the copy; the next pulumi up carries on",
                undefined,
                undefined,
                {
                    cause: error,
                },
            );
        }
        if (isSourceChange(error)) {
            const { url } = await source.authorize();
            throw new SourceChangedError(
                `the source ${redactUrl(url)} changed during the copy; run pulumi up again once it stays as it is`,
                undefined,
                undefined,
                { cause: error },
            );
        }
        throw error;
    }
}

/** A source that no longer has the ETag it was pinned to, or fewer bytes than it had. */
function isSourceChange(error: unknown): boolean {
    const code = errorCode(error);
    const status = statusCode(error);
    return (
        code === "SourceConditionNotMet" || (code === "CannotVerifyCopySource" && (status === 412 || status === 416))
    );
}
