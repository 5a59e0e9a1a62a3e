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
 * Why only a From-URL operation serves, in words: the encryption that is asked for or that the old blob has, since Copy Blob names no
 * key, and could not bring back what it overwrites.
 */
export function fromUrlOnly({ inputs, previous }: Pick<CopyRequest, "inputs" | "previous">): string | undefined {
    const old = previous?.customerProvidedKey === undefined ? undefined : "customerProvidedKey of the old blob";
    return encryptionInputs(inputs)[0] ?? old;
}

/** Refuses to write beside an old blob what only Copy Blob could put over it, which keeps no key and no scope. */
export function refuseBeside({ inputs, previous, ...request }: CopyRequest): void {
    const { sourceCustomerProvidedKey: _, ...kept } = inputs;
    const name = fromUrlOnly({ inputs: kept, previous });
    if (name !== undefined) {
        throw new CopyError(
            `could not copy ${what(request)}: a page or append blob is put over an old one by Copy Blob, which takes no ${name}; delete the old blob first, or copy to another name`,
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
    const keySha256 = cpkInfo(customerProvidedKey)?.encryptionKeySha256;
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
