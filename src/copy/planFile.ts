import type { SourceProperties } from "../storage/webSource";
import { CopyError } from "./errors";
import type { Plan } from "./plan";

/** How a program asks for a file's bytes to be moved. */
export type FileMethod = "auto" | "copyFile" | "fromUrl";

/** What the operation depends on. */
export interface FilePlanFacts {
    readonly method: FileMethod;
    /** Whether the finished copy is to be compared by MD5. */
    readonly verifyMd5: boolean;
    /** What the source tells of itself; nothing where this machine can't read it. */
    readonly source: SourceProperties | undefined;
    /** Whether both ends are files of one storage account. */
    readonly sameAccount: boolean;
    /** Whether the service reads the source with a token by Put Range From URL, where Copy File takes a user delegation SAS. */
    readonly readByToken: boolean;
}

/** Up to here a copy between accounts is mostly done before a second look. */
const mostCopyFileBytes = 8 * 1024 * 1024;

/**
 * Chooses the operation that writes a file.
 * @throws CopyError where the method can't serve the source
 */
export function planFileCopy({ method, verifyMd5, source, sameAccount, readByToken }: FilePlanFacts): Plan {
    if (method === "copyFile") {
        return { operation: "Copy File", reason: 'method is "copyFile"' };
    }
    const only = whyOnlyCopyFile(source);
    if (method === "fromUrl") {
        if (only) {
            throw new CopyError(`${only}; leave method out, or set it to "copyFile"`);
        }
        return { operation: "Put Range From URL", reason: 'method is "fromUrl"' };
    }
    if (only) {
        return { operation: "Copy File", reason: only };
    }
    if (sameAccount) {
        return { operation: "Copy File", reason: "both ends are in one account" };
    }
    if (verifyMd5) {
        return { operation: "Copy File", reason: "only Copy File carries the source's MD5" };
    }
    if (readByToken) {
        return {
            operation: "Put Range From URL",
            reason: "the source is read with a token, which Copy File does not take",
        };
    }
    return source!.contentLength! <= mostCopyFileBytes
        ? { operation: "Copy File", reason: "the source is small" }
        : { operation: "Put Range From URL", reason: "the source is large, and in another account" };
}

function whyOnlyCopyFile(source: SourceProperties | undefined): string | undefined {
    if (!source) {
        return "the service may read what this machine may not";
    }
    if (source.contentLength === undefined) {
        return "the source does not tell its length, which Put Range From URL needs";
    }
    const answersRanges = source.blobType !== undefined || source.acceptRanges === "bytes";
    return answersRanges ? undefined : "the source's server answers no ranges";
}
