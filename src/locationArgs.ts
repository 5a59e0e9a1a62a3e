import * as pulumi from "@pulumi/pulumi";
import { entraIdSecrets, s3CredentialParts } from "./storage/location";
import { redactUrl, splitSecretQuery } from "./storage/url";

/**
 * Where a blob is, by its parts: `url`; or `containerName` and `blobName` with one or more of `accountName`, `endpoint` and `connectionString`.
 * It is reached with the one of `credential`, `connectionString`, `accountKey` and `sasToken` that is given; without one, with
 * the stack's credential.
 */
export interface BlobLocationArgs {
    /** The blob's URL, in place of the parts below. A SAS in it is split off and kept secret. Tokens of Microsoft Entra ID go there only where its host is one of Azure's. */
    url?: pulumi.Input<string>;
    /** The storage account's name: 3 to 24 lower-case letters and digits. */
    accountName?: pulumi.Input<string>;
    /**
     * The blob service's URL, for emulators, custom domains and other clouds: `http://127.0.0.1:10000/devstoreaccount1`. Over https it gets tokens of
     * Microsoft Entra ID, whatever its host is.
     * @default - `https://<accountName>.blob.core.windows.net`
     */
    endpoint?: pulumi.Input<string>;
    /** The container's name. */
    containerName?: pulumi.Input<string>;
    /** The blob's name, slashes included, not encoded. */
    blobName?: pulumi.Input<string>;
    /** The account's Azure region, such as `westeurope`. Nothing but policies reads it: it tells them whether a copy crosses regions. @default - as the program's own account resources say */
    region?: pulumi.Input<string>;
    /** The ID of the account's Microsoft Entra tenant. Nothing but policies reads it: it tells them whether a copy crosses tenants. @default - unknown */
    tenantId?: pulumi.Input<string>;
    /** The account's connection string, which also tells the account. A secret, whether or not the program marks it as one. */
    connectionString?: pulumi.Input<string>;
    /** One of the account's two keys. A secret, whether or not the program marks it as one. */
    accountKey?: pulumi.Input<string>;
    /** A SAS for the blob, its container or the account, with or without `?`. A secret, whether or not the program marks it as one. */
    sasToken?: pulumi.Input<string>;
    /**
     * The identity in Microsoft Entra ID that reaches this end, over https: an account of Azure, or one that `endpoint` names.
     * @default - the stack's: what its config says (`azure-copy:tenantId`, `clientId`, `clientSecret`, …); else the `ARM_*` variables, both named as
     * those of `@pulumi/azure-native`; else what `DefaultAzureCredential` finds (environment, workload identity, managed identity, Azure CLI)
     */
    credential?: pulumi.Input<CredentialArgs>;
}

/**
 * How an end is reached without a key or SAS. An account takes tokens of its own tenant only; so where the two ends are in
 * different tenants, at least one end names its tenant here.
 */
export type CredentialArgs =
    | DefaultCredentialArgs
    | ManagedIdentityCredentialArgs
    | WorkloadIdentityCredentialArgs
    | ServicePrincipalCredentialArgs
    | AzureCliCredentialArgs
    | AnonymousCredentialArgs;

/** Whatever `DefaultAzureCredential` finds, and nothing that the stack's config says: environment, workload identity, managed identity, Azure CLI and other tools of developers. */
export interface DefaultCredentialArgs {
    type: "default";
    /** The tenant of workload identities and developers' tools. @default - `AZURE_TENANT_ID`, or the tool's own */
    tenantId?: pulumi.Input<string>;
}

/** The identity of the virtual machine, app or container that Pulumi runs in; a user-assigned one by one of its IDs. */
export interface ManagedIdentityCredentialArgs {
    type: "managedIdentity";
    /** The user-assigned identity's client ID. @default - the system-assigned identity */
    clientId?: pulumi.Input<string>;
    /** The user-assigned identity's principal ID, in place of `clientId`. */
    objectId?: pulumi.Input<string>;
    /** The user-assigned identity's resource ID, in place of `clientId`. */
    resourceId?: pulumi.Input<string>;
}

/** A service principal that trusts a token from elsewhere, such as that of a Kubernetes service account. */
export interface WorkloadIdentityCredentialArgs {
    type: "workloadIdentity";
    /** @default - `AZURE_TENANT_ID` */
    tenantId?: pulumi.Input<string>;
    /** The application's ID. @default - `AZURE_CLIENT_ID` */
    clientId?: pulumi.Input<string>;
    /** The file that holds the token. @default - `AZURE_FEDERATED_TOKEN_FILE` */
    tokenFilePath?: pulumi.Input<string>;
}

