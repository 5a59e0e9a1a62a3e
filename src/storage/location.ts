/** Where a blob is, as a program says it: by URL, or by its parts, with at most one way to authorize. Plain values: what a handler gets. */
export interface BlobLocation {
    readonly url?: string;
    readonly accountName?: string;
    readonly endpoint?: string;
    readonly containerName?: string;
    readonly blobName?: string;
    readonly snapshot?: string;
    readonly versionId?: string;
    readonly region?: string;
    readonly tenantId?: string;
    readonly connectionString?: string;
    readonly accountKey?: string;
    readonly sasToken?: string;
}

/** The parts that authorize: secret, and never a reason to copy again. */
export const credentialParts = ["connectionString", "accountKey", "sasToken"] as const;

/** The parts that only tell policies what can't be seen from an address; nothing is reached by them. */
export const descriptiveParts = ["region", "tenantId"] as const;

/** Every part, in the order in which messages name them. */
export const locationParts = [
    "url",
    "accountName",
    "endpoint",
    "containerName",
    "blobName",
    "snapshot",
    "versionId",
    ...descriptiveParts,
    ...credentialParts,
] as const;
