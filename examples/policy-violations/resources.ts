// The resources of other providers that the example needs, by their type tokens: as good as their SDKs to a policy, and quicker to install.

import * as pulumi from "@pulumi/pulumi";

type Args = Record<string, unknown>;

class Other extends pulumi.CustomResource {}

/** A storage account of `@pulumi/azure-native`. */
export function storageAccount(name: string, args: Args): pulumi.CustomResource {
    return new Other("azure-native:storage:StorageAccount", name, {
        accountName: name,
        resourceGroupName: "example",
        kind: "StorageV2",
        sku: { name: "Standard_LRS" },
        // What the pack asks of a destination, unless the example is about it.
        allowBlobPublicAccess: false,
        allowSharedKeyAccess: false,
        allowedCopyScope: "AAD",
        ...args,
    });
}

/** Another resource of `@pulumi/azure-native`'s storage module, in an account. */
export function inAccount(type: string, name: string, accountName: string, args: Args): pulumi.CustomResource {
    return new Other(`azure-native:storage:${type}`, name, {
        accountName,
        resourceGroupName: "example",
        ...args,
    });
}

/** `Blob` of `@pulumi/azure`. */
export function azureBlob(name: string, args: Args, opts?: pulumi.CustomResourceOptions): pulumi.CustomResource {
    return new Other("azure:storage/blob:Blob", name, { name, type: "Block", ...args }, opts);
}

/** `local.Command` of `@pulumi/command`. */
export function command(name: string, create: string): pulumi.CustomResource {
    return new Other("command:local:Command", name, { create });
}