/** A service principal with a secret or a certificate: one of `clientSecret` and `certificatePath` is needed. */
export interface ServicePrincipalCredentialArgs {
    type: "servicePrincipal";
    /** The tenant's ID or domain name. */
    tenantId: pulumi.Input<string>;
    /** The application's ID. */
    clientId: pulumi.Input<string>;
    /** A secret of the application. A secret, whether or not the program marks it as one. */
    clientSecret?: pulumi.Input<string>;
    /** A PEM file with a certificate of the application and its private key. */
    certificatePath?: pulumi.Input<string>;
    /** What the private key is encrypted with. A secret, whether or not the program marks it as one. */
    certificatePassword?: pulumi.Input<string>;
}

/** Who is signed in to the Azure CLI. */
export interface AzureCliCredentialArgs {
    type: "azureCli";
    /** @default - the Azure CLI's own */
    tenantId?: pulumi.Input<string>;
}

/** No authorization: a source that anybody can read. It is never tried with another credential then. */
export interface AnonymousCredentialArgs {
    type: "anonymous";
}

/**
 * Where a file in Azure Files is, by its parts: `url`; or `shareName` and `filePath` with one or more of `accountName`, `endpoint` and
 * `connectionString`. Credentials as in {@link BlobLocationArgs}; an identity in Microsoft Entra ID needs Storage File Data Privileged
 * Contributor, and acts past the permissions that the share's files and directories have.
 */
export interface FileLocationArgs
    extends Pick<
        BlobLocationArgs,
        "url" | "accountName" | "region" | "tenantId" | "connectionString" | "accountKey" | "sasToken" | "credential"
    > {
    /**
     * The file service's URL, for emulators, custom domains and other clouds: `http://127.0.0.1:10004/devstoreaccount1`. Over https it gets tokens of
     * Microsoft Entra ID, whatever its host is.
     * @default - `https://<accountName>.file.core.windows.net`
     */
    endpoint?: pulumi.Input<string>;
    /** The share's name. */
    shareName?: pulumi.Input<string>;
    /** The file's path in the share: `backups/orders.bak`, not encoded. */
    filePath?: pulumi.Input<string>;
}

/**
 * Where a copy reads from. In the destination's account, without a credential of its own, the destination's is used. A web server's URL may
 * carry any query, which is kept secret; another one is another source, but for what only signs it.
 */
export interface BlobSourceArgs extends BlobLocationArgs {
    /** The snapshot to read, by its DateTime. @default - the blob itself */
    snapshot?: pulumi.Input<string>;
    /** The version to read. @default - the current one */
    versionId?: pulumi.Input<string>;
    /** The share of a file in Azure Files, in place of the four parts that name a blob. */
    shareName?: pulumi.Input<string>;
    /** The file's path in the share: `backups/orders.bak`, not encoded. */
    filePath?: pulumi.Input<string>;
    /** The share snapshot to read the file from, by its DateTime. @default - the share itself */
    shareSnapshot?: pulumi.Input<string>;
    /** An object of Amazon S3, in place of all parts above. */
    s3?: pulumi.Input<S3SourceArgs>;
    /** An object of Google Cloud Storage, in place of all parts above. */
    googleCloudStorage?: pulumi.Input<GoogleCloudStorageSourceArgs>;
}

/**
 * An object of Amazon S3, or of a server that speaks its protocol. The service reads it by a URL that is presigned when the copy starts
 * and never stored; it lasts as long as the copy's timeout and a day, but a week at most, and no longer than a session. Needs the
 * packages `@aws-sdk/client-s3` and `@aws-sdk/s3-request-presigner`, and the permission `s3:GetObject` (`s3:GetObjectVersion` for a version).
 */
export interface S3SourceArgs {
    /** The bucket's name. */
    bucket: pulumi.Input<string>;
    /** The object's key, slashes included, not encoded. */
    key: pulumi.Input<string>;
    /** The version to read, of a bucket with versioning. @default - the current one */
    versionId?: pulumi.Input<string>;
    /** The bucket's region. @default - is asked of S3 */
    region?: pulumi.Input<string>;
    /**
     * The URL of another server that speaks S3's protocol, or of a VPC endpoint; it must be one that Azure can reach. The bucket's name follows in
     * the path.
     * @default - Amazon S3
     */
    endpoint?: pulumi.Input<string>;
    /**
     * An access key's ID. A secret, whether or not the program marks it as one.
     * @default - the AWS SDK's default chain: environment, `~/.aws`, single sign-on, web identity, container, instance
     */
    accessKeyId?: pulumi.Input<string>;
    /** The access key itself. A secret, whether or not the program marks it as one. */
    secretAccessKey?: pulumi.Input<string>;
    /** The session token of a temporary access key. A secret, whether or not the program marks it as one. */
    sessionToken?: pulumi.Input<string>;
}

