import { BlobServiceClient, type BlockBlobClient, type ContainerClient } from "@azure/storage-blob";
import type { ShareClient, ShareFileClient, ShareServiceClient } from "@azure/storage-file-share";
import type { BlobAddress, FileAddress } from "./address";
import { type Credential, defaultCredential } from "./credential";
import { fileOf, fileService, shareOf } from "./fileClients";

/** Makes clients of the Azure SDK. One for the process: connections and tokens are shared by all resources. */
export interface Clients {
    container(address: BlobAddress, credential: Credential): ContainerClient;
    /** The client of a blob, of its snapshot, or of a version of it, as the address says. */
    blob(address: BlobAddress, credential: Credential): BlockBlobClient;
    service(address: BlobAddress, credential: Credential): BlobServiceClient;
    /** The client of a file, or of what a share snapshot keeps of it, as the address says. */
    file(address: FileAddress, credential: Credential): ShareFileClient;
    /**
     * The same, for Put Range From URL: requests are tried once, since whoever sends many at a time must learn of a throttled service at
     * the first refusal, and may carry a token for a source that is a file.
     */
    fileOnce(address: FileAddress, credential: Credential): ShareFileClient;
    share(address: FileAddress, credential: Credential): ShareClient;
    fileService(address: FileAddress, credential: Credential): ShareServiceClient;
    /** What authorizes requests to an end that has no credential of its own. */
    defaultCredential(): Credential;
}

/** Settings of {@link createClients}. */
export interface ClientOptions {
    /** How often a request is tried, the first time included. @default 6 */
    readonly maxTries?: number;
    /** The wait before the second try, in milliseconds; it doubles with each further one, up to 30 seconds. @default 800 */
    readonly retryDelayMilliseconds?: number;
    /** What authorizes requests to an end that has no credential of its own. @default - the stack's, see `stackCredential.ts` */
    readonly defaultCredential?: () => Credential;
}

export function createClients(options: ClientOptions = {}): Clients {
    // The SDK shares one HTTP client, with its connections, among all clients that are not given their own.
    const pipelineOptions = {
        retryOptions: {
            maxTries: options.maxTries ?? 6,
            retryDelayInMs: options.retryDelayMilliseconds ?? 800,
            maxRetryDelayInMs: 30_000,
        },
        userAgentOptions: { userAgentPrefix: "pulumi-azure-copy" },
        // The SDK's types lack it, its pipeline takes it: neither a service nor what only looks like one sends us elsewhere.
        redirectOptions: { maxRetries: 0 },
    };
    const service = oncePerCredential<BlobAddress, BlobServiceClient>((address, credential) => {
        const query = credential.kind === "sas" ? `?${credential.sasToken}` : "";
        return new BlobServiceClient(address.serviceUrl + query, credential.credential, pipelineOptions);
    });
    const files = oncePerCredential<FileAddress, ShareServiceClient>((address, credential) =>
        fileService(address, credential, pipelineOptions),
    );
    const filesOnce = oncePerCredential<FileAddress, ShareServiceClient>((address, credential) =>
        fileService(address, credential, { ...pipelineOptions, retryOptions: { maxTries: 1 } }, true),
    );

    function container(address: BlobAddress, credential: Credential): ContainerClient {
        return service(address, credential).getContainerClient(address.containerName);
    }

    return {
        service,
        container,
        defaultCredential: options.defaultCredential ?? defaultCredential,
        blob(address, credential) {
            let client = container(address, credential).getBlockBlobClient(address.blobName);
            if (address.snapshot) {
                client = client.withSnapshot(address.snapshot);
            }
            return address.versionId ? (client.withVersion(address.versionId) as BlockBlobClient) : client;
        },
        fileService: files,
        share: (address, credential) => shareOf(files(address, credential), address),
        fileOnce: (address, credential) => fileOf(shareOf(filesOnce(address, credential), address), address.filePath),
        file: (address, credential) => fileOf(shareOf(files(address, credential), address), address.filePath),
    };
}

/** One client for each service and credential. */
function oncePerCredential<Address extends { readonly serviceUrl: string }, Client>(
    make: (address: Address, credential: Credential) => Client,
): (address: Address, credential: Credential) => Client {
    const made = new WeakMap<object, Map<string, Client>>();
    return (address, credential) => {
        const ofCredential = made.get(credential) ?? new Map<string, Client>();
        made.set(credential, ofCredential);
        const client = ofCredential.get(address.serviceUrl) ?? make(address, credential);
        ofCredential.set(address.serviceUrl, client);
        return client;
    };
}
