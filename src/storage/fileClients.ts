// Clients of Azure Files. Its SDK is loaded on first use: most programs copy blobs.

import type {
    FileStartCopyOptions,
    RequestPolicyFactory,
    ShareClient,
    ShareFileClient,
    ShareServiceClient,
    StoragePipelineOptions,
    StorageSharedKeyCredential,
} from "@azure/storage-file-share";
import type { FileAddress } from "./address";
import type { Credential } from "./credential";
import { noteFileService } from "./fileServiceUrls";

/** The SDK of Azure Files. */
export function fileShareSdk(): typeof import("@azure/storage-file-share") {
    return require("@azure/storage-file-share") as typeof import("@azure/storage-file-share");
}

/** A key as this SDK takes it, which recognizes its own class only. */
export function fileKey(credential: Extract<Credential, { kind: "sharedKey" }>): StorageSharedKeyCredential {
    return new (fileShareSdk().StorageSharedKeyCredential)(credential.credential.accountName, credential.accountKey);
}

/**
 * A client of an account's file service. A bearer token acts by its roles alone, past the permissions of files, which each request must
 * say (`x-ms-file-request-intent: backup`).
 * @param readsByToken whether its requests may carry a token for a file that the service is to read, for which they must say so too
 */
export function fileService(
    { serviceUrl }: Pick<FileAddress, "serviceUrl">,
    credential: Credential,
    options: StoragePipelineOptions,
    readsByToken = false,
): ShareServiceClient {
    noteFileService(serviceUrl);
    const { newPipeline, ShareServiceClient } = fileShareSdk();
    const query = credential.kind === "sas" ? `?${credential.sasToken}` : "";
    const pipeline = newPipeline(authorizing(credential), options);
    pipeline.factories.unshift(renamingWithin(serviceUrl));
    return new ShareServiceClient(serviceUrl + query, pipeline, {
        fileRequestIntent: readsByToken || credential.kind === "entraId" ? "backup" : undefined,
    });
}

function authorizing(credential: Credential) {
    switch (credential.kind) {
        case "sharedKey":
            return fileKey(credential);
        case "entraId":
            return credential.credential;
        default:
            return undefined;
    }
}

/** The SDK (12.31) renames to a URL without the account, where that stands in the path. */
function renamingWithin(serviceUrl: string): RequestPolicyFactory {
    const { origin, pathname } = new URL(serviceUrl);
    const account = pathname.replace(/\/$/, "");
    return {
        create: (next) => ({
            sendRequest(request) {
                const lacksAccount = account !== "" && !request.url.startsWith(`${origin}${account}/`);
                if (lacksAccount && request.headers.contains("x-ms-file-rename-source")) {
                    request.url = `${origin}${account}${request.url.slice(origin.length)}`;
                }
                return next.sendRequest(request);
            },
        }),
    };
}

/**
 * Metadata among the options of Copy File. The SDK takes `metadata` and leaves it out of the request (12.33), so that its headers are
 * given as such.
 */
export function withMetadata(metadata: Readonly<Record<string, string>> | undefined): FileStartCopyOptions {
    if (!metadata) {
        return {};
    }
    const headers = Object.entries(metadata).map(([name, value]) => [`x-ms-meta-${name}`, value]);
    const options = { metadata: { ...metadata }, requestOptions: { headers: Object.fromEntries(headers) } };
    return options;
}

/** The client of a share, or of its snapshot, as the address says. */
export function shareOf(service: ShareServiceClient, { shareName, shareSnapshot }: FileAddress): ShareClient {
    const share = service.getShareClient(shareName);
    return shareSnapshot ? share.withSnapshot(shareSnapshot) : share;
}

/** The client of a file by its path in the share. */
export function fileOf(share: ShareClient, filePath: string): ShareFileClient {
    const names = filePath.split("/");
    const name = names.pop()!;
    const directory = names.length === 0 ? share.rootDirectoryClient : share.getDirectoryClient(names.join("/"));
    return directory.getFileClient(name);
}
