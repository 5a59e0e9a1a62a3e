import type { SourceAddress } from "../storage/address";
import type { BlobCopyInputs } from "./blobCopyTypes";
import { encryptionInputs } from "./encryption";
import type { Failures } from "./failures";
import { unknownValue } from "./unknown";

/**
 * [Customer-provided keys](https://learn.microsoft.com/azure/storage/blobs/encryption-customer-provided-keys) and
 * [encryption scopes](https://learn.microsoft.com/azure/storage/blobs/encryption-scope-overview): what they are, and what goes with them.
 */
export function checkEncryption(
    failures: Failures,
    inputs: BlobCopyInputs,
    source: SourceAddress | undefined,
    destination: SourceAddress | undefined,
): void {
    const { customerProvidedKey, sourceCustomerProvidedKey, encryptionScope } = inputs;
    checkKey(failures, "customerProvidedKey", customerProvidedKey);
    checkKey(failures, "sourceCustomerProvidedKey", sourceCustomerProvidedKey);
    checkScope(failures, encryptionScope);
    if (customerProvidedKey !== undefined && encryptionScope !== undefined) {
        failures.add(
            "encryptionScope",
            encryptionScope,
            "contradicts customerProvidedKey; a blob is encrypted by one of them",
        );
    }
    if (sourceCustomerProvidedKey !== undefined && source && source.kind !== "blob") {
        failures.add(
            "sourceCustomerProvidedKey",
            undefined,
            "must be left out, since the source is no blob in Azure Storage",
        );
    }
    // Both keys go to the destination's account, which reads the source with the one of them.
    refuseHttp(failures, "customerProvidedKey", customerProvidedKey, { destination });
    refuseHttp(failures, "sourceCustomerProvidedKey", sourceCustomerProvidedKey, { source, destination });
    checkCompany(failures, inputs);
}

function checkKey(failures: Failures, property: string, key: string | undefined): void {
    if (key === undefined || key === unknownValue) {
        return;
    }
    // 32 bytes are 43 digits and one to fill up, of which only some end so.
    if (typeof key !== "string" || !/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/.test(key)) {
        failures.add(
            property,
            undefined,
            "must be an AES-256 key: 32 bytes in base64, such as openssl rand -base64 32",
        );
    }
}

function checkScope(failures: Failures, scope: string | undefined): void {
    if (scope === undefined || scope === unknownValue || scope === "$account-encryption-key") {
        return;
    }
    if (typeof scope !== "string" || !/^(?=.{3,63}$)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$/.test(scope)) {
        failures.add(
            "encryptionScope",
            scope,
            "must be the name of an encryption scope of the destination's account: 3 to 63 letters, digits and single dashes; or $account-encryption-key for the account's own",
        );
    }
}

function refuseHttp(
    failures: Failures,
    property: string,
    key: string | undefined,
    ends: Readonly<Record<string, SourceAddress | undefined>>,
): void {
    for (const [end, address] of Object.entries(ends)) {
        if (key !== undefined && address?.kind === "blob" && address.serviceUrl.startsWith("http:")) {
            failures.add(
                property,
                undefined,
                `travels over https only, and the ${end} is at ${address.serviceUrl}; give its https address`,
            );
        }
    }
}

/** What can't be given together with one of them. */
function checkCompany(failures: Failures, inputs: BlobCopyInputs): void {
    const given = encryptionInputs(inputs);
    const own = given.find((name) => name !== "sourceCustomerProvidedKey");
    if (own !== undefined && inputs.accessTier !== undefined) {
        failures.add(
            "accessTier",
            inputs.accessTier,
            `must be left out beside ${own}, since the service sets no tier on such a blob`,
        );
    }
    const [any] = given;
    if (any === undefined) {
        return;
    }
    if (inputs.method === "copyBlob") {
        failures.add(
            "method",
            "copyBlob",
            `must be left out or "fromUrl" beside ${any}, which Copy Blob does not take`,
        );
    }
    const { rehydratePriority, sourceConditions } = inputs;
    const copyBlobOnly = { rehydratePriority, "sourceConditions.tagConditions": sourceConditions?.tagConditions };
    for (const [property, value] of Object.entries(copyBlobOnly)) {
        if (value !== undefined && inputs.method !== "fromUrl") {
            failures.add(
                property,
                value,
                `must be left out beside ${any}, which goes by operations that do not take it`,
            );
        }
    }
}
