// Which inputs a program marks as secret. The provider gets plain values, so that it must be told, by path: `source.url`, `metadata.owner`.

import * as pulumi from "@pulumi/pulumi";
import { entraIdSecrets, s3CredentialParts } from "./storage/location";

/** What authorizes or encrypts is secret in any case, and nothing but itself follows from it. */
const alwaysSecret = new Set([
    "customerProvidedKey",
    "sourceCustomerProvidedKey",
    ...["source", "destination"].flatMap((end) => [
        ...["connectionString", "accountKey", "sasToken"].map((part) => `${end}.${part}`),
        ...entraIdSecrets.map((part) => `${end}.credential.${part}`),
        ...s3CredentialParts.map((part) => `${end}.s3.${part}`),
        `${end}.googleCloudStorage.credentials`,
    ]),
]);

/**
 * The paths of the inputs that a program has marked as secret, but for those that authorize or encrypt; nothing where there are none. What is given as
 * one output counts as a whole.
 */
export async function secretInputs(inputs: Readonly<Record<string, unknown>>): Promise<string[] | undefined> {
    const paths = await Promise.all(Object.entries(inputs).map(([name, value]) => secretsIn(value, name)));
    const all = paths.flat().sort();
    return all.length > 0 ? all : undefined;
}

async function secretsIn(value: unknown, path: string): Promise<string[]> {
    if (typeof value !== "object" || value === null || alwaysSecret.has(path)) {
        return [];
    }
    if (value instanceof Promise || pulumi.Output.isInstance(value)) {
        // One that fails does so where its value is used.
        const isSecret = await pulumi.isSecret(pulumi.output(value)).catch(() => true);
        return isSecret ? [path] : [];
    }
    const parts = Object.entries(value).map(([name, part]) => secretsIn(part, `${path}.${name}`));
    return (await Promise.all(parts)).flat();
}
