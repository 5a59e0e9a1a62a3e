// Customer-provided keys and encryption scopes. Nothing is encrypted: what a blob was written with is kept, and compared.

import { createHash } from "node:crypto";
import type { AnswerHeaders } from "../http/answer";
import { invalidHeader, missingHeader, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import type { Blob, Encryption } from "../state/blob";
import { targetContainer } from "./find";

/** From this version on the From-URL operations take the source's key. */
const SOURCE_KEY_VERSION = "2026-02-06";

/** What blobs have whose writer and container name nothing. */
const ACCOUNT_SCOPE = "$account-encryption-key";

/** The encryption of what a request writes: the key or scope that it names, or else its container's default scope. */
export function readEncryption(request: StorageRequest): Encryption | undefined {
    const keySha256 = readKey(request, "x-ms-");
    const scope = readScope(request);
    if (keySha256 !== undefined && scope !== undefined) {
        throw storageError("UnsupportedHeader", { elements: { HeaderName: "x-ms-encryption-scope" } });
    }
    if ((keySha256 ?? scope) !== undefined && request.headers.has("x-ms-access-tier")) {
        throw storageError("UnsupportedHeader", { elements: { HeaderName: "x-ms-access-tier" } });
    }
    const { encryptionScope, denyScopeOverride } = targetContainer(request);
    if (denyScopeOverride && (keySha256 !== undefined || (scope !== undefined && scope !== encryptionScope))) {
        throw storageError("RequestForbiddenByContainerEncryptionPolicy");
    }
    return keySha256 === undefined ? inScope(scope ?? encryptionScope) : { keySha256 };
}

/** The encryption of what an operation writes that takes neither key nor scope: its container's. */
export function defaultEncryption(request: StorageRequest): Encryption | undefined {
    return inScope(targetContainer(request).encryptionScope);
}

function inScope(scope: string | undefined): Encryption | undefined {
    return scope === undefined || scope === ACCOUNT_SCOPE ? undefined : { scope };
}

/** 409 unless a read names the key that the blob was written with. */
export function checkReadKey(request: StorageRequest, blob: Blob): void {
    checkKey(readKey(request, "x-ms-", true), blob.rare?.encryption);
}

/** 409 unless a From-URL operation names the key that its source was written with. */
export function checkSourceKey(request: StorageRequest, source: Blob): void {
    const key = request.version >= SOURCE_KEY_VERSION ? readKey(request, "x-ms-source-") : undefined;
    checkKey(key, source.rare?.encryption);
}

/** 409 for a source that only who names its key can read. */
export function refuseKeyedSource(source: Blob): void {
    checkKey(undefined, source.rare?.encryption);
}

/** 409 unless a write into a blob names its key, and no other scope than its own; gives the headers that tell of it. */
export function checkWriteEncryption(request: StorageRequest, blob: Blob): AnswerHeaders {
    const keySha256 = readKey(request, "x-ms-");
    const { encryption } = blob.rare ?? {};
    checkKey(keySha256, encryption);
    const scope = readScope(request);
    if (scope !== undefined && scope !== (encryption?.scope ?? ACCOUNT_SCOPE)) {
        throw storageError("BlobCustomerSpecifiedEncryptionMismatch");
    }
    return encryptionHeaders(encryption);
}

/** 409 unless two parts of one blob are encrypted alike. */
export function checkSameEncryption(asked: Encryption | undefined, there: Encryption | undefined): void {
    checkKey(asked?.keySha256, there);
    if (asked?.scope !== there?.scope) {
        throw storageError("BlobCustomerSpecifiedEncryptionMismatch");
    }
}

/** 409 for a blob whose tier can't be set, since it has a key or a scope. */
export function refuseTier(blob: Blob): void {
    if (blob.rare?.encryption) {
        throw storageError("BlobUsesCustomerSpecifiedEncryption");
    }
}

/** How an answer tells of a blob's encryption. */
export function encryptionHeaders(encryption: Encryption | undefined): AnswerHeaders {
    return {
        "x-ms-encryption-key-sha256": encryption?.keySha256,
        "x-ms-encryption-scope": encryption?.scope,
    };
}

function checkKey(asked: string | undefined, there: Encryption | undefined): void {
    if (asked === there?.keySha256) {
        return;
    }
    throw storageError(
        asked === undefined
            ? "BlobUsesCustomerSpecifiedEncryption"
            : there?.keySha256 === undefined
              ? "BlobDoesNotUseCustomerSpecifiedEncryption"
              : "BlobCustomerSpecifiedEncryptionMismatch",
    );
}

function readScope(request: StorageRequest): string | undefined {
    return request.headers.get("x-ms-encryption-scope") || undefined;
}

/**
 * The key that three headers name together, by its SHA-256 in Base64; 400 if they don't fit, or don't come by https.
 * @param reads whether the algorithm may be left out
 */
function readKey(request: StorageRequest, prefix: "x-ms-" | "x-ms-source-", reads = false): string | undefined {
    const { headers } = request;
    const names = ["encryption-key", "encryption-key-sha256", "encryption-algorithm"].map((name) => prefix + name);
    const [key, sha256, algorithm] = names.map((name) => headers.get(name) || undefined);
    // A request without a key may name the algorithm, as some SDKs do.
    if (key === undefined && sha256 === undefined) {
        return undefined;
    }
    if (!request.secure) {
        throw storageError("UnsupportedHeader", { elements: { HeaderName: names[0]! } });
    }
    const missing = [key, sha256, reads ? "" : algorithm].indexOf(undefined);
    if (missing >= 0) {
        throw missingHeader(names[missing]!);
    }
    if (algorithm !== undefined && algorithm !== "AES256") {
        throw invalidHeader(names[2]!, algorithm);
    }
    const bytes = Buffer.from(key!, "base64");
    if (bytes.length !== 32) {
        throw invalidHeader(names[0]!, "");
    }
    if (createHash("sha256").update(bytes).digest("base64") !== sha256) {
        throw invalidHeader(names[1]!, sha256);
    }
    return sha256;
}
