import * as pulumi from "@pulumi/pulumi";
import type { BlobLocation } from "./storage/location";
import { splitSecretQuery } from "./storage/url";

/**
 * Where a blob is, by its parts: `url`; or `containerName` and `blobName` with one or more of `accountName`, `endpoint` and `connectionString`.
 * It is reached with the one credential that is given; without one, with `DefaultAzureCredential`
 * (environment, workload identity, managed identity, Azure CLI).
 */
export interface BlobLocationArgs {
    /** The blob's URL, in place of the parts below. A SAS in it is split off and kept secret. */
    url?: pulumi.Input<string>;
    /** The storage account's name: 3 to 24 lower-case letters and digits. */
    accountName?: pulumi.Input<string>;
    /**
     * The blob service's URL, for emulators, custom domains and other clouds: `http://127.0.0.1:10000/devstoreaccount1`.
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
}

/** Where a copy reads from. In the destination's account, without a credential of its own, the destination's is used. */
export interface BlobSourceArgs extends BlobLocationArgs {
    /** The snapshot to read, by its DateTime. @default - the blob itself */
    snapshot?: pulumi.Input<string>;
    /** The version to read. @default - the current one */
    versionId?: pulumi.Input<string>;
}

/** A location with its secrets marked as such and its SAS apart from its URL, as it goes to the engine. */
export function protectLocation(
    location: pulumi.Input<string> | pulumi.Input<BlobSourceArgs>,
): pulumi.Input<Record<string, pulumi.Input<string>>> {
    if (typeof location === "string") {
        return protectParts({ url: location });
    }
    if (pulumi.Output.isInstance(location) || location instanceof Promise) {
        return pulumi
            .output(location as pulumi.Input<string | BlobLocation>)
            .apply((known) => protectParts(typeof known === "string" ? { url: known } : known));
    }
    return protectParts(location);
}

function protectParts(parts: BlobSourceArgs): Record<string, pulumi.Input<string>> {
    const { url, connectionString, accountKey, sasToken, ...rest } = parts;
    return {
        ...rest,
        ...(url !== undefined && splitUrl(url, sasToken !== undefined)),
        ...(connectionString !== undefined && { connectionString: pulumi.secret(connectionString) }),
        ...(accountKey !== undefined && { accountKey: pulumi.secret(accountKey) }),
        ...(sasToken !== undefined && { sasToken: pulumi.secret(sasToken) }),
    } as Record<string, pulumi.Input<string>>;
}

function splitUrl(url: pulumi.Input<string>, hasSasToken: boolean): Record<string, pulumi.Input<string | undefined>> {
    const split = (text: string) => {
        const parts = splitSecretQuery(text);
        if (hasSasToken && parts.secretQuery) {
            throw new pulumi.RunError(
                `sasToken is given beside ${parts.url}, whose URL carries a query string of its own; give the SAS in one place`,
            );
        }
        return parts;
    };
    if (typeof url === "string") {
        const { url: shown, secretQuery } = split(url);
        return { url: shown, ...(secretQuery && { sasToken: pulumi.secret(secretQuery) }) };
    }
    const parts = pulumi.output(url).apply(split);
    return {
        url: parts.url,
        ...(!hasSasToken && { sasToken: pulumi.secret(parts.apply((known) => known.secretQuery)) }),
    };
}
