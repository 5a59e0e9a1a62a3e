import type { TokenCredential } from "@azure/identity";
import { AnonymousCredential, StorageSharedKeyCredential } from "@azure/storage-blob";
import { parseConnectionString, type StorageAddress } from "./address";
import { defined } from "./defined";
import { storageCredential } from "./entraId";
import { type BlobLocation, type EntraIdCredential, entraIdSecrets, s3CredentialParts } from "./location";
import type { OidcCredential } from "./oidc";
import { authority, stackCredential } from "./stackCredential";
import { tokenCredential } from "./tokenCredential";
import { splitSecretQuery } from "./url";

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
    const sorted = Object.entries(defined(given)).sort(([one], [other]) => (one < other ? -1 : 1));
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
    const { url, connectionString, accountKey, sasToken, credential, s3 } = location;
    const parsed = isText(connectionString) ? parseConnectionString(connectionString) : {};
    const given = [
        accountKey,
        parsed.accountKey,
        connectionString,
        ...entraIdSecrets.map((part) => credential?.[part]),
        ...s3CredentialParts.map((part) => s3?.[part]),
        ...secretsOfKeyFile(location),
    ];
    // A transformation of the program may have given a URL with its SAS again.
    const tokens = [sasToken, parsed.sasToken, isText(url) ? splitSecretQuery(url).secretQuery : undefined];
    return [...given.filter(isText), ...tokens.filter(isText).flatMap(secretsOfQuery)];
}

/** Check runs on whatever a program has given. */
function isText(value: unknown): value is string {
    return typeof value === "string" && value !== "";
}

/** Of a SAS, the signature alone is secret; of another query string, any part may be that is no mere word. */
function secretsOfQuery(query: string): string[] {
    const parameters = new URLSearchParams(query.replace(/^\?/, ""));
    const signature = parameters.get("sig");
    return [query, ...(signature ? [signature] : [...parameters.values()].filter(({ length }) => length >= 8))];
}

function secretsOfKeyFile({ googleCloudStorage }: BlobLocation): (string | undefined)[] {
    const keyFile = googleCloudStorage?.credentials;
    // In JSON a private key has escaped line ends, and in an error it may have its own.
    const escaped = isText(keyFile) ? /"private_key"\s*:\s*"([^"]+)"/.exec(keyFile)?.[1] : undefined;
    return [keyFile, escaped, escaped?.replaceAll("\\n", "\n")];
}
