/** Where a blob or file is, as a program says it: by URL, or by its parts, with at most one way to authorize. Plain values: what a handler gets. */
export interface BlobLocation {
    readonly url?: string;
    readonly accountName?: string;
    readonly endpoint?: string;
    readonly containerName?: string;
    readonly blobName?: string;
    readonly snapshot?: string;
    readonly versionId?: string;
    /** Of a file in Azure Files, as the two that follow. */
    readonly shareName?: string;
    readonly filePath?: string;
    readonly shareSnapshot?: string;
    readonly region?: string;
    readonly tenantId?: string;
    readonly connectionString?: string;
    readonly accountKey?: string;
    readonly sasToken?: string;
    readonly credential?: EntraIdCredential;
    /** An object of Amazon S3, in place of all other parts. */
    readonly s3?: S3Location;
    /** An object of Google Cloud Storage, in place of all other parts. */
    readonly googleCloudStorage?: GoogleCloudStorageLocation;
}

/** How an end is reached with Microsoft Entra ID, or without any authorization. The documentation of each part is with `CredentialArgs`. */
export interface EntraIdCredential {
    readonly type: "default" | "managedIdentity" | "workloadIdentity" | "servicePrincipal" | "azureCli" | "anonymous";
    readonly tenantId?: string;
    readonly clientId?: string;
    readonly objectId?: string;
    readonly resourceId?: string;
    readonly tokenFilePath?: string;
    readonly clientSecret?: string;
    readonly certificatePath?: string;
    readonly certificatePassword?: string;
}

/** Where an object of Amazon S3, or of a server that speaks its protocol, is. The documentation of each part is with `S3SourceArgs`. */
export interface S3Location {
    readonly bucket: string;
    readonly key: string;
    readonly versionId?: string;
    readonly region?: string;
    readonly endpoint?: string;
    readonly accessKeyId?: string;
    readonly secretAccessKey?: string;
    readonly sessionToken?: string;
}

/** Where an object of Google Cloud Storage is. The documentation of each part is with `GoogleCloudStorageSourceArgs`. */
export interface GoogleCloudStorageLocation {
    readonly bucket: string;
    readonly object: string;
    readonly generation?: string;
    readonly apiEndpoint?: string;
    readonly credentials?: string;
}

/** The parts that authorize: secret, wholly or in part, and never a reason to copy again. */
export const credentialParts = ["connectionString", "accountKey", "sasToken", "credential"] as const;

/** The parts of {@link EntraIdCredential} that are secret. */
export const entraIdSecrets = ["clientSecret", "certificatePassword"] as const;

/** The parts that only tell policies what can't be seen from an address; nothing is reached by them. */
export const descriptiveParts = ["region", "tenantId"] as const;

/** The parts of {@link S3Location} that authorize. */
export const s3CredentialParts = ["accessKeyId", "secretAccessKey", "sessionToken"] as const;

/** The parts that name a blob. */
export const blobParts = ["containerName", "blobName", "snapshot", "versionId"] as const;

/** The parts that name a file in Azure Files. */
export const fileParts = ["shareName", "filePath", "shareSnapshot"] as const;

/** Every part that names a blob or a file or authorizes, in the order in which messages name them. */
export const locationParts = [
    "url",
    "accountName",
    "endpoint",
    ...blobParts,
    ...fileParts,
    ...descriptiveParts,
    ...credentialParts,
] as const;
