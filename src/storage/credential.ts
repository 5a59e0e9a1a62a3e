import type { TokenCredential } from "@azure/identity";
import { AnonymousCredential, StorageSharedKeyCredential } from "@azure/storage-blob";
import { parseConnectionString, type StorageAddress } from "./address";
import { storageCredential } from "./entraId";
import { type BlobLocation, type EntraIdCredential, entraIdSecrets, s3CredentialParts } from "./location";
import type { OidcCredential } from "./oidc";
import { authority, stackCredential } from "./stackCredential";
import { tokenCredential } from "./tokenCredential";

/** How requests to one end are authorized. */
export type Credential =
    | { readonly kind: "sharedKey"; readonly credential: StorageSharedKeyCredential; readonly accountKey: string }
    | { readonly kind: "sas"; readonly sasToken: string; readonly credential: AnonymousCredential }
    | { readonly kind: "entraId"; readonly credential: TokenCredential }
    | { readonly kind: "anonymous"; readonly credential: AnonymousCredential };

export const anonymous: Credential = { kind: "anonymous", credential: new AnonymousCredential() };

/** One object a credential, so that the clients that are made with it are found again. */
const made = new Map<string, Credential>();

function once(key: string, make: () => Credential): Credential {
    let credential = made.get(key);
    if (!credential) {
        credential = make();
        made.set(key, credential);
    }
    return credential;
}

/** The credential that a location carries, or nothing where it carries none. */
export function explicitCredential(location: BlobLocation, address: StorageAddress): Credential | undefined {
    if (location.credential) {
        return givenCredential(location.credential);
    }
    const given = location.connectionString === undefined ? location : parseConnectionString(location.connectionString);
    const { accountKey } = given;
    if (accountKey !== undefined) {
        const accountName = address.accountName ?? given.accountName;
        if (!accountName) {
            throw new Error("an account key needs the account's name; give accountName beside endpoint");
        }
        return once(`${accountName} ${accountKey}`, () => ({
            kind: "sharedKey",
            credential: new StorageSharedKeyCredential(accountName, accountKey),
            accountKey,
        }));
    }
    if (given.sasToken !== undefined) {
        const sasToken = given.sasToken.replace(/^\?/, "");
        return once(sasToken, () => ({ kind: "sas", sasToken, credential: new AnonymousCredential() }));
    }
    return undefined;
}

/**
 * Authorizes by tokens of Microsoft Entra ID.
 * @param where what has chosen the credential, to be told where it fails; nothing where the end itself has
 */
export function entraIdCredential(make: () => TokenCredential, where?: string): Credential {
    return { kind: "entraId", credential: storageCredential(make, where) };
}

/** One for each that is given, in all resources of the process, so that tokens are shared. */
function givenCredential(given: EntraIdCredential | OidcCredential, where?: string): Credential {
    if (given.type === "anonymous") {
        return anonymous;
    }
    const sorted = Object.entries(given).sort(([one], [other]) => (one < other ? -1 : 1));
    const key = JSON.stringify([sorted, authority(), where]);
    return once(key, () => entraIdCredential(() => tokenCredential(given), where));
}

/**
 * What reaches an end that has no credential of its own: what the stack's config or the environment says, or whatever
 * `DefaultAzureCredential` finds. One for the process, so that tokens are shared.
 * @throws an error that tells every setting that is wrong or missing
 */
export function defaultCredential(): Credential {
    const { credential, where } = stackCredential();
    return givenCredential(credential, where);
}

/** The secret values of a location, for redaction. */
export function secretsOf(location: BlobLocation | undefined): string[] {
    if (!location) {
        return [];
    }
    const parsed = location.connectionString === undefined ? {} : parseConnectionString(location.connectionString);
    const secrets: string[] = [];
    for (const key of [location.accountKey, parsed.accountKey, location.connectionString]) {
        if (key) {
            secrets.push(key);
        }
    }
    for (const token of [location.sasToken, parsed.sasToken]) {
        if (token) {
            const signature = new URLSearchParams(token.replace(/^\?/, "")).get("sig");
            secrets.push(token, ...(signature ? [signature, encodeURIComponent(signature)] : []));
        }
    }
    for (const part of entraIdSecrets) {
        const secret = location.credential?.[part];
        if (secret) {
            secrets.push(secret, encodeURIComponent(secret));
        }
    }
    return [...secrets, ...secretsOfOtherVendors(location)];
}

function secretsOfOtherVendors({ s3, googleCloudStorage }: BlobLocation): string[] {
    const secrets: string[] = [];
    for (const part of s3CredentialParts) {
        const secret = s3?.[part];
        if (secret) {
            secrets.push(secret, encodeURIComponent(secret));
        }
    }
    const keyFile = googleCloudStorage?.credentials;
    // In JSON a private key has escaped line ends, and in an error it may have its own.
    const escaped = /"private_key"\s*:\s*"([^"]+)"/.exec(keyFile ?? "")?.[1];
    for (const secret of [keyFile, escaped, escaped?.replaceAll("\\n", "\n")]) {
        if (secret) {
            secrets.push(secret);
        }
    }
    return secrets;
}
