// Blobs that are encrypted otherwise than with their account's key, and the requests that must say so.

import { createHash } from "node:crypto";
import { BlockBlobClient, type CpkInfo } from "@azure/storage-blob";
import { errorCode } from "./errors";
import { type OutgoingRequest, remake } from "./pipeline";

/** What a blob is encrypted with; one of the two. */
export interface BlobEncryption {
    /** An AES-256 key, 32 bytes in base64. */
    readonly customerProvidedKey?: string | undefined;
    /** The name of an encryption scope of the account. */
    readonly encryptionScope?: string | undefined;
}

type KeyInfo = CpkInfo & { readonly encryptionKeySha256: string };

/** A customer-provided key as the SDK takes it, where one is given. */
export function cpkInfo(key: string): KeyInfo;
export function cpkInfo(key: string | undefined): KeyInfo | undefined;
export function cpkInfo(key: string | undefined): KeyInfo | undefined {
    return key === undefined
        ? undefined
        : {
              encryptionKey: key,
              encryptionKeySha256: createHash("sha256").update(Buffer.from(key, "base64")).digest("base64"),
              encryptionAlgorithm: "AES256",
          };
}

/**
 * A client of the same blob that names its encryption wherever a request about an existing blob takes it: the key in Get Blob, Get Blob
 * Properties and Get Blob Metadata; key and scope in Set Blob Metadata and Snapshot Blob. Requests that write bytes carry
 * their own.
 * @throws Error for a key and an http address: the key would travel for all to read
 */
export function withEncryption(client: BlockBlobClient, encryption: BlobEncryption): BlockBlobClient {
    const { customerProvidedKey, encryptionScope } = encryption;
    if (customerProvidedKey === undefined && encryptionScope === undefined) {
        return client;
    }
    if (customerProvidedKey !== undefined && !client.url.startsWith("https:")) {
        throw new Error("a customer-provided key travels over https only; give the blob's https address");
    }
    const key = cpkInfo(customerProvidedKey);
    return remake(BlockBlobClient, client, {
        beforeRequest(request) {
            const kind = kindOf(request);
            if (key && kind) {
                request.headers.set("x-ms-encryption-key", key.encryptionKey!);
                request.headers.set("x-ms-encryption-key-sha256", key.encryptionKeySha256);
                request.headers.set("x-ms-encryption-algorithm", "AES256");
            }
            if (encryptionScope !== undefined && kind === "write") {
                request.headers.set("x-ms-encryption-scope", encryptionScope);
            }
        },
    });
}

/** Whether a request reads, or changes in place, what is encrypted. */
function kindOf({ method, url }: OutgoingRequest): "read" | "write" | undefined {
    const comp = new URL(url).searchParams.get("comp");
    if (method === "GET" || method === "HEAD") {
        return comp === null || comp === "metadata" ? "read" : undefined;
    }
    return method === "PUT" && (comp === "metadata" || comp === "snapshot") ? "write" : undefined;
}

/** Whether a request was refused because a blob is encrypted otherwise than it says. */
export function isOtherEncryption(error: unknown): boolean {
    return [
        "BlobUsesCustomerSpecifiedEncryption",
        "BlobDoesNotUseCustomerSpecifiedEncryption",
        "BlobCustomerSpecifiedEncryptionMismatch",
    ].includes(errorCode(error) ?? "");
}
