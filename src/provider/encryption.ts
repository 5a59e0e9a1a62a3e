// What a copy owes to the encryption that is asked for.

import type { BlobGetPropertiesResponse } from "@azure/storage-blob";
import { CopyError } from "../copy/errors";
import type { Plan } from "../copy/plan";
import { mostPutBlobBytes } from "../copy/putBlob";
import { cpkInfo, isOtherEncryption } from "../storage/encryption";
import type { BlobCopyInputs } from "./blobCopyTypes";
import { type CopyRequest, what } from "./copyRequest";

type EncryptionInputs = Pick<BlobCopyInputs, "customerProvidedKey" | "encryptionScope" | "sourceCustomerProvidedKey">;

/** The inputs that Copy Blob does not take, of those that are given. */
export function encryptionInputs(inputs: EncryptionInputs): (keyof EncryptionInputs)[] {
    const names = ["customerProvidedKey", "encryptionScope", "sourceCustomerProvidedKey"] as const;
    return names.filter((name) => inputs[name] !== undefined);
}

/**
 * Whether only a From-URL operation serves, by the encryption that is asked for or that the old blob has: Copy Blob names no key, and
 * could not bring back what it overwrites.
 */
export function needsFromUrl(inputs: EncryptionInputs, previous?: EncryptionInputs): boolean {
    return encryptionInputs(inputs).length > 0 || previous?.customerProvidedKey !== undefined;
}

/** Refuses Copy Blob where it would drop what was asked for. */
export function refuseCopyBlob(request: CopyRequest): void {
    const [name] = encryptionInputs(request.inputs);
    if (name !== undefined) {
        throw new CopyError(
            `could not copy ${what(request)}: only Copy Blob serves this source, and it takes no ${name}`,
        );
    }
}

/** Whether what is asked for makes bytes that have been copied already worthless: they are encrypted otherwise. */
export function encryptionChanged(old: EncryptionInputs, now: EncryptionInputs): boolean {
    return old.customerProvidedKey !== now.customerProvidedKey || old.encryptionScope !== now.encryptionScope;
}

/** Whether a blob is encrypted as is asked for. */
export function hasEncryption(
    { customerProvidedKey, encryptionScope }: EncryptionInputs,
    there: BlobGetPropertiesResponse,
): boolean {
    const keySha256 = customerProvidedKey === undefined ? undefined : cpkInfo(customerProvidedKey).encryptionKeySha256;
    // Without a scope that is asked for, the container's is right.
    return (
        there.encryptionKeySha256 === keySha256 &&
        (encryptionScope === undefined || sameScope(encryptionScope, there.encryptionScope))
    );
}

function sameScope(asked: string, there: string | undefined): boolean {
    return asked === (there ?? "$account-encryption-key");
}

/**
 * What is done instead where blocks or a blob are in the way that are encrypted otherwise: blocks of one blob are all encrypted alike, but
 * Put Blob From URL replaces them all.
 */
export function asWhole(plan: Plan, error: unknown, contentLength: number | undefined): Plan | undefined {
    const serves = plan.operation === "Put Block From URL" && (contentLength ?? 0) <= mostPutBlobBytes;
    return serves && isOtherEncryption(error)
        ? { operation: "Put Blob From URL", reason: "what is at the destination is encrypted otherwise" }
        : undefined;
}
