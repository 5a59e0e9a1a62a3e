// What an account can't do at all, by its kind, its SKU and its hierarchical namespace.

import { storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import type { Account } from "../state/account";
import type { BlobType } from "../state/blob";

/** Features that accounts with a hierarchical namespace lack, by the operations that use them. */
const WITHOUT_FEATURE = [
    "Get Blob Tags",
    "Set Blob Tags",
    "Find Blobs by Tags",
    "Find Blobs by Tags in Container",
    "Snapshot Blob",
];

/** Operations that accounts with a hierarchical namespace lack, whatever for. */
const WITHOUT_OPERATION = ["Append Blob Seal", "Get Page Ranges", "Put Page", "Put Page From URL"];

/** 409 for an operation, or a header of one, that the account doesn't have. */
export function refuseUnsupported({ account, headers }: StorageRequest, operation: string): void {
    if (!account.hierarchicalNamespace) {
        return;
    }
    const tags = headers.get("x-ms-tags") || headers.get("x-ms-copy-source-tag-option")?.toUpperCase() === "COPY";
    if (tags || WITHOUT_FEATURE.includes(operation)) {
        throw storageError("FeatureNotYetSupportedForHierarchicalNamespaceAccounts");
    }
    if (WITHOUT_OPERATION.includes(operation) || headers.boolean("x-ms-seal-blob")) {
        throw storageError("BlobApiNotYetSupportedForHierarchicalNamespaceAccounts");
    }
}

/** 400 BlobTypeNotSupported, or 409 in an account with a hierarchical namespace, for a type that the account doesn't hold. */
export function refuseBlobType(account: Account, type: BlobType): void {
    if (account.isPremium && type !== "PageBlob") {
        const message = `${type === "BlockBlob" ? "Block" : "Append"} blobs are not supported.`;
        throw storageError("BlobTypeNotSupported", { message });
    }
    if (type === "PageBlob" && (account.kind === "BlobStorage" || account.kind === "BlockBlobStorage")) {
        throw storageError("BlobTypeNotSupported");
    }
    if (type === "PageBlob" && account.hierarchicalNamespace) {
        throw storageError("BlobApiNotYetSupportedForHierarchicalNamespaceAccounts");
    }
}
