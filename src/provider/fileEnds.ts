import type { FileGetPropertiesResponse, ShareClient, ShareFileClient } from "@azure/storage-file-share";
import { addressUrl, type FileAddress, parseFileUrl, resolveAddress } from "../storage/address";
import type { Credential } from "../storage/credential";
import { isFileNotFound } from "../storage/errors";
import { fileOf } from "../storage/fileClients";
import type { BlobLocation } from "../storage/location";
import { credentialOf, refuseInsecure } from "./ends";
import type { Context } from "./handler";

/** The file that a copy writes to. */
export interface FileDestination {
    readonly address: FileAddress;
    readonly url: string;
    readonly credential: Credential;
    readonly client: ShareFileClient;
    readonly share: ShareClient;
    /** The program's own lease on the file. */
    readonly leaseId?: string;
}

export function openFileDestination(location: BlobLocation, context: Context, leaseId?: string): FileDestination {
    const resolved = resolveAddress(location);
    // The ID of a file in an emulator is a URL that does not tell of which service it is.
    const address = resolved?.kind === "file" ? resolved : parseFileUrl(location.url ?? "", true);
    if (!address) {
        throw new Error("the destination does not name a file in Azure Files");
    }
    refuseInsecure("destination", address);
    const credential = credentialOf(location, address, context);
    return {
        address,
        url: addressUrl(address),
        credential,
        client: context.clients.file(address, credential),
        share: context.clients.share(address, credential),
        leaseId,
    };
}

/** A file in the destination's directory, on which nothing of the destination's lease holds. */
export function siblingOf({ leaseId: _, ...destination }: FileDestination, name: string): FileDestination {
    const filePath = [...directoryNames(destination.address), name].join("/");
    const address = { ...destination.address, filePath };
    return { ...destination, address, url: addressUrl(address), client: fileOf(destination.share, filePath) };
}

/** The names of the directories that a file is in, outermost first. */
export function directoryNames({ filePath }: FileAddress): string[] {
    return filePath.split("/").slice(0, -1);
}

/** A file's name in its directory. */
export function fileName({ filePath }: FileAddress): string {
    return filePath.slice(filePath.lastIndexOf("/") + 1);
}

/** A file's properties, or nothing where none is there. */
export async function observeFile(
    { client }: Pick<FileDestination, "client">,
    context: Context,
): Promise<FileGetPropertiesResponse | undefined> {
    try {
        return await client.getProperties({ abortSignal: context.signal });
    } catch (error) {
        if (isFileNotFound(error)) {
            return undefined;
        }
        throw error;
    }
}

/** Whether a directory has the name that a file is to have. */
export function isDirectory({ address, share }: FileDestination, context: Context): Promise<boolean> {
    return share.getDirectoryClient(address.filePath).exists({ abortSignal: context.signal });
}

/** Makes the directories that a file is in; those that are there stay as they are. */
export async function createDirectories({ address, share }: FileDestination, context: Context): Promise<void> {
    const names = directoryNames(address);
    for (const [index] of names.entries()) {
        const directory = share.getDirectoryClient(names.slice(0, index + 1).join("/"));
        await directory.createIfNotExists({ abortSignal: context.signal });
    }
}
