// Resources as a program registers them, for the policies to look at.

/** How the engine spells a value that is not known yet. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A resource of a stack. */
export interface FakeResource {
    readonly type: string;
    readonly name: string;
    readonly props: Record<string, unknown>;
    /** The names of the resources that each input comes from. */
    readonly from?: Record<string, string[]>;
    /** The resource option customTimeouts.create, in seconds. */
    readonly createSeconds?: number;
    /** Properties of an explicit provider. */
    readonly provider?: Record<string, unknown>;
}

type Change = Partial<Omit<FakeResource, "props">> & { props?: Record<string, unknown> };

/** A BlobCopy that no rule objects to, but for what is changed. */
export function blobCopy(props: Record<string, unknown> = {}, change: Change = {}): FakeResource {
    return {
        type: "pulumi-nodejs:dynamic/azure-copy:BlobCopy",
        name: "seed",
        props: {
            source: goldenBlob(),
            destination: devBlob(),
            timeout: "1h",
            onSourceChange: "ignore",
            ...props,
        },
        ...change,
    };
}

/** A FileCopy that no rule objects to, but for what is changed. */
export function fileCopy(props: Record<string, unknown> = {}, change: Change = {}): FakeResource {
    return {
        type: "pulumi-nodejs:dynamic/azure-copy:FileCopy",
        name: "seed",
        props: {
            source: { accountName: "golden", shareName: "config", filePath: "app/settings.json" },
            destination: devFile(),
            timeout: "1h",
            onSourceChange: "ignore",
            ...props,
        },
        ...change,
    };
}

/** A file in the account contosodev. */
export function devFile(change: Record<string, unknown> = {}): Record<string, unknown> {
    return { accountName: "contosodev", shareName: "seed", filePath: "orders.bak", ...change };
}

/** An IncrementalSnapshotCopy that no rule objects to, but for what is changed. */
export function incrementalSnapshotCopy(props: Record<string, unknown> = {}, change: Change = {}): FakeResource {
    return {
        type: "pulumi-nodejs:dynamic/azure-copy:IncrementalSnapshotCopy",
        name: "seed",
        props: {
            source: goldenBlob(),
            takeSnapshot: {},
            destination: devBlob(),
            timeout: "1h",
            ...props,
        },
        ...change,
    };
}

/** A source in the account golden. */
export function goldenBlob(change: Record<string, unknown> = {}): Record<string, unknown> {
    return { accountName: "golden", containerName: "images", blobName: "orders.bak", ...change };
}

/** A destination in the account dev. */
export function devBlob(change: Record<string, unknown> = {}): Record<string, unknown> {
    return { accountName: "contosodev", containerName: "seed", blobName: "orders.bak", ...change };
}

/** `azure:storage/blob:Blob`. */
export function azureBlob(props: Record<string, unknown> = {}, change: Change = {}): FakeResource {
    return {
        type: "azure:storage/blob:Blob",
        name: "seed",
        props: {
            name: "orders.bak",
            type: "Block",
            storageAccountName: "contosodev",
            storageContainerName: "seed",
            sourceUri: "https://contosodev.blob.core.windows.net/images/orders.bak",
            ...props,
        },
        ...change,
    };
}

/** `azure-native:storage:Blob` with a remote asset. */
export function azureNativeBlob(uri: string, props: Record<string, unknown> = {}, change: Change = {}): FakeResource {
    return {
        type: "azure-native:storage:Blob",
        name: "seed",
        props: {
            accountName: "contosodev",
            containerName: "seed",
            blobName: "orders.bak",
            source: { "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", uri },
            ...props,
        },
        ...change,
    };
}

/** `command:local:Command`. */
export function command(create: string, props: Record<string, unknown> = {}, change: Change = {}): FakeResource {
    return { type: "command:local:Command", name: "seed", props: { create, ...props }, ...change };
}

/** `azure-native:storage:StorageAccount`, in westeurope. */
export function account(props: Record<string, unknown> = {}, change: Change = {}): FakeResource {
    return {
        type: "azure-native:storage:StorageAccount",
        name: "dev",
        props: {
            accountName: "contosodev",
            location: "westeurope",
            allowSharedKeyAccess: false,
            allowBlobPublicAccess: false,
            allowedCopyScope: "AAD",
            ...props,
        },
        ...change,
    };
}

/** `azure:storage/account:Account`, in westeurope. */
export function azureAccount(props: Record<string, unknown> = {}, change: Change = {}): FakeResource {
    return {
        type: "azure:storage/account:Account",
        name: "dev",
        props: {
            name: "contosodev",
            location: "westeurope",
            sharedAccessKeyEnabled: false,
            allowNestedItemsToBePublic: false,
            allowedCopyScope: "AAD",
            ...props,
        },
        ...change,
    };
}

/** Another resource of azure-native's storage module. */
export function native(type: string, props: Record<string, unknown>, change: Change = {}): FakeResource {
    return {
        type: `azure-native:storage:${type}`,
        name: type,
        props: { accountName: "contosodev", ...props },
        ...change,
    };
}

/** A day, counted from now, in ISO 8601. */
export function day(number: number): string {
    return new Date(Date.now() + number * 86_400_000).toISOString();
}

/** A SAS that no rule on SAS objects to, but for what is changed; `undefined` leaves a parameter out. */
export function sas(change: Record<string, string | undefined> = {}): string {
    const parameters = {
        sv: "2025-05-05",
        sr: "b",
        sp: "r",
        spr: "https",
        st: day(0),
        se: day(2),
        sig: "c2lnbmF0dXJl",
        ...change,
    };
    const given = Object.entries(parameters).filter((one): one is [string, string] => one[1] !== undefined);
    return new URLSearchParams(given).toString();
}