/**
 * An object of Google Cloud Storage. The service reads it by a URL that is signed (V4) when the copy starts and never stored; it lasts as long as
 * the copy's timeout and a day, but a week at most. Needs the package `@google-cloud/storage`, and a service account
 * with the permission `storage.objects.get`.
 */
export interface GoogleCloudStorageSourceArgs {
    /** The bucket's name. */
    bucket: pulumi.Input<string>;
    /** The object's name, slashes included, not encoded. */
    object: pulumi.Input<string>;
    /** The generation to read, of a bucket with versioning: digits. @default - the live one */
    generation?: pulumi.Input<string>;
    /** The URL of another endpoint, which must be one that Azure can reach. @default - `https://storage.googleapis.com` */
    apiEndpoint?: pulumi.Input<string>;
    /**
     * The content of a service account's key file, which is JSON. A secret, whether or not the program marks it as one.
     * @default - the application default credentials, which must be those of a service account or impersonate one
     */
    credentials?: pulumi.Input<string>;
}

type Parts = Record<string, pulumi.Input<unknown>>;

/** A location with its secrets marked as such and its SAS apart from its URL, as it goes to the engine. */
export function protectLocation(location: pulumi.Input<string> | pulumi.Input<BlobSourceArgs>): pulumi.Input<Parts> {
    return whenKnown(location, (known) => protectParts(typeof known === "string" ? { url: known } : known));
}

/** A URL without the SAS in it: what may stand in the state, as an ID does. */
export function withoutSas(url: pulumi.Input<string>): pulumi.Input<string> {
    const shown = (text: string) => (text?.includes("?") ? redactUrl(text) : text);
    return typeof url === "string" ? shown(url) : pulumi.output(url).apply(shown);
}

/**
 * What an existing object is read with: what the program says, else the SAS in the object's URL.
 * @param id the object's URL
 */
export function withSasOf<Lookup extends { destination?: pulumi.Input<object> }>(
    id: pulumi.Input<string>,
    lookup: Lookup | undefined,
): Lookup | undefined {
    if (lookup?.destination || (typeof id === "string" && !id.includes("?"))) {
        return lookup;
    }
    return {
        ...lookup,
        destination: whenKnown(id, (url) => ({ sasToken: splitSecretQuery(url).secretQuery })),
    } as Lookup;
}

function protectParts(parts: BlobSourceArgs): Parts {
    const { url, sasToken, credential, s3, googleCloudStorage, ...rest } = parts;
    return {
        ...withSecrets(rest, ["connectionString", "accountKey"]),
        ...(url !== undefined && splitUrl(url, sasToken !== undefined)),
        ...(sasToken !== undefined && { sasToken: pulumi.secret(sasToken) }),
        credential: credential && whenKnown(credential, (known) => withSecrets(known, entraIdSecrets)),
        s3: s3 && whenKnown(s3, (known) => withSecrets(known, s3CredentialParts)),
        googleCloudStorage:
            googleCloudStorage && whenKnown(googleCloudStorage, (known) => withSecrets(known, ["credentials"])),
    };
}

/** Parts, with those marked that are secret. */
function withSecrets(parts: object, secrets: readonly string[]): Parts {
    const marked = Object.entries(parts).map(([name, value]) => [
        name,
        value !== undefined && secrets.includes(name) ? pulumi.secret(value) : value,
    ]);
    return Object.fromEntries(marked);
}

/** Parts as they are, or as soon as they are known. */
function whenKnown<Value extends string | object>(
    value: pulumi.Input<Value>,
    apply: (known: Value) => Parts,
): pulumi.Input<Parts> {
    const isPending: boolean = pulumi.Output.isInstance(value) || value instanceof Promise;
    return isPending
        ? pulumi.output(value as pulumi.Input<string>).apply((known: unknown) => apply(known as Value))
        : apply(value as Value);
}

function splitUrl(url: pulumi.Input<string>, hasSasToken: boolean): Record<string, pulumi.Input<string | undefined>> {
    const split = (text: string) => {
        const parts = splitSecretQuery(text);
        if (hasSasToken && parts.secretQuery) {
            throw new pulumi.RunError(
                "sasToken is given beside a url that carries a query string of its own; give the SAS in one place",
            );
        }
        return parts;
    };
    if (typeof url === "string") {
        const { url: shown, secretQuery } = split(url);
        return { url: shown, sasToken: secretQuery && pulumi.secret(secretQuery) };
    }
    const parts = pulumi.output(url).apply(split);
    return {
        url: parts.url,
        sasToken: hasSasToken ? undefined : pulumi.secret(parts.apply((known) => known.secretQuery)),
    };
}
